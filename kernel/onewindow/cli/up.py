"""`up` and `serve`: a centre that runs until Ctrl-C, the first with all that it needs made on the way."""

import time
from datetime import timedelta
from socket import socket
from typing import Annotated

import typer
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from sqlalchemy.exc import OperationalError

from onewindow.centre import Centre
from onewindow.cli import context, logs, serving
from onewindow.cli.context import Context
from onewindow.cli.setting_up import make, print_first
from onewindow.errors import OneWindowError
from onewindow.i18n import _
from onewindow.settings import Settings
from onewindow.setup.demo import (
    SINCE,
    DemoAccount,
    DemoClock,
    DemoCode,
    demo_accounts,
    demo_codes,
    install_demo,
    matters,
    unfinished,
)
from onewindow.setup.init import FirstAccount, is_initialised

Port = Annotated[int | None, typer.Option("--port", "-p", help=_("监听端口；0 为任选一个空闲端口"), min=0, max=65535)]
Host = Annotated[str | None, typer.Option("--host", help=_("监听地址"))]


def up(
    ctx: typer.Context,
    demo: Annotated[
        bool | None, typer.Option("--demo/--no-demo", help=_("装入演示区；默认只在第一次运行时装入"))
    ] = None,
    port: Port = None,
    host: Host = None,
) -> None:
    """Run a centre: initialise if needed, migrate, the demo on the first run, serve until Ctrl-C."""
    here = context.of(ctx)
    settings = _with(here.settings, port, host)
    began = time.monotonic()
    try:
        serving.refuse_second(settings)
        if unfinished.clear(settings, keep=demo is False):
            here.say(_("==> 上次演示区没有装完，重新装入"))
        fresh = not is_initialised(settings)
        wanted = fresh if demo is None else demo and not demo_accounts(settings.data)
        taken = serving.listen(settings)
        first: list[FirstAccount] = []
        if fresh:
            here.say(_("==> 初始化数据目录 {data}"), data=str(settings.data.absolute()))
            first = _make(settings, taken, demo=wanted)
        logs.configure(settings.data / "logs" / "centre.log", console=40)
        clock = DemoClock(settings.now)
        here.say(_("==> 启动数据库、消息总线和科室"))

        async def started(centre: Centre) -> None:
            if wanted:
                await _demo(here, centre, clock)
                unfinished.done(settings)

        def ready(url: str) -> None:
            if first:
                print_first(here, first)
            accounts, codes = demo_accounts(settings.data), demo_codes(settings.data)
            _welcome(here, settings, url, accounts, codes, time.monotonic() - began)

        def stopping() -> None:
            here.say(_("==> 正在停止 …"))

        serving.run(settings, taken, started=started, ready=ready, stopping=stopping, now=clock)
    except OneWindowError as error:
        here.failed(error)
    except OperationalError as error:
        here.unreachable(error)
    here.say(_("==> 已停止，数据保留在 {data}"), data=str(settings.data.absolute()))


def serve(ctx: typer.Context, port: Port = None, host: Host = None) -> None:
    """Run an initialised centre, with its log on standard error: for a service manager."""
    here = context.of(ctx)
    settings = _with(here.settings, port, host)
    logs.configure()
    try:
        serving.refuse_second(settings)
        taken = serving.listen(settings)
        serving.run(settings, taken, ready=lambda url: here.say(_("中心已就绪：{url}"), url=url))
    except OneWindowError as error:
        here.failed(error)
    except OperationalError as error:
        here.unreachable(error)


def _make(settings: Settings, taken: socket, *, demo: bool) -> list[FirstAccount]:
    try:
        if demo:
            unfinished.begin(settings)
        return make(settings, before=SINCE if demo else timedelta(0))
    except BaseException:
        taken.close()
        raise


def _with(settings: Settings, port: int | None, host: str | None) -> Settings:
    given = {name: value for name, value in (("port", port), ("host", host)) if value is not None}
    return settings.model_copy(update=given)


async def _demo(here: Context, centre: Centre, clock: DemoClock) -> None:
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TextColumn("{task.completed}/{task.total}"))
    text = here.text(_("==> 装入演示区：三个镇街、人员账号和约两百件事项"))
    if not here.out.is_terminal:
        here.say(text)
    with Progress(*columns, TimeElapsedColumn(), console=here.out, disable=not here.out.is_terminal) as progress:
        task = progress.add_task(text, total=matters())
        await install_demo(centre, centre.settings.data, clock, step=lambda: progress.advance(task))


def _welcome(
    here: Context, settings: Settings, url: str, accounts: list[DemoAccount], codes: list[DemoCode], seconds: float
) -> None:
    here.say("")
    here.say(_("一窗已就绪（{seconds:.1f} 秒）：{url}"), seconds=seconds, url=url)
    if accounts:
        here.say(_("演示账号（密码由本机生成，也保存在 {file}）："), file=str(settings.data / "demo-accounts.json"))
        rows = [[a.login, a.password, here.text(a.role), a.name, a.place or settings.district_name] for a in accounts]
        here.table([_("登录名"), _("密码"), _("角色"), _("姓名"), _("镇街")], rows)
    if codes:
        here.say(_("可以试用的查询码（打开 {url}，选“查询进度”）："), url=url)
        here.table([_("查询码"), _("编号"), _("事项")], [[code.code, code.number, code.what] for code in codes])
    here.say(_("数据目录：{data}"), data=str(settings.data.absolute()))
    if settings.time_shift:
        here.say(_("时钟已拨 {shift}"), shift=str(timedelta(seconds=settings.time_shift)))
    here.say(_("按 Ctrl-C 停止"))
