"""The embedded nats-server: a child process that is started, watched, restarted and stopped with the centre."""

import asyncio
import contextlib
import logging
import os
import signal
import sys
from collections.abc import Sequence
from typing import Final

from onewindow.bus.credentials import NatsUser, write_private
from onewindow.bus.serverconfig import (
    Health,
    Ports,
    ServerSettings,
    check_server,
    choose_ports,
    command_of,
    configuration,
    fetch,
    find_binary,
)
from onewindow.errors import Misconfigured, Unavailable
from onewindow.i18n import _
from onewindow.store.engine import FileLock

log = logging.getLogger(__name__)

# Runs in the child before it becomes nats-server: ask to be ended with the parent, unless that is gone already. In a
# small interpreter and not between fork and exec, where a process with threads must not run Python.
_END_WITH_PARENT: Final = (
    "import ctypes,os,sys;"
    "ctypes.CDLL(None).prctl(1,15,0,0,0);"
    "os.getppid()==int(sys.argv[1]) or sys.exit(1);"
    "os.execv(sys.argv[2],sys.argv[2:])"
)
_READY_SECONDS = 60.0  # recovering a large store takes a while
_STOP_SECONDS = 10.0


class EmbeddedServer:
    """One server on one folder. Start it from the main thread: the child ends with the thread that made it."""

    def __init__(self, settings: ServerSettings, users: Sequence[NatsUser]) -> None:
        self.settings = settings
        self._users = list(users)
        self._lock = FileLock(settings.folder / "nats-server")
        self._process: asyncio.subprocess.Process | None = None
        self._keeper: asyncio.Task[None] | None = None
        self._ports = Ports(0, 0)
        self._stopping = False
        self.restarts = 0
        self.health = Health((), None)

    @property
    def url(self) -> str:
        return f"{'tls' if self.settings.tls_cert else 'nats'}://{self.settings.host}:{self._ports.client}"

    @property
    def monitor_url(self) -> str:
        return f"http://127.0.0.1:{self._ports.monitor}"

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process is not None and self._process.returncode is None else None

    async def start(self) -> None:
        """Start and wait until JetStream is ready.

        Raises:
            Unavailable: if another centre has the folder.
            Misconfigured: if there is no usable binary, the port is taken, or the server does not come up.
        """
        self.settings.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        binary = await asyncio.to_thread(find_binary, self.settings.binary)
        try:
            self._lock.acquire()
        except Unavailable as error:
            raise Unavailable(
                _("另一个进程正在使用消息总线的数据目录 {folder}"),
                remedy=_("请先停止该进程"),
                folder=str(self.settings.folder),
            ) from error
        try:
            await self._end_leftover()
            self._ports = choose_ports(self.settings)
            self._write_config()
            self._command = [str(binary), "-c", str(self.settings.config.absolute())]
            await self._spawn()
            self.health = await check_server(self.monitor_url)
        except BaseException:
            await self._end_child()
            self._lock.release()
            raise
        self._stopping = False
        self._keeper = asyncio.create_task(self._keep(), name="nats-server")

    async def stop(self) -> None:
        """End the child and wait for it."""
        self._stopping = True
        if self._keeper is not None:
            self._keeper.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._keeper
        await self._end_child()
        self._lock.release()

    async def reload(self, users: Sequence[NatsUser]) -> None:
        """Change the users: who was added can log in, who was removed is disconnected, nobody else notices.

        Raises:
            Unavailable: if the server did not take it in time; the file is written, a restart will.
        """
        self._users = list(users)
        before = await asyncio.to_thread(fetch, self.monitor_url + "/varz")
        self._write_config()
        if self.pid is None or before is None:
            return
        with contextlib.suppress(ProcessLookupError):  # it ended just now, and starts again with the new file
            os.kill(self.pid, signal.SIGHUP)
        for _attempt in range(100):
            now = await asyncio.to_thread(fetch, self.monitor_url + "/varz")
            if now is not None and now.get("config_load_time") != before.get("config_load_time"):
                return
            await asyncio.sleep(0.02)
        raise Unavailable(_("消息总线没有重新载入账号"))

    def _write_config(self) -> None:
        write_private(self.settings.config, configuration(self.settings, self._ports, self._users))

    async def _spawn(self) -> None:
        command = self._command
        if sys.platform == "linux":
            command = [sys.executable, "-I", "-S", "-c", _END_WITH_PARENT, str(os.getpid()), *command]
        # A session of its own: Ctrl-C ends the centre, and the centre ends the server when it has no more use for it.
        self._process = await asyncio.create_subprocess_exec(
            *command,
            start_new_session=True,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )
        await self._ready(self._process)

    async def _ready(self, process: asyncio.subprocess.Process) -> None:
        deadline = asyncio.get_running_loop().time() + _READY_SECONDS
        while asyncio.get_running_loop().time() < deadline:
            if process.returncode is not None:
                break
            page = await asyncio.to_thread(fetch, self.monitor_url + "/healthz")
            if page is not None and page.get("status") == "ok":
                return
            await asyncio.sleep(0.01)
        raise Misconfigured(
            _("消息总线没有启动成功"), remedy=_("请查看 {log}"), log=str(self.settings.folder / "nats-server.log")
        )

    async def _keep(self) -> None:
        """Start it again whenever it ends, at once the first time, slower when it keeps ending."""
        pause = 0.0
        loop = asyncio.get_running_loop()
        while self._process is not None:
            since = loop.time()
            code = await self._process.wait()
            pause = 0.0 if loop.time() - since > 30 else min(2 * pause + 0.1, 5.0)
            log.error("bus: nats-server ended (%s), starting it again", code)
            while True:
                await asyncio.sleep(pause)
                self.restarts += 1
                try:
                    await self._spawn()
                    break
                except (OSError, Misconfigured):
                    await self._end_child()
                    pause = min(2 * pause + 0.1, 5.0)
                    log.error("bus: nats-server does not start; next attempt in %.1f s", pause)

    async def _end_child(self) -> None:
        process = self._process
        if process is None:
            return
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.terminate()
            try:
                async with asyncio.timeout(_STOP_SECONDS):
                    await process.wait()
            except TimeoutError:
                with contextlib.suppress(ProcessLookupError):
                    process.kill()
                await process.wait()
        self._process = None

    async def _end_leftover(self) -> None:
        """End a server that outlived the centre before us; two on one store would lose acknowledged messages."""
        try:
            pid = int(self.settings.pid_file.read_text())
        except (OSError, ValueError):
            return
        ours = str(self.settings.config.absolute())
        for sign, seconds in ((signal.SIGTERM, 5.0), (signal.SIGKILL, 5.0)):
            # A number may have been given to another process: it has to be a nats-server on our configuration.
            command = command_of(pid)
            if "nats-server" not in command or ours not in command:
                break
            log.warning("bus: ending nats-server %d, left over from before", pid)
            try:
                os.kill(pid, sign)
            except ProcessLookupError:
                break
            except PermissionError as error:
                raise Unavailable(_("消息总线的旧进程 {pid} 仍在运行，无权结束"), pid=pid) from error
            for _attempt in range(int(seconds / 0.05)):
                if ours not in command_of(pid):
                    break
                await asyncio.sleep(0.05)
        self.settings.pid_file.unlink(missing_ok=True)
