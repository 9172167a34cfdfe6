"""Case numbers: one series for each township and year, and another that only sealed cases draw from."""

from datetime import datetime

from onewindow.office.types import law_day


def series(township: str, at: datetime, *, sealed: bool) -> str:
    """The counter behind a series; the year is that of the registration in Asia/Shanghai."""
    return f"{'sealed' if sealed else 'case'}:{township}:{law_day(at).year}"


def number(township: str, at: datetime, sequence: int, *, sealed: bool) -> str:
    """The case number (事项编号) as people read it."""
    mark = "M" if sealed else ""
    return f"{township}-{mark}{law_day(at).year}-{sequence:06d}"
