"""Upkeep of the centre: its offices, calendars and parked messages, each call checked against the policy here."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from onewindow.access import guard
from onewindow.access.actions import Action
from onewindow.access.principal import Principal, Target
from onewindow.bus.credentials import Credentials
from onewindow.bus.inbox import ParkedMessage
from onewindow.clocks.calendar import YearPlan
from onewindow.clocks.importing import FileFormat, parse_year, store_year
from onewindow.clocks.tables import CALENDAR
from onewindow.errors import BadInput, NotFound, OneWindowError, Refused
from onewindow.i18n import _
from onewindow.office.manifest import Manifest
from onewindow.office.types import OfficeId, TownshipCode
from onewindow.plugins.book import OfficesBook
from onewindow.plugins.offices import Known
from onewindow.routing.apply import NotApplicable, Result
from onewindow.routing.context import Kernel
from onewindow.routing.switchboard import Switchboard, Where
from onewindow.store import Store
from onewindow.store.tx import Tx

PARKED_SHOWN = 200


@dataclass(frozen=True, slots=True)
class OfficeState:
    """An office as an administrator sees it: no figures of its cases."""

    known: Known
    townships: tuple[str, ...]
    where: Where
    since: datetime | None
    parked: int

    @property
    def answering(self) -> bool:
        """Whether its host answers now."""
        return self.where is not Where.AWAY


@dataclass(frozen=True, slots=True)
class Year:
    """A calendar year that the centre knows."""

    plan: YearPlan
    imported_at: datetime | None = None
    imported_by: str | None = None
    applied: bool = True
    published: bool = False


class Upkeep:
    """What administrators do about the centre itself."""

    def __init__(
        self,
        store: Store,
        kernel: Kernel,
        book: OfficesBook,
        switchboard: Switchboard,
        let_in: Callable[[str], Awaitable[Credentials]],
        republish: Callable[[int], Awaitable[int]],
    ):
        self._store = store
        self._kernel = kernel
        self._book = book
        self._switchboard = switchboard
        self._let_in = let_in
        self._republish = republish

    # Offices ---------------------------------------------------------------------------------------------------------

    async def offices(self, principal: Principal | None) -> list[OfficeState]:
        """Every office that the centre knows, with where it works for whoever may see that."""
        who = guard.require_staff(principal)
        places = self._places(who)
        parked = await self._store.read(self._parked_counts)
        offices = self._kernel.offices()
        known = [each for _id, each in sorted(offices.known.items())]
        where = await asyncio.gather(*(self._switchboard.where(each.id) for each in known))
        return [self._state(each, at, places, parked) for each, at in zip(known, where, strict=True)]

    async def office(self, principal: Principal | None, office: str) -> OfficeState:
        """One office.

        Raises:
            NotFound: the centre knows none of this name.
        """
        found = next((each for each in await self.offices(principal) if each.known.id == office), None)
        if found is None:
            raise NotFound()
        return found

    async def manifest(self, principal: Principal | None, office: str) -> Manifest:
        """The manifest of an office.

        Raises:
            NotFound: there is none, or it is quarantined and has none.
        """
        manifest = (await self.office(principal, office)).known.manifest
        if manifest is None:
            raise NotFound()
        return manifest

    def _places(self, who: Principal) -> frozenset[str] | None:
        """The townships whose offices somebody may see; None: all of them."""
        if guard.permits(who, Action.OFFICE_READ):
            return None
        found = {t for t in who.townships if guard.permits(who, Action.OFFICE_READ, Target(township=t))}
        if not found:
            guard.require(who, Action.OFFICE_READ)
        return frozenset(found)

    def _state(self, known: Known, at: Where, places: frozenset[str] | None, parked: dict[str, int]) -> OfficeState:
        enabled = self._kernel.offices().enabled
        where = sorted(t for t, ids in enabled.items() if known.id in ids and (places is None or t in places))
        reached = self._switchboard.reached.get(known.id)
        return OfficeState(
            known,
            tuple(where),
            at,
            reached.since if reached else None,
            parked.get(known.id, 0),
        )

    def _parked_counts(self, conn: Connection) -> dict[str, int]:
        counts: dict[str, int] = {}
        for message in self._switchboard.parking.parked(conn, limit=10_000):
            counts[message.peer] = counts.get(message.peer, 0) + 1
        return counts

    async def enable(self, principal: Principal | None, office: str, township: str, on: bool) -> None:
        """Enable an office in a township, or disable it there.

        Raises:
            NotFound: no such office or township.
            Refused: it is quarantined, or another office there handles the same.
        """
        code = TownshipCode(township)
        who = guard.require(principal, Action.OFFICE_ENABLE, Target(township=code))
        if code not in self._kernel.organisation().townships:
            raise NotFound()
        if OfficeId(office) not in self._kernel.offices().known:
            raise NotFound()
        now = self._kernel.now()
        switch = self._book.enable if on else self._book.disable
        await switch(office, code, by=who.staff_id, now=now)

    async def credentials(self, principal: Principal | None, office: str) -> Credentials:
        """The credentials file for an office's host on a machine of its own; the office is let onto the bus."""
        guard.require(principal, Action.OFFICE_ENABLE)
        if not (office.isascii() and office.isalnum() and office == office.lower() and len(office) <= 32):
            raise NotFound()
        return await self._let_in(office)

    # Calendars -------------------------------------------------------------------------------------------------------

    async def calendars(self, principal: Principal | None) -> list[Year]:
        """The years whose working days the centre knows."""
        guard.require_staff(principal)
        rows = await self._store.read(lambda c: c.execute(select(CALENDAR)).mappings().all())
        known = {row["year"]: row for row in rows}
        base, calendar = self._kernel.book.base, self._kernel.book.calendar
        found = []
        for year, plan in sorted(calendar.plans.items()):
            row = known.get(year)
            if row is None or row["rest_days"] is None:
                found.append(Year(plan, published=year in base.plans))
            else:
                found.append(Year(plan, row["imported_at"], row["imported_by"], row["applied"]))
        return found

    async def import_calendar(
        self, principal: Principal | None, text: str, year: int, file_format: FileFormat, *, replace: bool
    ) -> Year:
        """Take in a published year; running clocks follow."""
        who = guard.require(principal, Action.CALENDAR_IMPORT)
        plan = parse_year(text, year, file_format)
        now = self._kernel.now()
        await self._store.write(
            lambda tx: store_year(tx, plan, book=self._kernel.book, now=now, imported_by=who.staff_id, replace=replace)
        )
        return Year(plan, now, who.staff_id, applied=False)

    # The bus ---------------------------------------------------------------------------------------------------------

    async def republish(self, principal: Principal | None, after: int) -> int:
        """Publish the kernel's log again from a place on; the place reached.

        Raises:
            BadInput: the log has not come so far.
        """
        guard.require(principal, Action.PARKED_REPLAY)
        head = await self._store.read(self._kernel.log.head)
        if after > head:
            raise BadInput(_("日志只到位置 {head}"), field="after", head=head)
        return await self._republish(after)

    # Parked messages -------------------------------------------------------------------------------------------------

    async def parked(self, principal: Principal | None) -> list[ParkedMessage]:
        """The messages of offices that could not be applied."""
        guard.require(principal, Action.PARKED_REPLAY)
        return await self._store.read(lambda c: self._switchboard.parking.parked(c, limit=PARKED_SHOWN))

    async def replay(self, principal: Principal | None, parked_id: int) -> Result:
        """Try a parked message once more.

        Raises:
            NotFound: it no longer waits.
            Refused: it still cannot be applied; it stays where it is.
        """
        guard.require(principal, Action.PARKED_REPLAY)
        now = self._kernel.now()
        waiting = await self._store.read(lambda c: self._switchboard.parking.parked(c, limit=10_000))
        message = next((each for each in waiting if each.id == parked_id), None)
        if message is None:
            raise NotFound()
        body = message.body
        if body is None:
            raise Refused(_("这条消息无法读取，不能重放"), rule="unreadable")

        def work(tx: Tx) -> Any:
            return self._switchboard.inbound.replay(tx, parked_id, body, message.peer, message.event_id, now)

        try:
            result: Result | None = await self._store.write(work)
        except NotApplicable as error:
            raise Refused(_("仍然不能应用：{why}"), rule="not-applicable", why=error.reason) from error
        except OneWindowError as error:
            raise Refused(_("仍然不能应用：{why}"), rule=error.slug, why=error.slug) from error
        if result not in (Result.APPLIED, Result.DUPLICATE):
            why = result.value if result is not None else "?"
            raise Refused(_("仍然不能应用：{why}"), rule=why, why=why)
        return result
