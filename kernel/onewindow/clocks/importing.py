"""Taking in a published calendar year: read, checked as a whole, stored, and then carried through the clocks."""

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal

from sqlalchemy import select

from onewindow.clocks.book import CalendarBook
from onewindow.clocks.calendar import FIXED_HOLIDAYS, SATURDAY, YearPlan
from onewindow.clocks.tables import CALENDAR
from onewindow.errors import BadInput, Conflict
from onewindow.i18n import Message, _
from onewindow.office.types import law_day, utc
from onewindow.store import Tx, for_update

FileFormat = Literal["csv", "json"]

WORDS: dict[str, Literal["rest", "work"]] = {
    "rest": "rest",
    "休": "rest",
    "放假": "rest",
    "work": "work",
    "班": "work",
    "上班": "work",
}
# The holidays that move with the moon or the sun, the span of days in which they can fall, and how many days of theirs
# a whole arrangement has at least (全国年节及纪念日放假办法, 2024-11-10).
MOVING: tuple[tuple[Message, tuple[int, int], tuple[int, int], int], ...] = (
    (_("{year}年的安排不完整：缺春节"), (1, 20), (2, 28), 4),
    (_("{year}年的安排不完整：缺清明节"), (4, 3), (4, 6), 1),
    (_("{year}年的安排不完整：缺端午节"), (5, 25), (6, 28), 1),
    (_("{year}年的安排不完整：缺中秋节"), (9, 5), (10, 10), 1),
)
# Days off from Monday to Friday less weekends worked: 9 to 13 in every year since 2004.
BALANCE = range(8, 16)
# Other processes look for a replaced year within this time; a clock that one of them starts meanwhile is still found.
SETTLE = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class _Line:
    number: int
    day: date
    kind: Literal["rest", "work"]


def parse_year(text: str, year: int, file_format: FileFormat) -> YearPlan:
    """The arrangement of `year` from a file of days off and weekend days worked.

    CSV has the columns date and kind (rest or work, 休 or 班); JSON a list of objects with the same members.

    Raises:
        BadInput: naming the row and what to do about it; nothing is half taken.
    """
    lines: dict[date, _Line] = {}
    for number, day_text, kind_text in _read(text, file_format):
        line = _line(number, day_text, kind_text, year)
        if (first := lines.get(line.day)) is not None:
            raise _bad(
                number,
                _("第{row}行：{day}与第{first}行重复"),
                _("每个日期只保留一行"),
                day=line.day,
                first=first.number,
            )
        lines[line.day] = line
    plan = YearPlan(
        year,
        frozenset(day for day, line in lines.items() if line.kind == "rest"),
        frozenset(day for day, line in lines.items() if line.kind == "work"),
    )
    _check_whole(plan)
    return plan


def store_year(
    tx: Tx, plan: YearPlan, *, book: CalendarBook, now: datetime, imported_by: str, replace: bool = False
) -> None:
    """Store an imported year; the scheduler's `CalendarJob` then carries it through the running clocks.

    Raises:
        Conflict: if the year is known already and `replace` is not said.
    """
    now = utc(now)
    query = for_update(select(CALENDAR.c.year).where(CALENDAR.c.year == plan.year))
    known = tx.execute(query).one_or_none() is not None or book.base.knows(plan.year)
    if known and not replace:
        raise Conflict(_("{year}年的日历已有，未作改动"), remedy=_("确需更正的，选择“替换”后再导入"), year=plan.year)
    row = {
        "year": plan.year,
        "rest_days": sorted(day.isoformat() for day in plan.rest_days),
        "work_days": sorted(day.isoformat() for day in plan.work_days),
        "imported_at": now,
        "imported_by": imported_by,
        "applied": False,
        # A year that nobody knew is looked up whenever a clock meets it; a known one is in every process's memory.
        "apply_at": now + SETTLE if known else now,
        "apply_after": None,
    }
    tx.upsert(CALENDAR, row, key=["year"])
    # Keeps the new calendar in this process's memory once the year is committed.
    book.current(tx)


def note_published(tx: Tx, book: CalendarBook, now: datetime) -> int:
    """Note the years that an upgrade of the data package has brought, so that the clocks waiting for them are carried
    through; says how many were new. To be called once at start."""
    return sum(
        tx.insert_new(
            CALENDAR,
            {
                "year": year,
                "rest_days": None,
                "work_days": None,
                "imported_at": utc(now),
                "imported_by": None,
                "applied": False,
                "apply_at": utc(now),
                "apply_after": None,
            },
        )
        for year in sorted(book.base.plans)
        if year >= law_day(now).year
    )


def _read(text: str, file_format: FileFormat) -> Iterator[tuple[int, Any, Any]]:
    """Row number, date and kind of each row; a CSV's header is its first row."""
    text = text.removeprefix("\ufeff")
    if file_format == "csv":
        reader = csv.DictReader(io.StringIO(text), skipinitialspace=True)
        header = [(name or "").strip().lower() for name in reader.fieldnames or ()]
        if not {"date", "kind"} <= set(header):
            raise _bad(1, _("第{row}行：表头须有 date 和 kind 两列"), _("第一行写 date,kind"))
        reader.fieldnames = header
        for row in reader:
            if any(value for value in row.values()):
                yield reader.line_num, row.get("date"), row.get("kind")
        return
    try:
        items = json.loads(text)
    except ValueError:
        items = None
    if not isinstance(items, list):
        raise BadInput(
            _("不是 JSON 列表"),
            field="file",
            remedy=_("文件应为列表，每项有 date（如 2027-01-01）和 kind（rest 或 work）"),
        )
    for number, item in enumerate(items, 1):
        item = item if isinstance(item, dict) else {}
        yield number, item.get("date"), item.get("kind")


def _line(number: int, day_text: Any, kind_text: Any, year: int) -> _Line:
    try:
        day = date.fromisoformat(str(day_text).strip())
    except ValueError:
        raise _bad(
            number, _("第{row}行：“{value}”不是日期"), _("日期写成 2027-01-01 的样子"), value=day_text or ""
        ) from None
    kind = WORDS.get(str(kind_text).strip().lower())
    if kind is None:
        raise _bad(
            number, _("第{row}行：“{value}”不是 rest 或 work"), _("放假写 rest，调休上班写 work"), value=kind_text or ""
        )
    if not YearPlan(year, frozenset(), frozenset()).first_day <= day <= date(year, 12, 31):
        raise _bad(
            number,
            _("第{row}行：{day}不属于{year}年"),
            _("只导入这一年的安排（元旦可含上年12月28日以后）；其他年份另行导入"),
            day=day,
            year=year,
        )
    if kind == "work" and day.weekday() < SATURDAY:
        raise _bad(
            number,
            _("第{row}行：{day}不是周末，不会是调休上班日"),
            _("只列放假日和周末上班日；平常的工作日不列"),
            day=day,
        )
    if kind == "work" and (day.month, day.day) in FIXED_HOLIDAYS:
        raise _bad(number, _("第{row}行：{day}是法定节日，不会是上班日"), _("对照放假通知核对这一行"), day=day)
    return _Line(number, day, kind)


def _check_whole(plan: YearPlan) -> None:
    """Whether this can be the arrangement of a whole year, and not a part of one or another country's."""
    year = plan.year
    for month, day in sorted(FIXED_HOLIDAYS):
        if date(year, month, day) not in plan.rest_days:
            raise _incomplete(year, _("{year}年的安排不完整：缺{missing}"), missing=date(year, month, day))
    # The National Day's week is no sign of the Mid-Autumn Festival, which may fall into it and then lengthens it.
    national = {date(year, 10, day) for day in range(1, 8)}
    for message, begin, end, least in MOVING:
        days = [day for day in plan.rest_days - national if date(year, *begin) <= day <= date(year, *end)]
        if len(days) < least:
            raise _incomplete(year, message)
    balance = sum(day.weekday() < SATURDAY for day in plan.rest_days) - len(plan.work_days)
    if balance not in BALANCE:
        raise _incomplete(year, _("{year}年的安排不合常理：周一至周五放假减去周末上班为{missing}天"), missing=balance)


def _bad(row: int, message: Message, remedy: Message, **params: Any) -> BadInput:
    return BadInput(message, field=f"rows/{row}", remedy=remedy, row=row, **params)


def _incomplete(year: int, message: Message, **params: Any) -> BadInput:
    return BadInput(message, field="file", remedy=_("对照国务院办公厅的放假通知补齐全年后再导入"), year=year, **params)
