"""Mediation over the real bus: from the window and from a petition, to an agreement that was kept and to a refusal."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import pytest_asyncio

from onewindow.access.principal import PartyKey
from onewindow.errors import Forbidden, NotFound, Refused
from onewindow.routing.opinions import Score
from tests.support.matter import ACCEPT, START, until
from tests.support.mediating import AGREE, Dispute, dispute, mediating_township
from tests.support.path import Running, Town, running
from tests.support.postgres import PostgresServer
from tests.support.townships import MEDIATION

pytestmark = pytest.mark.asyncio(loop_scope="session")
ASK = {"reason": "双方愿意谈", "applicant": True, "respondent": "unknown", "asked_on": "2026-03-02"}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def timed(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Running]:
    """A centre whose time these tests move on."""
    async with running(tmp_path_factory.mktemp("mediating") / "data") as path:
        yield path


@pytest_asyncio.fixture(loop_scope="session")
async def town(timed: Running) -> Town:
    timed.time.to(START)
    return await mediating_township(timed)


async def handed_over(town: Town) -> Dispute:
    """A petition that was accepted and handed to the mediators."""
    matter = await dispute(town, track="C", category="0201")
    await matter.matter.sign()
    await matter.do("handler", "accept", "petition", **ACCEPT)
    await matter.do("handler", "mediate", "petition", **ASK)
    return matter


async def to(path: Running, day: str) -> None:
    """The morning of a day, with every clock turned that is due by then."""
    year, month, date = map(int, day.split("-"))
    path.time.to(datetime(year, month, date, 1, tzinfo=UTC))
    await path.centre.scheduler.catch_up()


async def petition_facts(matter: Dispute) -> dict[str, object]:
    return dict((await matter.assignment("petition"))["listed"])


async def test_from_petition_to_an_agreement_that_was_kept_and_back(timed: Running, town: Town) -> None:
    matter = await handed_over(town)
    claim, mediation = await matter.assignment("petition"), await matter.assignment()
    assert (mediation["role"], mediation["parent_id"], mediation["purpose"]) == ("joint", claim["id"], "mediation")
    assert mediation["state"] == "sent", "a person signs for it"
    sixty = (await matter.matter.clock("reply_by")).lawful_on
    applicant, respondent = await matter.come_to_terms()

    assert (await matter.assignment())["officer"] == town.people["mediator"], "whom the head appointed handles it"
    assert await matter.state() == "performing" and (await matter.assignment())["phase"] == "answered"
    assert (await matter.matter.clock("reply_by")).lawful_on == sixty, "the petition's clock runs on as it was"
    assert (await matter.matter.clock("reply_by")).status == "running"
    assert (await matter.matter.clock("mediate_by")).status == "stopped"
    assert (await matter.matter.clock("confirm_by")).lawful_on.isoformat() == "2026-04-01"
    await until(lambda: _is(matter, "agreed"))
    answer = (await matter.matter.file()).assignment((await matter.assignment())["id"])["answer"]
    assert answer is not None

    promise = await matter.matter.clock("perform_by")
    assert (promise.row_key, promise.lawful_on.isoformat()) == ("1", "2026-03-20")
    await to(timed, "2026-03-17")
    assert (await matter.matter.clock("perform_by")).colour == "amber", "three days before"
    reminded = "有一项履行期限即将届满，请按约定履行"
    await until(lambda: _told(matter, respondent, reminded))
    assert reminded in [e.words.get("text") for e in (await matter.sees(applicant)).entries]

    await matter.do("mediator", "kept", promise="1", on="2026-03-17")
    assert (await matter.matter.clock("perform_by")).status == "stopped"
    await matter.do("mediator", "finish")
    assert await matter.state() == "performed" and (await matter.assignment())["state"] == "done"
    await until(lambda: _is(matter, "performed"))
    assert (await matter.assignment("petition"))["state"] == "received", "the claim itself goes on"
    assert (await matter.matter.row())["state"] == "open"
    assert (await matter.matter.verdict()).ok
    made = {d.kind for d in (await matter.matter.file()).documents}
    assert {"application", "invitation", "admission", "acceptance", "record", "agreement"} <= made


async def _is(matter: Dispute, outcome: str) -> bool:
    return (await petition_facts(matter)).get("mediation") == outcome


async def _told(matter: Dispute, key: PartyKey, text: str) -> bool:
    return text in [e.words.get("text") for e in (await matter.sees(key)).entries]


async def test_from_petition_to_a_refusal_that_costs_nothing_and_stops_no_clock(town: Town) -> None:
    matter = await handed_over(town)
    before = [(c.key, c.status, c.lawful_on) for c in (await matter.matter.file()).clocks]
    applicant, respondent = await matter.invite()
    await matter.says(applicant, "consent")
    seen = await matter.sees(respondent)
    assert "各方均已同意调解" not in [e.words.get("text") for e in seen.entries]
    await matter.says(respondent, "decline")
    assert await matter.state() == "declined" and (await matter.assignment())["state"] == "done"
    assert [(c.key, c.status, c.lawful_on) for c in (await matter.matter.file()).clocks] == before
    await until(lambda: _is(matter, "declined"))
    notice = (await matter.matter.document("termination_notice")).id
    for key in (applicant, respondent):
        assert notice in [paper.document.id for paper in (await matter.sees(key)).papers]
    assert (await matter.assignment("petition"))["proceeding_state"] == "accepted"
    await matter.do("handler", "mediate", "petition", **ASK)
    assert len(await matter.matter.assignments()) == 3, "it may be tried again"


async def test_the_window_hands_a_matter_straight_to_mediation_and_the_case_closes_with_it(town: Town) -> None:
    matter = await dispute(town)
    assert [(a["office"], a["role"]) for a in await matter.matter.assignments()] == [(MEDIATION, "lead")]
    await matter.come_to_terms(promises=[])
    await matter.do("mediator", "finish")
    row = await matter.matter.row()
    assert (row["state"], row["phase"]) == ("closed", "ended")


async def test_an_admitted_party_sees_what_is_for_them_and_nothing_of_the_petition(town: Town) -> None:
    matter = await handed_over(town)
    applicant, respondent = await matter.accept()
    theirs, others = await matter.sees(respondent), await matter.sees(applicant)
    assert theirs.words == {} and others.words["text"], "not the words of who brought it"
    assert theirs.track == "" and theirs.holder == (await _unit_name(town)), "nor that it is a petition"
    assert {c.key for c in theirs.clocks} == {"mediate_by"}
    assert theirs.lead is not None and theirs.lead["office"] == MEDIATION
    assert {paper.document.kind for paper in theirs.papers} == {"admission", "invitation", "acceptance"}
    assert "application" in {paper.document.kind for paper in others.papers}
    assert "admission" not in {paper.document.kind for paper in others.papers}
    offered = await town.path.centre.tracking.offers(respondent)
    assert {row["office"] for row, _said in offered} == {MEDIATION}
    claim = await matter.assignment("petition")
    with pytest.raises(NotFound):
        await town.path.centre.tracking.act(
            respondent, claim["id"], "request_review", {"requested_on": "2026-03-02"}, command_key="k"
        )


async def test_an_admitted_party_nudges_rates_and_reopens_nothing_that_others_brought(town: Town) -> None:
    matter = await handed_over(town)
    _applicant, respondent = await matter.accept()
    own = town.path.centre.applicant
    standing = await own.standing(respondent)
    assert standing.may_add and not (standing.may_nudge or standing.may_rate or standing.may_reopen)
    for act in (
        own.nudge(respondent),
        own.rate(respondent, Score.SATISFIED),
        own.ask_reopening(respondent, "重新办理"),
    ):
        with pytest.raises(Refused, match="提出事项的人"):
            await act


async def _unit_name(town: Town) -> str:
    return town.path.centre.organisation.current.units[town.units["mediation"]].name


async def test_who_handles_the_case_reads_no_partys_code_and_enters_no_partys_word(town: Town) -> None:
    matter = await dispute(town)
    await matter.invite()
    for who in ("clerk", "mhead"):
        with pytest.raises(Forbidden):
            await matter.respondents_code(who)
    paper = {"party": await matter.party("respondent"), "signed_on": "2026-03-02"}
    assert await matter.refused("clerk", "consent", **paper) == "您的岗位不能办理这一步"
    await matter.do("registrar", "consent", **paper)
    assert (await matter.assignment())["proceeding_version"] == 2


async def test_a_second_invitation_gives_nobody_a_second_code(town: Town) -> None:
    matter = await handed_over(town)
    _applicant, respondent = await matter.invite()
    await matter.says(respondent, "decline")
    await until(lambda: _is(matter, "declined"))
    await matter.do("handler", "mediate", "petition", **ASK)
    await matter.sign()
    await matter.do("clerk", "invite", subject="再谈", claims=["恢复"], told=True, willing=True)
    assert [d.kind for d in (await matter.matter.file()).documents].count("admission") == 1
    await matter.says(respondent, "consent")
    assert (await matter.assignment())["proceeding_version"] == 2


async def test_the_period_ends_by_itself_on_the_day_after_its_last_and_the_parties_may_extend_it(
    timed: Running, town: Town
) -> None:
    matter, other = await dispute(town), await dispute(town)
    await matter.talk()
    both = await other.accept()
    await other.do("clerk", "propose_longer", days=15)
    for key in both:
        await other.says(key, "agree_longer")
    extended = await other.matter.clock("mediate_by")
    assert (extended.extended_days, extended.lawful_on.isoformat()) == (15, "2026-04-16")
    await to(timed, "2026-04-01")
    assert await matter.state() == "in_session", "the thirtieth day is theirs"
    await to(timed, "2026-04-02")
    await until(lambda: _state_is(matter, "timed_out"))
    assert "termination_notice" in {d.kind for d in (await matter.matter.file()).documents}
    assert await other.state() == "accepted"


async def _state_is(matter: Dispute, state: str) -> bool:
    return await matter.state() == state


async def test_each_promise_comes_due_by_itself_and_a_breach_is_told_with_what_can_be_done(
    timed: Running, town: Town
) -> None:
    matter = await dispute(town)
    promises = [*AGREE["promises"], {"side": "respondent", "what": "付款", "amount": "88.00", "due_on": "2026-04-20"}]
    await matter.come_to_terms(promises=promises)
    clocks = [c for c in (await matter.matter.file()).clocks if c.key == "perform_by"]
    assert [(c.row_key, c.lawful_on.isoformat()) for c in clocks] == [("1", "2026-03-20"), ("2", "2026-04-20")]
    await to(timed, "2026-03-21")
    clocks = [c for c in (await matter.matter.file()).clocks if c.key == "perform_by"]
    assert [c.colour for c in clocks] == ["red", "green"]
    await matter.do("mediator", "not_kept", promise="1", what="没有恢复")
    statuses = {c.row_key: c.status for c in (await matter.matter.file()).clocks if c.key == "perform_by"}
    assert statuses == {"1": "stopped", "2": "running"}
    assert "breach_notice" in {d.kind for d in (await matter.matter.file()).documents}


async def test_the_court_confirms_what_both_ask_for(timed: Running, town: Town) -> None:
    matter = await dispute(town)
    for key in await matter.come_to_terms():
        await matter.says(key, "ask_court", true=True)
    await to(timed, "2026-04-01")
    await matter.do("mediator", "submitted", court="示范区人民法院", on="2026-04-01")
    clock = await matter.matter.clock("confirm_by")
    assert clock.status == "stopped" and not clock.late
    await matter.do("mediator", "court_said", result="valid", number="1号", on="2026-04-01")
    assert (await matter.assignment())["listed"]["confirm_result"] == "valid"


async def test_where_mediation_is_not_enabled_petition_hears_that_nobody_takes_it(timed: Running) -> None:
    timed.time.to(START)
    matter = await handed_over(await mediating_township(timed, enabled=False))
    await until(lambda: _is(matter, "returned"))
    assert [a["office"] for a in await matter.matter.assignments()] == ["petition"]


async def test_a_recalled_hand_over_is_told_to_who_asked(town: Town) -> None:
    matter = await handed_over(town)
    row = await matter.assignment()
    await town.path.centre.handling.recall(town.who("registrar"), matter.matter.number, row["id"], "信访人改变了主意")
    await until(lambda: _is(matter, "returned"))


@pytest.mark.postgres
@pytest.mark.timeout(180)
async def test_the_same_way_on_postgresql(tmp_path: Path, postgres_server: PostgresServer) -> None:
    with postgres_server.database() as url:
        async with running(tmp_path / "data", database=url) as path:
            matter = await handed_over(await mediating_township(path))
            await matter.come_to_terms()
            await until(lambda: _is(matter, "agreed"))
            await matter.do("mediator", "kept", promise="1", on="2026-03-02")
            await matter.do("mediator", "finish")
            await until(lambda: _is(matter, "performed"))
            assert (await matter.matter.clock("perform_by")).status == "stopped"
            assert (await matter.matter.verdict()).ok
