"""The timeline's chain, whatever is written into it: it verifies, survives an erasure, and names what was changed."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import update

from onewindow.access.vault import Key, Vault
from onewindow.office.types import new_id
from onewindow.registry import timeline
from onewindow.registry.timeline import CASE, ENTRY, OFFICE, PARTIES, Line
from onewindow.store import Store, Tx
from onewindow.store.base import KernelTable

VAULT = Vault.of(Key.fresh())
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=12)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=6,
)
LINES = st.builds(
    Line,
    kind=st.sampled_from(["registered", "acted", "note", "served"]),
    at=st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1)).map(lambda moment: moment.replace(tzinfo=UTC)),
    actor=st.sampled_from(["system", "staff:1", "party:2"]),
    readers=st.sampled_from([(OFFICE,), (OFFICE, PARTIES), ("party:2",)]),
    data=st.none() | st.dictionaries(TEXT, VALUES, max_size=3),
    words=st.none() | st.dictionaries(TEXT, TEXT, max_size=3),
)
WRITTEN = st.lists(st.lists(LINES, min_size=1, max_size=3), min_size=1, max_size=4)
EXAMPLES = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """A kernel's tables in a SQLite file."""
    url = f"sqlite:///{tmp_path_factory.mktemp('chain') / 'kernel.db'}"
    opened = Store.open(url, metadata=KernelTable.metadata)
    opened.create_tables()
    yield opened
    opened.close_now()


def written(store: Store, calls: list[list[Line]]) -> str:
    """A case with these lines, written in so many calls."""
    case = new_id()
    now = datetime(2026, 3, 2, tzinfo=UTC)
    row: dict[str, Any] = {
        "id": case, "township": "1", "number": case, "track": "C", "category": "0401", "channel": "web",
        "sealed": False, "state": "open", "phase": "in_hand", "place_unit": None, "body": b"", "registered_at": now,
        "received_at": now, "registered_by": None, "designated": [], "excluded": [], "source_key": None,
        "holder": None, "due_at": None, "colour": "green", "version": 0, "head": "", "closed_at": None,
    }  # fmt: skip

    def work(tx: Tx) -> None:
        tx.insert(CASE, row)
        for lines in calls:
            timeline.append(tx, VAULT, case, *lines)

    store.write_now(work)
    return case


def verdict(store: Store, case: str, vault: Vault = VAULT) -> timeline.Verdict:
    return store.read_now(lambda conn: timeline.verify(conn, vault, case))


@EXAMPLES
@given(WRITTEN)
def test_whatever_was_written_verifies_and_reads_back(store: Store, calls: list[list[Line]]) -> None:
    case = written(store, calls)
    lines = [line for call in calls for line in call]
    assert verdict(store, case) == timeline.Verdict(True, len(lines))
    shown = store.read_now(lambda conn: timeline.read(conn, VAULT, case, None))
    assert [(s.kind, s.at, s.data, s.words) for s in shown] == [
        (line.kind, line.at, line.data or {}, line.words or {}) for line in lines
    ]


@EXAMPLES
@given(WRITTEN, st.data())
def test_words_may_be_erased_and_nothing_else_can_be_taken_away(
    store: Store, calls: list[list[Line]], data: st.DataObject
) -> None:
    case = written(store, calls)
    count = sum(map(len, calls))
    store.write_now(lambda tx: timeline.erase_words(tx, case))
    assert verdict(store, case).ok
    # A key that was thrown away does not matter any more either.
    assert verdict(store, case, Vault.of(Key.fresh())).ok
    seq = data.draw(st.integers(1, count))
    store.write_now(lambda tx: tx.execute(ENTRY.delete().where(ENTRY.c.case_id == case, ENTRY.c.seq == seq)).rowcount)
    found = verdict(store, case)
    assert (found.ok, found.seq) == (False, seq)


@EXAMPLES
@given(WRITTEN, st.data())
def test_one_byte_changed_anywhere_names_the_entry(store: Store, calls: list[list[Line]], data: st.DataObject) -> None:
    case = written(store, calls)
    seq = data.draw(st.integers(1, sum(map(len, calls))))
    where = (ENTRY.c.case_id == case) & (ENTRY.c.seq == seq)
    row = store.read_now(lambda conn: dict(conn.execute(ENTRY.select().where(where)).mappings().one()))
    columns = ["kind", "actor", "digest"] + (["body", "salt", "body_digest"] if row["body"] is not None else [])
    column = data.draw(st.sampled_from(columns))
    place = data.draw(st.integers(0, len(row[column]) - 1))
    value = flipped(row[column], place)
    store.write_now(lambda tx: tx.execute(update(ENTRY).where(where).values({column: value})).rowcount)
    found = verdict(store, case)
    assert (found.ok, found.seq) == (False, seq), column


def flipped(value: str | bytes, place: int) -> str | bytes:
    if isinstance(value, bytes):
        changed = bytearray(value)
        changed[place] ^= 1
        return bytes(changed)
    return value[:place] + chr(ord(value[place]) ^ 1) + value[place + 1 :]


def test_two_entries_cannot_change_places(store: Store) -> None:
    at = datetime(2026, 3, 2, tzinfo=UTC)
    case = written(store, [[Line("one", at), Line("two", at), Line("three", at)]])

    def swap(tx: Tx) -> None:
        for old, new in ((1, 9), (2, 1), (9, 2)):
            tx.execute(update(ENTRY).where(ENTRY.c.case_id == case, ENTRY.c.seq == old).values(seq=new))

    store.write_now(swap)
    assert (verdict(store, case).ok, verdict(store, case).seq) == (False, 1)


def test_an_entry_of_one_case_does_not_fit_into_another(store: Store) -> None:
    at = datetime(2026, 3, 2, tzinfo=UTC)
    one, two = (written(store, [[Line("same", at, words={"text": "话"})]]) for _ in range(2))

    def transplant(tx: Tx) -> None:
        tx.execute(ENTRY.delete().where(ENTRY.c.case_id == two))
        tx.execute(update(ENTRY).where(ENTRY.c.case_id == one).values(case_id=two))

    store.write_now(transplant)
    assert verdict(store, two).seq == 1 and not verdict(store, two).ok


def test_the_words_never_stand_in_the_file(store: Store, tmp_path: Path) -> None:
    written(store, [[Line("note", datetime(2026, 3, 2, tzinfo=UTC), words={"text": "欧阳知秋的核桃树"})]])
    database = Path(str(store.place.url.database))
    content = b"".join(file.read_bytes() for file in database.parent.iterdir() if file.is_file())
    assert "欧阳知秋".encode() not in content and b"\\u6b27\\u9633" not in content
