"""The loop that turns clocks and runs what else is due, catching up after the centre was off."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial

import structlog

from onewindow.clocks.turning import Turned, candidates, next_turn, turn_clock
from onewindow.store import Store, Tx

Job = Callable[[Tx, datetime], int]

log = structlog.get_logger(__name__)


class Scheduler:
    """Turns clocks and runs jobs until nothing is left, then sleeps until the next clock turns or for one tick.

    Each clock is a piece of work of its own, so that one that cannot be turned holds up no other. Any number of
    replicas may run one: each turn happens once.
    """

    def __init__(
        self,
        store: Store,
        now: Callable[[], datetime],
        on_turned: Callable[[Tx, Turned], None],
        *,
        jobs: Sequence[tuple[str, Job]] = (),
        tick: float = 30.0,
        limit: int = 200,
    ) -> None:
        self._store = store
        self._now = now
        self._on_turned = on_turned
        self._jobs = dict(jobs)
        self._tick = tick
        self._limit = limit
        self._woken = asyncio.Event()

    def add(self, name: str, job: Job) -> None:
        """Register what else becomes due; called until it returns 0, each call in a transaction of its own."""
        if name in self._jobs:
            raise ValueError(f"a job named {name!r} is registered already")
        self._jobs[name] = job

    def wake(self) -> None:
        """Look now, because something has changed. Call it in the loop's thread."""
        self._woken.set()

    async def run(self) -> None:
        """Run until cancelled; a failure is logged and tried again at the next tick."""
        while True:
            self._woken.clear()
            try:
                await self.catch_up()
                pause = await self._until_next()
            except Exception:
                log.exception("scheduler.failed")
                pause = self._tick
            try:
                async with asyncio.timeout(pause):
                    await self._woken.wait()
            except TimeoutError:
                continue

    async def catch_up(self) -> int:
        """Do everything that is due now, and say how much there was."""
        done = 0
        for name, job in list(self._jobs.items()):
            try:
                while count := await self._store.write(partial(_run, job, self._now())):
                    done += count
            except Exception:
                log.exception("scheduler.job_failed", job=name)
        return done + await self._turn_all()

    async def _turn_all(self) -> int:
        now = self._now()
        done = 0
        stuck: set[str] = set()
        while True:
            # Those that failed stay in front of the queue: look past them.
            limit = self._limit + len(stuck)
            found = await self._store.read(partial(candidates, now=now, limit=limit))
            todo = [clock_id for clock_id in found if clock_id not in stuck]
            if not todo:
                return done
            works = [self._store.write(partial(self._turn, clock_id, now)) for clock_id in todo]
            for clock_id, result in zip(todo, await asyncio.gather(*works, return_exceptions=True), strict=True):
                if isinstance(result, BaseException):
                    if not isinstance(result, Exception):
                        raise result
                    stuck.add(clock_id)
                    log.error("scheduler.turn_failed", clock=clock_id, exc_info=result)
                else:
                    done += result

    def _turn(self, clock_id: str, now: datetime, tx: Tx) -> int:
        turned = turn_clock(tx, clock_id, now)
        for each in turned:
            self._on_turned(tx, each)
        return len(turned)

    async def _until_next(self) -> float:
        due = await self._store.read(next_turn)
        if due is None:
            return self._tick
        # A moment late rather than early: an instant that is not over yet must not turn anything.
        wait: float = (due - self._now() + timedelta(milliseconds=5)).total_seconds()
        return min(max(wait, 0.05), self._tick)


def _run(job: Job, now: datetime, tx: Tx) -> int:
    return job(tx, now)
