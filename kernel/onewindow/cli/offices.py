"""`office`: the modules of the offices, where they are enabled, and where they run."""

import json as json_
from pathlib import Path
from typing import Annotated

import typer

from onewindow.access.files import write_private
from onewindow.cli import context, running
from onewindow.cli.client import connect
from onewindow.cli.context import Context, Json
from onewindow.i18n import _

Office = Annotated[str, typer.Argument(help=_("科室标识"))]
Township = Annotated[str, typer.Argument(help=_("镇街区划代码"))]


def list_(ctx: typer.Context, json: Json = False) -> None:
    """List the offices."""
    here = context.of(ctx)

    async def work() -> None:
        async with connect(here) as client:
            rows = await client.pages("/offices", admin=True)
        if json:
            here.data(rows)
            return
        heads = [_("标识"), _("名称"), _("版本"), _("运行在"), _("启用处数"), _("隔离原因")]
        here.table(
            heads,
            [
                [
                    r["id"],
                    r["title"],
                    r["version"],
                    here.label(r["where"], "where"),
                    len(r["townships"]),
                    r["quarantined"],
                ]
                for r in rows
            ],
        )

    here.run(work())


def show(ctx: typer.Context, office: Office, json: Json = False) -> None:
    """Show one office."""
    here = context.of(ctx)

    async def work() -> None:
        async with connect(here) as client:
            row = await client.get(f"/offices/{office}", admin=True)
        if json:
            here.data(row)
            return
        here.fields(
            {
                _("标识"): row["id"],
                _("名称"): row["title"],
                _("版本"): row["version"],
                _("运行在"): here.label(row["where"], "where"),
                _("办理"): row["handles"],
                _("启用于"): row["townships"],
                _("隔离原因"): row["quarantined"],
                _("搁置的消息"): row["parked"],
            }
        )

    here.run(work())


def enable(ctx: typer.Context, office: Office, township: Township) -> None:
    """Enable an office in a township."""
    _switch(ctx, office, township, "PUT", _("{office} 已在 {township} 启用"))


def disable(ctx: typer.Context, office: Office, township: Township) -> None:
    """Disable an office in a township; its cases stay and can be read."""
    _switch(ctx, office, township, "DELETE", _("{office} 已在 {township} 停用"))


def _switch(ctx: typer.Context, office: str, township: str, method: str, message: str) -> None:
    here = context.of(ctx)

    async def work() -> None:
        async with connect(here) as client:
            await client.send(method, f"/townships/{township}/offices/{office}", admin=True)
        here.say(message, office=office, township=township)

    here.run(work())


def manifest(ctx: typer.Context, office: Office) -> None:
    """Print an office's manifest as JSON."""
    here = context.of(ctx)

    async def work() -> None:
        async with connect(here) as client:
            here.data((await client.get(f"/offices/{office}/manifest", admin=True))["manifest"])

    here.run(work())


def diagram(ctx: typer.Context, office: Office) -> None:
    """Print an office's state diagrams as Mermaid."""
    here = context.of(ctx)

    async def work() -> None:
        async with connect(here) as client:
            found = await client.get(f"/offices/{office}/diagram", admin=True)
        print((found or b"").decode(), end="")

    here.run(work())


def credentials(
    ctx: typer.Context,
    office: Office,
    output: Annotated[Path | None, typer.Option("--output", "-o", help=_("写到这个文件；默认在数据目录下"))] = None,
) -> None:
    """Write the credentials file of an office that runs on its own; it is a secret."""
    here = context.of(ctx)
    path = output or here.settings.data / "credentials" / f"{office}.json"

    async def work() -> None:
        async with connect(here) as client:
            found = await client.post(f"/offices/{office}/credentials", admin=True)
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_private(path, json_.dumps(found, indent=2).encode() + b"\n", replace=True)
        here.say(_("凭证已写入 {path}（仅本人可读，请妥善保管）"), path=str(path))

    here.run(work())


def remote(ctx: typer.Context, office: Office) -> None:
    """Let an office run on its own from the centre's next start."""
    here = context.of(ctx)
    _keep(here, here.settings.remote | {office})
    here.say(_("{office} 改为单独运行；重启中心后执行 onewindow office run {office}"), office=office)


def embedded(ctx: typer.Context, office: Office) -> None:
    """Let an office run in the centre's process again, from its next start."""
    here = context.of(ctx)
    _keep(here, here.settings.remote - {office})
    here.say(_("{office} 改由中心进程承办；重启中心后生效"), office=office)


def _keep(here: Context, offices: frozenset[str]) -> None:
    here.settings.data.mkdir(parents=True, exist_ok=True, mode=0o700)
    running.remember(here.settings.data, remote_offices=",".join(sorted(offices)))
