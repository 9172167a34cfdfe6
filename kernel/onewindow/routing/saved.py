"""Saved filters: combinations of filters that somebody of the staff named for themselves, seen by nobody else."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator
from sqlalchemy import Column, Connection, Index, LargeBinary, Table, delete, select, update
from sqlmodel import Field as Stored

from onewindow.access import guard
from onewindow.access.actions import Action
from onewindow.access.policy import may_ever
from onewindow.access.principal import Principal
from onewindow.errors import BadInput, Conflict, Forbidden, NotFound, Refused
from onewindow.i18n import _
from onewindow.office.types import SHANGHAI, StaffId, UnitId, new_id
from onewindow.organisation.snapshot import Organisation
from onewindow.routing.asking import refuse_people, understand
from onewindow.routing.context import Kernel
from onewindow.routing.listing import Filters
from onewindow.store import Instant, KernelTable, Store, Tx
from onewindow.store.sql import table_of

PURPOSE = "saved-filter"
MOST = 50
_Word = Annotated[str, StringConstraints(max_length=40)]
_Text = Annotated[str, StringConstraints(max_length=100)]
_Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=30)]


class SavedFilter(KernelTable, table=True):
    """A filter of one member of the staff; name and contents are sealed."""

    __tablename__ = "saved_filter"

    id: str = Stored(primary_key=True, max_length=36)
    owner: str = Stored(max_length=36)
    body: bytes = Stored(sa_column=Column(LargeBinary, nullable=False))
    saved_at: datetime = Stored(sa_column=Column(Instant, nullable=False))

    __table_args__ = (Index("ix_saved_filter_owner", "owner", "id"),)


SAVED: Table = table_of(SavedFilter)


class Chosen(BaseModel):
    """What a search is narrowed to, as doors send it and as it is saved. Empty: it does not matter."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    q: _Text = ""
    place: _Text = ""
    township: _Word = ""
    place_unit: _Word = ""
    category: _Word = ""
    track: _Word = ""
    office: _Word = ""
    unit: _Word = ""
    phase: _Word = ""
    state: _Word = ""
    colour: _Word = ""
    channel: _Word = ""
    assignment_state: _Word = ""
    registered_from: date | None = None
    registered_to: date | None = None

    @field_validator("registered_from", "registered_to", mode="before")
    @classmethod
    def _empty_is_none(cls, value: Any) -> Any:
        return None if value == "" else value

    @field_validator("q", "place")
    @classmethod
    def _storable(cls, value: str) -> str:
        return value.replace("\x00", "")

    def filters(self, organisation: Organisation) -> Filters:
        """The same as lists take it; a unit of the tree stands for all below it."""
        names = ("township", "state", "category", "track", "phase", "office", "unit", "colour", "channel")
        places = frozenset(map(str, organisation.subtree(UnitId(self.place_unit)))) if self.place_unit else None
        return Filters(
            **{name: getattr(self, name) or None for name in names},
            assignment_state=self.assignment_state or None,
            places=places,
            registered_from=_begin(self.registered_from),
            registered_before=_begin(self.registered_to + timedelta(days=1) if self.registered_to else None),
        )

    def said(self) -> dict[str, str]:
        """Only what was chosen, as the parts of an address."""
        return {name: str(value) for name, value in self.model_dump(mode="json").items() if value}


def _begin(day: date | None) -> datetime | None:
    return datetime.combine(day, time(), SHANGHAI) if day else None


class Naming(BaseModel):
    """The name of a saved filter."""

    model_config = ConfigDict(extra="forbid")

    name: _Name = Field(examples=["本月噪音"])


class Saving(Naming):
    """A filter and the name to save it under."""

    chosen: Chosen


@dataclass(frozen=True, slots=True)
class Kept:
    """A saved filter as its owner sees it."""

    id: str
    name: str
    chosen: Chosen
    saved_at: datetime


class SavedFilters:
    """Each belongs to its owner alone; another's is not there."""

    def __init__(self, store: Store, kernel: Kernel):
        self._store = store
        self._kernel = kernel

    async def mine(self, principal: Principal | None) -> list[Kept]:
        """Somebody's own filters, the oldest first."""
        owner = self._owner(principal)
        return await self._store.read(lambda c: self._of(c, owner))

    async def save(self, principal: Principal | None, given: Saving) -> Kept:
        """Save a filter under a name.

        Raises:
            BadInput, Boundary: name or text speak of a person, or of what the product does not hold.
            Conflict: one's own filter has this name already.
        """
        owner = self._owner(principal)
        refuse_people(given.name, "name")
        understand(given.chosen.q, given.chosen.place)
        if not given.chosen.said():
            raise BadInput(_("没有选定任何条件"), field="chosen", remedy=_("先选定条件，再保存"))
        kept = Kept(new_id(), given.name, given.chosen, self._kernel.now())

        def work(tx: Tx) -> None:
            earlier = self._of(tx.conn, owner)
            _unique(earlier, given.name)
            if len(earlier) >= MOST:
                raise Refused(_("最多保存 50 个查找条件"), rule="saved-filters", remedy=_("先删除不用的"))
            row = {"id": kept.id, "owner": owner, "body": self._seal(kept), "saved_at": kept.saved_at}
            tx.insert(SAVED, row)

        await self._store.write(work)
        return kept

    async def rename(self, principal: Principal | None, filter_id: str, name: str) -> Kept:
        """Give one's own filter another name.

        Raises:
            NotFound: one has no such filter.
            BadInput, Boundary, Conflict: as in `save`.
        """
        owner = self._owner(principal)
        refuse_people(name, "name")

        def work(tx: Tx) -> Kept:
            own = self._of(tx.conn, owner)
            found = next((one for one in own if one.id == filter_id), None)
            if found is None:
                raise NotFound()
            _unique([one for one in own if one.id != filter_id], name)
            kept = Kept(found.id, name, found.chosen, found.saved_at)
            tx.execute(update(SAVED).where(SAVED.c.id == filter_id).values(body=self._seal(kept)))
            return kept

        return await self._store.write(work)

    async def delete(self, principal: Principal | None, filter_id: str) -> None:
        """Delete one's own filter.

        Raises:
            NotFound: one has no such filter.
        """
        owner = self._owner(principal)

        def work(tx: Tx) -> None:
            gone = tx.execute(delete(SAVED).where(SAVED.c.id == filter_id, SAVED.c.owner == owner))
            if gone.rowcount != 1:
                raise NotFound()

        await self._store.write(work)

    def _owner(self, principal: Principal | None) -> StaffId:
        who = guard.require_staff(principal)
        if not may_ever(who, Action.CASE_LIST):
            raise Forbidden()
        return who.staff_id

    def _of(self, conn: Connection, owner: str) -> list[Kept]:
        query = select(SAVED).where(SAVED.c.owner == owner).order_by(SAVED.c.id)
        return [self._open(dict(row)) for row in conn.execute(query).mappings()]

    def _open(self, row: Mapping[str, Any]) -> Kept:
        found = self._kernel.vault.open_json(PURPOSE, row["body"], context=row["id"])
        return Kept(row["id"], found["name"], Chosen.model_validate(found["chosen"]), row["saved_at"])

    def _seal(self, kept: Kept) -> bytes:
        value = {"name": kept.name, "chosen": kept.chosen.said()}
        return self._kernel.vault.seal_json(PURPOSE, value, context=kept.id)


def _unique(others: Sequence[Kept], name: str) -> None:
    if any(one.name == name for one in others):
        raise Conflict(_("已有同名的查找条件"), remedy=_("换一个名称"))
