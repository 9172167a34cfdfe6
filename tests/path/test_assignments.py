"""Where matters go, and what becomes of an assignment that is recalled, refused, left lying, or answered on paper."""

from datetime import timedelta
from typing import Any

import pytest

from onewindow.bus.errors import NobodyAnswers, TimedOut
from onewindow.bus.service import ServiceError, ask
from onewindow.bus.subjects import AskSubject, AskVerb, CommandSubject, Verb
from onewindow.bus.wire import Hello, HelloReply
from onewindow.errors import BadInput, Forbidden, NotFound, Refused
from onewindow.office.types import OfficeId
from onewindow.organisation import service as organisation
from onewindow.routing import window
from onewindow.routing.objections import OBJECTION
from tests.support.path import ACCEPT, Matter, Running, Town, applicant, until
from tests.support.seeing import sees

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def waiting_at_the_window(town: Town, who: str = "registrar") -> set[str]:
    page = await town.path.centre.desk.window(town.who(who), town.code)
    return {row["number"] for row in page["queue"].rows}


# Where a matter goes -------------------------------------------------------------------------------------------------


async def test_a_claim_goes_to_the_office_that_handles_its_track(town: Town) -> None:
    row = await (await town.register(track="C", category="0503")).assignment()
    assert (row["office"], row["unit_id"]) == ("petition", town.units["petition"])


async def test_what_no_office_handles_goes_where_the_duty_list_says_on_paper(town: Town) -> None:
    matter = await town.register(track="B", category="0503")
    row = await matter.assignment()
    assert (row["office"], row["unit_id"]) == (None, town.units["water"])
    assert (await matter.row())["holder"] == town.units["water"]


async def test_what_no_rule_knows_waits_at_the_window_and_is_handed_on_from_there(town: Town) -> None:
    matter = await town.register(track="B", category="9900")
    assert await matter.assignments() == []
    assert matter.number in await waiting_at_the_window(town)
    assert (await matter.row())["state"] == "open"
    await matter.centre.handling.reassign(town.who("deputy"), matter.number, town.units["water"], "属水利站职责")
    assert (await matter.assignment())["unit_id"] == town.units["water"]
    assert matter.number not in await waiting_at_the_window(town)


async def test_without_an_enabled_office_everything_waits_at_the_window(path: Running) -> None:
    town = await path.township(enabled=False)
    matter = await town.register(track="C", category="0401")
    assert await matter.assignments() == [] and matter.number in await waiting_at_the_window(town)


# Disabled means dead -------------------------------------------------------------------------------------------------


async def test_a_disabled_office_is_dead_for_commands_pages_and_new_matters(path: Running, town: Town) -> None:
    matter = await town.register()
    await matter.accept()
    other = await path.township()
    alive = await other.register()
    await path.disable(town)
    try:
        with pytest.raises(Refused) as refused:
            await matter.act("handler", "draft")
        assert refused.value.rule == "office-disabled"
        file = await matter.file()
        assert await matter.centre.handling.describe(town.who("handler"), file, file.assignments[0]["id"]) is None
        key = await matter.centre.tracking.open(matter.done.code, address="10.0.0.2")
        assert await matter.centre.tracking.offers(key) == []
        with pytest.raises(Refused) as refused:
            await matter.centre.tracking.act(key, file.assignments[0]["id"], "agree", {}, command_key="k")
        assert refused.value.rule == "office-disabled"
        later = await town.register()
        assert await later.assignments() == [] and later.number in await waiting_at_the_window(town)
        await matter.centre.handling.reassign(town.who("deputy"), later.number, town.units["petition"], "再交信访办")
        assert (await later.assignment())["office"] is None
        await alive.accept()
    finally:
        await path.enable(town)
    assert (await matter.act("handler", "submit")).kind == "refused"


async def test_nobody_signs_for_a_disabled_office(path: Running, town: Town) -> None:
    matter = await town.register()
    await path.disable(town)
    try:
        with pytest.raises(Refused) as refused:
            await matter.sign()
        assert refused.value.rule == "office-disabled"
    finally:
        await path.enable(town)
    await matter.sign()


async def test_a_quarantined_host_is_told_why_and_not_heard(path: Running) -> None:
    host = path.centre.hosts["petition"]
    subject = str(AskSubject(path.centre.district, OfficeId("petition"), AskVerb.HELLO))
    with pytest.raises(ServiceError):
        await ask(host._connection, subject, b'{"manifest": {}}', timeout=5)
    stranger = host.manifest.model_copy(update={"id": "police"})
    hello = Hello(manifest=stranger, started=path.time())
    reply = HelloReply.model_validate_json(
        await ask(host._connection, subject, hello.model_dump_json().encode(), timeout=5)
    )
    assert not reply.accepted and "police" in reply.reason
    assert "police" not in path.centre.book.current.known


async def test_only_the_kernel_may_command_an_office(path: Running, town: Town) -> None:
    """The bus refuses it, and a claim that nobody signed opens nothing."""
    host = path.centre.hosts["petition"]
    command = str(CommandSubject(path.centre.district, town.token, OfficeId("petition"), Verb.ACT))
    with pytest.raises((TimedOut, NobodyAnswers)):
        await ask(host._connection, command, b"{}", timeout=0.3)
    with pytest.raises(ServiceError):
        await ask(path.centre.switchboard.connection, command, b"{}", timeout=5)


# Recall, reassign ----------------------------------------------------------------------------------------------------


async def test_before_it_is_signed_for_an_assignment_can_be_recalled_and_then_goes_elsewhere(town: Town) -> None:
    matter = await town.register(by="registrar")
    first = await matter.assignment()
    await matter.centre.handling.recall(town.who("deputy"), matter.number, first["id"], "交错了单位")
    assert (await matter.assignment())["state"] == "recalled"
    assert matter.number in await waiting_at_the_window(town)
    row = await matter.row()
    assert (row["state"], row["phase"], row["holder"]) == ("open", "in_hand", None)
    await matter.centre.handling.reassign(town.who("deputy"), matter.number, town.units["petition"], "改交信访办")
    second = await matter.assignment()
    assert (second["office"], second["round"], second["state"]) == ("petition", 2, "sent")
    await matter.accept()
    frozen = await town.path.proceeding(first["id"])
    assert frozen is not None and frozen["frozen"] and frozen["version"] == 0


async def test_a_new_assignment_has_five_working_days_of_its_own_to_object(town: Town) -> None:
    matter = await town.register()
    first = await matter.assignment()
    await matter.centre.handling.recall(town.who("deputy"), matter.number, first["id"], "交错了单位")
    assert [c.status for c in (await matter.file()).clocks if c.key == "object_by"] == ["stopped"]
    town.path.time.forward(seconds=2)
    await matter.centre.handling.reassign(town.who("deputy"), matter.number, town.units["petition"], "改交信访办")
    second = await matter.assignment()
    clocks = [c for c in (await matter.file()).clocks if c.key == "object_by"]
    assert [(c.assignment_id, c.status) for c in clocks] == [(first["id"], "stopped"), (second["id"], "running")]
    assert [c.status for c in (await matter.file()).clocks if c.key == "notice_by"] == ["running"]


async def test_what_was_signed_for_is_neither_recalled_nor_reassigned(town: Town) -> None:
    matter = await town.register()
    await matter.sign()
    row = await matter.assignment()
    with pytest.raises(Refused):
        await matter.centre.handling.recall(town.who("deputy"), matter.number, row["id"], "交错了单位")
    with pytest.raises(Refused):
        await matter.centre.handling.reassign(town.who("deputy"), matter.number, town.units["water"], "改交水利站")
    with pytest.raises(Refused):
        await matter.sign("head")


async def test_what_nobody_signed_for_comes_to_the_named_fallback_who_may_hand_it_on(town: Town) -> None:
    matter = await town.register()
    row = await matter.assignment()
    await at_a_later_hour(town, hours=23.9)
    assert await unsigned(town, "deputy") == set()
    await at_a_later_hour(town, hours=24.1)
    assert await unsigned(town, "deputy") == {matter.number}
    assert await unsigned(town, "director") == set()
    assert (await matter.assignment())["fallback"] == town.people["deputy"]
    assert "unsigned" in await matter.kinds()
    await at_a_later_hour(town, hours=48)
    assert (await matter.kinds()).count("unsigned") == 1
    await matter.centre.handling.reassign(town.who("deputy"), matter.number, town.units["water"], "改交水利站")
    assert await unsigned(town, "deputy") == set()
    assert [a["state"] for a in await matter.assignments()] == ["recalled", "sent"]
    assert row["remind_at"] == row["sent_at"] + timedelta(hours=24)


async def at_a_later_hour(town: Town, *, hours: float) -> None:
    """Run the window's job as of so many hours from now."""
    centre = town.path.centre
    now = town.path.time() + timedelta(hours=hours)
    while await centre.store.write(lambda tx: window.unsigned(tx, centre.kernel, now)):
        pass


async def unsigned(town: Town, who: str) -> set[str]:
    page = await town.path.centre.desk.window(town.who(who), town.code)
    return {row["number"] for row in page["unsigned"]}


async def test_the_fallback_who_is_complained_about_hears_nothing_of_it(town: Town) -> None:
    """The window's fallback is a colleague of the office, and the matter is about that office."""
    centre, colleague = town.path.centre, town.people["colleague"]
    await centre.organisation.change(lambda tx: organisation.name_persons(tx, town.code, window_fallback=colleague))
    matter = await town.register(about=[colleague], track="B", category="0503")
    assert (await matter.row())["township"] == town.code
    await at_a_later_hour(town, hours=24.1)
    assert await unsigned(town, "colleague") == set()
    assert await unsigned(town, "director") == {matter.number}
    with pytest.raises(NotFound):
        await centre.desk.read(town.who("colleague"), matter.number)


# Objections ----------------------------------------------------------------------------------------------------------

OBJECTION_FORM = {"reason": "不属于本单位职责", "duty": "三定规定第五条"}


async def objected(town: Town) -> tuple[Matter, str]:
    matter = await town.register()
    await matter.sign()
    await matter.do("head", "objection", **OBJECTION_FORM, unit=town.units["water"])
    rows = await town.path.read(OBJECTION.select().where(OBJECTION.c.case_id == matter.id))
    return matter, rows[0]["id"]


async def rule(matter: Matter, who: str, objection: str, *, uphold: bool) -> None:
    await matter.centre.handling.rule_objection(matter.town.who(who), objection, uphold=uphold, reason="经核对三定规定")


async def test_an_upheld_objection_brings_the_matter_back_to_the_window(town: Town) -> None:
    matter, objection = await objected(town)
    assert (await matter.assignment())["state"] == "received"
    page = await matter.centre.desk.window(town.who("deputy"), town.code)
    assert [row["id"] for row in page["objections"]] == [objection]
    await rule(matter, "deputy", objection, uphold=True)
    assert (await matter.assignment())["state"] == "returned"
    assert matter.number in await waiting_at_the_window(town)
    assert (await matter.row())["state"] == "open"
    refused = await matter_act_refused(matter)
    assert refused.rule == "ended"
    with pytest.raises(Refused):
        await rule(matter, "deputy", objection, uphold=False)
    assert (await matter.clock("notice_by")).status == "running"


async def matter_act_refused(matter: Matter) -> Refused:
    with pytest.raises(Refused) as refused:
        await matter.act("handler", "accept", **ACCEPT)
    return refused.value


async def test_a_refused_objection_is_told_to_the_office_and_cannot_be_lodged_again(town: Town) -> None:
    matter, objection = await objected(town)
    await rule(matter, "deputy", objection, uphold=False)
    assert (await matter.assignment())["state"] == "received"
    again = await matter.act("head", "objection", **OBJECTION_FORM)
    assert again.kind == "refused" and again.fault is not None and "不得再退" in again.fault.reason
    await matter.do("handler", "accept", **ACCEPT)
    kinds = await matter.kinds()
    assert kinds.count("objected") == 1 and kinds.count("ruled") == 1


async def test_only_those_whom_the_policy_names_rule_an_objection(town: Town) -> None:
    matter, objection = await objected(town)
    for who in ("handler", "head", "registrar", "supervisor"):
        with pytest.raises((Forbidden, NotFound)):
            await rule(matter, who, objection, uphold=True)
    assert (await matter.assignment())["state"] == "received"


# On paper ------------------------------------------------------------------------------------------------------------


async def test_a_unit_without_an_office_is_served_on_paper_to_the_end(town: Town) -> None:
    matter = await town.register(track="B", category="0503", by="registrar")
    handling, row = matter.centre.handling, await matter.assignment()
    registrar, today = town.who("registrar"), town.path.time.today
    letter = await handling.print_letter(registrar, matter.number, row["id"])
    document, pdf = await matter.centre.desk.document(registrar, letter)
    assert pdf.startswith(b"%PDF") and document.kind == "paper_letter"
    with pytest.raises(Refused):
        await handling.paper_answer(registrar, matter.number, row["id"], "已修复", today)
    await handling.paper_receipt(registrar, matter.number, row["id"], "水利站 王某")
    with pytest.raises(Refused):
        await handling.paper_receipt(registrar, matter.number, row["id"], "水利站 王某")
    with pytest.raises(BadInput):
        await handling.paper_answer(registrar, matter.number, row["id"], "已修复", today + timedelta(days=1))
    await handling.paper_answer(registrar, matter.number, row["id"], "渠道已清淤", today)
    case = await matter.row()
    assert (case["state"], case["phase"]) == ("closed", "answered")
    assert (await matter.verdict()).ok
    key = await matter.centre.tracking.open(matter.done.code, address="10.0.0.3")
    shown = await matter.centre.tracking.view(key)
    answers = [entry.words.get("answer") for entry in shown.entries if entry.kind == "answered"]
    assert answers == ["渠道已清淤"]
    assert all(paper.document.kind != "paper_letter" for paper in shown.papers)


async def test_a_unit_that_works_in_the_system_gets_no_letter(town: Town) -> None:
    matter = await town.register(by="registrar")
    row = await matter.assignment()
    with pytest.raises((Refused, Forbidden)):
        await matter.centre.handling.print_letter(town.who("deputy"), matter.number, row["id"])


# The end -------------------------------------------------------------------------------------------------------------


async def test_a_case_closes_with_its_last_assignment(path: Running, town: Town) -> None:
    matter = await town.register(applicant(name="", anonymous=True, phone="", address=""))
    await matter.sign()
    await matter.do("head", "refuse", ground="rechecked", reason="已经复核", recheck_number="复核〔2025〕1号")
    case = await matter.row()
    assert (case["state"], case["phase"]) == ("closed", "ended") and case["closed_at"] is not None
    assert (await matter.assignment())["state"] == "done"
    assert {c.status for c in (await matter.file()).clocks if c.protects == "authority"} == {"stopped"}
    with pytest.raises(Refused):
        await matter.centre.handling.reassign(town.who("deputy"), matter.number, town.units["water"], "改交水利站")


async def test_while_another_assignment_is_open_the_case_stays_open(path: Running, town: Town) -> None:
    """The file goes up for review: the district's assignment and the township's are both in the case."""
    matter = await town.register()
    await matter.accept()
    await matter.reply()
    await matter.serve("handler", "reply")
    today = str(path.time.today)
    await matter.do("handler", "request_review", requested_on=today, request="请求复查")
    await matter.do("handler", "send_file", organ="示范区人民政府", papers=[{"title": "处理意见书"}])

    async def asked() -> list[Any]:
        found = list(await matter.assignments())  # an answer that overtook another event is applied a moment later
        return found if len(found) > 1 else []

    rows = await until(asked)
    assert [(r["office"], r["role"], r["township"]) for r in rows] == [
        ("petition", "lead", town.code),
        ("petition", "lead", path.district.code),
    ]
    assert (await matter.row())["state"] == "open"
    clocks = [(c.key, c.assignment_id) for c in (await matter.file()).clocks if c.key == "object_by"]
    assert clocks == [("object_by", rows[0]["id"]), ("object_by", rows[1]["id"])]
    assert await sees(path, path.district.who("handler"), matter)
