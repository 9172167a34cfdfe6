"""The readers of a store: a few threads, each with a connection of its own, that read snapshots for whoever waits."""

import asyncio
import logging
import threading
from collections.abc import Callable
from contextlib import suppress
from queue import SimpleQueue
from typing import Any, TypeVar, cast

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

T = TypeVar("T")
Read = Callable[[Connection], Any]
Waiting = tuple[Read, "asyncio.Future[Any]", asyncio.AbstractEventLoop]

log = logging.getLogger(__name__)


class Readers:
    """Reads side by side. An executor would do, but its futures cost more than most of our reads."""

    def __init__(self, engine: Engine, threads: int) -> None:
        self._engine = engine
        self._queue: SimpleQueue[Waiting | None] = SimpleQueue()
        self._wanted = threads
        self._idle = 0
        self._threads: list[threading.Thread] = []
        self._closed = False

    async def read(self, work: Callable[[Connection], T]) -> T:
        """Read one snapshot in one of the threads."""
        if self._closed:
            raise RuntimeError("the store is closed")
        if not self._idle and len(self._threads) < self._wanted:
            self._start()
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Any] = loop.create_future()
        self._queue.put((work, future, loop))
        return cast(T, await future)

    def read_now(self, work: Callable[[Connection], T]) -> T:
        """The same, here and blocking."""
        try:
            with self._engine.connect() as conn:
                return work(conn)
        except DBAPIError as error:
            if not error.connection_invalidated:
                raise
            # The server went away in between; a read may be done twice.
            log.info("reading again on a new connection")
            with self._engine.connect() as conn:
                return work(conn)

    def close(self) -> None:
        """Finish what was asked for, end the threads."""
        self._closed = True
        for _thread in self._threads:
            self._queue.put(None)
        for thread in self._threads:
            thread.join()

    def _start(self) -> None:
        thread = threading.Thread(target=self._run, name="store read", daemon=True)
        self._threads.append(thread)
        thread.start()

    def _run(self) -> None:
        conn: Connection | None = None
        while True:
            self._idle += 1
            item = self._queue.get()
            self._idle -= 1
            if item is None:
                break
            work, future, loop = item
            result: Any = None
            failed: BaseException | None = None
            try:
                conn = conn or self._engine.connect()
                result = work(conn)
                conn.rollback()
            except BaseException as error:
                _drop(conn)
                conn, failed = None, error
                if isinstance(error, DBAPIError) and error.connection_invalidated:
                    failed, result = self._again(work)
            with suppress(RuntimeError):  # whoever waited is gone, and their loop with them
                loop.call_soon_threadsafe(_settle, future, result, failed)
        _drop(conn)

    def _again(self, work: Read) -> tuple[BaseException | None, Any]:
        try:
            return None, self.read_now(work)
        except BaseException as error:
            return error, None


def _drop(conn: Connection | None) -> None:
    if conn is not None:
        with suppress(SQLAlchemyError):
            conn.close()


def _settle(future: "asyncio.Future[Any]", result: Any, failed: BaseException | None) -> None:
    if future.done():
        return
    if failed is None:
        future.set_result(result)
    elif isinstance(failed, StopIteration | KeyboardInterrupt | SystemExit):
        wrapped = RuntimeError("the read ended in an unfit exception")
        wrapped.__cause__ = failed
        future.set_exception(wrapped)
    else:
        future.set_exception(failed)
