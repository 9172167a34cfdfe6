"""One of several processes on a PostgreSQL store does a thing: a lock that lives as long as its connection."""

import contextlib
import threading

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
        # Whoever lets go while another thread is still trying waits for it, or its connection would stay open.
        self._busy = threading.Lock()

    def holds(self) -> bool:
        """Whether this process holds the name now; tries to get it where it does not."""
        if self._place.dialect == "sqlite":
            return True
        with self._busy:
            return self._try()

    def _try(self) -> bool:
        try:
            if self._conn is not None:
                self._conn.execute(text("SELECT 1"))
                return True
            engine = writer_engine(self._place)
            self._conn = engine.connect().execution_options(isolation_level="AUTOCOMMIT")
            key = "hashtextextended(coalesce(current_schema(), '') || '/' || :name, 0)"
            if self._conn.scalar(text(f"SELECT pg_try_advisory_lock({key})"), {"name": self._name}):
                return True
            self._let_go()
        except DBAPIError:
            self._let_go()
        return False

    def release(self) -> None:
        """Let go, so that another process may take over at once."""
        with self._busy:
            self._let_go()

    def _let_go(self) -> None:
        conn, self._conn = self._conn, None
        if conn is not None:
            with contextlib.suppress(DBAPIError):
                conn.close()
            conn.engine.dispose()
