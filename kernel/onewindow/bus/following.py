"""Following a peer's log: which places arrived since the cursor, so that a check costs one count and not a re-read."""

from dataclasses import dataclass, field

from sqlalchemy import Connection, Table, func, select

from onewindow.bus.inbox import Cursor
from onewindow.bus.wire import LogRequest


@dataclass
class Following:
    """What this process has durably applied of a peer's log beyond its cursor; lost with the process, at no harm."""

    epoch: str = ""
    pos: int = 0
    seen: set[int] = field(default_factory=set)
    limit: int = 100_000

    def start(self, cursor: Cursor | None) -> None:
        """Begin at the durable cursor."""
        self.epoch, self.pos = (cursor.epoch, cursor.pos) if cursor else ("", 0)
        self.seen.clear()

    def arrived(self, epoch: str, pos: int) -> None:
        """An event of this place has been applied or was known."""
        if epoch == self.epoch and pos > self.pos and len(self.seen) < self.limit:
            self.seen.add(pos)

    def request(self, limit: int = 200) -> LogRequest:
        """Your log after my cursor, leaving out what arrived if nothing is missing."""
        return LogRequest(
            epoch=self.epoch, pos=self.pos, upto=max(self.seen, default=0), count=len(self.seen), limit=limit
        )

    def reached(self, epoch: str, last: int | None) -> int:
        """Where the cursor stands after a page that ended at place `last`, or had no rows.

        No rows, though some arrived since the cursor, says that these were all.
        """
        if last is not None:
            return last
        if epoch != self.epoch:
            return 0
        return max(self.seen, default=self.pos)

    def moved(self, epoch: str, pos: int) -> None:
        """The durable cursor stands here now."""
        self.epoch, self.pos = epoch, pos
        self.seen = {place for place in self.seen if place > pos}


def begin_after(conn: Connection, log: Table, epoch: str, office: str | None, asked: LogRequest) -> int:
    """From which place a log request is answered: after what the asker has whole, else after its cursor."""
    if asked.epoch != epoch:
        return 0
    if asked.upto <= asked.pos:
        return asked.pos
    between = select(func.count()).select_from(log).where(log.c.pos > asked.pos, log.c.pos <= asked.upto)
    if office is not None:
        between = between.where(log.c.office == office)
    whole = conn.execute(between).scalar_one() == asked.count
    return asked.upto if whole else asked.pos
