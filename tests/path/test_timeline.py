"""The history of a case on both databases: erasable in its words, verifiable for ever, each entry with its readers."""

from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import Executable, update

from onewindow.errors import NotFound
from onewindow.registry import parties, timeline
from onewindow.registry.timeline import CASE, ENTRY
from onewindow.store import Tx
from tests.support.path import ACCEPT, Matter, Town, applicant

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def full(town: Town) -> Matter:
    """A matter with entries that have words."""
    matter = await town.register()
    await matter.sign()
    await matter.do("handler", "accept", **{**ACCEPT, "also_open_at": "区信访局"})
    await matter.centre.desk.correct(
        town.who("deputy"), matter.number, reason="补充地点", expect=None, words={"place": "东村桥头"}
    )
    return matter


async def test_a_party_is_erased_and_the_chain_still_verifies(town: Town) -> None:
    matter = await full(town)
    file = await matter.file()
    before = await matter.verdict()

    def erase(tx: Tx) -> None:
        parties.erase(tx, file.parties[0].id, town.path.time())
        timeline.erase_words(tx, matter.id)

    await matter.centre.store.write(erase)
    assert await matter.verdict() == before and before.ok
    assert (await matter.file()).parties[0].personal == {}
    assert all(entry.words == {} for entry in await matter.timeline())
    with pytest.raises(NotFound):
        await matter.centre.tracking.open(matter.done.code, address="10.4.0.1")


async def test_one_entry_that_was_changed_in_any_column_is_named(town: Town) -> None:
    matter = await full(town)
    rows = await town.path.read(ENTRY.select().where(ENTRY.c.case_id == matter.id).order_by(ENTRY.c.seq))
    assert len(rows) >= 6
    tried = 0
    for row in rows:
        for column, value in spoiled(row):
            async with Changed(matter, row["seq"], {column: value}):
                verdict = await matter.verdict()
                assert (verdict.ok, verdict.seq) == (False, row["seq"]), column
            tried += 1
        assert (await matter.verdict()).ok
    assert tried >= 6 * len(rows)


def spoiled(row: Any) -> Iterator[tuple[str, Any]]:
    """Each column of an entry with one byte, digit or member changed."""
    yield "at", row["at"] + timedelta(microseconds=1)
    yield "kind", flip(row["kind"])
    yield "actor", flip(row["actor"])
    yield "readers", [*row["readers"], "everybody"]
    yield "readers", row["readers"][1:]
    yield "data", {**row["data"], "x": 1}
    yield "digest", flip(row["digest"])
    if row["body"] is not None:
        for place in (0, 5, 20, len(row["body"]) - 1):
            body = bytearray(row["body"])
            body[place] ^= 1
            yield "body", bytes(body)
        yield "salt", bytes([row["salt"][0] ^ 1]) + row["salt"][1:]
        yield "body_digest", flip(row["body_digest"])


def flip(text: str) -> str:
    return text[:-1] + chr(ord(text[-1]) ^ 1)


class Changed:
    """A change of one entry behind the program's back, undone afterwards."""

    def __init__(self, matter: Matter, seq: int, values: dict[str, Any]) -> None:
        self._matter, self._seq, self._values = matter, seq, values

    async def _set(self, values: dict[str, Any]) -> None:
        statement = update(ENTRY).where(ENTRY.c.case_id == self._matter.id, ENTRY.c.seq == self._seq).values(**values)
        await self._matter.centre.store.write(lambda tx: tx.execute(statement).rowcount)

    async def __aenter__(self) -> None:
        rows = await self._matter.town.path.read(
            ENTRY.select().where(ENTRY.c.case_id == self._matter.id, ENTRY.c.seq == self._seq)
        )
        self._before = {name: rows[0][name] for name in self._values}
        await self._set(self._values)

    async def __aexit__(self, *_: object) -> None:
        await self._set(self._before)


def run(statement: Executable, tx: Tx) -> int:
    return int(tx.execute(statement).rowcount)


async def test_an_entry_taken_away_or_cut_off_is_noticed(town: Town) -> None:
    matter = await full(town)
    last = (await matter.row())["version"]
    for seq in (2, last):
        rows = await town.path.read(ENTRY.select().where(ENTRY.c.case_id == matter.id, ENTRY.c.seq == seq))
        gone = ENTRY.delete().where(ENTRY.c.case_id == matter.id, ENTRY.c.seq == seq)
        await matter.centre.store.write(partial(run, gone))
        verdict = await matter.verdict()
        assert (verdict.ok, verdict.seq) == (False, seq)
        await matter.centre.store.write(partial(run, ENTRY.insert().values(**rows[0])))
    assert (await matter.verdict()).ok


async def test_a_rewritten_tail_does_not_fit_the_head_of_its_case(town: Town) -> None:
    """Somebody who recomputes every digest still has to change the case's row as well."""
    matter = await full(town)
    row = await matter.row()
    other = update(CASE).where(CASE.c.id == matter.id).values(head=flip(row["head"]))
    await matter.centre.store.write(lambda tx: tx.execute(other).rowcount)
    assert (await matter.verdict()).problem == "head"


async def test_each_entry_is_read_by_its_readers_only(town: Town) -> None:
    matter = await town.register(applicant(), applicant(name="另一位", phone="13700000009"))
    await matter.sign()
    await matter.do("handler", "accept", **{**ACCEPT, "also_open_at": "区信访局"})
    one, two = [p.id for p in (await matter.file()).parties]
    await matter.serve("handler", "acceptance_notice", party_id=two)
    tracking = matter.centre.tracking
    keys = {party: await tracking.open(code, address="10.4.0.2") for party, code in matter.done.codes.items()}
    seen = {party: [e.kind for e in (await tracking.view(key)).entries] for party, key in keys.items()}
    assert seen[one] == ["registered", "assigned", "signed", "issued", "note"]
    assert seen[two] == [*seen[one], "served"]
    staff = [e.kind for e in await matter.centre.desk.timeline(town.who("handler"), matter.number)]
    assert "acted" in staff and "served" in staff
    assert len(staff) == (await matter.row())["version"]
