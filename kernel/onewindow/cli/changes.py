"""`case track`, `case void`, `case object`: what becomes of a registration later, and a paper unit's objection."""

from typing import Annotated, Any

import typer

from onewindow.cli import context
from onewindow.cli.cases import Number, Which, open_assignment
from onewindow.cli.client import connect
from onewindow.cli.context import Json
from onewindow.i18n import _
from onewindow.office.types import Track, law_day

Reason = Annotated[str, typer.Option("--reason", help=_("理由；来访人可以看到"))]


def track(
    ctx: typer.Context,
    number: Number,
    to: Annotated[Track, typer.Argument(help=_("改为哪种事项轨"))],
    reason: Reason,
    category: Annotated[str | None, typer.Option("--category", help=_("类别代码；不写则不变"))] = None,
    about: Annotated[list[str] | None, typer.Option("--about", help=_("反映的单位或人员的标识"))] = None,
    about_leader: Annotated[bool, typer.Option("--about-leader", help=_("反映中心或镇街负责人"))] = False,
    json: Json = False,
) -> None:
    """Let a case take another track; it is routed anew, and sealed if that track is."""
    here = context.of(ctx)
    body: dict[str, Any] = {"track": to.value, "reason": reason, "about": about or [], "about_leader": about_leader}
    if category:
        body["category"] = category

    async def work() -> None:
        async with connect(here) as client:
            done = await client.post(f"/cases/{number}/track", body)
        if json:
            here.data(done)
        elif done["number"]:
            here.say(_("事项轨已变更，编号：{number}"), number=done["number"])
        else:
            here.say(_("事项轨已变更，事项已转为密件，由指定人员办理"))

    here.run(work())


def void(ctx: typer.Context, number: Number, reason: Reason) -> None:
    """Make a mistaken registration void, before anybody has signed for it."""
    here = context.of(ctx)

    async def work() -> None:
        async with connect(here) as client:
            await client.post(f"/cases/{number}/void", {"reason": reason})
        here.say(_("{number} 已作废，编号不再使用"), number=number)

    here.run(work())


def recusal(
    ctx: typer.Context,
    number: Number,
    which: Annotated[str | None, typer.Argument(help=_("回避申请的标识；不写则列出"))] = None,
    grant: Annotated[bool, typer.Option("--grant/--refuse", help=_("准予，或者不予"))] = False,
    reason: Annotated[str, typer.Option("--reason", help=_("决定的理由"))] = "",
    officer: Annotated[str | None, typer.Option("--officer", help=_("改由谁承办，写其标识"))] = None,
    json: Json = False,
) -> None:
    """Decide whether somebody steps aside, or list what waits for a decision."""
    here = context.of(ctx)

    async def work() -> None:
        async with connect(here) as client:
            if which is not None:
                body = {"granted": grant, "reason": reason, "officer": officer}
                await client.post(f"/recusals/{which}/decision", body)
                here.say(_("已决定"))
                return
            rows = (await client.get(f"/cases/{number}/recusals"))["items"]
        if json:
            here.data(rows)
            return
        shown = [[r["id"], r["staff_id"], r["asked_by"], r["asked_at"][:19], r["reason"]] for r in rows]
        here.table([_("标识"), _("人员"), _("申请人"), _("时间"), _("理由")], shown)

    here.run(work())


def object_(
    ctx: typer.Context,
    number: Number,
    reason: Annotated[str, typer.Option("--reason", help=_("退回理由"))],
    basis: Annotated[str, typer.Option("--basis", help=_("职责清单条目"))],
    on: Annotated[str | None, typer.Option("--on", help=_("异议书上的日期；不写为今天"))] = None,
    unit: Annotated[str | None, typer.Option("--unit", help=_("建议改交的单位的标识"))] = None,
    assignment: Which = None,
    json: Json = False,
) -> None:
    """Enter the objection of a unit that works on paper; it waits for the fallback's ruling."""
    here = context.of(ctx)
    body: dict[str, Any] = {
        "reason": reason,
        "basis": basis,
        "objected_on": on or law_day(here.settings.now()).isoformat(),
    }
    if unit:
        body["suggest_unit"] = unit

    async def work() -> None:
        async with connect(here) as client:
            one = assignment or await open_assignment(client, number)
            done = await client.post(f"/cases/{number}/assignments/{one}/paper/objection", body)
        if json:
            here.data(done)
        else:
            here.say(_("已录入异议，等待裁定"))

    here.run(work())
