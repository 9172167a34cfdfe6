"""Recusal (信访工作条例 第二十八条): whoever has an interest steps aside, by the head, and no clock stops."""

from typing import Any

import pytest

from onewindow.errors import BadInput, Forbidden, NotFound, Refused
from tests.path.test_sealed import picture
from tests.support.path import Matter, Town, until

pytestmark = pytest.mark.asyncio(loop_scope="session")
WHY = {"ground": "kin", "reason": "信访人是我的表兄"}


async def open_ones(matter: Matter) -> list[dict[str, Any]]:
    return await matter.centre.handling.recusals(await matter.file())


async def decide(matter: Matter, who: str, recusal: str, granted: bool, officer: str | None = None) -> None:
    await matter.centre.handling.decide_recusal(
        matter.town.who(who),
        recusal,
        granted=granted,
        reason="查证属实" if granted else "查无此事",
        officer=matter.town.people[officer] if officer else None,
    )


async def told(matter: Matter, state: str) -> None:
    """Wait until the office has heard of the decision."""

    async def heard() -> bool:
        return bool(((await matter.assignment())["listed"] or {}).get("recusal") == state)

    await until(heard)


async def declared(town: Town, by: str = "handler") -> tuple[Matter, str]:
    """A matter in hand, of which somebody has declared an interest."""
    matter = await town.register()
    await matter.accept()
    await matter.do(by, "step_aside", **WHY)
    return matter, (await open_ones(matter))[0]["id"]


async def test_whoever_declares_takes_no_step_until_the_head_has_decided(town: Town) -> None:
    matter, _recusal = await declared(town)
    row = await matter.assignment()
    with pytest.raises(Forbidden):
        await matter.act("handler", "draft")
    assert await matter.centre.desk.read(town.who("handler"), matter.number), "they may still look on"
    described = await matter.centre.handling.describe(town.who("handler"), await matter.file(), row["id"])
    assert described is not None and all(o.refusal for o in described.actions if o.key in ("draft", "submit"))
    assert (await matter.clock("reply_by")).status == "running"


async def test_granted_they_know_no_more_of_it_and_somebody_else_goes_on(town: Town) -> None:
    matter, recusal = await declared(town)
    await decide(matter, "head", recusal, True, officer="colleague")
    row = await matter.assignment()
    assert (row["officer"], row["state"]) == (town.people["colleague"], "received")
    with pytest.raises(NotFound):
        await matter.centre.desk.read(town.who("handler"), matter.number)
    with pytest.raises(NotFound):
        await matter.act("handler", "draft")
    assert matter.number not in await picture(town.path, town, town.who("handler"))
    await told(matter, "granted")
    await matter.do("colleague", "step_aside", **WHY)
    assert len(await open_ones(matter)) == 1, "the next one may have an interest as well"
    assert (await matter.verdict()).ok


async def test_refused_they_go_on(town: Town) -> None:
    matter, recusal = await declared(town)
    await decide(matter, "head", recusal, False)
    await told(matter, "refused")
    await matter.do("handler", "step_aside", **WHY)
    assert len(await open_ones(matter)) == 1


async def test_nobody_decides_on_their_own(town: Town) -> None:
    matter, recusal = await declared(town, by="head")
    for who in ("head", "handler", "registrar", "director"):
        with pytest.raises((Forbidden, NotFound, Refused)):
            await decide(matter, who, recusal, True)
    await decide(matter, "organ_head", recusal, True)
    with pytest.raises(NotFound):
        await matter.centre.desk.read(town.who("head"), matter.number)
    assert (await matter.assignment())["officer"] == town.people["handler"], "who handles it still does"
    with pytest.raises(Refused):
        await decide(matter, "organ_head", recusal, False)


async def test_a_party_asks_by_their_code_and_reads_the_decision(town: Town) -> None:
    matter = await town.register()
    await matter.accept()
    tracking, row = matter.centre.tracking, await matter.assignment()
    key = await tracking.open(matter.done.code, address="10.0.0.7")
    form = {"ground": "interest", "reason": "承办人与被反映方合伙做生意"}
    outcome = await tracking.act(key, row["id"], "ask_aside", form, command_key="once")
    assert outcome.done
    (asked,) = await open_ones(matter)
    assert (asked["staff_id"], asked["reason"]) == (town.people["handler"], form["reason"])
    with pytest.raises(Forbidden):
        await matter.act("handler", "draft")
    await decide(matter, "head", asked["id"], True, officer="colleague")
    seen = await tracking.view(key)
    mine = {e.kind: e for e in seen.entries if e.kind.startswith("recusal")}
    assert mine["recusal-asked"].words["reason"] == form["reason"]
    assert mine["recusal-decided"].words["reason"] == "查证属实"


async def test_before_anybody_handles_it_there_is_nobody_to_be_recused(town: Town) -> None:
    matter = await town.register()
    tracking, row = matter.centre.tracking, await matter.assignment()
    key = await tracking.open(matter.done.code, address="10.0.0.7")
    await until(lambda: town.path.proceeding_arrived(matter))
    outcome = await tracking.act(key, row["id"], "ask_aside", WHY, command_key="early")
    assert outcome.kind == "refused" and outcome.fault is not None and "还没有确定承办人" in outcome.fault.reason


async def test_the_case_goes_only_to_somebody_of_the_unit(town: Town) -> None:
    matter, recusal = await declared(town)
    for officer in ("registrar", "handler"):
        with pytest.raises(BadInput):
            await decide(matter, "head", recusal, True, officer=officer)
    assert len(await open_ones(matter)) == 1 and (await matter.row())["recusing"] == [town.people["handler"]]
    await decide(matter, "head", recusal, True)
    assert (await matter.assignment())["officer"] is None, "the unit decides who"


async def test_of_a_sealed_case_nobody_above_may_know_so_it_goes_on_at_once(town: Town) -> None:
    matter = await town.register(track="E", category="1803")
    await matter.sign("designated")
    await matter.do("designated", "step_aside", **WHY)
    with pytest.raises(NotFound):
        await matter.centre.desk.read(town.who("designated"), matter.number)
    district = town.path.district
    assert (await matter.assignment())["officer"] == district.people["designated"]
    assert (await matter.centre.desk.read(district.who("designated"), matter.number)).case["sealed"]
    for who in ("head", "organ_head", "director"):
        assert matter.number not in await picture(town.path, town, town.who(who))
