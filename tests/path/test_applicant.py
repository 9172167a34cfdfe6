"""What a person does by their code: nudging, withdrawing, taking it back, rating, a lost code, a wish to reopen."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

import pytest

from onewindow.access import codes
from onewindow.access.principal import PartyKey
from onewindow.errors import BadInput, Conflict, Forbidden, NotFound, Refused
from onewindow.office.types import SHANGHAI
from onewindow.routing import withdrawals
from onewindow.routing.lostcodes import Renewed, Shown
from onewindow.routing.opinions import Score
from tests.support.matter import Matter
from tests.support.path import Running, Town, applicant

pytestmark = pytest.mark.asyncio(loop_scope="session")
ADDRESS = "10.0.0.9"


@pytest.fixture(autouse=True)
def same_time_afterwards(path: Running) -> Iterator[None]:
    """These tests stand on days of their own; the next ones find the time as it was."""
    before = path.time()
    began = datetime.now(SHANGHAI)
    yield
    path.time.to(before + (datetime.now(SHANGHAI) - began))


def noon(day: str) -> datetime:
    return datetime.fromisoformat(f"{day}T12:00:00").replace(tzinfo=SHANGHAI)


async def key_of(matter: Matter, code: str | None = None) -> PartyKey:
    return await matter.centre.tracking.open(code or matter.done.code, address=ADDRESS)


async def ripen(path: Running) -> int:
    centre = path.centre
    return await centre.store.write(lambda tx: withdrawals.ripen(tx, centre.kernel, centre.now()))


async def verified(matter: Matter, key: PartyKey, **more: bool) -> None:
    supervisor = matter.town.who("supervisor")
    told = {"own_will": True, "told": "电话回访，本人说已经自行解决", **more}
    await matter.centre.counter.verify_withdrawal(supervisor, matter.number, key.party_id, **told)


# Nudging -------------------------------------------------------------------------------------------------------------


async def test_a_case_is_nudged_once_in_three_working_days_and_its_holder_and_the_desk_see_it(
    path: Running, town: Town
) -> None:
    path.time.to(noon("2026-03-05"))  # a Thursday
    matter = await town.register()
    await matter.sign()
    key, own = await key_of(matter), path.centre.applicant
    assert await own.nudge(key) == date(2026, 3, 10), "Friday, Monday, Tuesday"
    waiting = await path.centre.counter.waiting(town.who("director"), town.code)
    assert [row["number"] for row in waiting["nudged"]] == [matter.number]
    assert "nudged" in [entry.kind for entry in await path.centre.desk.timeline(town.who("handler"), matter.number)]
    path.time.to(noon("2026-03-09"))
    assert (await own.standing(key)).nudge_from == date(2026, 3, 10)
    with pytest.raises(Refused, match="每三个工作日"):
        await own.nudge(key)
    path.time.to(noon("2026-03-10"))
    assert (await own.standing(key)).may_nudge
    assert await own.nudge(key) == date(2026, 3, 13)
    assert (await matter.kinds()).count("nudged") == 2
    assert (await matter.verdict()).ok


async def test_of_several_parties_the_nudges_count_for_the_case(path: Running, town: Town) -> None:
    matter = await town.register(applicant(), applicant(name="赵小满", phone="13905301235"))
    first, second = [await key_of(matter, code) for code in matter.done.codes.values()]
    await path.centre.applicant.nudge(first)
    with pytest.raises(Refused):
        await path.centre.applicant.nudge(second)
    assert "nudged" not in [entry.kind for entry in (await path.centre.tracking.view(second)).entries]


async def test_nobody_nudges_what_has_been_answered(path: Running, town: Town) -> None:
    matter = await town.register()
    await matter.accept()
    await matter.reply()
    key = await key_of(matter)
    assert not (await path.centre.applicant.standing(key)).may_nudge
    with pytest.raises(Refused):
        await path.centre.applicant.nudge(key)


# Withdrawing ---------------------------------------------------------------------------------------------------------


async def test_a_withdrawal_is_taken_back_on_the_fourth_working_day(path: Running, town: Town) -> None:
    path.time.to(noon("2026-03-05"))
    matter = await town.register()
    key, own = await key_of(matter), path.centre.applicant
    made = await own.withdraw(key, "先自己谈谈")
    assert (made.state, made.revocable_until) == ("asked", date(2026, 3, 12))
    assert (await matter.row())["state"] == "open", "the case and its clocks run on"
    assert (await matter.clock("notice_by")).status == "running"
    path.time.to(noon("2026-03-11"))
    assert (await own.standing(key)).may_revoke
    assert (await own.revoke(key)).state == "revoked"
    path.time.to(noon("2026-03-20"))
    assert await ripen(path) == 0
    assert (await matter.row())["state"] == "open"
    assert [k for k in await matter.kinds() if k.startswith("withdr")] == ["withdrawal-asked", "withdrawal-revoked"]
    assert (await own.withdraw(key)).state == "asked", "one may change one's mind again"


async def test_on_the_sixth_working_day_it_is_too_late_and_the_matter_ends(path: Running, town: Town) -> None:
    path.time.to(noon("2026-03-05"))
    matter = await town.register()
    await matter.sign()
    key, own = await key_of(matter), path.centre.applicant
    await own.withdraw(key)
    await verified(matter, key)
    path.time.to(datetime.fromisoformat("2026-03-12T23:59:00").replace(tzinfo=SHANGHAI))
    assert await ripen(path) == 0, "the fifth working day is the person's to its end"
    assert (await own.standing(key)).may_revoke
    path.time.to(noon("2026-03-13"))
    assert not (await own.standing(key)).may_revoke
    with pytest.raises(Refused, match="五个工作日"):
        await own.revoke(key)
    assert await ripen(path) == 1
    row = await matter.row()
    assert (row["state"], row["phase"], row["holder"], row["due_at"]) == ("closed", "ended", None, None)
    assert [a["state"] for a in await matter.assignments()] == ["recalled"]
    assert all(c.status == "stopped" for c in (await matter.file()).clocks)
    assert await ripen(path) == 0
    assert (await matter.verdict()).ok


async def test_without_having_been_verified_no_withdrawal_takes_effect(path: Running, town: Town) -> None:
    path.time.to(noon("2026-03-05"))
    matter = await town.register()
    key, centre = await key_of(matter), path.centre
    await centre.applicant.withdraw(key)
    waiting = await centre.counter.waiting(town.who("supervisor"), town.code)
    assert [
        row["number"] for row in (await centre.counter.waiting(town.who("director"), town.code))["withdrawals"]
    ] == [matter.number]
    assert set(waiting) == {"nudged", "withdrawals", "reopenings"}
    path.time.to(noon("2026-03-20"))
    assert await ripen(path) == 0
    assert (await matter.row())["state"] == "open"
    await verified(matter, key, own_will=False)
    assert (await matter.row())["state"] == "open", "it was not the person's own will"
    assert (await centre.applicant.standing(key)).may_withdraw


async def test_a_hazard_goes_on_whatever_its_reporter_wishes(path: Running, town: Town) -> None:
    path.time.to(noon("2026-03-05"))
    matter = await town.register(track="K", category="1404")
    key = await key_of(matter)
    made = await path.centre.applicant.withdraw(key)
    assert made.ex_officio, "the person is told at once"
    await verified(matter, key)
    path.time.to(noon("2026-03-13"))
    assert await ripen(path) == 1
    assert (await matter.row())["state"] == "open"
    state = (await path.centre.applicant.standing(key)).withdrawal
    assert state is not None and state.state == "continued"


async def test_what_turns_out_to_be_a_crime_goes_on_as_well(path: Running, town: Town) -> None:
    path.time.to(noon("2026-03-05"))
    matter = await town.register()
    key = await key_of(matter)
    await path.centre.applicant.withdraw(key)
    await verified(matter, key, ex_officio=True)
    path.time.to(noon("2026-03-13"))
    await ripen(path)
    assert (await matter.row())["state"] == "open"


async def test_of_two_applicants_one_cannot_end_the_others_matter(path: Running, town: Town) -> None:
    path.time.to(noon("2026-03-05"))
    matter = await town.register(applicant(), applicant(name="赵小满", phone="13905301235"))
    first, second = [await key_of(matter, code) for code in matter.done.codes.values()]
    for key in (first, second):
        await path.centre.applicant.withdraw(key)
    await verified(matter, first)
    path.time.to(noon("2026-03-13"))
    await ripen(path)
    assert (await matter.row())["state"] == "open"
    await verified(matter, second)
    assert (await matter.row())["state"] == "closed", "verified after the five days it takes effect at once"


async def test_a_written_withdrawal_is_taken_by_somebody_who_does_not_handle_the_case(
    path: Running, town: Town
) -> None:
    path.time.to(noon("2026-03-05"))
    matter = await town.register(by="registrar")
    await matter.sign("head")
    party = (await matter.file()).parties[0].id
    counter = path.centre.counter
    for handler in ("head", "handler"):
        with pytest.raises((Forbidden, NotFound)):
            await counter.withdraw(town.who(handler), matter.number, party, asked_on=path.time.today)
    with pytest.raises(BadInput):
        await counter.withdraw(town.who("registrar"), matter.number, party, asked_on=date(2026, 3, 4))
    path.time.to(noon("2026-03-09"))
    made = await counter.withdraw(town.who("registrar"), matter.number, party, asked_on=date(2026, 3, 6))
    assert (made.how, made.revocable_until) == ("written", date(2026, 3, 13)), "counted from the paper's day"
    with pytest.raises(Conflict):
        await path.centre.applicant.withdraw(await key_of(matter))


# Rating, material, reopening -----------------------------------------------------------------------------------------


async def test_an_answer_is_rated_and_the_rating_changed_until_the_matter_is_closed(path: Running, town: Town) -> None:
    matter = await town.register()
    key, own = await key_of(matter), path.centre.applicant
    with pytest.raises(Refused, match="答复以后"):
        await own.rate(key, Score.SATISFIED)
    await matter.accept()
    await matter.reply()
    await own.rate(key, Score.DISSATISFIED, "没有说清补偿怎么算")
    await own.rate(key, Score.FAIRLY)
    rated = (await own.standing(key)).rated
    assert rated is not None and (rated.score, rated.reason) == (Score.FAIRLY, "")
    await own.rate(key, Score.DISSATISFIED, "没有说清补偿怎么算")
    read = {}
    for who in ("handler", "director"):
        file = await path.centre.desk.open(town.who(who), matter.number)
        wishes = await path.centre.counter.wishes(town.who(who), file)
        read[who] = [each.reason for each in wishes.ratings.values()]
        assert "rated" not in [entry.kind for entry in await path.centre.desk.timeline(town.who(who), matter.number)]
    assert read == {"handler": [], "director": ["没有说清补偿怎么算"]}, "whoever handled it does not read it"
    await matter.serve("handler", "reply")
    path.time.forward(days=60)
    await matter.do("handler", "finish")
    assert (await matter.row())["state"] == "closed"
    assert not (await own.standing(key)).may_rate
    with pytest.raises(Refused, match="不能再改"):
        await own.rate(key, Score.SATISFIED)


async def test_a_closed_matter_is_taken_up_again_when_the_director_grants_it(path: Running, town: Town) -> None:
    matter = await town.register()
    key, own, counter = await key_of(matter), path.centre.applicant, path.centre.counter
    with pytest.raises(Refused):
        await own.ask_reopening(key, "有新的测量结果")
    await matter.accept()
    await matter.reply()
    await matter.serve("handler", "reply")
    path.time.forward(days=60)
    await matter.do("handler", "finish")
    assert (await own.standing(key)).may_reopen
    await own.ask_reopening(key, "有新的测量结果")
    with pytest.raises(Conflict):
        await own.ask_reopening(key, "再说一遍")
    director = town.who("director")
    assert [r["number"] for r in (await counter.waiting(director, town.code))["reopenings"]] == [matter.number]
    with pytest.raises(Forbidden):
        await counter.decide_reopening(town.who("registrar"), matter.number, granted=True, reason="有新的事实")
    await counter.decide_reopening(director, matter.number, granted=True, reason="有新的事实")
    row = await matter.row()
    assert (row["state"], row["phase"], row["holder"]) == ("open", "in_hand", town.units["petition"])
    assert [(a["round"], a["state"]) for a in await matter.assignments()] == [(1, "done"), (2, "sent")]
    seen = await path.centre.tracking.view(key)
    assert [e.data["granted"] for e in seen.entries if e.kind == "reopening-decided"] == [True]


async def test_what_is_added_reaches_the_holder_once_and_no_other_party(path: Running, town: Town) -> None:
    matter = await town.register(applicant(), applicant(name="赵小满", phone="13905301235"))
    await matter.sign()
    first, second = [await key_of(matter, code) for code in matter.done.codes.values()]
    for _again in range(2):
        await path.centre.applicant.add_material(first, "补一份测量记录：占地三分", command_key="once")
    told = [e for e in await path.centre.desk.timeline(town.who("handler"), matter.number) if e.kind == "added"]
    assert [entry.words["text"] for entry in told] == ["补一份测量记录：占地三分"]
    assert "added" not in [entry.kind for entry in (await path.centre.tracking.view(second)).entries]
    with pytest.raises(BadInput):
        await path.centre.applicant.add_material(first, "   ")


# A lost code ---------------------------------------------------------------------------------------------------------


async def test_a_lost_code_is_replaced_against_the_persons_document(path: Running, town: Town) -> None:
    matter = await town.register(applicant(id_number="11010519491231002X"))
    old = await key_of(matter)
    counter, clerk = path.centre.counter, town.who("registrar")
    found = await counter.holders(clerk, matter.number)
    party = found.parties[0]
    assert party.masked()["name"] != "何满仓"
    assert not party.masked()["id_number"], "its digits come from the paper, not from the screen"
    with pytest.raises(BadInput, match="末四位"):
        await counter.renew_code(clerk, matter.number, party.id, shown=Shown.ID_CARD, last_digits="0021", matches=True)
    with pytest.raises(BadInput, match="核对证件"):
        await counter.renew_code(clerk, matter.number, party.id, shown=Shown.ID_CARD, last_digits="002x", matches=False)
    done: Renewed = await counter.renew_code(
        clerk, matter.number, party.id, shown=Shown.ID_CARD, last_digits="002x", matches=True
    )
    with pytest.raises(NotFound):
        await key_of(matter)
    with pytest.raises(NotFound):
        await path.centre.tracking.view(old)
    with pytest.raises(NotFound):
        await path.centre.applicant.nudge(old)
    seen = await path.centre.tracking.view(await key_of(matter, done.code))
    assert "code-renewed" in [entry.kind for entry in seen.entries]
    assert "code.renew" in [look.what for look in seen.looks]
    document, content = await path.centre.receipts.print(done.code, address=ADDRESS)
    assert content.startswith(b"%PDF")
    again, _content = await path.centre.receipts.print(done.code, address=ADDRESS)
    assert again.id == document.id
    assert codes.normalise(done.code) != codes.normalise(matter.done.code)


async def test_a_handler_replaces_no_code_and_an_anonymous_party_cannot_have_one_replaced(
    path: Running, town: Town
) -> None:
    matter = await town.register(applicant(name="", phone="", address="", anonymous=True))
    await matter.sign()
    party = (await matter.file()).parties[0].id
    renewal = {"shown": Shown.ID_CARD, "last_digits": "", "matches": True}
    with pytest.raises(Forbidden):
        await path.centre.counter.renew_code(town.who("handler"), matter.number, party, **renewal)
    with pytest.raises(Refused, match="匿名"):
        await path.centre.counter.renew_code(town.who("registrar"), matter.number, party, **renewal)


async def test_the_code_of_a_sealed_case_goes_by_the_designated_person_alone(path: Running, town: Town) -> None:
    matter = await town.register(track="E", category="1803")
    for who in ("registrar", "director", "deputy"):
        with pytest.raises(NotFound):
            await path.centre.counter.holders(town.who(who), matter.number)
    assert (await path.centre.counter.holders(town.who("designated"), matter.number)).number == matter.number


async def test_the_case_of_a_lost_code_is_found_by_what_it_is_never_by_a_person(path: Running, town: Town) -> None:
    matter = await town.register(place="东村三组")
    sealed = await town.register(track="E", category="1803", place="东村三组")
    other = await path.township()
    today = path.time.today
    described = {"category": "0401", "registered_from": today - timedelta(days=3), "registered_to": today}
    clerk, counter = town.who("registrar"), path.centre.counter
    found = await counter.find(clerk, township=town.code, place="东村", **described)
    assert [row["number"] for row in found] == [matter.number]
    assert set(found[0]) == {"number", "category", "registered_at", "sealed"}
    assert not await counter.find(clerk, township=town.code, place="西村", **described)
    assert not await counter.find(clerk, township=town.code, **{**described, "category": "1803"})
    assert not await counter.find(other.who("registrar"), township=town.code, **described)
    assert not await counter.find(town.who("handler"), township=town.code, **described)
    with pytest.raises(BadInput):
        await counter.find(clerk, township=town.code, **{**described, "registered_from": today - timedelta(days=200)})
    assert sealed.number not in {row["number"] for row in found}


async def test_a_sealed_case_that_is_nudged_or_withdrawn_shows_to_nobody_else(path: Running, town: Town) -> None:
    matter = await town.register(track="E", category="1803")
    key = await key_of(matter)
    await path.centre.applicant.nudge(key)
    await path.centre.applicant.withdraw(key)
    for who in ("director", "deputy", "registrar", "supervisor"):
        waiting = await path.centre.counter.waiting(town.who(who), town.code)
        assert not any(waiting.values()), who
    waiting = await path.centre.counter.waiting(town.who("designated"), town.code)
    assert [row["number"] for row in waiting["nudged"]] == [matter.number]
