"""One of several processes on a PostgreSQL store does a thing: a lock that lives as long as its connection."""

import contextlib

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from onewindow.store.engine import Place, writer_engine


class Leader:
    """Holds `name` among all processes on this store while it lives. A SQLite store has one process anyway.

    Every call waits on the database: call it in a thread.
    """

    def __init__(self, place: Place, name: str) -> None:
        self._place = place
        self._name = name
        self._conn: Connection | None = None

    def holds(self) -> bool:
        """Whether this process holds the name now; tries to get it where it does not."""
        if self._place.dialect == "sqlite":
            return True
        try:
            if self._conn is not None:
                self._conn.execute(text("SELECT 1"))
                return True
            engine = writer_engine(self._place)
            conn = engine.connect().execution_options(isolation_level="AUTOCOMMIT")
            key = "hashtextextended(coalesce(current_schema(), '') || '/' || :name, 0)"
            if conn.scalar(text(f"SELECT pg_try_advisory_lock({key})"), {"name": self._name}):
                self._conn = conn
                return True
            conn.close()
            engine.dispose()
        except DBAPIError:
            self.release()
        return False

    def release(self) -> None:
        """Let go, so that another process may take over at once."""
        conn, self._conn = self._conn, None
        if conn is not None:
            with contextlib.suppress(DBAPIError):
                conn.close()
            conn.engine.dispose()
