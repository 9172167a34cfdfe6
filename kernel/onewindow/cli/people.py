"""`login`, `logout`, `user`: who one is, and the staff with their accounts."""

from typing import Annotated, Any

import typer

from onewindow.cli import context, sessions
from onewindow.cli.client import Client, connect
from onewindow.cli.context import Context, Json, ask_secret
from onewindow.errors import BadInput, NotFound
from onewindow.i18n import _

Login = Annotated[str, typer.Argument(help=_("登录名"))]


async def find(client: Client, login: str) -> dict[str, Any]:
    """The user with this login or id.

    Raises:
        NotFound: there is none.
    """
    for row in await client.pages("/users", admin=True, most=100_000, limit=200):
        if login in (row["login"], row["id"]):
            return row
    raise NotFound(_("没有登录名为 {login} 的人员"), login=login)


async def staff_id(client: Client, login: str) -> str:
    """The staff id behind a login."""
    return str((await find(client, login))["id"])


# Oneself -------------------------------------------------------------------------------------------------------------


def login(ctx: typer.Context, login: Login) -> None:
    """Log in; the password is asked for, or read from standard input."""
    here = context.of(ctx)
    password = ask_secret(here, _("密码"))

    async def work() -> None:
        async with connect(here) as client:
            body = {"login": login, "password": password}
            made = await client.send("POST", "/sessions", body=body, anonymous=True)
            sessions.keep(client.place, made["token"])
        here.say(_("已登录：{login}"), login=login)
        if made["must_change"]:
            here.note(_("这是初始密码，请先修改：onewindow password"))

    here.run(work())


def logout(ctx: typer.Context) -> None:
    """Log out."""
    here = context.of(ctx)

    async def work() -> None:
        async with connect(here) as client:
            if client.session:
                await client.answer("DELETE", "/sessions/current")
            sessions.keep(client.place, None)
        here.say(_("已退出登录"))

    here.run(work())


def whoami(ctx: typer.Context, json: Json = False) -> None:
    """Show who is logged in."""
    here = context.of(ctx)

    async def work() -> None:
        async with connect(here) as client:
            me = await client.get("/me")
        if json:
            # The token against forged forms is for browsers.
            here.data({key: value for key, value in me.items() if key != "csrf"})
            return
        posts = [f"{post['unit_title']} {post['role_title']}" for post in me["posts"]]
        here.fields({_("登录名"): me["login"], _("姓名"): me["name"], _("岗位"): posts})

    here.run(work())


def password(ctx: typer.Context) -> None:
    """Change one's own password."""
    here = context.of(ctx)
    old = ask_secret(here, _("原密码"))
    new = ask_secret(here, _("新密码"))

    async def work() -> None:
        async with connect(here) as client:
            await client.send("PUT", "/me/password", body={"old": old, "password": new})
        here.say(_("密码已修改"))

    here.run(work())


# Others --------------------------------------------------------------------------------------------------------------


def list_(ctx: typer.Context, json: Json = False) -> None:
    """List the staff with their posts and accounts."""
    here = context.of(ctx)

    async def work() -> None:
        async with connect(here) as client:
            rows = await client.pages("/users", admin=True, most=100_000, limit=200)
        if json:
            here.data(rows)
            return
        heads = [_("登录名"), _("姓名"), _("岗位"), _("可登录"), _("须改密码")]
        shown = [[r["login"], r["name"], _posts(here, r), bool(r["active"]), bool(r["must_change"])] for r in rows]
        here.table(heads, shown)

    here.run(work())


def _posts(here: Context, row: dict[str, Any]) -> list[str]:
    return [f"{post['unit_title']} {here.label(post['role'], 'role')}" for post in row["posts"]]


def add(
    ctx: typer.Context,
    login: Login,
    name: Annotated[str, typer.Argument(help=_("姓名"))],
    unit: Annotated[str | None, typer.Option("--unit", help=_("任职单位的标识"))] = None,
    role: Annotated[str | None, typer.Option("--role", help=_("角色，如 registrar、handler、head"))] = None,
    json: Json = False,
) -> None:
    """Enter somebody with an account, and a post if you may give one; the password is shown once."""
    here = context.of(ctx)

    async def work() -> None:
        if bool(unit) != bool(role):
            raise BadInput(_("单位和角色须同时给出"), remedy=_("--unit 和 --role"))
        async with connect(here) as client:
            made = await client.post("/users", {"login": login, "name": name}, admin=True)
            if json:
                here.data(made)
            else:
                here.say(
                    _("已建账号 {login}，初始密码（只显示这一次）：{password}"), login=login, password=made["password"]
                )
            if unit and role:
                answer = await client.answer(
                    "POST", f"/users/{made['id']}/posts", admin=True, body={"unit": unit, "role": role}
                )
                if answer.status_code >= 400:
                    here.note(_("岗位须由区管理员或安全管理员任命：先登录，再执行 onewindow user appoint"))
                    client.refused(answer)

    here.run(work())


def appoint(
    ctx: typer.Context,
    login: Login,
    unit: Annotated[str, typer.Option("--unit", help=_("任职单位的标识"))],
    role: Annotated[str, typer.Option("--role", help=_("角色，如 registrar、handler、head"))],
    json: Json = False,
) -> None:
    """Give somebody a post; for a district administrator or a security administrator who is logged in."""
    here = context.of(ctx)

    async def work() -> None:
        async with connect(here) as client:
            staff = await staff_id(client, login)
            made = await client.post(f"/users/{staff}/posts", {"unit": unit, "role": role}, admin=True)
        if json:
            here.data(made)
            return
        here.say(_("{login} 的岗位已登记"), login=login)

    here.run(work())


def reset(ctx: typer.Context, login: Login, json: Json = False) -> None:
    """Generate a new password, shown once; it has to be changed at the next login."""
    here = context.of(ctx)

    async def work() -> None:
        async with connect(here) as client:
            made = await client.post(f"/users/{await staff_id(client, login)}/password", admin=True)
        if json:
            here.data({"login": login, **made})
            return
        here.say(_("{login} 的新密码（只显示这一次）：{password}"), login=login, password=made["password"])

    here.run(work())


def deactivate(ctx: typer.Context, login: Login) -> None:
    """Close an account; its sessions end."""
    _set_active(ctx, login, False)


def activate(ctx: typer.Context, login: Login) -> None:
    """Open an account again."""
    _set_active(ctx, login, True)


def _set_active(ctx: typer.Context, login: str, active: bool) -> None:
    here = context.of(ctx)

    async def work() -> None:
        async with connect(here) as client:
            staff = await staff_id(client, login)
            await client.send("PATCH", f"/users/{staff}", admin=True, body={"active": active})
        here.say(_("账号 {login} 已恢复") if active else _("账号 {login} 已停用"), login=login)

    here.run(work())
