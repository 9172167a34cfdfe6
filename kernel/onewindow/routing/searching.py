"""Searching cases by number and by what they say, within what the reader may see; never by a person."""

import base64
import binascii
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Select, and_, select

from onewindow.access import codes, guard, throttle
from onewindow.access import log as access_log
from onewindow.access.actions import Action
from onewindow.access.policy import Reach, reach
from onewindow.access.principal import Principal
from onewindow.access.throttle import Throttle
from onewindow.access.vault import CannotOpen
from onewindow.errors import BadInput, Forbidden, NotFound
from onewindow.i18n import _
from onewindow.office.types import CaseId, PartyId
from onewindow.organisation.rows import TownshipKind
from onewindow.organisation.snapshot import Organisation
from onewindow.registry import parties as party_rows
from onewindow.registry.parties import PartyRecord
from onewindow.registry.search import text as cutter
from onewindow.registry.search.copies import FIELDS, PLACE, Copy, Pieces, mark_of, unseal
from onewindow.registry.search.tables import COPY
from onewindow.registry.search.text import Part
from onewindow.registry.timeline import CASE
from onewindow.routing import listing, targets, views
from onewindow.routing.asking import Asked, understand
from onewindow.routing.context import Kernel
from onewindow.routing.listing import MOST, PAGE, Filters, Page
from onewindow.store import Store
from onewindow.store.search import Matching
from onewindow.store.tx import Tx

CURSOR = "search-cursor"
# How many hits of the index one request looks at before it gives the page that it has, with where to go on.
BUDGET = 6000
CHUNK = 1000
# In a condition on an index; somebody who reaches more than this is not narrowed by it.
MOST_MARKS = 200


@dataclass(frozen=True, slots=True)
class Found:
    """A page of cases, newest first, and for each that was found by its words where they stand in it."""

    page: Page
    snippets: Mapping[str, tuple[Part, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ByCode:
    """The case of a code that its holder brought, and whether the reader may open its page."""

    case: Mapping[str, Any]
    readable: bool


class Search:
    """What is found depends on who asks: the same conditions as in lists stand in the query itself."""

    def __init__(self, store: Store, kernel: Kernel):
        self._store = store
        self._kernel = kernel
        self._pieces = Pieces(kernel.vault)
        self._throttle = Throttle(store)

    async def find(
        self,
        principal: Principal | None,
        text: str = "",
        *,
        place: str = "",
        filters: Filters | None = None,
        after: str | None = None,
        before: str | None = None,
        limit: int = PAGE,
    ) -> Found:
        """The cases that somebody may see and that say all of these words; without words, those that the filters leave.

        Raises:
            BadInput, Boundary: the query cannot be searched for (`asking.understand`).
        """
        who = guard.require_staff(principal)
        parts, organisation = reach(who), self._kernel.organisation()
        asked = understand(text, place, townships=who.townships | who.fallback_for)
        narrowing = filters or Filters()
        limit = max(1, min(limit, MOST))
        if asked.numbers:
            return await self._store.read(lambda c: _by_number(c, asked.numbers, parts, organisation, narrowing))
        if asked.nothing:
            return Found(
                await self._store.read(
                    lambda c: listing.cases(c, parts, organisation, narrowing, after=after, before=before, limit=limit)
                )
            )
        walk = _Walk(self._kernel, self._pieces, asked, narrowing, parts, organisation)
        below, above = self._place(after), self._place(before)
        return await self._store.read(lambda c: walk.page(c, below, above, limit))

    def _place(self, cursor: str | None) -> int | None:
        if cursor is None:
            return None
        try:
            sealed = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
            return int(self._kernel.vault.open_text(CURSOR, sealed))
        except (CannotOpen, binascii.Error, ValueError):
            raise BadInput(_("翻页位置有误"), field="after", remedy=_("从第一页重新查找")) from None

    # By code ---------------------------------------------------------------------------------------------------------

    async def by_code(self, principal: Principal | None, code: str, *, address: str) -> ByCode:
        """The case of the person who stands at the window with their code; the look is logged, and they can see it.

        Raises:
            BadInput: it cannot be a code.
            TooMany: too many wrong codes from this address.
            NotFound: nobody's code, or of a case that this person may not know of: one answer for both.
        """
        who = guard.require_staff(principal)
        normal = codes.normalise(code)
        kernel = self._kernel
        now = kernel.now()
        keys = throttle.code_keys(kernel.vault, address)
        await self._throttle.check(keys, now)

        def work(conn: Connection) -> tuple[PartyRecord, ByCode] | None:
            try:
                party = party_rows.by_code(conn, kernel.vault, normal)
            except NotFound:
                # The same steps as for a code of a case that they may not know of.
                views.assignments_of(conn, "")
                return None
            case = views.case_by_id(conn, party.case_id)
            target = targets.of_case(case, views.assignments_of(conn, case["id"]), kernel.organisation())
            try:
                guard.require(who, Action.CASE_BY_CODE, target)
            except (NotFound, Forbidden):
                return None
            return party, ByCode(case, guard.permits(who, Action.CASE_READ, target))

        found = await self._store.read(work)
        if found is None:
            await self._throttle.count(keys, now)
            raise NotFound(
                _("没有找到这个查询码，或者该事项不在您的权限范围内"),
                remedy=_("请对照回执逐位核对；本人可在“查询进度”页自己查看"),
            )
        party, seen = found

        def note(tx: Tx) -> None:
            access_log.note(
                tx,
                kernel.vault,
                at=now,
                actor=who.staff_id,
                case_id=CaseId(party.case_id),
                what=Action.CASE_BY_CODE.value,
                party_id=PartyId(party.id),
            )

        await self._store.write(note)
        return seen


def _by_number(
    conn: Connection,
    numbers: Sequence[str],
    parts: tuple[Reach, ...],
    organisation: Organisation,
    filters: Filters,
) -> Found:
    query = select(CASE).where(CASE.c.number.in_(numbers), listing.reachable(parts, organisation))
    query = listing.narrowed(query, filters).order_by(CASE.c.id.desc()).limit(MOST)
    return Found(Page([dict(row) for row in conn.execute(query).mappings()]))


@dataclass(frozen=True, slots=True)
class _Hit:
    doc: int
    row: Mapping[str, Any]
    copy: Copy


class _Walk:
    """Walks the hits of the index in their order until a page is full, by as many as one request may look at."""

    def __init__(
        self,
        kernel: Kernel,
        pieces: Pieces,
        asked: Asked,
        filters: Filters,
        parts: tuple[Reach, ...],
        organisation: Organisation,
    ) -> None:
        self._kernel = kernel
        self._asked = asked
        self._filters = filters
        self._reachable = listing.reachable(parts, organisation)
        self._every = pieces.words(asked.words) | pieces.words(asked.place, place=True)
        self._some: list[frozenset[int]] = []
        self._hopeless = False
        for marks in (_reach_marks(parts, organisation), *_filter_marks(filters)):
            if marks is None or len(marks) > MOST_MARKS:
                continue
            self._hopeless = self._hopeless or not marks
            self._some.append(pieces.marks(marks))

    def page(self, conn: Connection, below: int | None, above: int | None, limit: int) -> Found:
        if self._hopeless:
            return Found(Page())
        matching = Matching.of(conn.dialect.name, self._every, self._some)
        back = above is not None
        at, looked = above if back else below, 0
        hits: list[_Hit] = []
        chunk, more = limit + 1, True
        while len(hits) <= limit and more and looked < BUDGET:
            docs = conn.scalars(matching.page(chunk, above=at) if back else matching.page(chunk, below=at)).all()
            more = len(docs) == chunk
            looked += len(docs)
            if docs:
                hits += self._hits(conn, docs, back, limit + 1 - len(hits))
                at = docs[-1]
            chunk = min(4 * chunk, CHUNK)
        shown = hits[:limit]
        # The next page begins after the last row of a full one; where only the patience ended, after the last look.
        onward = shown[-1].doc if len(hits) > limit else at if more else None
        rows = [dict(hit.row) for hit in (reversed(shown) if back else shown)]
        first = shown[0].doc if shown else None
        after, prev = (onward, first if below is not None else None)
        if above is not None:
            after, prev = (first if first is not None else above + 1), onward
        page = Page(rows, self._cursor(after), self._cursor(prev))
        return Found(page, {hit.row["id"]: self._snippet(hit.copy) for hit in shown})

    def rows(self, docs: Sequence[int], *, back: bool) -> Select[Any]:
        """The query for those of these documents that the reader may see and that the filters leave."""
        # An outer join, so that the documents lead, whatever index on cases a filter would fit. No case: not a hit.
        here = (CASE.c.id == COPY.c.case_id, CASE.c.sealed.is_(False), self._reachable)
        return (
            select(CASE, COPY.c.doc, COPY.c.body.label("copy"))
            .select_from(COPY)
            .outerjoin(CASE, and_(*here, *listing.conditions(self._filters)))
            .where(COPY.c.doc.in_(docs))
            .order_by(COPY.c.doc if back else COPY.c.doc.desc())
        )

    def _hits(self, conn: Connection, docs: Sequence[int], back: bool, most: int) -> list[_Hit]:
        """The first of these rows that say the words."""
        found: list[_Hit] = []
        for row in conn.execute(self.rows(docs, back=back)).mappings():
            if row["id"] is None:
                continue
            if len(found) == most:
                break
            copy = unseal(self._kernel.vault, row["id"], row["copy"])
            place = copy.words.get(PLACE, "")
            if cutter.holds(copy.words.values(), self._asked.words) and cutter.holds([place], self._asked.place):
                found.append(_Hit(row["doc"], {column.name: row[column.name] for column in CASE.c}, copy))
        return found

    def _snippet(self, copy: Copy) -> tuple[Part, ...]:
        texts = [copy.words[name] for name in FIELDS if name in copy.words]
        if self._asked.words:
            return cutter.snippet(texts, self._asked.words)
        return cutter.snippet([copy.words.get(PLACE, "")], self._asked.place)

    def _cursor(self, doc: int | None) -> str | None:
        """A place in the hits that says nothing: the number of a document would tell how many there are."""
        if doc is None:
            return None
        return base64.urlsafe_b64encode(self._kernel.vault.seal_text(CURSOR, str(doc))).rstrip(b"=").decode()


def _reach_marks(parts: Sequence[Reach], organisation: Organisation) -> frozenset[str] | None:
    """Where cases in somebody's reach belong; None where that cannot be said. The query itself decides."""
    marks: set[str] = set()
    for part in parts:
        if part.everything or part.officers:
            return None
        if part.escalated:
            found = (t.code for t in organisation.townships.values() if t.kind is TownshipKind.DISTRICT)
            marks |= {mark_of("township", code) for code in found}
        marks |= {mark_of("township", code) for code in part.townships | part.supervised | part.window}
        marks |= {mark_of("unit", unit) for unit in part.units | part.open_units}
        staff = {post.staff for post in organisation.posts.values() if post.unit in part.registered_at}
        marks |= {mark_of("registered_by", one) for one in staff | part.registered_by}
    return frozenset(marks)


def _filter_marks(filters: Filters) -> list[frozenset[str]]:
    kinds = ("township", "category", "track", "channel", "office", "unit")
    found = [frozenset({mark_of(kind, value)}) for kind in kinds if (value := getattr(filters, kind)) is not None]
    if filters.places is not None:
        found.append(frozenset(mark_of("place", unit) for unit in filters.places))
    return found
