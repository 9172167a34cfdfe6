"""What a store must know once it came from a backup: a new epoch of its log, and numbers that are not drawn twice."""

import math
import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import orjson
from pydantic import AwareDatetime, BaseModel
from sqlalchemy import Connection, select

from onewindow.access.tables import SESSION
from onewindow.bus.log import Log
from onewindow.bus.tables import bus_tables
from onewindow.host.forward import mark_behind
from onewindow.host.tables import BUS
from onewindow.office.types import law_day
from onewindow.organisation.tables import TOWNSHIP
from onewindow.setup.backup.manifest import Manifest
from onewindow.store import Store, Tx
from onewindow.store.base import KernelTable
from onewindow.store.counters import counter_table

RESTORED = "restored"
LEAST = 1000
# A thousand, or more where the lost days, three times as busy as those before, would have needed more.
FACTOR = 3
_SERIES = re.compile(r"(?P<head>(?:case|sealed|doc):(?P<township>[^:]+)(?::[^:]+)?):(?P<year>\d{4})(?P<tail>:sealed)?")


class Restored(BaseModel):
    """The last restore of the kernel's store: from which backup, and which numbers were left out because of it."""

    backup: str
    taken: AwareDatetime
    restored: AwareDatetime
    skipped: dict[str, tuple[int, int]] = {}


@dataclass(frozen=True, slots=True)
class Moved:
    """A counter that goes on further up: the numbers from `first` to `last` are left out."""

    key: str
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Lost:
    """The span between a backup and its restore, in which numbers were drawn that nobody remembers."""

    taken: datetime
    restored: datetime
    skip: int | None = None
    townships: tuple[str, ...] = field(default=())

    @property
    def years(self) -> range:
        return range(law_day(self.taken).year, law_day(self.restored).year + 1)


def renew_kernel(store: Store, manifest: Manifest, now: datetime, skip: int | None) -> Restored:
    """The kernel's store as it goes on: sessions ended, counters moved past what may have been drawn, a new epoch."""
    log = Log(bus_tables(KernelTable.metadata), "")

    def work(tx: Tx) -> Restored:
        tx.execute(SESSION.delete())
        counters = counter_table(KernelTable.metadata)
        townships = tuple(tx.execute(select(TOWNSHIP.c.code)).scalars())
        known: dict[str, int] = {row.key: row.value for row in tx.execute(select(counters))}
        moves = moved(known, Lost(manifest.began, now, skip, townships))
        for move in moves:
            tx.upsert(counters, {"key": move.key, "value": move.last}, key=["key"])
        log.new_epoch(tx)
        done = Restored(
            backup=manifest.id,
            taken=manifest.began,
            restored=now,
            skipped={move.key: (move.first, move.last) for move in moves},
        )
        log.meta.set(tx, RESTORED, done.model_dump_json())
        return done

    return store.write_now(work)


def renew_office(store: Store, manifest: Manifest, now: datetime) -> None:
    """An office's store as it goes on: a new epoch, and no command before it was brought forward."""
    store.write_now(lambda tx: mark_behind(tx, Log(BUS, ""), manifest.began, now))


def restored(conn: Connection) -> Restored | None:
    """The last restore of the kernel's store; None if it never came from a backup."""
    text = Log(bus_tables(KernelTable.metadata), "").meta.get(conn, RESTORED)
    return Restored.model_validate(orjson.loads(text)) if text else None


def moved(known: dict[str, int], lost: Lost) -> list[Moved]:
    """Where each series of numbers goes on after a restore, as a pure function of where the counters stood.

    A number that was drawn after the backup stands on a receipt or a letter that somebody holds. Nobody knows how many
    there were, so each series that could have drawn in that time goes on well past it; what is left out stays void.
    """
    if lost.skip == 0:
        return []
    found = {}
    series = {match.group("head", "tail"): match for key in known if (match := _SERIES.fullmatch(key))}
    heads = {(match["head"], match["tail"] or "") for match in series.values()}
    heads |= {(f"{kind}:{code}", "") for code in lost.townships for kind in ("case", "sealed")}
    marks = {(m["head"].split(":")[2], m["tail"] or "") for m in series.values() if m["head"].startswith("doc:")}
    heads |= {(f"doc:{code}:{mark}", tail) for code in lost.townships for mark, tail in marks}
    for head, tail in sorted(heads):
        for year in lost.years:
            key = f"{head}:{year}{tail}"
            value = known.get(key, 0)
            past = value if value or year == lost.years[0] else known.get(f"{head}:{year - 1}{tail}", 0)
            found[key] = Moved(key, value + 1, value + _margin(past, lost))
    return list(found.values())


def _margin(drawn: int, lost: Lost) -> int:
    if lost.skip is not None:
        return lost.skip
    days = max(1, math.ceil((lost.restored - lost.taken) / timedelta(days=1)))
    elapsed = max(1, law_day(lost.taken).timetuple().tm_yday)
    return max(LEAST, math.ceil(FACTOR * drawn * days / elapsed))
