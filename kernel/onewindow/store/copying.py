"""Copies a SQLite store while it is written to: one snapshot, page by page, without a lock on its writer."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from onewindow.errors import Misconfigured
from onewindow.i18n import _
from onewindow.store.engine import BUSY_SECONDS

STEP_PAGES = 256


class SqliteSnapshot:
    """A SQLite file as it is at this moment, until closed; the writer goes on beside it."""

    def __init__(self, file: Path) -> None:
        self.file = file
        if not file.is_file():
            raise Misconfigured(_("数据库文件 {file} 不存在"), file=str(file))
        self._conn = sqlite3.connect(file, isolation_level=None, timeout=BUSY_SECONDS)
        self._conn.execute("PRAGMA query_only = ON")
        # The first read fixes what is seen. Every page that is copied later belongs to it, whatever is written.
        self._conn.execute("BEGIN")
        self._conn.execute("SELECT count(*) FROM sqlite_master").fetchone()

    def copy(self, target: Path, pace: Callable[[int], None] = lambda count: None) -> None:
        """Write the snapshot into a new file that stands alone.

        Raises:
            FileExistsError: there is one already.
        """
        target.touch(0o600, exist_ok=False)
        size = self._conn.execute("PRAGMA page_size").fetchone()[0]
        with closing(sqlite3.connect(target, isolation_level=None)) as conn:
            conn.execute("PRAGMA synchronous = OFF")  # synced as a whole by who asked for the copy
            self._conn.backup(conn, pages=STEP_PAGES, progress=lambda status, left, all_: pace(STEP_PAGES * size))
            conn.execute("PRAGMA journal_mode = DELETE")

    def close(self) -> None:
        self._conn.close()


def check_sqlite(file: Path) -> bool:
    """Whether SQLite finds a file whole."""
    try:
        with closing(sqlite3.connect(f"file:{file}?mode=ro&immutable=1", uri=True)) as conn:
            return [row[0] for row in conn.execute("PRAGMA quick_check(1)")] == ["ok"]
    except sqlite3.DatabaseError:
        return False
