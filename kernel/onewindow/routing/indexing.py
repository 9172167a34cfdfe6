"""The follower that indexes cases for the search after their transaction: it catches up, and indexes nothing twice."""

import asyncio
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import structlog
from sqlalchemy import Connection, func, select

from onewindow.access.vault import Vault
from onewindow.registry.parties import PARTY
from onewindow.registry.parties import PURPOSE as PARTY_PURPOSE
from onewindow.registry.search import copies
from onewindow.registry.search.copies import Copy, Pieces, mark_of
from onewindow.registry.search.scrub import Known
from onewindow.registry.search.tables import DUE
from onewindow.registry.timeline import CASE
from onewindow.routing.assignments import ASSIGNMENT
from onewindow.routing.papers import CASE_BODY
from onewindow.store import Store, Tx
from onewindow.store.leader import Leader

BATCH = 16
TICK = 0.5
# While matters come in, a batch is followed by a rest of so many times what it took: the window goes first.
REST = 8.0
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Made:
    case_id: str
    mark: str
    copy: Copy | None


class Indexer:
    """Keeps the search in step with the cases.

    What is to be done stands in a table that the changes write in their own transactions, and an entry goes in the
    transaction that indexes its case. So it may be killed at any moment, and several processes may run one.
    """

    def __init__(self, store: Store, vault: Vault) -> None:
        self._store = store
        self._vault = vault
        self._pieces = Pieces(vault)
        self._leader = Leader(store.place, "search")
        self._newest: str | None = None
        # Cases that cannot be read; they are tried again at the next start.
        self._stuck: set[str] = set()

    async def run(self) -> None:
        """Run until cancelled."""
        try:
            while True:
                if await asyncio.to_thread(self._leader.holds):
                    await self.prepare()
                    await self._follow()
                else:
                    await asyncio.sleep(4 * TICK)
        finally:
            await asyncio.shield(asyncio.to_thread(self._leader.release))

    async def _follow(self) -> None:
        while await asyncio.to_thread(self._leader.holds):
            begun = time.monotonic()
            done, coming = await self._step()
            if done == 0:
                await asyncio.sleep(TICK)
            elif coming:
                await asyncio.sleep(REST * (time.monotonic() - begun))

    async def prepare(self) -> None:
        """See that what is indexed was cut by this program's cutter."""
        if await self._store.read(copies.outdated):
            log.info("search.rebuild")
            await self._store.write(copies.rebuild)

    async def catch_up(self) -> int:
        """Index all that waits, and say how many cases that were."""
        total = 0
        while (done := (await self._step())[0]) > 0:
            total += done
        return total

    async def _step(self) -> tuple[int, bool]:
        """Index a batch: how many cases were dealt with, and whether new ones came since the last one."""
        made, newest = await self._store.read(self._make)
        coming, self._newest = newest is not None and newest != self._newest, newest
        if not made:
            return 0, coming
        try:
            await self._store.write(partial(self._put, made))
        except Exception:
            # One of them cannot be written; the others shall not wait for it.
            log.exception("search.batch_failed")
            for one in made:
                await self._put_alone(one)
        return len(made), coming

    async def _put_alone(self, one: _Made) -> None:
        try:
            await self._store.write(partial(self._put, [one]))
        except Exception as error:
            self._stuck.add(one.case_id)
            log.error("search.case_failed", case=one.case_id, error=type(error).__name__)

    def _put(self, made: Sequence[_Made], tx: Tx) -> None:
        for one in made:
            copies.put(tx, self._vault, self._pieces, one.case_id, one.copy, one.mark)

    # Reading what is to be indexed -----------------------------------------------------------------------------------

    def _make(self, conn: Connection) -> tuple[list[_Made], str | None]:
        query = select(DUE.c.case_id, DUE.c.mark).order_by(DUE.c.case_id).limit(BATCH + len(self._stuck))
        due = {row.case_id: row.mark for row in conn.execute(query) if row.case_id not in self._stuck}
        newest = conn.scalar(select(func.max(DUE.c.case_id))) if due else None
        ids = list(due)[:BATCH]
        cases = {row["id"]: dict(row) for row in conn.execute(select(CASE).where(CASE.c.id.in_(ids))).mappings()}
        parties = _grouped(conn.execute(select(PARTY).where(PARTY.c.case_id.in_(ids))).mappings())
        held = _grouped(conn.execute(select(*_HELD).where(ASSIGNMENT.c.case_id.in_(ids))).mappings())
        made = []
        for case_id in ids:
            try:
                copy = self._copy(cases.get(case_id), parties[case_id], held[case_id])
            except Exception as error:
                self._stuck.add(case_id)
                log.error("search.case_failed", case=case_id, error=type(error).__name__)
                continue
            made.append(_Made(case_id, due[case_id], copy))
        return made, newest

    def _copy(
        self, case: Mapping[str, Any] | None, parties: Sequence[Mapping[str, Any]], held: Sequence[Mapping[str, Any]]
    ) -> Copy | None:
        """What of a case is searched; None for a sealed or void one, and where a name can no longer be taken out."""
        if case is None or case["sealed"] or case["state"] == "void":
            return None
        if any(party["erased_at"] is not None for party in parties):
            return None
        words = self._vault.open_json(CASE_BODY, case["body"], context=case["id"])
        return Copy.of(words, map(self._known, parties), _marks(case, held))

    def _known(self, party: Mapping[str, Any]) -> Known:
        body = party["body"]
        personal = self._vault.open_json(PARTY_PURPOSE, body, context=party["id"]) if body is not None else {}
        return Known.of(party["kind"], personal)


_HELD = (ASSIGNMENT.c.case_id, ASSIGNMENT.c.township, ASSIGNMENT.c.unit_id, ASSIGNMENT.c.office)


def _grouped(rows: Any) -> dict[str, list[Mapping[str, Any]]]:
    found: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for row in rows:
        found[row["case_id"]].append(dict(row))
    return found


def _marks(case: Mapping[str, Any], held: Sequence[Mapping[str, Any]]) -> set[str]:
    """Where a case belongs: so that a common word in a small unit need not be looked for in the whole district."""
    found = {mark_of("township", case["township"]), mark_of("category", case["category"])}
    found |= {mark_of("track", case["track"]), mark_of("channel", case["channel"])}
    if case["place_unit"]:
        found.add(mark_of("place", case["place_unit"]))
    if case["registered_by"]:
        found.add(mark_of("registered_by", case["registered_by"]))
    for row in held:
        found.add(mark_of("township", row["township"]))
        found |= {mark_of(kind, row[name]) for kind, name in (("unit", "unit_id"), ("office", "office")) if row[name]}
    return found
