"""An extension counts once its notice was served by the old due date, and not otherwise."""

from dataclasses import dataclass
from datetime import date, datetime

import pytest

from onewindow.clocks import rows, service
from onewindow.clocks.book import CalendarBook
from onewindow.clocks.extensions import (
    ExtensionOutcome,
    Outcome,
    refuse_extension,
    request_extension,
    serve_extension,
)
from onewindow.clocks.rows import ClockRow
from onewindow.clocks.turning import turn
from onewindow.errors import BadInput, Conflict, NotFound, OneWindowError, Refused
from onewindow.office.clocks import Extension, days
from onewindow.office.manifest import ClockSpec
from onewindow.office.types import new_id
from onewindow.store import Store
from tests.unit.clocks.helpers import SIXTY, at, day, midnight_after, owner, spec

# Sixty days from 2 March end on 1 May, lawfully on 6 May: the holiday lasts until the 5th.
LAST = "2026-05-06"


@dataclass
class Office:
    """A clock of sixty days, and the notice of its extension."""

    store: Store
    book: CalendarBook
    clock: ClockRow
    document: str

    async def ask(self, amount: int = 30, on: str = "2026-04-28") -> str:
        return await self.store.write(
            lambda tx: request_extension(
                tx, self.clock.id, amount, document_id=self.document, requested_at=at(on), requested_by="s1"
            )
        )

    async def serve(
        self, served_on: str, recorded_at: datetime, *, by_handler: bool = True, proof: bool = False
    ) -> ExtensionOutcome:
        def work(tx: object) -> ExtensionOutcome | None:
            return serve_extension(
                tx,  # type: ignore[arg-type]
                document_id=self.document,
                served_on=date.fromisoformat(served_on),
                recorded_at=recorded_at,
                by_handler=by_handler,
                proof=proof,
                book=self.book,
            )

        outcome = await self.store.write(work)
        assert outcome is not None
        return outcome

    async def now(self) -> ClockRow:
        return await self.store.read(lambda conn: rows.read(conn, self.clock.id))

    async def turn(self, now: datetime) -> list[str]:
        return [each.colour for each in await self.store.write(lambda tx: turn(tx, now))]


async def begin(store: Store, book: CalendarBook, what: ClockSpec = SIXTY, started: str = "2026-03-02") -> Office:
    clock = await store.write(lambda tx: service.start(tx, what, owner(), started=at(started), book=book))
    return Office(store, book, clock, new_id())


@pytest.fixture
async def office(store: Store, book: CalendarBook) -> Office:
    return await begin(store, book)


async def test_xinfang_34_an_extension_that_was_not_served_moves_nothing_and_is_red_on_the_old_date(
    office: Office,
) -> None:
    await office.ask()
    assert (await office.now()).lawful_on == day(LAST)
    assert await office.turn(midnight_after(LAST)) == ["amber", "red"]


async def test_served_on_the_last_day_it_takes_effect_from_the_old_due_date(office: Office) -> None:
    await office.ask()
    outcome = await office.serve(LAST, at(LAST, "23:30"))
    assert outcome.outcome is Outcome.EFFECTIVE
    assert outcome.took_effect
    clock = await office.now()
    assert clock == outcome.clock
    assert (clock.early_on, clock.lawful_on, clock.extended_days) == (day("2026-05-31"), day("2026-06-01"), 30)
    assert await office.turn(midnight_after(LAST)) == []


async def test_served_after_the_old_due_date_it_never_takes_effect(office: Office) -> None:
    await office.ask()
    outcome = await office.serve("2026-05-07", at("2026-05-07"), by_handler=False, proof=True)
    assert outcome.outcome is Outcome.TOO_LATE
    assert (await office.now()).lawful_on == day(LAST)
    assert await office.turn(at("2026-05-07", "12:00")) == ["amber", "red"]
    assert (await office.serve("2026-05-06", at("2026-05-08"), by_handler=False, proof=True)).outcome is Outcome.ALREADY


async def test_recorded_late_by_the_handler_it_changes_nothing_by_another_with_proof_it_corrects_the_clock(
    office: Office,
) -> None:
    await office.ask()
    assert await office.turn(at("2026-05-07")) == ["amber", "red"]
    late = at("2026-05-08")
    assert (await office.serve(LAST, late, by_handler=True, proof=True)).outcome is Outcome.NEEDS_ANOTHER
    assert (await office.serve(LAST, late, by_handler=False)).outcome is Outcome.NEEDS_PROOF
    assert (await office.now()).colour == "red"
    outcome = await office.serve(LAST, late, by_handler=False, proof=True)
    assert outcome.outcome is Outcome.CORRECTED
    assert (outcome.before.colour, outcome.clock.colour) == ("red", "green")
    assert (await office.now()).lawful_on == day("2026-06-01")
    # The new date is warned of, and reported red, like any other.
    assert await office.turn(at("2026-06-02")) == ["amber", "red"]


async def test_proof_of_a_service_in_time_also_corrects_a_clock_that_was_stopped_late(
    office: Office,
) -> None:
    await office.ask()
    stopped = await office.store.write(lambda tx: service.stop(tx, office.clock.id, at("2026-05-20"), office.book))
    assert (stopped.late, stopped.colour) == (True, "red")
    outcome = await office.serve(LAST, at("2026-05-21"), by_handler=False, proof=True)
    assert (outcome.clock.late, outcome.clock.colour, outcome.clock.status) == (False, "green", "stopped")


async def test_recording_the_same_service_twice_extends_once(office: Office) -> None:
    await office.ask()
    await office.serve("2026-04-29", at("2026-04-29"))
    assert (await office.serve("2026-04-29", at("2026-04-29"))).outcome is Outcome.ALREADY
    assert (await office.now()).extended_days == 30


async def test_xinfang_34_at_most_thirty_days(office: Office) -> None:
    with pytest.raises(Refused):
        await office.ask(31)
    with pytest.raises(Refused):
        await office.ask(0)
    await office.ask(30)


async def test_xinfang_34_once(office: Office) -> None:
    await office.ask(10)
    with pytest.raises(Refused):
        await office.ask(10)
    await office.serve("2026-04-29", at("2026-04-29"))
    with pytest.raises(Refused):
        await office.ask(10, "2026-05-02")


async def test_one_that_was_taken_back_does_not_count(office: Office) -> None:
    first = await office.ask(10)
    assert await office.store.write(lambda tx: refuse_extension(tx, first, at("2026-04-28")))
    assert not await office.store.write(lambda tx: refuse_extension(tx, first, at("2026-04-28")))
    await office.ask(20)
    assert (await office.serve("2026-04-29", at("2026-04-29"))).clock.extended_days == 20


async def test_zhian_118_a_clock_that_allows_two_extensions_takes_two(store: Store, book: CalendarBook) -> None:
    office = await begin(store, book, spec(days(30), extend=Extension(days(30), times=2)))
    for document, on in (("d1", "2026-03-25"), ("d2", "2026-04-25")):
        office.document = document
        await office.ask(30, on)
        await office.serve(on, at(on))
    assert (await office.now()).early_on == day("2026-05-31")
    with pytest.raises(Refused):
        await office.ask(30, "2026-05-25")


async def test_a_clock_without_an_extension_in_its_law_refuses_one(store: Store, book: CalendarBook) -> None:
    office = await begin(store, book, spec(days(15)))
    with pytest.raises(Refused) as refused:
        await office.ask(5, "2026-03-03")
    assert refused.value.rule == "信访工作条例 第三十四条"


async def test_what_is_over_or_stopped_is_not_extended(office: Office) -> None:
    with pytest.raises(Refused):
        await office.ask(30, "2026-05-07")
    await office.store.write(lambda tx: service.stop(tx, office.clock.id, at("2026-04-01"), office.book))
    with pytest.raises(Conflict):
        await office.ask(30, "2026-04-02")


@pytest.mark.parametrize(("served", "error"), [("2026-04-30", BadInput), ("2026-04-27", BadInput)])
async def test_a_service_in_the_future_or_before_the_request_is_refused(
    office: Office, served: str, error: type[OneWindowError]
) -> None:
    await office.ask()
    with pytest.raises(error) as refused:
        await office.serve(served, at("2026-04-29"))
    assert isinstance(refused.value, BadInput)
    assert "served_on" in refused.value.fields


async def test_a_document_that_extends_nothing_is_none_and_an_unknown_clock_is_not_found(office: Office) -> None:
    today = at("2026-04-29")

    def serve(tx: object, **which: str) -> ExtensionOutcome | None:
        return serve_extension(
            tx,  # type: ignore[arg-type]
            served_on=day("2026-04-29"),
            recorded_at=today,
            by_handler=True,
            book=office.book,
            **which,  # type: ignore[arg-type]
        )

    assert await office.store.write(lambda tx: serve(tx, document_id="another")) is None
    with pytest.raises(NotFound):
        await office.store.write(lambda tx: serve(tx, clock_id=office.clock.id))
    await office.ask()
    outcome = await office.store.write(lambda tx: serve(tx, clock_id=office.clock.id))
    assert outcome is not None
    assert outcome.outcome is Outcome.EFFECTIVE


async def test_a_clock_that_stands_still_can_be_extended_after_the_date_that_it_had(office: Office) -> None:
    await office.store.write(lambda tx: service.pause(tx, office.clock.id, at("2026-04-29"), "鉴定"))
    await office.ask(30, "2026-05-20")
    outcome = await office.serve("2026-05-20", at("2026-05-20"))
    assert outcome.outcome is Outcome.EFFECTIVE
    await office.store.write(lambda tx: service.resume(tx, office.clock.id, at("2026-05-29"), office.book))
    # Sixty and thirty days, and thirty that it stood still.
    assert (await office.now()).early_on == day("2026-06-30")


async def test_an_extension_into_a_year_without_a_calendar_is_provisional(store: Store, book: CalendarBook) -> None:
    office = await begin(store, book, started="2026-10-12")
    assert not office.clock.provisional
    await office.ask(30, "2026-12-01")
    outcome = await office.serve("2026-12-02", at("2026-12-02"))
    assert (outcome.clock.provisional, outcome.clock.early_on) == (True, day("2027-01-10"))
