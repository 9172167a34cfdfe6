"""`case`: bringing a matter, finding it, reading it, and moving it on."""

import json as json_
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from onewindow.cli import context
from onewindow.cli.client import Client, connect
from onewindow.cli.context import Context, Json
from onewindow.cli.exits import Exit
from onewindow.errors import BadInput, NotFound
from onewindow.i18n import _
from onewindow.office.types import new_id
from onewindow.registry.intake import Channel

Number = Annotated[str, typer.Argument(help=_("事项编号"))]
Which = Annotated[str | None, typer.Option("--assignment", help=_("交办的标识；只有一个在办交办时不用写"))]


def register(
    ctx: typer.Context,
    township: Annotated[str, typer.Option("--township", help=_("镇街区划代码"))],
    text: Annotated[str, typer.Option("--text", help=_("诉求内容；- 为从标准输入读取"))],
    category: Annotated[str, typer.Option("--category", help=_("类别代码"))] = "9900",
    request: Annotated[str, typer.Option("--request", help=_("请求"))] = "",
    place: Annotated[str, typer.Option("--place", help=_("发生地点"))] = "",
    track: Annotated[str | None, typer.Option("--track", help=_("事项轨；不写则按类别"))] = None,
    channel: Annotated[Channel, typer.Option("--channel", help=_("渠道"))] = Channel.VISIT,
    name: Annotated[str, typer.Option("--name", help=_("来访人姓名；不写为匿名"))] = "",
    phone: Annotated[str, typer.Option("--phone", help=_("电话"))] = "",
    id_number: Annotated[str, typer.Option("--id-number", help=_("证件号"))] = "",
    address: Annotated[str, typer.Option("--address", help=_("住址"))] = "",
    about: Annotated[list[str] | None, typer.Option("--about", help=_("反映的单位或人员的标识"))] = None,
    about_leader: Annotated[bool, typer.Option("--about-leader", help=_("反映中心或镇街负责人"))] = False,
    key: Annotated[str | None, typer.Option("--key", help=_("同一个键只登记一次"))] = None,
    json: Json = False,
) -> None:
    """Register a matter for somebody who came; prints the number and the tracking code."""
    here = context.of(ctx)
    party: dict[str, Any] = {"name": name, "phone": phone, "id_number": id_number, "address": address}
    if not name:
        party["anonymous"] = True
    body: dict[str, Any] = {
        "township": township,
        "text": sys.stdin.read() if text == "-" else text,
        "request": request,
        "place": place,
        "category": category,
        "channel": channel.value,
        "parties": [party],
        "about": about or [],
        "about_leader": about_leader,
    }
    if track:
        body["track"] = track

    async def work() -> None:
        async with connect(here) as client:
            headers = {"Idempotency-Key": key or new_id()}
            done = await client.post("/cases", body, headers=headers)
        if json:
            here.data(done)
            return
        here.say(_("事项编号：{number}"), number=done["number"])
        here.say(_("查询码：{code}（只显示这一次，请交给本人）"), code=done["code"])
        for each in done["deadlines"]:
            day = each["lawful_on"] or each["early_on"]
            here.say(_("{title}：{day}（{source}）"), title=each["title"], day=day, source=each["source"])

    here.run(work())


def list_(
    ctx: typer.Context,
    township: Annotated[str | None, typer.Option("--township", help=_("镇街区划代码"))] = None,
    state: Annotated[str | None, typer.Option("--state", help=_("open、closed 或 archived"))] = None,
    category: Annotated[str | None, typer.Option("--category", help=_("类别代码"))] = None,
    phase: Annotated[str | None, typer.Option("--phase", help=_("进度"))] = None,
    office: Annotated[str | None, typer.Option("--office", help=_("科室标识"))] = None,
    colour: Annotated[str | None, typer.Option("--colour", help=_("green、amber 或 red"))] = None,
    most: Annotated[int, typer.Option("--most", help=_("最多列出多少件"), min=1)] = 50,
    json: Json = False,
) -> None:
    """List the cases that you may see, newest first."""
    here = context.of(ctx)
    filters: dict[str, Any] = {
        "township": township,
        "state": state,
        "category": category,
        "phase": phase,
        "office": office,
        "colour": colour,
    }

    async def work() -> None:
        async with connect(here) as client:
            rows = await client.pages("/cases", most=most, limit=min(most, 200), **filters)
        if json:
            here.data(rows)
            return
        heads = [_("编号"), _("类别"), _("进度"), _("承办"), _("到期"), _("颜色")]
        shown = [
            [
                r["number"],
                r["category_title"],
                here.label(r["phase"], "phase"),
                r["holder_title"],
                (r["due_at"] or "")[:10],
                here.label(r["colour"], "colour"),
            ]
            for r in rows
        ]
        here.table(heads, shown)

    here.run(work())


def show(ctx: typer.Context, number: Number, json: Json = False) -> None:
    """Show a case, personal fields masked."""
    here = context.of(ctx)

    async def work() -> None:
        async with connect(here) as client:
            case = await client.get(f"/cases/{number}")
        if json:
            here.data(case)
        else:
            _show(here, case)

    here.run(work())


def _show(here: Context, case: dict[str, Any]) -> None:
    here.fields(
        {
            _("编号"): case["number"],
            _("类别"): f"{case['category']} {case['category_title']}",
            _("进度"): here.label(case["phase"], "phase"),
            _("承办"): case["holder_title"],
            _("登记时间"): case["registered_at"],
            _("内容"): case["words"]["text"],
            _("请求"): case["words"]["request"],
            _("地点"): case["words"]["place"],
        }
    )
    parties = [[here.label(p["role"], "party_role"), p["name"], p["phone"], p["address"]] for p in case["parties"]]
    here.table([_("身份"), _("姓名"), _("电话"), _("住址")], parties)
    handled = [
        [a["id"], a["unit_title"], a["officer_name"], here.label(a["state"], "assignment"), a["proceeding_title"]]
        for a in case["assignments"]
    ]
    here.table([_("交办"), _("单位"), _("承办人"), _("状态"), _("办理状态")], handled)
    clocks = [[c["title"], c["source"], c["early_on"], c["lawful_on"], _state(here, c)] for c in case["clocks"]]
    here.table([_("时限"), _("依据"), _("最早"), _("法定"), _("状态")], clocks)
    documents = [[d["id"], d["title"], d["number"], d["issued_on"]] for d in case["documents"]]
    here.table([_("文书"), _("名称"), _("文号"), _("日期")], documents)


def _state(here: Context, clock: dict[str, Any]) -> str:
    running = clock["status"] == "running"
    return here.label(clock["colour"], "colour") if running else here.label(clock["status"], "clock_status")


def timeline(ctx: typer.Context, number: Number, json: Json = False) -> None:
    """Show a case's history."""
    here = context.of(ctx)

    async def work() -> None:
        async with connect(here) as client:
            rows = await client.pages(f"/cases/{number}/timeline", most=100_000)
        if json:
            here.data(rows)
            return
        shown = [[r["seq"], r["at"][:19], r.get("title") or r["kind"], r["actor_name"] or r["actor"]] for r in rows]
        here.table([_("序号"), _("时间"), _("事由"), _("经办")], shown)

    here.run(work())


def verify(ctx: typer.Context, number: Number, json: Json = False) -> None:
    """Check that nobody changed a case's history; the exit code is 1 if somebody did."""
    here = context.of(ctx)

    async def work() -> bool:
        async with connect(here) as client:
            found = await client.get(f"/cases/{number}/verify")
        if json:
            here.data(found)
        elif found["ok"]:
            here.say(_("{number} 的办理记录完整，共 {entries} 条"), number=number, entries=found["entries"])
        else:
            here.note(_("{number} 的办理记录在第 {seq} 条断裂：{problem}"), number=number, **_broken(found))
        return bool(found["ok"])

    if not here.run(work()):
        raise typer.Exit(int(Exit.FAILED))


def _broken(found: dict[str, Any]) -> dict[str, Any]:
    return {"seq": found["seq"], "problem": found["problem"]}


def sign(ctx: typer.Context, number: Number, assignment: Which = None) -> None:
    """Sign for an assignment."""
    here = context.of(ctx)

    async def work() -> None:
        async with connect(here) as client:
            one = assignment or await open_assignment(client, number)
            await client.post(f"/cases/{number}/assignments/{one}/signature")
        here.say(_("已签收 {number}"), number=number)

    here.run(work())


def act(
    ctx: typer.Context,
    number: Number,
    action: Annotated[str | None, typer.Argument(help=_("操作名；不写则列出"))] = None,
    form: Annotated[str, typer.Option("--form", help=_("表单（JSON），或 @文件"))] = "",
    values: Annotated[list[str] | None, typer.Option("--set", "-s", help=_("表单的一项：名称=值"))] = None,
    assignment: Which = None,
    key: Annotated[str | None, typer.Option("--key", help=_("同一个键只办一次"))] = None,
    json: Json = False,
) -> None:
    """Take an action of the office's procedure, or list what may be done."""
    here = context.of(ctx)

    async def work() -> bool:
        async with connect(here) as client:
            if action is None:
                _offered(here, await client.get(f"/cases/{number}/actions"), json)
                return True
            body = {"form": _form(form, values or [])}
            one = assignment or await open_assignment(client, number)
            headers = {"Idempotency-Key": key or new_id()}
            done = await client.post(f"/cases/{number}/assignments/{one}/actions/{action}", body, headers=headers)
        if json:
            here.data(done)
        elif done["outcome"] == "done":
            here.say(_("已办理：{action}"), action=action)
        else:
            here.note(_("已发出，尚待确认（键 {key}）；几秒后查看事项"), key=done["key"])
        return bool(done["outcome"] == "done")

    if not here.run(work()):
        raise typer.Exit(int(Exit.UNAVAILABLE))


def _offered(here: Context, found: dict[str, Any], json: bool) -> None:
    if json:
        here.data(found["items"])
        return
    for each in found["items"]:
        if not each["answering"]:
            here.note(_("交办 {id}：科室暂时不在线，或走纸质流转"), id=each["assignment"])
            continue
        here.say(_("交办 {id}：{state}"), id=each["assignment"], state=each["state_title"])
        rows = [[a["key"], a["title"], _needs(a), a["refusal"]] for a in each["actions"]]
        here.table([_("操作名"), _("名称"), _("必填项"), _("现在不能办的原因")], rows)


def _needs(action: dict[str, Any]) -> list[str]:
    return list((action.get("form") or {}).get("required", []))


def _form(given: str, values: Sequence[str]) -> dict[str, Any]:
    """The form from JSON text or a file, and from single values, which are JSON where they can be."""
    found: dict[str, Any] = {}
    if given:
        text = Path(given[1:]).read_text("utf-8") if given.startswith("@") else given
        try:
            found = json_.loads(text)
        except ValueError:
            raise BadInput(_("--form 不是 JSON"), remedy=_("也可以用 --set 名称=值 逐项填写")) from None
    for each in values:
        name, equals, value = each.partition("=")
        if not equals:
            raise BadInput(_("“{value}”应写成 名称=值"), value=each)
        try:
            # A bare number stays text: telephone numbers are no figures, and forms read figures from text.
            found[name] = json_.loads(value) if value[:1] in ("[", "{", '"') or value in ("true", "false") else value
        except ValueError:
            found[name] = value
    return found


async def open_assignment(client: Client, number: str) -> str:
    case = await client.get(f"/cases/{number}")
    alive = [a["id"] for a in case["assignments"] if a["state"] in ("sent", "received")]
    if not alive:
        raise NotFound(_("{number} 没有在办的交办"), number=number)
    if len(alive) > 1:
        raise BadInput(_("有几个在办的交办，请用 --assignment 指明"), remedy=", ".join(alive))
    return str(alive[0])
