"""`case search`: finding cases by number, words and filters; never by a person."""

from typing import Annotated, Any

import typer

from onewindow.cli import context
from onewindow.cli.client import connect
from onewindow.cli.context import Json
from onewindow.i18n import _


def search(
    ctx: typer.Context,
    text: Annotated[str, typer.Argument(help=_("事项编号，或两个字以上的词；几个词用空格分开，表示都要有"))] = "",
    place: Annotated[str, typer.Option("--place", help=_("地点里的词"))] = "",
    place_unit: Annotated[str | None, typer.Option("--place-unit", help=_("地点所在单位的标识，含其下级"))] = None,
    township: Annotated[str | None, typer.Option("--township", help=_("镇街区划代码"))] = None,
    category: Annotated[str | None, typer.Option("--category", help=_("类别代码"))] = None,
    office: Annotated[str | None, typer.Option("--office", help=_("科室标识"))] = None,
    phase: Annotated[str | None, typer.Option("--phase", help=_("进度"))] = None,
    state: Annotated[str | None, typer.Option("--state", help=_("open、closed 或 archived"))] = None,
    channel: Annotated[str | None, typer.Option("--channel", help=_("渠道"))] = None,
    colour: Annotated[str | None, typer.Option("--colour", help=_("green、amber 或 red"))] = None,
    since: Annotated[str | None, typer.Option("--from", help=_("登记日期从（如 2026-03-01）"))] = None,
    until: Annotated[str | None, typer.Option("--to", help=_("登记日期到"))] = None,
    most: Annotated[int, typer.Option("--most", help=_("最多列出多少件"), min=1)] = 50,
    json: Json = False,
) -> None:
    """Find cases by number or by what they say, newest first."""
    here = context.of(ctx)
    narrowing: dict[str, Any] = {
        "q": text or None,
        "place": place or None,
        "place_unit": place_unit,
        "township": township,
        "category": category,
        "office": office,
        "phase": phase,
        "state": state,
        "channel": channel,
        "colour": colour,
        "registered_from": since,
        "registered_to": until,
    }

    async def work() -> None:
        async with connect(here) as client:
            rows = await client.pages("/cases", most=most, limit=min(most, 200), **narrowing)
        if json:
            here.data(rows)
            return
        shown = [
            [
                row["number"],
                row["category_title"],
                here.label(row["phase"], "phase"),
                "".join(f"[{part['text']}]" if part["hit"] else part["text"] for part in row["snippet"]),
            ]
            for row in rows
        ]
        here.table([_("编号"), _("类别"), _("进度"), _("内容")], shown)

    here.run(work())
