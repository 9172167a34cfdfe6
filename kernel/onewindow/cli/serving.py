"""Runs a centre with its HTTP door until it is told to stop, and then stops all of it."""

import asyncio
import contextlib
import errno
import gc
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from datetime import datetime

import uvicorn
import uvloop
from fastapi import FastAPI

from onewindow.api import create_app
from onewindow.centre import Centre
from onewindow.cli import running
from onewindow.errors import Misconfigured, Unavailable
from onewindow.i18n import _
from onewindow.settings import Settings

FINISH_SECONDS = 3
# A lane's thread hands results to the loop's: with the default of 5 ms each hand-over waits for a busy loop.
SWITCH_SECONDS = 0.001
# Requests leave hardly any cycles: the default of 700 looks for them dozens of times a second and finds none.
GARBAGE_EVERY = (20_000, 20, 50)
SIGNALS = tuple(sign for sign in (signal.SIGINT, signal.SIGTERM, getattr(signal, "SIGHUP", None)) if sign is not None)

Step = Callable[[Centre], Awaitable[None]]


class _Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        # Whoever runs the centre stops it: the server is only its door.
        yield


async def _nothing(centre: Centre) -> None:
    pass


def listen(settings: Settings) -> socket.socket:
    """Take the port before anything else is started.

    Raises:
        Misconfigured: somebody else has it.
    """
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    taken = socket.socket(family, socket.SOCK_STREAM)
    taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        taken.bind((settings.host, settings.port))
    except OSError as error:
        taken.close()
        known = error.errno == errno.EADDRINUSE
        message = _("端口 {port} 已被占用") if known else _("不能在 {host}:{port} 上监听")
        remedy = _("换一个端口：--port 8601，或 --port 0 任选一个")
        raise Misconfigured(message, remedy=remedy, port=settings.port, host=settings.host) from None
    return taken


def url_of(settings: Settings, taken: socket.socket) -> str:
    """The address that people open."""
    host, port = settings.host, taken.getsockname()[1]
    if host in ("0.0.0.0", "::"):
        host = "127.0.0.1" if host == "0.0.0.0" else "::1"
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def refuse_second(settings: Settings) -> None:
    """Refuse to start where a centre runs already.

    Raises:
        Unavailable: says where it listens.
    """
    if (found := running.find(settings)) is not None and found.pid != os.getpid():
        raise Unavailable(
            _("这个数据目录的中心正在运行：{url}（进程号 {pid}）"),
            remedy=_("直接使用它，或先停止它，或换一个数据目录：--data"),
            url=found.url,
            pid=found.pid,
        )


def run(
    settings: Settings,
    taken: socket.socket,
    *,
    started: Step = _nothing,
    ready: Callable[[str], None] = lambda url: None,
    stopping: Callable[[], None] = lambda: None,
    door: Callable[..., FastAPI] = create_app,
    now: Callable[[], datetime] | None = None,
) -> None:
    """Run a centre until Ctrl-C or SIGTERM; `now` is its clock.

    From the main thread: the bus ends with the thread that started it.
    """
    sys.setswitchinterval(SWITCH_SECONDS)
    with taken, asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_run(settings, taken, started, ready, stopping, door, now))


async def _run(
    settings: Settings,
    taken: socket.socket,
    started: Step,
    ready: Callable[[str], None],
    stopping: Callable[[], None],
    door: Callable[..., FastAPI],
    now: Callable[[], datetime] | None,
) -> None:
    with _told_to_stop() as told:
        centre = Centre(settings, now=now)
        # What fails or is cancelled while starting has stopped what it started.
        if not await _unless(told, centre.start()):
            return
        try:
            if await _unless(told, started(centre)):
                async with _open(centre, settings, taken, ready, door) as serving:
                    stop = asyncio.create_task(told.wait())
                    await asyncio.wait({serving, stop}, return_when=asyncio.FIRST_COMPLETED)
                    stop.cancel()
            stopping()
        finally:
            running.withdraw(settings)
            await centre.stop()


@contextlib.asynccontextmanager
async def _open(
    centre: Centre,
    settings: Settings,
    taken: socket.socket,
    ready: Callable[[str], None],
    door: Callable[..., FastAPI],
) -> AsyncIterator[asyncio.Task[None]]:
    url = url_of(settings, taken)
    token = running.announce(settings, url)
    config = uvicorn.Config(
        door(centre, operator_token=token),
        http="httptools",
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=FINISH_SECONDS,
    )
    server = _Server(config)
    serving = asyncio.create_task(server.serve(sockets=[taken]), name="http")
    try:
        while not server.started and not serving.done():
            await asyncio.sleep(0.005)
        if serving.done():
            await serving
        # What is there now stays: collections need not look at it again and again.
        gc.collect()
        gc.freeze()
        gc.set_threshold(*GARBAGE_EVERY)
        ready(url)
        yield serving
    finally:
        server.should_exit = True
        with contextlib.suppress(TimeoutError, asyncio.CancelledError):
            await asyncio.wait_for(serving, FINISH_SECONDS + 1)


@contextlib.contextmanager
def _told_to_stop() -> Iterator[asyncio.Event]:
    loop = asyncio.get_running_loop()
    told = asyncio.Event()
    for sign in SIGNALS:
        loop.add_signal_handler(sign, told.set)
    try:
        yield told
    finally:
        for sign in SIGNALS:
            loop.remove_signal_handler(sign)


async def _unless(told: asyncio.Event, work: Awaitable[None]) -> bool:
    """Do this to its end, unless told to stop before; whether it came to its end."""
    doing = asyncio.ensure_future(work)
    stop = asyncio.create_task(told.wait())
    await asyncio.wait({doing, stop}, return_when=asyncio.FIRST_COMPLETED)
    stop.cancel()
    if doing.done():
        await doing
        return True
    doing.cancel()
    await asyncio.gather(doing, return_exceptions=True)
    return False
