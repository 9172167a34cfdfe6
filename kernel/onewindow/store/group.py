"""Running a group of works in one transaction, and finding the one that fails without harm to the others."""

import logging
import random
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from types import CoroutineType
from typing import Any, Generic, TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from onewindow.errors import Unavailable, Unconfirmed
from onewindow.i18n import _
from onewindow.store.inserts import Plans
from onewindow.store.tx import Tx

T = TypeVar("T")
Work = Callable[[Tx], T]
ATTEMPTS = 8
# So many works share a savepoint at first: of a full group, one or a few usually fail.
PART = 16
# PostgreSQL: serialization failure, deadlock, lock not available. All are cured by trying again.
PASSING_STATES = {"40001", "40P01", "55P03"}

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Outcome(Generic[T]):
    """What became of one work."""

    result: T | None = None
    error: BaseException | None = None


@dataclass(frozen=True, slots=True)
class Job:
    """A work and the numbers that it will draw."""

    work: Work[Any]
    counters: Sequence[str]


class Offline(Exception):
    """No transaction could be begun."""


class InDoubt(Exception):
    """The connection broke while the commit was on its way."""


class GroupRunner:
    """Owns the writing connection; used by one thread."""

    def __init__(self, engine: Engine, plans: Plans) -> None:
        self._engine = engine
        self._plans = plans
        self._connection: Connection | None = None

    def run(self, jobs: Sequence[Job]) -> list[Outcome[Any]]:
        """All works in one transaction; if anything fails, once more with savepoints; at worst one by one."""
        try:
            try:
                return self._together(jobs)
            except (Offline, InDoubt):
                raise
            except BaseException as error:
                if len(jobs) == 1 and not _passing(error):
                    return [Outcome(error=error)]
            try:
                return self._apart(jobs)
            except (Offline, InDoubt):
                raise
            except BaseException:
                # The transaction itself failed: a deadlock, a lost connection, a constraint checked at the commit.
                log.warning("a group of %d had to be written one by one", len(jobs), exc_info=True)
        except Offline as cause:
            return [Outcome(error=_unavailable(cause)) for _job in jobs]
        except InDoubt as cause:
            return [Outcome(error=_unconfirmed(cause)) for _job in jobs]
        return [self._alone(job) for job in jobs]

    def close(self) -> None:
        self._drop()

    def _together(self, jobs: Sequence[Job]) -> list[Outcome[Any]]:
        with self._transaction(jobs) as tx:
            return _each(tx, jobs)

    def _apart(self, jobs: Sequence[Job]) -> list[Outcome[Any]]:
        with self._transaction(jobs) as tx:
            parts = [jobs[start : start + PART] for start in range(0, len(jobs), PART)]
            return [outcome for part in parts for outcome in self._split(tx, part)]

    def _split(self, tx: Tx, jobs: Sequence[Job]) -> list[Outcome[Any]]:
        """Under one savepoint if that goes well, else in halves, down to the single work that fails."""
        try:
            with tx.savepoint():
                return _each(tx, jobs)
        except BaseException as error:
            if tx.lost or _passing(error):
                # Another try here would go on holding the very locks that the other side waits for.
                raise
            if len(jobs) == 1:
                return [Outcome(error=error)]
        half = len(jobs) // 2
        return self._split(tx, jobs[:half]) + self._split(tx, jobs[half:])

    def _alone(self, job: Job) -> Outcome[Any]:
        for attempt in range(1, ATTEMPTS + 1):
            try:
                return self._together([job])[0]
            except Offline as cause:
                return Outcome(error=_unavailable(cause))
            except InDoubt as cause:
                return Outcome(error=_unconfirmed(cause))
            except BaseException as error:
                if not _passing(error) or attempt == ATTEMPTS:
                    return Outcome(error=error)
                # Two kernels that deadlock must not go on in step.
                time.sleep(random.uniform(0, 0.01 * attempt))
        raise AssertionError("the last attempt returns")

    @contextmanager
    def _transaction(self, jobs: Sequence[Job]) -> Iterator[Tx]:
        try:
            conn = self._connect()
            transaction = conn.begin()
        except SQLAlchemyError as error:
            self._drop()
            raise Offline from error
        tx = Tx(conn, self._plans)
        committing = False
        try:
            tx.reserve([key for job in jobs for key in job.counters])
            yield tx
            tx.finish()
            callbacks = tx.end()
            committing = True
            transaction.commit()
        except BaseException as error:
            tx.end()
            if conn.invalidated:
                self._drop()
                if committing:
                    raise InDoubt from error
            else:
                try:
                    transaction.rollback()
                except SQLAlchemyError:
                    self._drop()
            raise
        for callback in callbacks:
            try:
                callback()
            except Exception:
                log.exception("a callback after the commit failed")

    def _connect(self) -> Connection:
        if self._connection is None:
            self._connection = self._engine.connect()
        return self._connection

    def _drop(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(SQLAlchemyError):
                connection.close()


def _each(tx: Tx, jobs: Sequence[Job]) -> list[Outcome[Any]]:
    """Run the works one after the other. One that refuses before it changed anything in the database harms nobody;
    any other failure is the whole group's."""
    outcomes: list[Outcome[Any]] = []
    for job in jobs:
        tx.begin_item()
        try:
            outcomes.append(Outcome(result=_call(job.work, tx)))
        except Exception as error:
            if len(jobs) == 1 or isinstance(error, SQLAlchemyError) or not tx.undo_item():
                raise
            outcomes.append(Outcome(error=error))
    return outcomes


def _call(work: Work[T], tx: Tx) -> T:
    result = work(tx)
    if isinstance(result, CoroutineType):
        result.close()
        raise TypeError("work is a plain function: the lane awaits nothing")
    return result


def _passing(error: BaseException) -> bool:
    """A second try may go through."""
    if not isinstance(error, DBAPIError):
        return False
    return error.connection_invalidated or getattr(error.orig, "sqlstate", None) in PASSING_STATES


def _unavailable(cause: BaseException) -> Unavailable:
    error = Unavailable(_("数据库暂时不可用"), remedy=_("请稍后再试"))
    error.__cause__ = cause.__cause__
    return error


def _unconfirmed(cause: BaseException) -> Unconfirmed:
    error = Unconfirmed(_("数据库连接在提交时中断，是否已保存尚不确定"), remedy=_("请刷新查看结果后再决定是否重新提交"))
    error.__cause__ = cause.__cause__
    return error
