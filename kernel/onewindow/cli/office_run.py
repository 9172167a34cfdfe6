"""`office run`: one office in a process of its own, against the centre's bus, here or on another machine."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer
import uvloop

from onewindow.cli import context, logs
from onewindow.cli.context import Context
from onewindow.errors import Misconfigured, OneWindowError, Refused
from onewindow.host.run import load_credentials, migrations_of, run_office
from onewindow.i18n import _
from onewindow.office.declaration import Office
from onewindow.plugins.discovery import discover
from onewindow.settings import Settings
from onewindow.setup.init import is_initialised


def run(
    ctx: typer.Context,
    office: Annotated[str, typer.Argument(help=_("科室标识"))],
    credentials: Annotated[Path | None, typer.Option("--credentials", help=_("凭证文件"))] = None,
    database: Annotated[str | None, typer.Option("--database", help=_("科室的数据库地址"))] = None,
) -> None:
    """Serve an office until Ctrl-C."""
    here = context.of(ctx)
    logs.configure()
    try:
        _run(here, office, credentials, database)
    except OneWindowError as error:
        here.failed(error)
    here.say(_("科室 {office} 已停止"), office=office)


def _run(here: Context, office_id: str, credentials: Path | None, database: str | None) -> None:
    settings = here.settings
    refuse_embedded(settings, office_id)
    office = installed(office_id)
    path = credentials or settings.data / "credentials" / f"{office_id}.json"
    given = load_credentials(path)
    url = database or settings.office_database(office_id)
    if url.startswith("sqlite"):
        Path(url.removeprefix("sqlite:///")).parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        for one in migrations_of(office, url):
            one.upgrade()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(
            run_office(
                office, given, url, settings.now, ready=lambda: here.say(_("科室 {office} 已上线"), office=office_id)
            )
        )


def installed(office_id: str) -> Office:
    """The declaration of an office that is installed in this environment.

    Raises:
        Misconfigured: there is none, or it cannot be used.
    """
    for found in discover():
        if found.id == office_id:
            if found.office is None or found.reason:
                raise Misconfigured(
                    _("科室模块 {id} 不能使用：{reason}"), id=office_id, reason=str(found.reason or "?")
                )
            return found.office
    raise Misconfigured(_("没有安装科室模块 {office}"), remedy=_("先安装 onewindow-{office}"), office=office_id)


def refuse_embedded(settings: Settings, office_id: str) -> None:
    """Two hosts of one office would take each other's assignments: refuse where the centre here runs it itself."""
    if is_initialised(settings) and settings.embedded and office_id not in settings.remote:
        raise Refused(
            _("科室 {office} 由这个数据目录的中心在进程内承办"),
            rule="embedded",
            remedy=_("先执行 onewindow office remote {office}，并重启中心"),
            office=office_id,
        )
