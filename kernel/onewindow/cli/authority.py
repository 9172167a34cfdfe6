"""`unit`, `post`, `delegation`, `absence`, `user leave`: who is where, who may sign for whom, and from when to when."""

from datetime import date, datetime
from typing import Annotated, Any

import typer

from onewindow.cli import context
from onewindow.cli.client import connect
from onewindow.cli.context import Context, Json
from onewindow.cli.people import find, staff_id
from onewindow.errors import BadInput
from onewindow.i18n import _
from onewindow.organisation.rows import UnitKind

Unit = Annotated[str, typer.Argument(help=_("单位的标识或代码"))]
Login = Annotated[str, typer.Argument(help=_("登录名"))]
Id = Annotated[str, typer.Argument(help=_("标识"))]


def _day(given: str | None, name: str) -> str | None:
    try:
        return date.fromisoformat(given).isoformat() if given else None
    except ValueError:
        raise BadInput(_("{name} 不是日期"), remedy=_("写成 2026-03-02"), name=name) from None


def _moment(given: str | None, name: str) -> str | None:
    """An instant with its zone; without one, this machine's."""
    try:
        return datetime.fromisoformat(given).astimezone().isoformat() if given else None
    except ValueError:
        raise BadInput(_("{name} 不是时间"), remedy=_("写成 2026-03-02T09:30"), name=name) from None


async def unit_id(client: Any, unit: str) -> str:
    """The id of a unit, which may be named by its code."""
    for row in await client.pages("/units", q=unit):
        if row["code"] == unit:
            return str(row["id"])
    return unit


# Units ---------------------------------------------------------------------------------------------------------------


def units(
    ctx: typer.Context,
    township: Annotated[str | None, typer.Option("--township", help=_("只列出这个镇街的"))] = None,
    q: Annotated[str | None, typer.Option("--find", "-q", help=_("名称的一部分，或代码的开头"))] = None,
    kind: Annotated[UnitKind | None, typer.Option("--kind", help=_("单位类型"))] = None,
    json: Json = False,
) -> None:
    """List units; one whose name another unit has too is shown with its township."""
    here = context.of(ctx)

    async def work() -> None:
        async with connect(here) as client:
            kind_ = kind.value if kind else None
            rows = await client.pages("/units", most=100_000, township=township, q=q, kind=kind_, limit=200)
        if json:
            here.data(rows)
            return
        shown = [[r["id"], r["code"], r["title"], here.label(r["kind"], "unit_kind"), r["office"]] for r in rows]
        here.table([_("标识"), _("代码"), _("单位"), _("类型"), _("科室模块")], shown)

    here.run(work())


def change(
    ctx: typer.Context,
    unit: Unit,
    name: Annotated[str | None, typer.Option("--name", help=_("新的名称"))] = None,
    organ: Annotated[str | None, typer.Option("--organ", help=_("文书以哪个机关的名义出具"))] = None,
    code: Annotated[str | None, typer.Option("--code", help=_("单位代码；定了不改"))] = None,
    json: Json = False,
) -> None:
    """Change a unit's name or organ, or give it the code that it lacks."""
    here = context.of(ctx)

    async def work() -> None:
        given = {key: value for key, value in (("name", name), ("organ", organ), ("code", code)) if value}
        async with connect(here) as client:
            row = await client.send("PATCH", f"/units/{await unit_id(client, unit)}", admin=True, body=given)
        if json:
            here.data(row)
            return
        here.say(_("已修改 {name}"), name=row["title"])

    here.run(work())


def end(ctx: typer.Context, unit: Unit) -> None:
    """Close a unit from today on; its record stays."""
    here = context.of(ctx)

    async def work() -> None:
        async with connect(here) as client:
            await client.send("DELETE", f"/units/{await unit_id(client, unit)}", admin=True)
        here.say(_("单位已撤销"))

    here.run(work())


def signatories(
    ctx: typer.Context,
    unit: Unit,
    power: Annotated[str, typer.Option("--power", help=_("签署权限，如 slip.sign、answer.approve"))],
    at: Annotated[str | None, typer.Option("--at", help=_("哪一刻；默认现在"))] = None,
    json: Json = False,
) -> None:
    """Say who may sign for a unit at a moment."""
    here = context.of(ctx)

    async def work() -> None:
        async with connect(here) as client:
            path = f"/units/{await unit_id(client, unit)}/signatories"
            rows = await client.get(path, admin=True, power=power, at=_moment(at, "--at"))
        if json:
            here.data(rows)
            return
        shown = [[r["name"], here.label(r["role"], "role"), here.label(r["basis"], "basis"), r["number"]] for r in rows]
        here.table([_("姓名"), _("岗位"), _("依据"), _("授权书编号")], shown)

    here.run(work())


# Posts ---------------------------------------------------------------------------------------------------------------


def posts(ctx: typer.Context, login: Login, json: Json = False) -> None:
    """List somebody's posts."""
    here = context.of(ctx)

    async def work() -> None:
        async with connect(here) as client:
            rows = (await find(client, login))["posts"]
        if json:
            here.data(rows)
            return
        shown = [
            [r["id"], r["unit_title"], here.label(r["role"], "role"), r["valid_from"], r["valid_to"]] for r in rows
        ]
        here.table([_("标识"), _("单位"), _("岗位"), _("从"), _("至")], shown)

    here.run(work())


def end_post(ctx: typer.Context, login: Login, post: Id) -> None:
    """Take a post away from today on; what it had delegated ends with it."""
    here = context.of(ctx)

    async def work() -> None:
        async with connect(here) as client:
            await client.send("DELETE", f"/users/{await staff_id(client, login)}/posts/{post}", admin=True)
        here.say(_("岗位已免去"))

    here.run(work())


# Authorisations ------------------------------------------------------------------------------------------------------


def delegations(
    ctx: typer.Context,
    login: Annotated[str | None, typer.Option("--user", help=_("只列出与此人有关的（登录名）"))] = None,
    json: Json = False,
) -> None:
    """List the written authorisations that have not ended."""
    here = context.of(ctx)

    async def work() -> None:
        async with connect(here) as client:
            staff = await staff_id(client, login) if login else None
            rows = await client.pages("/delegations", admin=True, staff=staff, limit=200)
        if json:
            here.data(rows)
            return
        shown = [[r["id"], r["number"], r["holder_name"], r["to_name"], r["powers"], r["valid_to"]] for r in rows]
        here.table([_("标识"), _("授权书编号"), _("授权人"), _("受权人"), _("权限"), _("截止")], shown)

    here.run(work())


def delegate(
    ctx: typer.Context,
    post: Annotated[str, typer.Argument(help=_("给出权限的岗位的标识"))],
    to: Annotated[str, typer.Option("--to", help=_("受权人（登录名）"))],
    power: Annotated[list[str], typer.Option("--power", help=_("签署权限，可写多次"))],
    number: Annotated[str, typer.Option("--number", help=_("授权书编号"))],
    until: Annotated[str, typer.Option("--until", help=_("截止日：这一天起不再有效"))],
    since: Annotated[str | None, typer.Option("--since", help=_("起始日；默认今天"))] = None,
    json: Json = False,
) -> None:
    """Enter a written authorisation; it always has an end."""
    here = context.of(ctx)

    async def work() -> None:
        async with connect(here) as client:
            body = {
                "post": post,
                "to": await staff_id(client, to),
                "powers": power,
                "number": number,
                "valid_from": _day(since, "--since"),
                "valid_to": _day(until, "--until"),
            }
            made = await client.post("/delegations", body, admin=True)
        _made(here, made, json, _("授权已登记：{id}"))

    here.run(work())


def end_delegation(ctx: typer.Context, delegation: Id) -> None:
    """Withdraw an authorisation; from this moment it signs nothing."""
    _delete(ctx, f"/delegations/{delegation}", _("授权已撤销"))


# Absences ------------------------------------------------------------------------------------------------------------


def absences(
    ctx: typer.Context,
    login: Annotated[str | None, typer.Option("--user", help=_("只列出此人的（登录名）"))] = None,
    json: Json = False,
) -> None:
    """List the absences that run or are to come."""
    here = context.of(ctx)

    async def work() -> None:
        async with connect(here) as client:
            staff = await staff_id(client, login) if login else None
            rows = await client.pages("/absences", admin=True, staff=staff, limit=200)
        if json:
            here.data(rows)
            return
        shown = [[r["id"], r["staff_name"], r["from_at"], r["to_at"], r["substitute_name"]] for r in rows]
        here.table([_("标识"), _("姓名"), _("从"), _("至"), _("代岗人")], shown)

    here.run(work())


def note_absence(
    ctx: typer.Context,
    login: Login,
    until: Annotated[str | None, typer.Option("--until", help=_("结束时间；有代岗人的必须写"))] = None,
    since: Annotated[str | None, typer.Option("--since", help=_("开始时间；默认现在"))] = None,
    substitute: Annotated[str | None, typer.Option("--substitute", help=_("代岗人（登录名）"))] = None,
    json: Json = False,
) -> None:
    """Enter that somebody is away, and who covers them."""
    here = context.of(ctx)

    async def work() -> None:
        async with connect(here) as client:
            body = {
                "staff": await staff_id(client, login),
                "from_at": _moment(since, "--since"),
                "to_at": _moment(until, "--until"),
                "substitute": await staff_id(client, substitute) if substitute else None,
            }
            made = await client.post("/absences", body, admin=True)
        _made(here, made, json, _("离岗已登记：{id}"))

    here.run(work())


def end_absence(ctx: typer.Context, absence: Id) -> None:
    """Somebody is back."""
    _delete(ctx, f"/absences/{absence}", _("已登记返岗"))


# Leavers -------------------------------------------------------------------------------------------------------------


def leave(
    ctx: typer.Context,
    login: Login,
    successor: Annotated[
        str | None, typer.Option("--successor", help=_("接手人（登录名）；不写则回到单位待办"))
    ] = None,
    json: Json = False,
) -> None:
    """Somebody leaves: the account closes at once, and what they had in hand is handed over."""
    here = context.of(ctx)

    async def work() -> None:
        async with connect(here) as client:
            staff = await staff_id(client, login)
            body = {"successor": await staff_id(client, successor) if successor else None}
            left = await client.post(f"/users/{staff}/leave", body, admin=True)
        if json:
            here.data(left)
            return
        here.say(
            _("{login} 已离任：移交接手人 {heir} 件，回到单位待办 {queue} 件"),
            login=login,
            heir=left["to_successor"],
            queue=left["to_queue"],
        )
        if left["lacking"]:
            here.note(_("这些镇街现在缺少必需的人员：{codes}"), codes=", ".join(left["lacking"]))

    here.run(work())


def _made(here: Context, made: dict[str, Any], json: bool, told: str) -> None:
    if json:
        here.data(made)
        return
    here.say(told, id=made["id"])


def _delete(ctx: typer.Context, path: str, told: str) -> None:
    here = context.of(ctx)

    async def work() -> None:
        async with connect(here) as client:
            await client.send("DELETE", path, admin=True)
        here.say(told)

    here.run(work())
