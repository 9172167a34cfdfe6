"""`township`: the tenants of the district, their units, and whom they name."""

from typing import Annotated

import typer

from onewindow.cli import context
from onewindow.cli.client import Client, connect
from onewindow.cli.context import Json
from onewindow.cli.people import staff_id
from onewindow.errors import NotFound
from onewindow.i18n import _
from onewindow.organisation.rows import TownshipKind, UnitKind

Code = Annotated[str, typer.Argument(help=_("区划代码"))]


async def _one(client: Client, code: str) -> dict[str, object]:
    for row in await client.pages("/townships"):
        if row["code"] == code:
            return row
    raise NotFound(_("没有镇街 {township}"), township=code)


def list_(ctx: typer.Context, json: Json = False) -> None:
    """List the townships."""
    here = context.of(ctx)

    async def work() -> None:
        async with connect(here) as client:
            rows = await client.pages("/townships")
        if json:
            here.data(rows)
            return
        shown = [[row["code"], row["name"], row["kind"], row["live"]] for row in rows]
        here.table([_("区划代码"), _("名称"), _("类型"), _("已启用")], shown)

    here.run(work())


def show(ctx: typer.Context, code: Code, json: Json = False) -> None:
    """Show a township with its units."""
    here = context.of(ctx)

    async def work() -> None:
        async with connect(here) as client:
            row = await _one(client, code)
            units = await client.pages("/units", township=code)
            lacks = await client.get(f"/townships/{code}/lacks", admin=True)
        if json:
            here.data({**row, "units": units, "lacks": lacks})
            return
        here.fields({_("区划代码"): row["code"], _("名称"): row["name"], _("已启用"): row["live"]})
        for lack in lacks:
            here.note(_("还缺：{text} → {remedy}"), text=lack["text"], remedy=lack["remedy"])
        shown = [
            [unit["id"], here.label(unit["kind"], "unit_kind"), unit["title"], unit["organ"], unit["office"]]
            for unit in units
        ]
        here.table([_("标识"), _("类型"), _("单位"), _("代表机关"), _("科室模块")], shown)

    here.run(work())


def add(
    ctx: typer.Context,
    code: Code,
    name: Annotated[str, typer.Argument(help=_("名称"))],
    token: Annotated[str, typer.Option("--token", help=_("总线标识，小写字母和数字"))],
    kind: Annotated[TownshipKind, typer.Option("--kind", help=_("town 镇，subdistrict 街道"))] = TownshipKind.TOWN,
    json: Json = False,
) -> None:
    """Enter a township; it takes no matters until it goes live."""
    here = context.of(ctx)

    async def work() -> None:
        async with connect(here) as client:
            body = {"code": code, "name": name, "token": token, "kind": kind.value}
            made = await client.post("/townships", body, admin=True)
        if json:
            here.data(made)
            return
        here.say(_("已登记 {name}（{code}）；登记单位和人员后用 onewindow township live 启用"), name=name, code=code)

    here.run(work())


def live(
    ctx: typer.Context,
    code: Code,
    off: Annotated[bool, typer.Option("--off", help=_("停止收件；在办事项不受影响"))] = False,
) -> None:
    """Let a township take matters, or stop it."""
    here = context.of(ctx)

    async def work() -> None:
        async with connect(here) as client:
            row = await client.send("PATCH", f"/townships/{code}", admin=True, body={"live": not off})
        here.say(_("{name} 已停止收件") if off else _("{name} 已启用"), name=row["name"])

    here.run(work())


def name(
    ctx: typer.Context,
    code: Code,
    fallback: Annotated[str | None, typer.Option("--fallback", help=_("窗口兜底人（登录名）"))] = None,
    sealed: Annotated[str | None, typer.Option("--sealed", help=_("密件指定经办人（登录名）"))] = None,
) -> None:
    """Name whom the window falls back on, and who is designated for sealed matters."""
    here = context.of(ctx)

    async def work() -> None:
        async with connect(here) as client:
            given = {"window_fallback": fallback, "secret": sealed}
            body = {key: await staff_id(client, login) for key, login in given.items() if login}
            row = await client.send("PATCH", f"/townships/{code}", admin=True, body=body)
        here.say(_("{name} 的指定人员已登记"), name=row["name"])

    here.run(work())


def unit(
    ctx: typer.Context,
    township: Code,
    name: Annotated[str, typer.Argument(help=_("单位名称"))],
    kind: Annotated[UnitKind, typer.Option("--kind", help=_("单位类型"))],
    organ: Annotated[str, typer.Option("--organ", help=_("文书以哪个机关的名义出具"))],
    parent: Annotated[str | None, typer.Option("--parent", help=_("上级单位的标识"))] = None,
    office: Annotated[str | None, typer.Option("--office", help=_("使用的科室模块；不写为纸质流转"))] = None,
    code: Annotated[str | None, typer.Option("--code", help=_("单位代码；村居为 12 位区划代码"))] = None,
    json: Json = False,
) -> None:
    """Enter a unit."""
    here = context.of(ctx)

    async def work() -> None:
        async with connect(here) as client:
            body = {"township": township, "name": name, "kind": kind.value, "organ": organ}
            more = {"parent": parent, "office": office, "code": code}
            made = await client.post("/units", {**body, **{k: v for k, v in more.items() if v}}, admin=True)
        if json:
            here.data(made)
            return
        here.say(_("已登记单位 {name}：{id}"), name=name, id=made["id"])

    here.run(work())
