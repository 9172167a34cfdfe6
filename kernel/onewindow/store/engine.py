"""Engines for the two databases, set up so that both keep the same promises: durable, checked, in UTC."""

import fcntl
import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import orjson
from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import ArgumentError

from onewindow.errors import Misconfigured, Unavailable
from onewindow.i18n import _

DialectName = Literal["sqlite", "postgresql"]
BUSY_SECONDS = 5
CHECKPOINT_PAGES = 4000
# A kernel whose machine or line is gone must not hold the counters' rows against the others for hours.
HOLD_LOCKS_BRIEFLY = (
    "idle_in_transaction_session_timeout=60s",
    "tcp_keepalives_idle=20",
    "tcp_keepalives_interval=5",
    "tcp_keepalives_count=3",
)


@dataclass(frozen=True)
class Place:
    """Where a store lives: a SQLite file, or a schema of a PostgreSQL database."""

    url: URL
    schema: str | None

    @classmethod
    def parse(cls, url: str, schema: str | None = None) -> "Place":
        try:
            parsed = make_url(url)
        except ArgumentError as error:
            raise Misconfigured(_("数据库地址无法识别")) from error
        backend = parsed.get_backend_name()
        if backend == "sqlite":
            if not parsed.database or parsed.database == ":memory:":
                raise Misconfigured(_("数据库地址须指明文件，如 sqlite:////srv/onewindow/kernel.db"))
            return cls(parsed.set(drivername="sqlite"), None)
        if backend != "postgresql":
            raise Misconfigured(_("只支持 SQLite 和 PostgreSQL，不支持 {backend}"), backend=backend)
        if schema is not None and not re.fullmatch(r"[a-z_][a-z0-9_]{0,62}", schema):
            raise Misconfigured(_("数据库模式名 {schema} 不合规：只用小写字母、数字和下划线"), schema=schema)
        return cls(parsed.set(drivername="postgresql+psycopg"), schema)

    @property
    def dialect(self) -> DialectName:
        return "sqlite" if self.url.get_backend_name() == "sqlite" else "postgresql"

    @property
    def file(self) -> Path | None:
        """The SQLite file."""
        return Path(self.url.database or "") if self.dialect == "sqlite" else None

    def __str__(self) -> str:
        return self.url.render_as_string(hide_password=True) + (f"#{self.schema}" if self.schema else "")


def writer_engine(place: Place) -> Engine:
    """The engine of a lane: one connection, each transaction a writing one from its first statement."""
    engine = _engine(place, connections=1, session=HOLD_LOCKS_BRIEFLY)
    if place.dialect == "sqlite":
        checkpoint = f"wal_autocheckpoint = {CHECKPOINT_PAGES}"
        _on_connect(engine, ["journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON", checkpoint])
        _begin_with(engine, "BEGIN IMMEDIATE")
        # Many rows in one statement: sqlite3 gives up the interpreter for every single row of an executemany, and
        # beside a busy event loop each time costs a switch interval to get it back. psycopg pipelines them by itself.
        engine.dialect.use_insertmanyvalues_wo_returning = True
    return engine


def reader_engine(place: Place, connections: int) -> Engine:
    """The engine for reading: each transaction sees one snapshot, and a write is refused."""
    engine = _engine(place, connections=connections)
    if place.dialect == "sqlite":
        _on_connect(engine, ["query_only = ON"])
        _begin_with(engine, "BEGIN")
        return engine
    return engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)


def migration_engine(place: Place) -> Engine:
    """The engine for changing tables: SQLite rebuilds them, which needs foreign keys off until the check at the end."""
    engine = _engine(place, connections=1)
    if place.dialect == "sqlite":
        _on_connect(engine, ["journal_mode = WAL", "synchronous = FULL", "foreign_keys = OFF"])
        _begin_with(engine, "BEGIN IMMEDIATE")
    return engine


def create_schema(conn: Connection, schema: str | None) -> None:
    """Make the schema where it is missing; it comes before anything that looks for tables in it."""
    if schema is not None and conn.dialect.name == "postgresql":
        conn.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))"), {"name": f"schema/{schema}"})
        known = conn.scalar(text("SELECT 1 FROM pg_namespace WHERE nspname = :name"), {"name": schema})
        if not known:
            conn.execute(text(f'CREATE SCHEMA "{schema}"'))


def _engine(place: Place, *, connections: int, session: tuple[str, ...] = ()) -> Engine:
    connect: dict[str, Any]
    if place.dialect == "sqlite":
        # Transactions begin and end where we say, not where the driver guesses.
        connect = {"isolation_level": None, "check_same_thread": False, "timeout": BUSY_SECONDS}
    else:
        settings = ["timezone=UTC", *([f"search_path={place.schema}"] if place.schema else []), *session]
        options = " ".join(f"-c {setting}" for setting in settings)
        connect = {"options": options, "connect_timeout": BUSY_SECONDS}
    return create_engine(
        place.url,
        pool_size=connections,
        max_overflow=4,
        connect_args=connect,
        json_serializer=_to_json,
        json_deserializer=orjson.loads,
    )


def _to_json(value: Any) -> str:
    # Dates have to be written by who knows what they mean.
    return orjson.dumps(value, option=orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_PASSTHROUGH_DATACLASS).decode()


def _on_connect(engine: Engine, pragmas: list[str]) -> None:
    def prepare(connection: Any, record: object) -> None:
        cursor = connection.cursor()
        for pragma in [*pragmas, "trusted_schema = OFF"]:
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    event.listen(engine, "connect", prepare)


def _begin_with(engine: Engine, statement: str) -> None:
    def begin(conn: Connection) -> None:
        conn.exec_driver_sql(statement)

    event.listen(engine, "begin", begin)


class FileLock:
    """Beside a SQLite file while a process has it: a second opener is refused. The system frees it with the process."""

    def __init__(self, file: Path) -> None:
        self.path = file.with_name(file.name + ".lock")
        self._descriptor: int | None = None

    def acquire(self) -> None:
        descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.read(descriptor, 20).decode(errors="replace").strip()
            os.close(descriptor)
            raise Unavailable(
                _("数据库文件 {file} 正由另一个进程（进程号 {holder}）使用"),
                remedy=_("请先停止该进程，或通过正在运行的服务办理"),
                file=str(self.path.with_suffix("")),
                holder=holder,
            ) from None
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, str(os.getpid()).encode(), 0)
        self._descriptor = descriptor

    def release(self) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


def hold(place: Place) -> Callable[[], None]:
    """Lock a SQLite file for this process; gives back what frees it. PostgreSQL is there to be shared."""
    if place.file is None:
        return lambda: None
    place.file.parent.mkdir(parents=True, exist_ok=True)
    lock = FileLock(place.file)
    lock.acquire()
    return lock.release
