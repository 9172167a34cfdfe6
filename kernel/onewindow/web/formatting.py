"""Dates, times and marks as people read them: 2026年11月23日, 23 Nov 2026, always the day in Shanghai."""

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

from onewindow.i18n import DEFAULT, _, translate
from onewindow.office.types import SHANGHAI

_ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _moment(value: datetime | str) -> datetime:
    moment = value if isinstance(value, datetime) else datetime.fromisoformat(value)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(SHANGHAI)


def _day(value: date | datetime | str) -> date:
    if isinstance(value, str):
        value = datetime.fromisoformat(value) if len(value) > 10 else date.fromisoformat(value)
    return _moment(value).date() if isinstance(value, datetime) else value


def day(value: date | datetime | str | None, lang: str = DEFAULT) -> str:
    """A day, in words."""
    if value is None or value == "":
        return ""
    on = _day(value)
    if lang == DEFAULT:
        return f"{on.year}年{on.month}月{on.day}日"
    return f"{on.day} {_MONTHS[on.month - 1]} {on.year}"


def moment(value: datetime | str | None, lang: str = DEFAULT) -> str:
    """A day and the time on it."""
    if value is None or value == "":
        return ""
    at = _moment(value)
    return f"{day(at, lang)}{' ' if lang == DEFAULT else ', '}{at:%H:%M}"


def instant(value: datetime | str | None, lang: str = DEFAULT) -> str:
    """A moment; only the day where it is the beginning of one, which stands for the day itself."""
    if value is None or value == "":
        return ""
    at = _moment(value)
    return day(at, lang) if (at.hour, at.minute, at.second) == (0, 0, 0) else moment(at, lang)


def last_day(value: date | datetime | str | None) -> date | None:
    """The last day of a deadline: one that ends at 24:00 ends on the day before the midnight that it is stored as."""
    if value is None or value == "":
        return None
    if isinstance(value, str):
        value = datetime.fromisoformat(value) if len(value) > 10 else date.fromisoformat(value)
    return (_moment(value) - timedelta(microseconds=1)).date() if isinstance(value, datetime) else value


def due(value: date | datetime | str | None, lang: str = DEFAULT) -> str:
    """The end of a deadline: a day where it ends with the day, else the minute."""
    on = last_day(value)
    if on is None or value is None:
        return ""
    if isinstance(value, date) and not isinstance(value, datetime):
        return day(on, lang)
    if isinstance(value, str) and len(value) <= 10:
        return day(on, lang)
    at = _moment(value)
    return day(on, lang) if (at.hour, at.minute, at.second) == (0, 0, 0) else moment(at, lang)


def left(value: date | datetime | str | None, now: datetime, lang: str = DEFAULT) -> str:
    """How long a deadline still runs, or for how long it has been over."""
    on = last_day(value)
    if on is None:
        return ""
    days = (on - _day(now)).days
    if days == 0:
        return translate(_("今天到期"), lang)
    if days == 1:
        return translate(_("明天到期"), lang)
    if days > 0:
        return translate(_("还有 {days} 天"), lang, days=days)
    return translate(_("已过 {days} 天"), lang, days=-days)


def iso(value: date | datetime | str | None) -> str:
    """The moment as `<time datetime>` wants it."""
    if value is None:
        return ""
    return value if isinstance(value, str) else value.isoformat()


def code_groups(code: str, size: int = 4) -> str:
    """A tracking code in groups that can be read aloud; one that has groups already stays as it is."""
    plain = code.strip()
    if any(separator in plain for separator in "- "):
        return plain
    return " ".join(plain[start : start + size] for start in range(0, len(plain), size))


def cell(value: Any, lang: str = DEFAULT) -> str:
    """A value of unknown type in a table or a list of fields."""
    if value is None or value == "":
        return "—"
    if isinstance(value, bool):
        return translate(_("是") if value else _("否"), lang)
    if isinstance(value, datetime):
        return moment(value, lang)
    if isinstance(value, date):
        return day(value, lang)
    if isinstance(value, str) and _ISO_DAY.fullmatch(value):
        # Offices send their dates as they are written in JSON.
        return day(value, lang) if _is_day(value) else value
    if isinstance(value, list | tuple):
        return translate(_("、"), lang).join(cell(one, lang) for one in value) or "—"
    return str(value)
