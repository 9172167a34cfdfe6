"""Lives the demo's matters through, day by day, on a clock that stands where the story is."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from random import Random

from onewindow.access.principal import Principal, principal_for
from onewindow.clocks.calendar import is_worked
from onewindow.documents.attachments import Purpose
from onewindow.errors import Unavailable
from onewindow.i18n import _
from onewindow.office.types import law_day
from onewindow.registry.intake import Registration
from onewindow.routing.enclosing import NOTHING, Enclosed
from onewindow.setup.demo import claims, disputes, others, papers
from onewindow.setup.demo.casting import Casting
from onewindow.setup.demo.clock import DemoClock, office_hours
from onewindow.setup.demo.matter import Matter
from onewindow.setup.demo.organising import Login
from onewindow.setup.demo.steps import Course, Step
from onewindow.setup.demo.story import Centre, Story

COURSES: Mapping[str, Course] = {**claims.COURSES, **others.COURSES, **disputes.COURSES}
AT_ONCE = 8
# How long the window is at work on a day that is over, and how far today has come.
WORKING, TODAY = timedelta(hours=8), timedelta(hours=2, minutes=30)


class Making:
    """One making of all matters."""

    def __init__(self, centre: Centre, clock: DemoClock, logins: Mapping[str, Login], step: Callable[[], None]):
        self._centre, self._clock, self._logins, self._step = centre, clock, logins, step
        self._random = Random(0)
        self._stories: dict[int, Story] = {}
        self._people: dict[str, Principal] = {}

    async def all(self, matters: Sequence[Matter], now: datetime) -> list[Story]:
        """Register and move on every matter; each with its story."""
        first = max(matter.days_ago for matter in matters)
        days = [now - timedelta(days=ago) for ago in range(first, -1, -1)]
        coming: dict[int, list[int]] = defaultdict(list)
        doing: dict[int, list[tuple[int, Course]]] = defaultdict(list)
        for number, matter in enumerate(matters):
            began = first - matter.days_ago
            coming[began].append(number)
            for on, course in self._days(matter, began, days).items():
                doing[on].append((number, course))
        for index, day in enumerate(days):
            await self._live(day, now, [(n, matters[n]) for n in coming[index]], doing[index])
        return [self._stories[number] for number in range(len(matters))]

    def _days(self, matter: Matter, began: int, days: Sequence[datetime]) -> dict[int, Course]:
        """The steps of a course by the day on which they are taken: what falls on a holiday waits for the next day."""
        found: dict[int, list[tuple[int, Step]]] = defaultdict(list)
        calendar = self._centre.calendar.calendar
        for after, step in COURSES[matter.course]:
            day = began + after
            while day < len(days) - 1 and not is_worked(law_day(days[day]), calendar):
                day += 1
            if day < len(days):
                found[day].append((after, step))
        return {day: tuple(steps) for day, steps in found.items()}

    async def _live(
        self, day: datetime, now: datetime, coming: Sequence[tuple[int, Matter]], doing: Sequence[tuple[int, Course]]
    ) -> None:
        """One day: what has become due, who comes, what is done."""
        is_today = day == now
        start = now - TODAY if is_today else office_hours(day)
        self._clock.hold(start)
        groups = [doing[at : at + AT_ONCE] for at in range(0, len(doing), AT_ONCE)]
        pause = (TODAY if is_today else WORKING) / (len(coming) + len(groups) + 2)
        await self._centre.scheduler.catch_up()
        await self._know_everybody()
        for number, matter in coming:
            self._pass(pause)
            self._stories[number] = await self._register(matter)
            self._step()
        for group in groups:
            self._pass(pause)
            await asyncio.gather(*(self._go_on(self._stories[number], course) for number, course in group))
        if coming or doing:
            await self._centre.settled()

    def _pass(self, span: timedelta) -> None:
        self._clock.forward(span * self._random.uniform(0.6, 1.0))

    async def _go_on(self, story: Story, course: Course) -> None:
        for _after, step in course:
            try:
                await step(story)
            except Exception as error:
                raise Unavailable(
                    _("演示数据没有做完：{action}：{reason}"),
                    action=f"{story.matter.course} {story.number}",
                    reason=f"{getattr(step, '__qualname__', '')}: {error}",
                ) from error

    async def _know_everybody(self) -> None:
        organisation, at = self._centre.organisation.current, self._clock()
        for login, each in self._logins.items():
            found = principal_for(organisation, account_id=each.account, staff_id=each.staff, at=at)
            assert found is not None
            self._people[login] = found

    async def _register(self, matter: Matter) -> Story:
        now = self._clock()
        code = next(
            row.code for row in self._centre.organisation.current.townships.values()
            if row.token == matter.township.token
        )  # fmt: skip
        by = self._people[f"{matter.by}{matter.township.digit}"] if matter.by else None
        given = Registration.model_validate(
            {
                "township": code,
                "text": matter.text,
                "request": "；".join(matter.requests),
                "place": matter.place,
                "category": matter.words.category,
                "channel": matter.channel.value,
                # A letter was posted the day before.
                "received_at": now - timedelta(hours=20) if matter.scan else now,
                "parties": [dict(party) for party in matter.parties],
                **matter.more,
            }
        )
        enclosed = await self._papers(matter)
        case = await self._centre.registrar.register(given, staff_id=by.staff_id if by else None, enclosed=enclosed)
        return Story(self._centre, self._people, matter, case)

    async def _papers(self, matter: Matter) -> Enclosed:
        prepare = self._centre.materials.prepare
        if matter.scan:
            name = str(matter.parties[0].get("name", ""))
            scanned = papers.letter(matter.text, name, law_day(self._clock()).isoformat())
            return Enclosed((await prepare(scanned, "来信"),), purpose=Purpose.LETTER)
        if matter.channel.value in ("web", "room") and self._random.random() < 0.35:
            return Enclosed((await prepare(papers.photograph(matter.text), "现场照片"),))
        return NOTHING


def cast() -> list[Matter]:
    """The matters of the demo, the same each time."""
    return Casting().matters()
