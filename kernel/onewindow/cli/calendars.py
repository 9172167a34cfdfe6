"""`calendar`: the years whose working days the centre knows."""

from pathlib import Path
from typing import Annotated

import typer

from onewindow.cli import context
from onewindow.cli.client import connect
from onewindow.cli.context import Json
from onewindow.errors import BadInput
from onewindow.i18n import _


def list_(ctx: typer.Context, json: Json = False) -> None:
    """List the years."""
    here = context.of(ctx)

    async def work() -> None:
        async with connect(here) as client:
            rows = await client.pages("/calendars", admin=True)
        if json:
            here.data(rows)
            return
        heads = [_("年份"), _("来源"), _("放假天数"), _("调休上班"), _("导入时间")]
        shown = [[r["year"], r["source"], r["rest_days"], r["work_days"], r["imported_at"]] for r in rows]
        here.table(heads, shown)

    here.run(work())


def import_(
    ctx: typer.Context,
    year: Annotated[int, typer.Argument(help=_("年份"))],
    file: Annotated[Path, typer.Argument(help=_("CSV 或 JSON 文件"), exists=True, dir_okay=False)],
    replace: Annotated[bool, typer.Option("--replace", help=_("替换已有的这一年"))] = False,
    json: Json = False,
) -> None:
    """Import a published year; running clocks follow. For a district administrator who is logged in."""
    here = context.of(ctx)

    async def work() -> None:
        kind = file.suffix.lower().lstrip(".")
        if kind not in ("csv", "json"):
            raise BadInput(_("只能导入 .csv 或 .json 文件"))
        try:
            content = file.read_text("utf-8-sig")
        except UnicodeDecodeError:
            content = file.read_text("gb18030")
        async with connect(here) as client:
            body = {"content": content, "format": kind, "replace": replace}
            done = await client.send("PUT", f"/calendars/{year}", admin=True, body=body)
        if json:
            here.data(done)
            return
        here.say(_("{year} 年的日历已导入，在办期限随之重算"), year=year)

    here.run(work())
