"""The writing lane: one thread that commits, as one transaction, whatever queued up while the last commit ran."""

import asyncio
import concurrent.futures
import threading
from collections import deque
from collections.abc import Callable, Sequence
from queue import Empty, SimpleQueue
from typing import Any, Protocol, TypeVar, cast

from onewindow.errors import Unavailable
from onewindow.i18n import _
from onewindow.store.group import GroupRunner, Job, Outcome, Work

T = TypeVar("T")
GROUP = 256
WAITING = 256


class Caller(Protocol):
    """Where outcomes go back to."""

    def hand_back(self, done: "list[tuple[Item, Outcome[Any]]]", drained: int) -> None:
        """From the lane's thread: these are done, and so many more have left the queue."""


class Item:
    """A queued job, the future that waits for it, and the caller that it belongs to."""

    __slots__ = ("caller", "future", "job")

    def __init__(self, job: Job, future: "asyncio.Future[Any] | concurrent.futures.Future[Any]", caller: Caller):
        self.job = job
        self.future = future
        self.caller = caller


class LoopCaller:
    """One event loop's door to the lane. It lets in so many at a time; the others wait at the door, in order."""

    def __init__(self, loop: asyncio.AbstractEventLoop, queue: "SimpleQueue[Item | None]") -> None:
        self.loop = loop
        self._queue = queue
        self._free = WAITING
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._inside = 0
        self._empty = asyncio.Event()

    async def submit(self, job: Job) -> Any:
        self._inside += 1
        try:
            if self._free and not self._waiting:
                self._free -= 1
            else:
                await self._turn()
            future: asyncio.Future[Any] = self.loop.create_future()
            self._queue.put(Item(job, future, self))
            return await future
        finally:
            self._inside -= 1
            if not self._inside:
                self._empty.set()

    async def settle(self) -> None:
        """Wait until nobody is inside or at the door."""
        while self._inside:
            self._empty.clear()
            await self._empty.wait()

    async def _turn(self) -> None:
        turn: asyncio.Future[None] = self.loop.create_future()
        self._waiting.append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self._admit(1)
            raise

    def _admit(self, places: int) -> None:
        while places and self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(None)
                places -= 1
        self._free += places

    def hand_back(self, done: list[tuple[Item, Outcome[Any]]], drained: int) -> None:
        # One wake-up of the loop for a whole group: it costs more than everything else the lane does for an item.
        if not self.loop.is_closed():
            self.loop.call_soon_threadsafe(self._resolve, done, drained)

    def _resolve(self, done: list[tuple[Item, Outcome[Any]]], drained: int) -> None:
        self._admit(drained)
        for item, outcome in done:
            _set(item.future, outcome)


class BlockingCaller:
    """A thread that waits for its own work."""

    def hand_back(self, done: list[tuple[Item, Outcome[Any]]], drained: int) -> None:
        for item, outcome in done:
            _set(item.future, outcome)


def _set(future: "asyncio.Future[Any] | concurrent.futures.Future[Any]", outcome: Outcome[Any]) -> None:
    if future.done():
        return
    if outcome.error is None:
        future.set_result(outcome.result)
    elif isinstance(outcome.error, StopIteration | KeyboardInterrupt | SystemExit):
        # A future cannot carry the first, and the others are not for whoever waits for this one.
        wrapped = RuntimeError("the work ended in an unfit exception")
        wrapped.__cause__ = outcome.error
        future.set_exception(wrapped)
    else:
        future.set_exception(outcome.error)


class Lane:
    """A queue and the thread that empties it."""

    def __init__(self, name: str, runner: Callable[[], GroupRunner]) -> None:
        self._make_runner = runner
        self._queue: SimpleQueue[Item | None] = SimpleQueue()
        self._callers: dict[asyncio.AbstractEventLoop, LoopCaller] = {}
        self._last: LoopCaller | None = None
        self._closing = False
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name=f"store {name}", daemon=True)
        self._thread.start()

    async def submit(self, work: Work[T], counters: Sequence[str]) -> T:
        """Queue the work and wait for its outcome; waits before queueing while too many are queued."""
        self._check_open()
        return cast(T, await self._caller().submit(Job(work, counters)))

    def submit_now(self, work: Work[T], counters: Sequence[str]) -> T:
        """The same from a thread that may block."""
        self._check_open()
        if threading.current_thread() is self._thread:
            raise RuntimeError("work in the lane must not wait for the lane")
        future: concurrent.futures.Future[T] = concurrent.futures.Future()
        self._queue.put(Item(Job(work, counters), future, BlockingCaller()))
        return future.result()

    async def close(self) -> None:
        """Take nothing more, write all that was asked for, end the thread."""
        self._closing = True
        await self._caller().settle()
        self._queue.put(None)
        await asyncio.to_thread(self._thread.join)

    def close_now(self) -> None:
        self._closing = True
        self._queue.put(None)
        self._thread.join()

    def _check_open(self) -> None:
        if self._closing:
            raise Unavailable(_("数据库已关闭"))

    def _caller(self) -> LoopCaller:
        loop = asyncio.get_running_loop()
        last = self._last
        if last is not None and last.loop is loop:
            return last
        caller = self._callers.get(loop)
        if caller is None:
            self._callers = {known: door for known, door in self._callers.items() if not known.is_closed()}
            caller = self._callers[loop] = LoopCaller(loop, self._queue)
        self._last = caller
        return caller

    def _run(self) -> None:
        runner = self._make_runner()
        done: list[tuple[Item, Outcome[Any]]] = []
        while True:
            # What is done is handed back together with the places that the next group leaves in the queue.
            group = self._drain(wait=not done)
            _hand_back(done, group)
            if self._stopping and not group:
                break
            live = [item for item in group if not item.future.cancelled()]
            outcomes = runner.run([item.job for item in live]) if live else []
            done = list(zip(live, outcomes, strict=True))
        runner.close()

    def _drain(self, *, wait: bool) -> list[Item]:
        group: list[Item] = []
        while len(group) < GROUP:
            try:
                item = self._queue.get(block=wait and not group and not self._stopping)
            except Empty:
                break
            if item is None:
                self._stopping = True
            else:
                group.append(item)
        return group


def _hand_back(done: list[tuple[Item, Outcome[Any]]], drained: list[Item]) -> None:
    callers: dict[Caller, tuple[list[tuple[Item, Outcome[Any]]], int]] = {}
    for item, outcome in done:
        callers.setdefault(item.caller, ([], 0))[0].append((item, outcome))
    for item in drained:
        mine, count = callers.get(item.caller, ([], 0))
        callers[item.caller] = (mine, count + 1)
    for caller, (outcomes, count) in callers.items():
        caller.hand_back(outcomes, count)
