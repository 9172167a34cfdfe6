"""The clock of a centre whose demo is being made: it stands where the story is, and tells the real time again after."""

from collections.abc import Callable
from datetime import datetime, time, timedelta

from onewindow.office.types import SHANGHAI


class DemoClock:
    """A clock that can be held at a moment in the past; while it is not held it is the clock below it."""

    def __init__(self, real: Callable[[], datetime]):
        self._real = real
        self._held: datetime | None = None

    def __call__(self) -> datetime:
        return self._held or self._real()

    def hold(self, at: datetime) -> None:
        """Let it be this moment, never a later one than now and never an earlier one than it was before."""
        at = min(at, self._real())
        self._held = max(at, self._held) if self._held else at

    def forward(self, span: timedelta) -> None:
        """Let some time pass."""
        self.hold(self() + span)

    def let_go(self) -> None:
        """Back to the real time."""
        self._held = None


def office_hours(day: datetime) -> datetime:
    """The moment at which the window opens on that day."""
    return datetime.combine(day.astimezone(SHANGHAI).date(), time(8, 40), SHANGHAI)
