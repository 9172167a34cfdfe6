"""Deadlines on the whole path: extended only by a service in time, turned once, recomputed when a calendar comes."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from onewindow.clocks.importing import parse_year, store_year
from onewindow.clocks.tables import CLOCK
from onewindow.errors import Forbidden, Refused
from onewindow.office.types import law_day
from tests.support.path import START, Matter, Running, Time, kernel_alone, make, running, settings_of, until
from tests.support.postgres import PostgresServer
from tests.unit.clocks.helpers import PLAN_2027

pytestmark = pytest.mark.asyncio(loop_scope="session")
EXTENSION: dict[str, Any] = {"days": 30, "reason": "需要重新测量占地面积"}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def timed(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Running]:
    """A centre whose time these tests move on."""
    async with running(tmp_path_factory.mktemp("timed") / "data") as path:
        yield path


@pytest.fixture(autouse=True)
def in_march(timed: Running) -> None:
    """Every test begins at the same time, in a year with a calendar."""
    timed.time.to(START)


@pytest_asyncio.fixture(loop_scope="session")
async def extended(timed: Running) -> Matter:
    """An accepted matter with an extension asked for, its notice made and not yet served."""
    matter = await (await timed.township()).register()
    await matter.accept()
    await matter.do("organ_head", "extend", **EXTENSION)
    await matter.document("extension_notice")
    return matter


async def turn(path: Running) -> None:
    await path.centre.scheduler.catch_up()


async def on_last_day(matter: Matter) -> date:
    """Move to the morning of the day on which the sixty days end; that day."""
    due: date = (await matter.clock("reply_by")).lawful_on
    matter.town.path.time.to(datetime(due.year, due.month, due.day, 1, tzinfo=UTC))
    return due


# Extensions ----------------------------------------------------------------------------------------------------------


async def test_an_extension_that_is_never_served_turns_red_on_the_old_date(timed: Running, extended: Matter) -> None:
    due = await on_last_day(extended)
    await turn(timed)
    assert (await extended.clock("reply_by")).colour == "amber"
    timed.time.forward(hours=16)
    await turn(timed)
    clock = await extended.clock("reply_by")
    assert (clock.colour, clock.lawful_on, clock.extended_days) == ("red", due, 0)
    assert (await extended.row())["colour"] == "red"


async def test_an_extension_served_in_time_gives_the_new_date_and_the_office_hears_of_it(
    timed: Running, extended: Matter
) -> None:
    due = await on_last_day(extended)
    served = await extended.serve("handler", "extension_notice")
    assert served.extension == "effective"
    clock = await extended.clock("reply_by")
    assert (clock.extended_days, clock.early_on) == (30, law_day(clock.started_at) + timedelta(days=90))
    assert clock.lawful_on > due
    await until(lambda: told(extended, "effective"))
    timed.time.forward(hours=16)
    await turn(timed)
    assert (await extended.clock("reply_by")).colour != "red"
    again = await extended.act("organ_head", "extend", **EXTENSION)
    assert again.fault is not None and again.fault.rule == "信访工作条例 第三十四条"


async def told(matter: Matter, state: str) -> bool:
    """Whether the office has heard what became of its extension, and the kernel that it has."""
    return bool((await matter.assignment())["listed"].get("extension") == state)


async def test_an_extension_served_after_the_old_date_never_takes_effect(timed: Running, extended: Matter) -> None:
    due = await on_last_day(extended)
    timed.time.forward(days=1)
    served = await extended.serve("handler", "extension_notice")
    assert served.extension == "too_late"
    await turn(timed)
    clock = await extended.clock("reply_by")
    assert (clock.colour, clock.lawful_on, clock.extended_days) == ("red", due, 0)
    await until(lambda: told(extended, "void"))


async def test_recorded_late_it_needs_somebody_else_and_proof_and_then_puts_the_clock_right(
    timed: Running, extended: Matter
) -> None:
    due = await on_last_day(extended)
    timed.time.forward(days=3)
    await turn(timed)
    assert (await extended.clock("reply_by")).colour == "red"
    for who, proof in (("handler", False), ("deputy", False)):
        with pytest.raises(Refused) as refused:
            await extended.serve(who, "extension_notice", on=due, proof=proof)
        assert refused.value.rule == "served-late"
    with pytest.raises(Forbidden):
        await extended.serve("handler", "extension_notice", on=due, proof=True)
    assert (await extended.file()).services == []
    served = await extended.serve("deputy", "extension_notice", on=due, proof=True, tracking_no="EMS123")
    assert served.extension == "corrected"
    clock = await extended.clock("reply_by")
    assert clock.colour != "red" and clock.extended_days == 30
    assert (await extended.row())["colour"] == clock.colour or (await extended.clock("notice_by")).colour == "red"
    outcomes = [e.data["outcome"] for e in await extended.timeline() if e.kind == "extension"]
    assert outcomes == ["corrected"]
    await until(lambda: told(extended, "effective"))


# Turning -------------------------------------------------------------------------------------------------------------


async def test_a_red_clock_is_told_to_the_office_and_lies_in_the_lists(timed: Running) -> None:
    town = await timed.township()
    matter = await town.register()
    assert (await matter.row())["colour"] == "green"
    timed.time.forward(days=20)
    await turn(timed)
    colours = [(e.data["clock"], e.data["colour"]) for e in await matter.timeline() if e.kind == "clock"]
    assert ("notice_by", "amber") in colours and ("notice_by", "red") in colours
    assert (await matter.row())["colour"] == "red"
    await turn(timed)
    assert [e.kind for e in await matter.timeline()].count("clock") == len(colours)
    seen = await timed.centre.desk.read(town.who("supervisor"), matter.number)
    assert seen.case["colour"] == "red"


async def test_neither_a_suspension_nor_a_pause_of_the_office_stops_the_sixty_days(timed: Running) -> None:
    matter = await (await timed.township()).register()
    await matter.accept()
    before = await matter.clock("reply_by")
    await matter.do("head", "suspend", cause="appraisal", note="等待测绘")
    assert (await matter.row())["phase"] == "suspended"
    clock = await matter.clock("reply_by")
    assert (clock.status, clock.lawful_on) == ("running", before.lawful_on)
    assert before.lawful_on is not None


async def test_the_review_right_ends_the_matter_by_itself_when_it_has_lapsed(timed: Running) -> None:
    matter = await (await timed.township()).register()
    await matter.accept()
    await matter.reply()
    await matter.serve("handler", "acceptance_notice")
    await matter.serve("handler", "reply")
    assert (await matter.clock("review_right")).status == "running"
    timed.time.forward(days=20)
    await turn(timed)
    assert (await matter.row())["state"] == "open"
    timed.time.forward(days=25)
    await turn(timed)
    await until(lambda: closed(matter))
    assert (await matter.row())["phase"] == "ended"


async def closed(matter: Matter) -> bool:
    return bool((await matter.row())["state"] == "closed")


# Years without a calendar --------------------------------------------------------------------------------------------


async def test_sixty_days_into_a_year_without_a_calendar_are_provisional_until_it_is_imported(tmp_path: Path) -> None:
    time = Time(datetime(2026, 11, 25, 2, 0, tzinfo=UTC))
    async with running(tmp_path / "data", time=time) as path:
        town = await path.township()
        sealed = await town.register(track="E", category="1803")
        november = await town.register()
        await november.accept()
        time.to(datetime(2026, 12, 8, 2, 0, tzinfo=UTC))
        december = await town.register()
        await december.accept()
        clocks = [await m.clock("reply_by") for m in (november, december)]
        assert [(c.early_on, c.lawful_on, c.provisional) for c in clocks] == [
            (date(2027, 1, 24), date(2027, 1, 25), True),
            (date(2027, 2, 6), date(2027, 2, 8), True),
        ]
        plan = parse_year(PLAN_2027, 2027, "csv")
        await path.centre.store.write(
            lambda tx: store_year(tx, plan, book=path.centre.calendar, now=time(), imported_by="test")
        )
        time.forward(minutes=5)
        await turn(path)
        clocks = [await m.clock("reply_by") for m in (november, december)]
        assert [(c.early_on, c.lawful_on, c.provisional) for c in clocks] == [
            (date(2027, 1, 24), date(2027, 1, 25), False),
            (date(2027, 2, 6), date(2027, 2, 14) + timedelta(days=1), False),
        ]
        for matter in (november, december):
            new = [e.data for e in await matter.timeline() if e.kind == "recomputed" and e.data["clock"] == "reply_by"]
            assert len(new) == 1 and new[0]["provisional"] is False
            assert (await matter.verdict()).ok
        assert (await december.row())["due_at"].date() >= date(2026, 12, 8)
        assert (await sealed.verdict()).ok


# Two kernels ---------------------------------------------------------------------------------------------------------


@pytest.mark.postgres
async def test_after_two_due_dates_without_a_centre_two_kernels_turn_each_clock_once(
    postgres_server: PostgresServer, tmp_path: Path
) -> None:
    with postgres_server.database() as url:
        settings = settings_of(tmp_path / "data", database=url)
        time = Time()
        make(settings, time)
        async with AsyncExitStack() as stack:
            one = await stack.enter_async_context(kernel_alone(settings, time))
            await one.found_district()
            town = await one.township()
            matters = [await town.register() for _ in range(6)]
            matters += [await town.register(track="E", category="1803")]
            time.forward(days=7)
            matters += [await town.register() for _ in range(3)]
            two = await stack.enter_async_context(kernel_alone(settings, time))
            time.forward(days=30)
            await asyncio.gather(*(k.centre.scheduler.catch_up() for k in (one, two, one, two)))
            clocks = await one.read(CLOCK.select())
            assert {c["colour"] for c in clocks} == {"red"}
            for matter in matters:
                entries = await matter.timeline()
                turned = [(e.data["clock"], e.data["colour"]) for e in entries if e.kind == "clock"]
                assert len(turned) == len(set(turned))
                expected = {(c["key"], "red") for c in clocks if c["case_id"] == matter.id}
                assert expected <= set(turned)
                assert [e.kind for e in entries].count("unsigned") == 1
                assert (await matter.verdict()).ok
