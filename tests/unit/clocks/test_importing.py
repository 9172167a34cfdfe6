"""A published year is checked as a whole, stored, and carried through the running clocks."""

import json
from collections.abc import Callable
from functools import partial

import pytest
from sqlalchemy import select

from onewindow.clocks import rows, service
from onewindow.clocks.book import CalendarBook
from onewindow.clocks.calendar import Calendar, published
from onewindow.clocks.importing import note_published, parse_year, store_year
from onewindow.clocks.recompute import CalendarJob, Cursor, Recomputed, recompute
from onewindow.clocks.rows import ClockRow
from onewindow.clocks.tables import CALENDAR
from onewindow.clocks.turning import turn
from onewindow.errors import BadInput, Conflict
from onewindow.i18n import translate
from onewindow.office.clocks import Span, days, working_days
from onewindow.store import Store, Tx
from tests.unit.clocks.helpers import PLAN_2027, at, day, owner, spec

NOW = at("2026-12-01")


def test_a_whole_year_is_read_from_csv_and_from_json_alike() -> None:
    plan = parse_year(PLAN_2027, 2027, "csv")
    items = [dict(zip(("date", "kind"), line.split(","), strict=True)) for line in PLAN_2027.splitlines()[1:]]
    assert parse_year(json.dumps(items), 2027, "json") == plan
    assert day("2027-02-06") in plan.rest_days
    assert day("2027-10-09") in plan.work_days
    chinese = PLAN_2027.replace(",rest", ",休").replace(",work", ",班")
    assert parse_year("\ufeff" + chinese.replace("\n", "\r\n"), 2027, "csv") == plan


@pytest.mark.parametrize("year", range(2014, 2027))
def test_every_year_that_was_ever_published_would_pass(year: int) -> None:
    known = published().plans[year]
    # 元旦 of the following year may reach back into December; such days belong to that year's own file.
    lines = [f"{each},rest" for each in known.rest_days] + [f"{each},work" for each in known.work_days]
    # Until 2024 the second of May was no holiday of its own, and some years worked on it.
    if all(day(f"{year}-{fixed}") in known.rest_days for fixed in ("05-01", "05-02", "10-01", "10-02", "10-03")):
        assert parse_year("\n".join(["date,kind", *lines]), year, "csv").rest_days == known.rest_days


def _without(*texts: str) -> str:
    return "\n".join(line for line in PLAN_2027.splitlines() if not line.startswith(texts))


BROKEN: list[tuple[str, str, str, str]] = [
    ("a date twice", PLAN_2027 + "2027-10-07,rest\n", "第{last}行", "只保留一行"),
    (
        "the year before",
        PLAN_2027.replace("2027-06-09", "2026-06-09"),
        "第25行：2026-06-09不属于2027年",
        "只导入这一年",
    ),
    ("the year after", PLAN_2027 + "2028-01-01,rest\n", "第{last}行", "另行导入"),
    ("no date", PLAN_2027.replace("2027-06-09", "9 June"), "第25行：“9 June”不是日期", "2027-01-01"),
    ("no such day", PLAN_2027 + "2027-02-29,rest\n", "第{last}行", "2027-01-01"),
    ("an unknown kind", PLAN_2027.replace("2027-06-09,rest", "2027-06-09,party"), "第25行", "rest"),
    ("a make-up day in the week", PLAN_2027 + "2027-06-10,work\n", "不是周末", "平常的工作日不列"),
    ("a fixed holiday worked", PLAN_2027.replace("2027-10-03,rest", "2027-10-03,work"), "法定节日", "核对"),
    ("a fixed holiday missing", _without("2027-05-02"), "缺2027-05-02", "补齐"),
    ("no Spring Festival", _without("2027-02"), "缺春节", "补齐"),
    ("no Qingming", _without("2027-04"), "缺清明节", "补齐"),
    ("half a year", _without("2027-06", "2027-09"), "缺端午节", "补齐"),
    ("no mid-autumn", _without("2027-09-15", "2027-09-26"), "缺中秋节", "补齐"),
    ("far too many days off", PLAN_2027 + "".join(f"2027-07-{n:02},rest\n" for n in range(1, 20)), "不合常理", "补齐"),
    ("no header", PLAN_2027.removeprefix("date,kind\n"), "表头", "date,kind"),
]


@pytest.mark.parametrize(("name", "content", "message", "remedy"), BROKEN, ids=[each[0] for each in BROKEN])
def test_a_file_that_is_wrong_is_refused_with_the_row_and_the_remedy(
    name: str, content: str, message: str, remedy: str
) -> None:
    with pytest.raises(BadInput) as refused:
        parse_year(content, 2027, "csv")
    error = refused.value
    last = content.count("\n")
    assert message.replace("{last}", str(last)) in translate(error.message, **error.params)
    assert remedy in translate(error.remedy)
    assert next(iter(error.fields)).startswith(("rows/", "file"))


@pytest.mark.parametrize("content", ["", "{}", "[1]", '[{"date": null}]', "nonsense"])
def test_json_that_is_no_list_of_days_is_refused(content: str) -> None:
    with pytest.raises(BadInput):
        parse_year(content, 2027, "json")


async def begin(store: Store, book: CalendarBook, span: Span, started: str) -> ClockRow:
    return await store.write(partial(service.start, spec=spec(span), owner=owner(), started=at(started), book=book))


def carry(store: Store, book: CalendarBook, *, limit: int = 200) -> Callable[[], list[Recomputed]]:
    """Run the job until nothing is left, and give what it reported."""

    def run() -> list[Recomputed]:
        committed: list[Recomputed] = []

        def page(tx: Tx) -> int:
            reported: list[Recomputed] = []
            tx.on_commit(lambda: committed.extend(reported))
            return CalendarJob(book, lambda _tx, change: reported.append(change), limit=limit)(tx, NOW)

        while store.write_now(page):
            pass
        return committed

    return run


async def take_2027(store: Store, book: CalendarBook) -> None:
    plan = parse_year(PLAN_2027, 2027, "csv")
    await store.write(partial(store_year, plan=plan, book=book, now=NOW, imported_by="s1"))


async def test_importing_2027_makes_provisional_and_pending_clocks_final_and_reports_each(
    store: Store, book: CalendarBook
) -> None:
    sixty = await begin(store, book, days(60), "2026-12-10")
    waiting = await begin(store, book, working_days(7), "2026-12-29")
    paused = await begin(store, book, days(60), "2026-11-24")
    await store.write(lambda tx: service.pause(tx, paused.id, at("2026-11-30"), "鉴定"))
    untouched = await begin(store, book, days(15), "2026-11-24")
    assert (sixty.lawful_on, sixty.provisional) == (day("2027-02-08"), True)
    assert waiting.pending_calendar

    await take_2027(store, book)
    changes = {change.clock.id: change for change in carry(store, book)()}

    assert set(changes) == {sixty.id, waiting.id, paused.id}
    assert changes[sixty.id].before == sixty
    after = changes[sixty.id].clock
    # The Spring Festival of the plan lasts until Saturday the 13th; Sunday the 14th is off as well.
    assert (after.early_on, after.lawful_on, after.provisional) == (day("2027-02-08"), day("2027-02-15"), False)
    after = changes[waiting.id].clock
    assert (after.lawful_on, after.pending_calendar) == (day("2027-01-08"), False)
    assert changes[paused.id].clock.status == "paused"
    kept = await store.read(partial(rows.read, clock_id=untouched.id))
    assert kept == untouched


async def test_a_clock_started_after_the_import_is_final_at_once(store: Store, book: CalendarBook) -> None:
    await take_2027(store, book)
    clock = await begin(store, book, days(60), "2026-12-10")
    assert not clock.provisional
    # Another process has nothing in memory yet, and looks.
    other = CalendarBook(book.base)
    assert not (await begin(store, other, days(60), "2026-12-10")).provisional


async def test_recomputing_again_changes_nothing(store: Store, book: CalendarBook) -> None:
    await begin(store, book, days(60), "2026-12-10")
    await take_2027(store, book)
    assert len(carry(store, book)()) == 1
    assert carry(store, book)() == []
    page = await store.write(lambda tx: recompute(tx, book.calendar, 2027, now=NOW, after=None))
    assert page.changed == ()


async def test_recomputing_goes_in_pages_and_goes_on_where_it_stopped(store: Store, book: CalendarBook) -> None:
    clocks = {(await begin(store, book, days(60), "2026-12-10")).id for _ in range(5)}
    await take_2027(store, book)

    def one_page(tx: Tx) -> int:
        return CalendarJob(book, lambda _tx, _change: None, limit=2)(tx, NOW)

    await store.write(one_page)
    await store.write(one_page)
    rest = {change.clock.id for change in carry(store, book, limit=2)()}
    assert len(rest) == 3
    assert rest < clocks
    assert all(not clock.provisional for clock in [await store.read(partial(rows.read, clock_id=id)) for id in clocks])


async def test_a_red_that_a_provisional_date_gave_is_taken_back(store: Store, book: CalendarBook) -> None:
    clock = await begin(store, book, days(60), "2026-12-10")
    now = at("2027-02-10")
    assert [each.colour for each in await store.write(lambda tx: turn(tx, now))] == ["amber", "red"]
    await take_2027(store, book)
    page = await store.write(
        lambda tx: recompute(tx, book.calendar, 2027, now=now, after=Cursor("running", at("2026-12-01"), ""))
    )
    assert [(change.clock.id, change.clock.colour) for change in page.changed] == [(clock.id, "amber")]


async def test_a_year_that_is_known_is_replaced_only_when_asked_and_after_every_process_has_seen_it(
    store: Store, book: CalendarBook
) -> None:
    await take_2027(store, book)
    plan = parse_year(PLAN_2027.replace("2027-02-13,rest\n", ""), 2027, "csv")
    with pytest.raises(Conflict):
        await take_2027(store, book)
    known = published().plans[2026]
    with pytest.raises(Conflict):
        await store.write(partial(store_year, plan=known, book=book, now=NOW, imported_by="s1"))
    await store.write(partial(store_year, plan=plan, book=book, now=NOW, imported_by="s1", replace=True))
    row = await store.read(lambda conn: conn.execute(select(CALENDAR)).one())
    assert (row.applied, row.apply_at > NOW) == (False, True)


async def test_a_failed_import_leaves_nothing_in_memory(store: Store, book: CalendarBook) -> None:
    plan = parse_year(PLAN_2027, 2027, "csv")

    def fail(tx: Tx) -> None:
        store_year(tx, plan, book=book, now=NOW, imported_by="s1")
        raise RuntimeError("after the import")

    with pytest.raises(RuntimeError):
        await store.write(fail)
    assert not book.calendar.knows(2027)


async def test_an_upgrade_that_brings_a_year_carries_it_through_once(store: Store, calendar: Calendar) -> None:
    old = CalendarBook(calendar.until(2025))
    await store.write(lambda tx: note_published(tx, old, at("2025-10-01")))
    clock = await begin(store, old, days(60), "2025-11-24")
    assert clock.provisional
    carry(store, old)()
    new = CalendarBook(calendar)
    assert await store.write(lambda tx: note_published(tx, new, at("2025-12-01"))) == 1
    assert await store.write(lambda tx: note_published(tx, new, at("2025-12-02"))) == 0
    assert [change.clock.id for change in carry(store, new)()] == [clock.id]
