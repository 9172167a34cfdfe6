"""`bus` and `parked`: what travels on the bus, sending it again, and what could not be applied."""

from importlib.metadata import version
from typing import Annotated

import typer

from onewindow.cli import context
from onewindow.cli.client import connect
from onewindow.cli.context import Json
from onewindow.i18n import _


def describe(ctx: typer.Context, json: Json = False) -> None:
    """Print the streams, subjects and payloads: Markdown, or AsyncAPI with --json."""
    from onewindow.bus.describe import asyncapi, markdown

    here = context.of(ctx)
    if json:
        here.data(asyncapi(version("onewindow")))
    else:
        print(markdown(), end="")


def republish(
    ctx: typer.Context,
    after: Annotated[int, typer.Option("--after", help=_("从日志的这个位置之后开始"), min=0)] = 0,
    json: Json = False,
) -> None:
    """Publish the kernel's log again; whoever has a message already leaves it alone."""
    here = context.of(ctx)

    async def work() -> None:
        async with connect(here) as client:
            done = await client.post("/bus/republish", {"after": after}, admin=True)
        if json:
            here.data(done)
            return
        here.say(_("位置 {after} 之后到 {reached} 的消息已重新发布"), after=after, reached=done["reached"])

    here.run(work())


def parked_list(ctx: typer.Context, json: Json = False) -> None:
    """List what is parked."""
    here = context.of(ctx)

    async def work() -> None:
        async with connect(here) as client:
            rows = await client.pages("/parked", admin=True)
        if json:
            here.data(rows)
            return
        heads = [_("标识"), _("科室"), _("消息"), _("原因"), _("时间"), _("可重放")]
        here.table(heads, [[r["id"], r["office"], r["kind"], r["reason"], r["at"], r["replayable"]] for r in rows])

    here.run(work())


def parked_replay(
    ctx: typer.Context, message: Annotated[int, typer.Argument(help=_("搁置消息的标识"))], json: Json = False
) -> None:
    """Try a parked message once more."""
    here = context.of(ctx)

    async def work() -> None:
        async with connect(here) as client:
            done = await client.post(f"/parked/{message}/replay", admin=True)
        if json:
            here.data(done)
            return
        here.say(_("结果：{result}"), result=done["result"])

    here.run(work())
