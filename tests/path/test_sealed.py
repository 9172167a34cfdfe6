"""A sealed case is not there for who may not know of it: in numbers, lists, counts, answers and versions."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest

from onewindow.access.principal import Principal
from onewindow.clocks.scheduler import Scheduler
from onewindow.errors import NotFound, OneWindowError
from onewindow.routing import sealing, window
from onewindow.routing.listing import Filters
from tests.support.path import Matter, Running, Town

pytestmark = pytest.mark.asyncio(loop_scope="session")
UNKNOWN = "371700001-M2026-999999"
NOBODY = "01900000-0000-7000-8000-000000000000"


async def accused(town: Town, **more: Any) -> Matter:
    return await town.register(track="E", category="1803", text="反映某干部的问题", **more)


async def picture(path: Running, town: Town, who: Principal) -> str:
    """Everything that somebody is shown without asking for one case."""
    desk = path.centre.desk
    pages = [
        await desk.cases(who, Filters()),
        await desk.cases(who, Filters(), limit=1),
        await desk.cases(who, Filters(township=town.code, state="open")),
        await desk.cases(who, Filters(track="E")),
        await desk.cases(who, Filters(category="1803")),
        await desk.cases(who, Filters(office="petition")),
        await desk.queue(who),
        await desk.queue(who, office="petition", township=town.code),
        await desk.window(who, town.code),
    ]
    return repr(pages)


async def test_sealed_cases_draw_from_a_series_of_their_own(town: Town) -> None:
    numbers = [(await town.register()).number]
    sealed = [(await accused(town)).number for _ in range(3)]
    numbers += [(await town.register()).number for _ in range(2)]
    assert numbers == [f"{town.code}-2026-{n:06d}" for n in (1, 2, 3)]
    assert sealed == [f"{town.code}-M2026-{n:06d}" for n in (1, 2, 3)]


async def test_what_others_see_is_the_same_to_the_letter_with_and_without_it(path: Running, town: Town) -> None:
    for _ in range(2):
        await town.register()
    people = [key for key in town.people if key != "designated"]
    before = {key: await picture(path, town, town.who(key)) for key in people}
    district = {key: await picture(path, town, path.district.who(key)) for key in path.district.people}
    matter = await accused(town)
    await matter.sign("designated")
    assert {key: await picture(path, town, town.who(key)) for key in people} == before
    after = {key: await picture(path, town, path.district.who(key)) for key in path.district.people}
    assert after == district
    assert matter.number in await picture(path, town, town.who("designated"))


async def answers(path: Running, who: Principal, number: str, assignment: str, document: str) -> list[str]:
    """What each door answers about a case, word for word."""
    desk, handling = path.centre.desk, path.centre.handling
    doors: list[Callable[[], Awaitable[Any]]] = [
        lambda: desk.read(who, number),
        lambda: desk.timeline(who, number),
        lambda: desk.verify(who, number),
        lambda: desk.reveal(who, number, NOBODY, "电话回访"),
        lambda: desk.correct(who, number, reason="核对", expect=1, words={"place": "x"}),
        lambda: desk.document(who, document),
        lambda: handling.sign(who, number, assignment),
        lambda: handling.act(who, number, assignment, "hand_over", {}),
        lambda: handling.recall(who, number, assignment, "交错了"),
        lambda: handling.reassign(who, number, NOBODY, "改交"),
        lambda: handling.print_letter(who, number, assignment),
        lambda: handling.serve(who, document, {"method": "in_person", "served_on": path.time.today}),
        lambda: handling.rule_objection(who, NOBODY, uphold=True, reason="核对"),
    ]
    said = []
    for door in doors:
        try:
            await door()
            said.append("opened")
        except OneWindowError as error:
            said.append(repr((type(error), error.status, str(error.message), error.remedy, error.params)))
    return said


async def test_every_door_answers_for_a_sealed_case_as_for_one_that_does_not_exist(path: Running, town: Town) -> None:
    matter = await accused(town)
    await matter.sign("designated")
    form: dict[str, Any] = {"organ": "区纪委监委", "phone": "0530-3333333", "independent": True}
    await matter.do("designated", "hand_over", **form)
    document = (await matter.document("redirect_notice")).id
    row = await matter.assignment()
    for key in town.people:
        if key == "designated":
            continue
        who = town.who(key)
        real = await answers(path, who, matter.number, row["id"], document)
        assert real == await answers(path, who, UNKNOWN, NOBODY, NOBODY), key
        assert "opened" not in real


async def test_a_case_that_is_sealed_later_vanishes_and_its_old_number_stays_void(path: Running, town: Town) -> None:
    first, matter = await town.register(), await town.register()
    centre = path.centre
    number = await centre.store.write(
        lambda tx: sealing.seal(tx, centre.kernel, matter.id, path.time(), "system", "涉未成年人")
    )
    assert number == f"{town.code}-M2026-000001"
    for key in (k for k in town.people if k != "designated"):
        with pytest.raises(NotFound):
            await centre.desk.read(town.who(key), matter.number)
        with pytest.raises(NotFound):
            await centre.desk.read(town.who(key), number)
        assert number not in await picture(path, town, town.who(key))
    assert (await centre.desk.read(town.who("designated"), number)).case["sealed"]
    assert (await town.register()).number == f"{town.code}-2026-000003"
    assert {c.sealed for c in (await matter.file()).clocks} == {True}
    assert (await matter.verdict()).ok and first.number.endswith("000001")


async def test_clocks_of_a_sealed_case_turn_without_a_trace_for_others(path: Running, town: Town) -> None:
    matter = await accused(town)
    before = await picture(path, town, town.who("director"))
    centre = path.centre
    later = path.time() + timedelta(days=30)
    scheduler = Scheduler(
        centre.store, lambda: later, lambda tx, turned: window.clock_turned(tx, centre.kernel, turned)
    )
    await scheduler.catch_up()
    assert (await matter.clock("notice_by")).colour == "red"
    assert await picture(path, town, town.who("director")) == before
    assert "clock" in await matter.kinds()
