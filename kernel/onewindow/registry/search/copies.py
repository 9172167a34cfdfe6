"""The searched copies of cases: made from words without people, sealed at rest, indexed by keyed pieces."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2s
from typing import Any

from sqlalchemy import Connection, delete, insert, literal, select, update

from onewindow.access.vault import Vault
from onewindow.office.types import new_id
from onewindow.registry.search.scrub import Known, scrub
from onewindow.registry.search.tables import COPY, DUE
from onewindow.registry.search.text import pieces
from onewindow.registry.timeline import CASE
from onewindow.store import Tx, search

PURPOSE = "search-copy"
CHILD = "search-pieces"
# Raise it when the cutter, the scrubber or the pieces change: a centre then indexes everything anew by itself.
CUT = 1
FIELDS = ("text", "request", "place")
PLACE = "place"
_REMEMBERED = 200_000


class Pieces:
    """Turns pieces into numbers that nobody can turn back without the key."""

    def __init__(self, vault: Vault) -> None:
        self._key = vault.child(CHILD)
        self._known: dict[str, int] = {}

    def number(self, piece: str) -> int:
        """A piece's number: 32 bits with a sign. Two pieces may share one, so hits are checked against the text."""
        found = self._known.get(piece)
        if found is None:
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            digest = blake2s(piece.encode(), digest_size=4, key=self._key).digest()
            found = self._known[piece] = int.from_bytes(digest, "big", signed=True)
        return found

    def words(self, wanted: Iterable[str], *, place: bool = False) -> frozenset[int]:
        """The numbers that a text must have to hold all of these words; of its place, where that is asked."""
        kind = "p" if place else "w"
        return frozenset(self.number(f"{kind}:{piece}") for word in wanted for piece in pieces(word))

    def marks(self, marks: Iterable[str]) -> frozenset[int]:
        """The numbers of where a case belongs (`mark_of`)."""
        return frozenset(self.number(f"m:{mark}") for mark in marks)


def mark_of(kind: str, value: object) -> str:
    """Where a case belongs, as the index knows it: a township, unit, office, category, track, channel."""
    return f"{kind}={value}"


@dataclass(frozen=True, slots=True)
class Copy:
    """What of a case is searched: its scrubbed words by field, and where it belongs."""

    words: Mapping[str, str]
    marks: Sequence[str]

    @classmethod
    def of(cls, words: Mapping[str, str], parties: Iterable[Known], marks: Iterable[str]) -> "Copy":
        known = list(parties)
        clean = {name: scrub(words.get(name, ""), known) for name in FIELDS}
        return cls({name: text for name, text in clean.items() if text.strip()}, sorted(set(marks)))

    def numbers(self, of: Pieces) -> frozenset[int]:
        """All that is indexed of it."""
        place = self.words.get(PLACE, "")
        return of.words(self.words.values()) | of.words([place], place=True) | of.marks(self.marks)


def seal(vault: Vault, case_id: str, copy: Copy) -> bytes:
    return vault.seal_json(PURPOSE, {"words": dict(copy.words), "marks": list(copy.marks)}, context=case_id)


def unseal(vault: Vault, case_id: str, body: bytes) -> Copy:
    found = vault.open_json(PURPOSE, body, context=case_id)
    return Copy(found["words"], found["marks"])


# In the transaction of what changed ----------------------------------------------------------------------------------


def due_row(case_id: str) -> dict[str, Any]:
    """The row of a case that is new: its registration buffers it with its other rows."""
    return {"case_id": case_id, "mark": new_id()}


def mark(tx: Tx, case_id: str) -> None:
    """The words, the parties or the place of this case in the organisation changed: index it anew."""
    tx.upsert(DUE, due_row(case_id), key=["case_id"])


def forget(tx: Tx, vault: Vault, case_id: str) -> None:
    """Take a case out of the search at once: it was sealed, erased or voided."""
    tx.execute(delete(DUE).where(DUE.c.case_id == case_id))
    row = tx.execute(select(COPY.c.doc, COPY.c.body).where(COPY.c.case_id == case_id)).one_or_none()
    if row is not None:
        search.remove(tx, row.doc, unseal(vault, case_id, row.body).numbers(Pieces(vault)))
        tx.execute(delete(COPY).where(COPY.c.doc == row.doc))


def put(tx: Tx, vault: Vault, numbers: Pieces, case_id: str, copy: Copy | None, seen: str) -> bool:
    """Index a case as it was at the mark `seen`; None takes it out. Does nothing if it changed since, or was done."""
    here = (DUE.c.case_id == case_id, DUE.c.mark == seen)
    if tx.execute(delete(DUE).where(*here)).rowcount != 1:
        return False
    if copy is None:
        forget(tx, vault, case_id)
        return True
    body = seal(vault, case_id, copy)
    row = tx.execute(select(COPY.c.doc, COPY.c.body).where(COPY.c.case_id == case_id)).one_or_none()
    if row is None:
        made = insert(COPY).values(case_id=case_id, body=body, cut=CUT).returning(COPY.c.doc)
        doc = tx.execute(made).scalar_one()
    else:
        doc = row.doc
        search.remove(tx, doc, unseal(vault, case_id, row.body).numbers(numbers))
        tx.execute(update(COPY).where(COPY.c.doc == doc).values(body=body, cut=CUT))
    search.add(tx, doc, copy.numbers(numbers))
    return True


def outdated(conn: Connection) -> bool:
    """Whether the index was made by another cutter. All of it is made by one, so any copy tells."""
    cut = conn.scalar(select(COPY.c.cut).limit(1))
    return cut is not None and cut != CUT


def rebuild(tx: Tx) -> None:
    """Throw the index away and have every case indexed anew."""
    search.clear(tx)
    tx.execute(delete(COPY))
    tx.execute(delete(DUE))
    every = select(CASE.c.id, literal("again")).where(CASE.c.sealed.is_(False))
    tx.execute(insert(DUE).from_select(["case_id", "mark"], every))
