"""`bus` and `parked`: what travels on the bus, sending it again, and what could not be applied."""

from importlib.metadata import version
from pathlib import Path
from typing import Annotated

import typer

from onewindow.access.files import write_private
from onewindow.bus.serverconfig import Ports, ServerSettings
from onewindow.cli import context
from onewindow.cli.client import connect
from onewindow.cli.context import Json
from onewindow.errors import OneWindowError
from onewindow.i18n import _


def describe(ctx: typer.Context, json: Json = False) -> None:
    """Print the streams, subjects and payloads: Markdown, or AsyncAPI with --json."""
    from onewindow.bus.describe import asyncapi, markdown

    here = context.of(ctx)
    if json:
        here.data(asyncapi(version("onewindow")))
    else:
        print(markdown(), end="")


def config(
    ctx: typer.Context,
    output: Annotated[Path, typer.Option("--output", "-o", help=_("写到这个文件；里面有口令，请妥善保管"))],
    folder: Annotated[Path, typer.Option("--folder", help=_("服务器存放数据的目录"))] = Path("/var/lib/nats"),
    host: Annotated[str, typer.Option("--host", help=_("监听地址；不在本机的必须有证书"))] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", help=_("端口"))] = 4222,
    monitor: Annotated[int, typer.Option("--monitor", help=_("监控端口，只在本机监听"))] = 8222,
    cert: Annotated[Path | None, typer.Option("--cert", help=_("证书文件（PEM）"))] = None,
    key: Annotated[Path | None, typer.Option("--key", help=_("私钥文件（PEM）"))] = None,
    offices: Annotated[list[str] | None, typer.Option("--office", help=_("科室标识；本机没有安装的才要写"))] = None,
) -> None:
    """Write the configuration of a nats-server of your own: logins, permissions, JetStream that syncs always, TLS."""
    from onewindow.setup.external_bus import server_configuration

    here = context.of(ctx)
    where = ServerSettings(folder, here.settings.district.lower(), host=host, port=port, tls_cert=cert, tls_key=key)
    try:
        text = server_configuration(here.settings, where, Ports(port, monitor), offices or ())
    except OneWindowError as error:
        here.failed(error)
    output.absolute().parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    write_private(output, text.encode(), replace=True)
    here.say(_("配置已写入 {path}；用 nats-server -c {path} 启动"), path=str(output))
    scheme = "tls" if cert else "nats"
    here.say(_("然后设置 ONEWINDOW_NATS={url}"), url=f"{scheme}://{host}:{port}")


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
