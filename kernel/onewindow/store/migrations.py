"""Changing tables with Alembic: each distribution brings its revisions and has a version table of its own."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Column, Connection, MetaData, String, Table, inspect, text

from onewindow.errors import Misconfigured
from onewindow.i18n import _
from onewindow.store.engine import Place, create_schema, hold, migration_engine
from onewindow.store.sql import advisory_lock, upsert

ENVIRONMENT = Path(__file__).parent / "alembic"
KERNEL_VERSIONS = Path(__file__).parent / "versions"
KERNEL_VERSION_TABLE = "alembic_onewindow"


@dataclass(frozen=True)
class Migrations:
    """The revisions of one distribution, and the database that they are for."""

    url: str
    schema: str | None
    locations: Sequence[Path]
    version_table: str
    metadata: MetaData

    def upgrade(self, revision: str = "head", *, lock: bool = True) -> None:
        """Bring the tables forward, all of it or nothing. `lock` is off where the caller holds the file's lock."""
        self._run(lambda config: command.upgrade(config, revision), lock=lock)

    def downgrade(self, revision: str, *, lock: bool = True) -> None:
        """Take the tables back, to `base` for none."""
        self._run(lambda config: command.downgrade(config, revision), lock=lock)

    def current(self) -> str | None:
        """The revision that the database is at; None before the first."""
        with self._connection() as conn:
            return self._current(conn)

    def heads(self) -> tuple[str, ...]:
        """The newest revision that is installed; more than one is a mistake of the distribution's."""
        return tuple(self._scripts().get_heads())

    def knows(self, revision: str) -> bool:
        """Whether these are the revisions that a database of this one was made with."""
        return revision in {script.revision for script in self._scripts().walk_revisions()}

    def check(self) -> None:
        """Refuse a database that this code must not run on: behind it, or ahead by a release too many."""
        heads = self.heads()
        if len(heads) != 1:
            message = _("{table} 的迁移脚本须有且只有一个末端，现有：{heads}")
            raise Misconfigured(message, table=self.version_table, heads=", ".join(heads))
        with self._connection() as conn:
            current, oldest = self._current(conn), self._oldest(conn)
        known = {script.revision for script in self._scripts().walk_revisions()}
        newer = current is not None and current not in known
        if current == heads[0] or (newer and (oldest is None or oldest in known)):
            return
        if not newer:
            raise Misconfigured(
                _("数据库结构为 {current}，程序需要 {head}"),
                remedy=_("请运行 onewindow migrate"),
                current=current,
                head=heads[0],
            )
        raise Misconfigured(
            _("数据库结构 {current} 比程序新，至少需要 {oldest} 版的程序"),
            remedy=_("请升级程序"),
            current=current,
            oldest=oldest,
        )

    def differences(self) -> list[Any]:
        """What the models say and the database does not; empty when the revisions are complete."""
        with self._connection() as conn:
            mine = {"include_name": lambda name, kind, parents: kind != "table" or name in self.metadata.tables}
            return list(compare_metadata(MigrationContext.configure(conn, opts=mine), self.metadata))

    def make_revision(self, message: str) -> Path:
        """For developers: write the next revision from what the models say against this database (which is brought to
        the head first); its id is the next number."""
        self.upgrade()
        number = f"{len(list(self._scripts().walk_revisions())) + 1:04d}"
        made: list[Path] = []

        def write(config: Config) -> None:
            script = command.revision(
                config, message, autogenerate=True, rev_id=number, version_path=str(self.locations[0])
            )
            assert script is not None and not isinstance(script, list)
            made.append(Path(script.path))

        self._run(write, lock=True)
        return made[0]

    def _run(self, action: Any, *, lock: bool) -> None:
        place = Place.parse(self.url, self.schema)
        unlock = hold(place) if lock else lambda: None
        try:
            with self._connection() as conn:
                with conn.begin():
                    create_schema(conn, place.schema)
                # Begun here, so that Alembic leaves the commit to us.
                with conn.begin():
                    advisory_lock(conn, f"migrate/{self.version_table}")
                    action(self._config(conn))
                    self._note_oldest(conn)
                    _check_references(conn)
        finally:
            unlock()

    @contextmanager
    def _connection(self) -> Iterator[Connection]:
        engine = migration_engine(Place.parse(self.url, self.schema))
        try:
            with engine.connect() as conn:
                yield conn
        finally:
            engine.dispose()

    def _config(self, conn: Connection | None = None) -> Config:
        config = Config()
        options = {
            "script_location": str(ENVIRONMENT),
            "version_locations": os.pathsep.join(str(location) for location in self.locations),
            "path_separator": "os",
            "file_template": "%(rev)s_%(slug)s",
        }
        for name, value in options.items():
            config.set_main_option(name, value.replace("%", "%%"))
        config.attributes.update(connection=conn, metadata=self.metadata, version_table=self.version_table)
        return config

    def _scripts(self) -> ScriptDirectory:
        return ScriptDirectory.from_config(self._config())

    def _current(self, conn: Connection) -> str | None:
        return MigrationContext.configure(conn, opts={"version_table": self.version_table}).get_current_revision()

    def _note_oldest(self, conn: Connection) -> None:
        """Leave word for code older than these revisions whether it may still run: it cannot read them."""
        oldest = None
        if (current := self._current(conn)) is not None:
            for script in self._scripts().iterate_revisions(current, "base"):
                if (oldest := getattr(script.module, "oldest", None)) is not None:
                    break
        table = _oldest_table()
        table.create(conn, checkfirst=True)
        row = {"version_table": self.version_table, "revision": oldest}
        conn.execute(upsert(table, conn.dialect.name, key=["version_table"], update=["revision"]), row)

    def _oldest(self, conn: Connection) -> str | None:
        table = _oldest_table()
        if not inspect(conn).has_table(table.name):
            return None
        found: str | None = conn.scalar(
            table.select().with_only_columns(table.c.revision).where(table.c.version_table == self.version_table)
        )
        return found


def upgrade(url: str, schema: str | None, locations: Sequence[Path], version_table: str, metadata: MetaData) -> None:
    """Bring one distribution's tables to its newest revision."""
    Migrations(url, schema, locations, version_table, metadata).upgrade()


def _oldest_table() -> Table:
    return Table(
        "schema_oldest",
        MetaData(),
        Column("version_table", String, primary_key=True),
        Column("revision", String, nullable=True),
    )


def _check_references(conn: Connection) -> None:
    """SQLite rebuilt its tables with foreign keys off; nothing may point nowhere when they are on again."""
    if conn.dialect.name == "sqlite" and (broken := conn.execute(text("PRAGMA foreign_key_check")).fetchall()):
        raise Misconfigured(_("迁移后有 {count} 行引用失效，已撤销"), count=len(broken))
