"""Material (材料) that people hand in: cleaned, encrypted on the disk before its row, read by its readers."""

import asyncio
import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import partial
from typing import Any

from sqlalchemy import Connection, bindparam, func, select, update

from onewindow.access.vault import Vault
from onewindow.documents.files import FileStore
from onewindow.documents.imaging import SUFFIXES, clean
from onewindow.documents.tables import ATTACHMENT, DOCUMENT
from onewindow.errors import BadInput, NotFound
from onewindow.i18n import _
from onewindow.office.types import new_id
from onewindow.store.tx import Tx

TITLE = "attachment-title"
TITLE_LENGTH = 80
MOST_AT_ONCE = 10
MOST_IN_CASE = 200
MOST_OF_PARTY = 40
_OF_CASE = select(ATTACHMENT).where(ATTACHMENT.c.case_id == bindparam("case")).order_by(ATTACHMENT.c.id)


class Purpose(StrEnum):
    """For what a piece of material was added."""

    LETTER = "letter"
    EVIDENCE = "evidence"
    AUTHORISATION = "authorisation"
    READ_BACK = "read_back"
    FORM = "form"
    SERVICE = "service"


@dataclass(frozen=True, slots=True)
class Prepared:
    """A cleaned file that lies on the disk already and waits for its row; without one it is swept up after a day."""

    sha256: str
    media: str
    size: int
    title: str

    def dump(self) -> list[Any]:
        """As plain values, for a sealed form field or a digest."""
        return [self.sha256, self.media, self.size, self.title]


@dataclass(frozen=True, slots=True)
class Attachment:
    """A piece of material; its title in clear, inside the kernel only."""

    id: str
    case_id: str
    party_id: str | None
    purpose: str
    media: str
    size: int
    sha256: str | None
    title: str
    readers: tuple[str, ...]
    added_by: str
    added_at: datetime

    @property
    def file_name(self) -> str:
        """The name under which it is downloaded: made here, of nothing that anybody typed."""
        return f"{self.added_at:%Y%m%d}-{self.id[-6:]}.{SUFFIXES.get(self.media, 'bin')}"

    def readable_by(self, marks: Collection[str]) -> bool:
        """Whether one of these reader marks may read it."""
        return bool(set(marks) & set(self.readers))


class Attachments:
    """The material of a centre. The bytes come first, the row in the transaction of whatever it belongs to."""

    def __init__(self, vault: Vault, files: FileStore) -> None:
        self._vault = vault
        self._files = files

    async def prepare(self, content: bytes, title: str = "", *, field: str = "file") -> Prepared:
        """Clean a file and put it on the disk.

        Raises:
            TooLarge, BadInput: see `imaging.clean`.
        """
        found = await asyncio.to_thread(clean, content, field=field)
        name = await asyncio.to_thread(self._files.put, found.content)
        return Prepared(name, found.media, len(found.content), shown_title(title))

    def row(
        self, given: Prepared, case_id: str, *, by: str, purpose: Purpose, readers: Sequence[str], at: datetime,
        party_id: str | None = None,
    ) -> dict[str, Any]:  # fmt: skip
        """The row of a prepared file, for a case that is being opened."""
        found = new_id()
        return {
            "id": found,
            "case_id": case_id,
            "party_id": party_id,
            "purpose": purpose.value,
            "media": given.media,
            "size": given.size,
            "sha256": given.sha256,
            "title": self._vault.seal_text(TITLE, given.title, context=found) if given.title else None,
            "readers": list(dict.fromkeys(readers)),
            "added_by": by,
            "added_at": at,
        }

    def add(self, tx: Tx, row: Mapping[str, Any]) -> tuple[str, bool]:
        """Add the row to a case that is open; its id, and whether it is new: the same bytes of the same sender count
        once.

        Raises:
            BadInput: there is too much already.
        """
        same = select(ATTACHMENT.c.id).where(
            ATTACHMENT.c.case_id == row["case_id"],
            ATTACHMENT.c.sha256 == row["sha256"],
            ATTACHMENT.c.added_by == row["added_by"],
        )
        known = tx.execute(same).scalar_one_or_none()
        if known is not None:
            return str(known), False
        there = select(func.count()).select_from(ATTACHMENT).where(ATTACHMENT.c.case_id == row["case_id"])
        total = tx.execute(there).scalar_one()
        own = tx.execute(there.where(ATTACHMENT.c.party_id == row["party_id"])).scalar_one() if row["party_id"] else 0
        if total >= MOST_IN_CASE or own >= MOST_OF_PARTY:
            raise BadInput(_("这件事的材料已经太多"), field="file", remedy=_("请把纸质材料交到窗口"))
        tx.insert(ATTACHMENT, row)
        return str(row["id"]), True

    def of_case(self, conn: Connection, case_id: str) -> list[Attachment]:
        """A case's material, in the order in which it was added."""
        return [self._attachment(dict(row)) for row in conn.execute(_OF_CASE, {"case": case_id}).mappings()]

    def get(self, conn: Connection, attachment_id: str) -> Attachment:
        """One piece of material.

        Raises:
            NotFound: there is none, or it was erased.
        """
        row = conn.execute(select(ATTACHMENT).where(ATTACHMENT.c.id == attachment_id)).mappings().one_or_none()
        if row is None or row["sha256"] is None:
            raise NotFound(_("没有找到这份材料"))
        return self._attachment(dict(row))

    async def read(self, attachment: Attachment) -> bytes:
        """Its bytes.

        Raises:
            NotFound: it was erased.
            Damaged: the file is gone or was changed.
        """
        if attachment.sha256 is None:
            raise NotFound(_("没有找到这份材料"))
        return await asyncio.to_thread(self._files.get, attachment.sha256)

    def erase(self, tx: Tx, case_id: str) -> int:
        """Erase a case's material: titles and bytes go, that there was something stays. Files go after the commit."""
        names = set(tx.execute(select(ATTACHMENT.c.sha256).where(ATTACHMENT.c.case_id == case_id)).scalars()) - {None}
        gone = update(ATTACHMENT).where(ATTACHMENT.c.case_id == case_id).values(sha256=None, title=None)
        count = tx.execute(gone).rowcount
        for name in names:
            if not named(tx.conn, name):
                tx.on_commit(partial(self._files.remove, name))
        return int(count)

    def _attachment(self, row: Mapping[str, Any]) -> Attachment:
        values = dict(row)
        sealed = values["title"]
        values["title"] = "" if sealed is None else self._vault.open_text(TITLE, sealed, context=values["id"])
        values["readers"] = tuple(values["readers"])
        return Attachment(**values)


def named(conn: Connection, name: str) -> bool:
    """Whether a row still names a file: documents and material lie in one store."""
    return any(
        conn.execute(select(table.c.id).where(table.c.sha256 == name).limit(1)).first() is not None
        for table in (ATTACHMENT, DOCUMENT)
    )


def names_in_use(conn: Connection) -> set[str]:
    """Every file that a row names."""
    found: set[str] = set()
    for table in (ATTACHMENT, DOCUMENT):
        found.update(conn.execute(select(table.c.sha256).where(table.c.sha256.is_not(None))).scalars())
    return found


def shown_title(declared: str) -> str:
    """What a sender called a file, as a title: one line, no folder, nothing that cannot be seen."""
    last = declared.replace("\\", "/").rpartition("/")[2]
    plain = "".join(" " if unicodedata.category(sign)[0] in "CZ" else sign for sign in last)
    return " ".join(plain.split())[:TITLE_LENGTH]


def check_number(count: int, *, field: str = "file") -> None:
    """Refuse too many files at once.

    Raises:
        BadInput: more than `MOST_AT_ONCE`.
    """
    if count > MOST_AT_ONCE:
        raise BadInput(_("一次最多 {n} 个文件"), field=field, remedy=_("其余的登记以后再补交"), n=MOST_AT_ONCE)


def digest_parts(files: Iterable[Prepared]) -> list[list[Any]]:
    """What of prepared files counts for "the same request again"."""
    return [one.dump()[:3] for one in files]
