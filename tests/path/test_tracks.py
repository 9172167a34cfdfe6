"""A track that turns out to be another, and a registration that was a mistake: both later, both with a record."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from onewindow.errors import BadInput, Forbidden, NotFound, OneWindowError, Refused
from onewindow.office.types import Track
from onewindow.routing import window
from onewindow.routing.listing import Filters
from onewindow.routing.objections import OBJECTION
from onewindow.routing.retrack import Change
from onewindow.routing.sealing import VOID
from onewindow.routing.window import PaperObjection
from tests.path.test_sealed import UNKNOWN, answers, picture
from tests.support.path import Matter, Running, Town, until

pytestmark = pytest.mark.asyncio(loop_scope="session")
WHY = "来访人说明反映的是干部收钱"


async def turned(matter: Matter, who: str, track: str, **more: Any) -> str | None:
    """Change a matter's track; its number from now on, for who may still see it."""
    change = Change(Track(track), **{"reason": WHY, **more})
    return await matter.centre.handling.change_track(matter.town.who(who), matter.number, change)


async def number_of(matter: Matter) -> str:
    return str((await matter.row())["number"])


async def case_clocks(matter: Matter) -> list[tuple[str, str, str]]:
    return [(c.key, c.source, c.status) for c in (await matter.file()).clocks if c.assignment_id is None]


# A claim that turns out to be an accusation ---------------------------------------------------------------------------


async def test_a_claim_becomes_a_sealed_accusation_with_a_number_of_the_other_series(path: Running, town: Town) -> None:
    matter = await town.register(category="1801", by="registrar")
    await matter.sign()
    first = await matter.assignment()
    assert await turned(matter, "head", "E", category="1803") is None
    case, rows = await matter.row(), await matter.assignments()
    assert case["sealed"] and (case["track"], case["category"]) == ("E", "1803")
    assert case["number"] == f"{town.code}-M2026-000001"
    assert [(r["id"] == first["id"], r["state"], r["round"], r["sealed"]) for r in rows] == [
        (True, "recalled", 1, True),
        (False, "sent", 2, True),
    ]
    assert (rows[1]["office"], rows[1]["officer"]) == ("petition", town.people["designated"])
    assert case["designated"] == [town.people["designated"]]
    void = await path.read(select(VOID.c.number).where(VOID.c.number == matter.number))
    assert [row["number"] for row in void] == [matter.number]
    assert (await town.register()).number == f"{town.code}-2026-000002", "the old number stays used"
    assert (await matter.verdict()).ok


async def test_the_office_that_had_it_can_do_nothing_more_and_the_new_way_works_to_the_end(
    path: Running, town: Town
) -> None:
    matter = await town.register(category="1801")
    await matter.accept()
    first = await matter.assignment()
    await turned(matter, "deputy", "E", category="1803")
    number = await number_of(matter)
    designated = town.who("designated")
    handling = path.centre.handling
    with pytest.raises(NotFound):
        await handling.act(town.who("handler"), number, first["id"], "submit", {})
    with pytest.raises(Refused):
        await handling.act(designated, number, first["id"], "submit", {})

    async def frozen() -> bool:
        found = await path.proceeding(first["id"])
        return found is not None and found["frozen"] and found["assignment"]["sealed"]

    await until(frozen)
    now_on = Matter(town, replace(matter.done, number=number))
    await now_on.sign("designated")
    form: dict[str, Any] = {"organ": "区纪委监委", "phone": "0530-3333333", "independent": True}
    await now_on.do("designated", "hand_over", **form)
    assert [d.kind for d in (await now_on.file()).documents][-1] == "redirect_notice"


async def test_for_everybody_else_the_old_and_the_new_number_are_as_one_that_never_was(
    path: Running, town: Town
) -> None:
    """Also for those who handled it, registered it, or changed its track themselves."""
    other = await town.register()
    matter = await town.register(category="1801", by="registrar")
    await matter.accept()
    await matter.reply()
    document = (await matter.document("reply")).id
    row = await matter.assignment()
    await turned(matter, "director", "E", category="1803")
    number = await number_of(matter)
    people = [key for key in town.people if key != "designated"]
    for key in people:
        who = town.who(key)
        never = await answers(path, who, UNKNOWN, row["id"], document)
        for one in (number, matter.number):
            assert await answers(path, who, one, row["id"], document) == never, (key, one)
        shown = await picture(path, town, who)
        assert matter.number not in shown and number not in shown and matter.id not in shown, key
        shown = repr(await path.centre.desk.queue(who, state="recalled"))
        assert matter.id not in shown, key
    assert other.number in await picture(path, town, town.who("director"))
    assert number in await picture(path, town, town.who("designated"))


async def test_nobody_is_left_who_may_see_it_where_no_one_is_designated(path: Running, town: Town) -> None:
    """The designated person is complained about, and the district's as well: it waits sealed, for the window of nobody
    who had it before."""
    about = (town.people["designated"], path.district.people["designated"])
    matter = await town.register(category="1801", by="registrar")
    await matter.sign()
    await turned(matter, "deputy", "E", category="1803", about=about)
    assert (await matter.assignment())["state"] == "recalled"
    number = await number_of(matter)
    for key in town.people:
        with pytest.raises(NotFound):
            await path.centre.desk.read(town.who(key), number)
        assert matter.id not in await picture(path, town, town.who(key))


async def test_an_accusation_about_a_leader_moves_to_the_district(path: Running, town: Town) -> None:
    matter = await town.register(category="1801")
    await turned(matter, "deputy", "E", category="1803", about=(town.people["director"],))
    case, row = await matter.row(), await matter.assignment()
    assert case["township"] == row["township"] == path.district.code
    assert case["number"].startswith(f"{path.district.code}-M")
    assert row["officer"] == path.district.people["designated"]
    assert {c.township for c in (await matter.file()).clocks if c.assignment_id is None} == {path.district.code}
    for key in town.people:
        assert matter.id not in await picture(path, town, town.who(key))


async def test_the_person_reads_by_the_same_code_what_became_of_it(path: Running, town: Town) -> None:
    matter = await town.register(category="1801")
    await turned(matter, "deputy", "E", category="1803")
    seen = await path.centre.tracking.view(await path.centre.tracking.open(matter.done.code, address="10.0.0.9"))
    assert seen.number == await number_of(matter)
    told = next(entry for entry in seen.entries if entry.kind == "track-changed")
    assert (told.data["from"], told.data["to"], told.words["reason"]) == ("C", "E", WHY)


# Clocks --------------------------------------------------------------------------------------------------------------


async def test_a_duty_of_both_tracks_runs_on_from_the_day_of_receipt(town: Town) -> None:
    """信访工作条例 第二十三条: the fifteen days are the same for a claim and a suggestion, and never begin again."""
    received = town.path.time() - timedelta(days=6)
    matter = await town.register(received_at=received)
    before = await matter.clock("notice_by")
    assert await turned(matter, "deputy", "D", reason="是对工作的建议") == matter.number
    assert await case_clocks(matter) == [("notice_by", "信访工作条例 第二十三条", "running")]
    after = await matter.clock("notice_by")
    assert (after.id, after.early_on) == (before.id, before.early_on)


async def test_what_only_the_old_track_asks_ends_and_begins_again_if_that_track_comes_back(town: Town) -> None:
    received = town.path.time() - timedelta(days=6)
    matter = await town.register(received_at=received)
    first = await matter.clock("notice_by")
    assert await turned(matter, "deputy", "B", reason="是一般求助", category="0503") == matter.number
    assert (await matter.assignment())["unit_id"] == town.units["water"]
    assert [c.status for c in (await matter.file()).clocks] == ["stopped"] * len((await matter.file()).clocks)
    assert (await matter.row())["due_at"] is None
    await turned(matter, "deputy", "C", reason="来访人坚持要求依法处理", category="0401")
    again = await matter.clock("notice_by")
    assert again.id != first.id and (again.early_on, again.status) == (first.early_on, "running")


async def test_a_duty_that_was_kept_already_is_not_asked_twice(town: Town) -> None:
    matter = await town.register()
    await matter.accept()
    await matter.serve("handler", "acceptance_notice")
    assert (await matter.clock("notice_by")).status == "stopped"
    await turned(matter, "deputy", "D", reason="是对工作的建议")
    assert await case_clocks(matter) == [("notice_by", "信访工作条例 第二十三条", "stopped")]


async def test_the_sixty_days_of_the_claim_end_with_it(town: Town) -> None:
    matter = await town.register()
    await matter.accept()
    assert (await matter.clock("reply_by")).status == "running"
    await turned(matter, "deputy", "D", reason="是对工作的建议")
    assert (await matter.clock("reply_by")).status == "stopped"
    assert (await matter.clock("object_by")).assignment_id == (await matter.assignment())["id"]


# What is refused -----------------------------------------------------------------------------------------------------


async def test_only_those_whom_the_policy_names_change_a_track_and_only_with_a_reason(town: Town) -> None:
    matter = await town.register()
    # The head of the office may say that it is an accusation, and not take a claim out of its deadlines.
    for who in ("handler", "supervisor", "registrar", "organ_head", "head"):
        with pytest.raises((Forbidden, NotFound)):
            await turned(matter, who, "D")
    with pytest.raises(BadInput):
        await turned(matter, "deputy", "D", reason="。")
    with pytest.raises(BadInput):
        await turned(matter, "deputy", "C")
    with pytest.raises(BadInput):
        await turned(matter, "deputy", "D", category="0000")
    with pytest.raises(BadInput):
        await turned(matter, "deputy", "E", about=("nobody",))
    assert "track-changed" not in await matter.kinds()
    assert (await matter.row())["track"] == "C"


async def test_what_was_sealed_stays_sealed_whatever_its_track(path: Running, town: Town) -> None:
    matter = await town.register(track="E", category="1803")
    assert await turned(matter, "designated", "C", reason="反映的是补偿", category="0401") == matter.number
    case = await matter.row()
    assert (case["track"], case["sealed"]) == ("C", True)
    with pytest.raises(NotFound):
        await path.centre.desk.read(town.who("director"), matter.number)


async def test_a_category_that_seals_is_not_slipped_in_as_a_correction(town: Town) -> None:
    matter = await town.register(track="B", category="9900", by="registrar")
    desk = town.path.centre.desk
    for category in ("0104", "0000"):
        with pytest.raises(BadInput) as refused:
            await desk.correct(town.who("director"), matter.number, reason="类别写错了", expect=None, category=category)
        assert "category" in refused.value.fields
    assert not (await matter.row())["sealed"]


async def test_a_case_that_is_over_keeps_its_track(town: Town) -> None:
    matter = await town.register(track="B", category="0503", by="registrar")
    row, handling = await matter.assignment(), matter.centre.handling
    await handling.paper_receipt(town.who("registrar"), matter.number, row["id"], "水利站 王某")
    await handling.paper_answer(town.who("registrar"), matter.number, row["id"], "已清淤", town.path.time.today)
    with pytest.raises(Refused):
        await turned(matter, "deputy", "C")


# Void ----------------------------------------------------------------------------------------------------------------


async def test_a_mistaken_registration_is_void_and_the_person_reads_why(path: Running, town: Town) -> None:
    matter = await town.register(by="registrar")
    await path.centre.handling.void(town.who("deputy"), matter.number, "同一事项登记了两次")
    case = await matter.row()
    assert (case["state"], case["number"], case["due_at"], case["holder"]) == ("void", matter.number, None, None)
    assert {c.status for c in (await matter.file()).clocks} == {"stopped"}
    assert (await matter.assignment())["state"] == "recalled"
    assert (await town.register()).number == f"{town.code}-2026-000002"
    seen = await path.centre.tracking.view(await path.centre.tracking.open(matter.done.code, address="10.0.0.9"))
    told = next(entry for entry in seen.entries if entry.kind == "voided")
    assert (seen.state, told.words["reason"]) == ("void", "同一事项登记了两次")
    assert (await matter.verdict()).ok
    page = await path.centre.desk.cases(town.who("director"), Filters(state="void"))
    assert [row["number"] for row in page.rows] == [matter.number]
    for refused in (
        path.centre.handling.void(town.who("deputy"), matter.number, "再作废一次"),
        path.centre.handling.reassign(town.who("deputy"), matter.number, town.units["water"], "改交水利站"),
        turned(matter, "deputy", "D"),
    ):
        with pytest.raises(Refused):
            await refused


async def test_nobody_makes_a_matter_disappear_by_voiding_it(path: Running, town: Town) -> None:
    """Not who registered it, not those who handle it, and not once somebody has signed for it."""
    matter = await town.register(by="deputy")
    refusals: list[tuple[str, type[OneWindowError]]] = [
        ("deputy", Refused), ("registrar", OneWindowError), ("head", Forbidden), ("handler", Forbidden),
    ]  # fmt: skip
    for who, error in refusals:
        with pytest.raises(error):
            await path.centre.handling.void(town.who(who), matter.number, "登记错了")
    await matter.sign()
    with pytest.raises(Refused):
        await path.centre.handling.void(town.who("director"), matter.number, "登记错了")
    assert (await matter.row())["state"] == "open"


# The paper objection -------------------------------------------------------------------------------------------------


async def on_paper(town: Town, **more: Any) -> tuple[Matter, str]:
    matter = await town.register(track="B", category="0503", by="registrar", **more)
    return matter, (await matter.assignment())["id"]


def objection(town: Town, **more: Any) -> PaperObjection:
    given = {"reason": "渠道属区水务局管理", "basis": "权责清单第 3 项", "objected_on": town.path.time.today, **more}
    return PaperObjection(**given)


@pytest.mark.parametrize("signed", [False, True])
async def test_a_unit_on_paper_objects_and_the_fallback_rules(town: Town, signed: bool) -> None:
    matter, row = await on_paper(town)
    handling = matter.centre.handling
    if signed:
        await handling.paper_receipt(town.who("registrar"), matter.number, row, "水利站 王某")
    given = objection(town, suggest_unit=town.units["market"])
    made = await handling.paper_objection(town.who("deputy"), matter.number, row, given)
    assert (await matter.assignment())["state"] == ("received" if signed else "sent"), "the unit keeps it until then"
    waiting = (await matter.centre.desk.window(town.who("deputy"), town.code))["objections"]
    assert [(o["id"], o["suggest_unit"]) for o in waiting] == [(made, town.units["market"])]
    await handling.rule_objection(town.who("deputy"), made, uphold=True, reason="属实，改交")
    assert (await matter.assignment())["state"] == "returned"
    await handling.reassign(town.who("deputy"), matter.number, town.units["market"], "改交市场监管所")
    assert (await matter.assignment())["unit_id"] == town.units["market"]
    kinds = await matter.kinds()
    assert kinds.count("objected") == kinds.count("ruled") == 1


async def test_refused_it_stays_and_a_second_objection_is_not_taken(town: Town) -> None:
    matter, row = await on_paper(town)
    handling = matter.centre.handling
    made = await handling.paper_objection(town.who("registrar"), matter.number, row, objection(town))
    with pytest.raises(Refused):
        await handling.paper_objection(town.who("registrar"), matter.number, row, objection(town))
    await handling.rule_objection(town.who("director"), made, uphold=False, reason="属水利站职责")
    with pytest.raises(Refused):
        await handling.paper_objection(town.who("registrar"), matter.number, row, objection(town))
    await handling.paper_receipt(town.who("registrar"), matter.number, row, "水利站 王某")
    await handling.paper_answer(town.who("registrar"), matter.number, row, "渠道已清淤", town.path.time.today)
    assert (await matter.row())["state"] == "closed"


async def test_t11_an_objection_that_comes_too_late_is_not_taken(path: Running, town: Town) -> None:
    """One working day for what is no petition; the day on the paper counts, not the day on which it is entered."""
    _matter, row = await on_paper(town)
    sent = path.time.today
    later = path.time() + timedelta(days=10)
    with pytest.raises(Refused) as refused:
        await entering(town, row, objection(town, objected_on=sent + timedelta(days=2)), later)
    assert refused.value.rule == "T11"
    await entering(town, row, objection(town, objected_on=sent + timedelta(days=1)), later)
    open_ones = await path.read(select(OBJECTION).where(OBJECTION.c.assignment_id == row))
    assert [one["state"] for one in open_ones] == ["open"]
    _matter, row = await on_paper(town)
    for day in (sent - timedelta(days=1), sent + timedelta(days=11), date(2020, 1, 1)):
        with pytest.raises(BadInput):
            await entering(town, row, objection(town, objected_on=day), later)


async def entering(town: Town, row: str, given: PaperObjection, at: datetime) -> str:
    """Enter a paper objection at a later moment."""
    centre, clerk = town.path.centre, town.people["registrar"]
    return await centre.store.write(lambda tx: window.paper_objection(tx, centre.kernel, row, clerk, at, given))


async def test_a_unit_that_works_in_the_system_objects_there(town: Town) -> None:
    matter = await town.register(by="registrar")
    row = await matter.assignment()
    with pytest.raises((Refused, Forbidden)):
        await matter.centre.handling.paper_objection(town.who("deputy"), matter.number, row["id"], objection(town))
