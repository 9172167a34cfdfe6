"""Starting, stopping, pausing and resuming clocks in the store."""

from functools import partial

import pytest

from onewindow.clocks import rows, service
from onewindow.clocks.book import CalendarBook
from onewindow.clocks.rows import ClockRow
from onewindow.clocks.turning import turn
from onewindow.errors import BadInput, Conflict, NotFound, Refused
from onewindow.office.clocks import days, hours, working_days
from onewindow.store import Store, Tx
from tests.unit.clocks.helpers import SIXTY, at, day, owner, spec

FIFTEEN = spec(days(15))


async def begin(store: Store, book: CalendarBook, started: str = "2026-03-02", **how: object) -> ClockRow:
    what = how.pop("what", FIFTEEN)
    return await store.write(
        lambda tx: service.start(tx, what, owner(), started=at(started), book=book, **how)  # type: ignore[arg-type]
    )


async def test_a_clock_keeps_what_was_declared_when_it_began(store: Store, book: CalendarBook) -> None:
    clock = await begin(store, book, what=SIXTY)
    kept = await store.read(partial(rows.of_case, case_id=clock.case_id))
    assert kept == [clock]
    assert (clock.status, clock.colour, clock.source) == ("running", "green", "信访工作条例 第三十四条")
    assert clock.limit is not None
    assert clock.limit.at_most.amount == 30
    view = clock.view()
    assert (view.early_on, view.lawful_on, view.provisional) == (day("2026-05-01"), day("2026-05-06"), False)


async def test_a_clock_may_start_on_a_date(store: Store, book: CalendarBook) -> None:
    start = partial(service.start, spec=FIFTEEN, owner=owner(), started=day("2026-03-02"), book=book)
    assert (await store.write(start)).early_on == day("2026-03-17")
    day_of_hours = partial(service.start, spec=spec(hours(24)), owner=owner(), started=day("2026-03-02"), book=book)
    assert (await store.write(day_of_hours)).lawful_at == at("2026-03-03", "00:00")


async def test_a_clock_runs_until_a_date_that_was_set(store: Store, book: CalendarBook) -> None:
    clock = await begin(store, book, until=day("2026-10-03"))
    assert (clock.early_on, clock.lawful_on) == (day("2026-10-03"), day("2026-10-08"))


async def test_what_is_stopped_in_time_is_not_late_and_stays_stopped(store: Store, book: CalendarBook) -> None:
    clock = await begin(store, book)
    stopped = await store.write(lambda tx: service.stop(tx, clock.id, at("2026-03-17", "23:00"), book))
    assert not stopped.late
    again = await store.write(lambda tx: service.stop(tx, clock.id, at("2026-04-01"), book))
    assert again.stopped_at == stopped.stopped_at
    assert await store.write(lambda tx: turn(tx, at("2026-05-01"))) == []


async def test_what_is_stopped_after_the_last_day_is_late(store: Store, book: CalendarBook) -> None:
    clock = await begin(store, book)
    stopped = await store.write(lambda tx: service.stop(tx, clock.id, at("2026-03-18", "00:00"), book))
    assert (stopped.late, stopped.colour) == (True, "red")


async def test_a_stop_dated_in_time_takes_back_a_red_that_came_first(store: Store, book: CalendarBook) -> None:
    clock = await begin(store, book)
    await store.write(lambda tx: turn(tx, at("2026-03-20")))
    stopped = await store.write(lambda tx: service.stop(tx, clock.id, at("2026-03-10"), book))
    assert (stopped.late, stopped.colour) == (False, "green")


async def test_a_pause_moves_the_dates_when_it_ends_and_no_turn_happens_meanwhile(
    store: Store, book: CalendarBook
) -> None:
    clock = await begin(store, book)
    paused = await store.write(lambda tx: service.pause(tx, clock.id, at("2026-03-16"), "鉴定"))
    assert paused.status == "paused"
    assert await store.write(lambda tx: turn(tx, at("2026-04-20"))) == []
    resumed = await store.write(lambda tx: service.resume(tx, clock.id, at("2026-04-20"), book))
    assert (resumed.status, resumed.early_on, resumed.colour) == ("running", day("2026-04-21"), "green")
    assert await store.read(partial(rows.read, clock_id=clock.id)) == resumed


async def test_a_clock_stopped_while_it_stands_still_is_not_late(store: Store, book: CalendarBook) -> None:
    clock = await begin(store, book)
    await store.write(lambda tx: service.pause(tx, clock.id, at("2026-03-16"), "鉴定"))
    stopped = await store.write(lambda tx: service.stop(tx, clock.id, at("2026-04-20"), book))
    assert (stopped.late, stopped.early_on) == (False, day("2026-04-21"))


async def test_an_amber_clock_is_green_again_after_a_long_pause(store: Store, book: CalendarBook) -> None:
    clock = await begin(store, book, what=SIXTY)
    await store.write(lambda tx: turn(tx, at("2026-04-30")))
    await store.write(lambda tx: service.pause(tx, clock.id, at("2026-04-30"), "鉴定"))
    resumed = await store.write(lambda tx: service.resume(tx, clock.id, at("2026-04-30", "11:00"), book))
    assert resumed.colour == "amber"
    await store.write(lambda tx: service.pause(tx, clock.id, at("2026-04-30", "12:00"), "鉴定"))
    # One day is left after it, so amber stays; with two the warning comes once more.
    resumed = await store.write(lambda tx: service.resume(tx, clock.id, at("2026-06-06"), book))
    assert (resumed.early_on, resumed.colour) == (day("2026-06-07"), "amber")


async def test_pausing_twice_resuming_what_runs_and_pausing_what_is_over_are_refused(
    store: Store, book: CalendarBook
) -> None:
    clock = await begin(store, book)
    with pytest.raises(Conflict):
        await store.write(lambda tx: service.resume(tx, clock.id, at("2026-03-05"), book))
    with pytest.raises(Refused):
        await store.write(lambda tx: service.pause(tx, clock.id, at("2026-03-18", "00:00"), "鉴定"))
    with pytest.raises(BadInput):
        await store.write(lambda tx: service.pause(tx, clock.id, at("2026-03-01"), "鉴定"))
    await store.write(lambda tx: service.pause(tx, clock.id, at("2026-03-05"), "鉴定"))
    with pytest.raises(Conflict):
        await store.write(lambda tx: service.pause(tx, clock.id, at("2026-03-06"), "鉴定"))
    with pytest.raises(BadInput):
        await store.write(lambda tx: service.resume(tx, clock.id, at("2026-03-04"), book))
    with pytest.raises(NotFound):
        await store.write(lambda tx: service.pause(tx, "none", at("2026-03-06"), "鉴定"))


async def test_a_clock_that_waits_for_its_calendar_is_stored_without_a_lawful_date(
    store: Store, book: CalendarBook
) -> None:
    clock = await begin(store, book, "2026-12-29", what=spec(working_days(5)))
    kept = await store.read(partial(rows.read, clock_id=clock.id))
    assert kept.pending_calendar
    assert kept.lawful_on is None
    turned = await store.write(lambda tx: turn(tx, at("2027-03-01")))
    assert [each.colour for each in turned] == ["amber"]


async def test_sealing_a_case_marks_its_clocks(store: Store, book: CalendarBook) -> None:
    clock = await begin(store, book)

    def seal(tx: Tx) -> list[ClockRow]:
        service.seal(tx, clock.case_id)
        return rows.of_case(tx, clock.case_id)

    assert [each.sealed for each in await store.write(seal)] == [True]
