"""Registering and following a matter: once for each key, by code alone, and nothing masked comes back as a value."""

import asyncio

import pytest
from pydantic import ValidationError
from sqlalchemy import func, select

from onewindow.access import codes
from onewindow.access.tables import ATTEMPT
from onewindow.access.throttle import CODES_OF_ADDRESS
from onewindow.errors import BadInput, Conflict, NotFound, Stale, TooMany
from onewindow.office.types import PartyRole
from onewindow.registry.intake import PartyInput, Registration
from onewindow.registry.timeline import CASE
from tests.support.path import START, Running, Town, applicant

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def count(town: Town) -> int:
    query = select(func.count()).select_from(CASE).where(CASE.c.township == town.code)
    return int(await town.path.centre.store.read(lambda c: c.execute(query).scalar_one()))


# Once ----------------------------------------------------------------------------------------------------------------


async def test_the_same_key_at_the_same_time_makes_one_case_and_one_receipt(town: Town) -> None:
    given = town.registration()
    register = town.path.centre.registrar.register
    made = await asyncio.gather(*(register(given, key="one") for _ in range(8)))
    assert len({(m.case_id, m.number, m.code) for m in made}) == 1
    assert await count(town) == 1
    assert (await register(given, key="one")) == made[0]
    key = await town.path.centre.tracking.open(made[0].code, address="10.1.0.1")
    assert key.case_id == made[0].case_id
    assert (await town.register()).number.endswith("-000002")


async def test_the_same_key_with_another_matter_is_refused(town: Town) -> None:
    await town.register(key="two")
    with pytest.raises(Conflict):
        await town.register(key="two", text="另一件事")
    await town.register(by="registrar", key="two", text="另一件事")
    assert await count(town) == 2


async def test_a_township_that_is_not_live_takes_nothing(path: Running, town: Town) -> None:
    with pytest.raises(BadInput):
        await path.centre.registrar.register(town.registration(township="371799999"))


# By code -------------------------------------------------------------------------------------------------------------


async def test_wrong_codes_are_limited_by_address_and_an_impossible_one_costs_nothing(
    path: Running, town: Town
) -> None:
    tracking, address = path.centre.tracking, f"10.2.0.{town.token[4:]}"
    matter = await town.register()
    spoiled = matter.done.code[:-1] + ("A" if matter.done.code[-1] != "A" else "B")
    before = await attempts(path)
    for _ in range(2 * CODES_OF_ADDRESS.count):
        with pytest.raises(BadInput):
            await tracking.open(spoiled, address=address)
    assert await attempts(path) == before
    for _ in range(CODES_OF_ADDRESS.count):
        with pytest.raises(NotFound):
            await tracking.open(codes.generate(), address=address)
    with pytest.raises(TooMany) as limited:
        await tracking.open(matter.done.code, address=address)
    assert limited.value.retry_after > 0
    await tracking.open(matter.done.code, address="10.2.1.1")


async def attempts(path: Running) -> int:
    query = select(func.coalesce(func.sum(ATTEMPT.c.count), 0))
    return int(await path.centre.store.read(lambda c: c.execute(query).scalar_one()))


async def test_each_admitted_party_has_a_code_that_opens_their_part_only(path: Running, town: Town) -> None:
    matter = await town.register(
        applicant(name="甲方人"),
        PartyInput(role=PartyRole.AGENT, name="代理人乙", phone="13700000002"),
        PartyInput(role=PartyRole.RESPONDENT, name="相对方丙", phone="13700000003"),
    )
    file = await matter.file()
    assert set(matter.done.codes) == {p.id for p in file.parties if p.role in ("applicant", "agent")}
    tracking = path.centre.tracking
    for party, code in matter.done.codes.items():
        key = await tracking.open(code, address="10.3.0.1")
        seen = await tracking.view(key)
        assert (key.party_id, seen.party.id, seen.number) == (party, party, matter.number)
        assert "相对方丙" not in repr(seen.entries) + repr(seen.words)
    await matter.accept()
    await matter.serve("handler", "acceptance_notice", party_id=file.parties[0].id)
    first, second = [await tracking.open(code, address="10.3.0.1") for code in matter.done.codes.values()]
    served = [[e.kind for e in (await tracking.view(key)).entries] for key in (first, second)]
    assert "served" in served[0] and "served" not in served[1]


async def test_a_code_shows_phase_holder_and_the_date_with_its_article(path: Running, town: Town) -> None:
    matter = await town.register()
    seen = await path.centre.tracking.view(await path.centre.tracking.open(matter.done.code, address="10.3.0.2"))
    assert (seen.phase, seen.state) == ("in_hand", "open") and "信访办" in seen.holder
    assert [(c.key, c.source, c.lawful_on) for c in seen.clocks] == [
        ("notice_by", "信访工作条例 第二十三条", seen.due_on)
    ]
    assert matter.done.deadlines[0].source == "信访工作条例 第二十三条"
    await matter.accept()
    seen = await path.centre.tracking.view(await path.centre.tracking.open(matter.done.code, address="10.3.0.2"))
    assert {(c.key, c.source) for c in seen.clocks} == {
        ("notice_by", "信访工作条例 第二十三条"),
        ("reply_by", "信访工作条例 第三十四条"),
    }
    assert [e.kind for e in seen.entries] == ["registered", "assigned", "signed", "issued"]


# Parties -------------------------------------------------------------------------------------------------------------


async def test_a_masked_value_cannot_be_written_back(town: Town) -> None:
    matter = await town.register(by="registrar")
    file = await matter.centre.desk.read(town.who("deputy"), matter.number)
    party = file.parties[0]
    shown = party.masked()
    assert shown["name"] != "何满仓" and "13905301234" not in shown["phone"]
    for field in ("name", "phone"):
        with pytest.raises(ValidationError):
            town.registration(PartyInput(**{field: shown[field]}))
        with pytest.raises(BadInput):
            await matter.centre.desk.correct(
                town.who("deputy"), matter.number, reason="核对", expect=None, parties={party.id: {field: shown[field]}}
            )
    assert (await matter.file()).parties[0].personal["phone"] == "13905301234"


async def test_a_look_at_a_party_needs_a_reason_and_is_shown_to_them(town: Town) -> None:
    matter = await town.register()
    await matter.sign()
    party = (await matter.file()).parties[0].id
    desk = matter.centre.desk
    with pytest.raises(BadInput):
        await desk.reveal(town.who("handler"), matter.number, party, " . ")
    clear = await desk.reveal(town.who("handler"), matter.number, party, "电话回访")
    assert clear["phone"] == "13905301234"
    key = await matter.centre.tracking.open(matter.done.code, address="10.3.0.3")
    looks = (await matter.centre.tracking.view(key)).looks
    assert any(look.what.startswith("reveal:") for look in looks)


async def test_nobody_has_to_give_a_name(town: Town) -> None:
    matter = await town.register(PartyInput(anonymous=True))
    file = await matter.file()
    assert file.parties[0].anonymous and file.parties[0].personal == {}
    await matter.accept()
    assert [d.kind for d in file.documents] == []
    assert (await matter.clock("notice_by")).status == "stopped"
    with pytest.raises(ValidationError):
        PartyInput(anonymous=True, name="何满仓")


async def test_a_correction_keeps_the_earlier_words_and_asks_for_the_version(town: Town) -> None:
    matter = await town.register(by="registrar")
    desk, who = matter.centre.desk, town.who("deputy")
    version = (await matter.row())["version"]
    await desk.correct(who, matter.number, reason="补充地点", expect=version, words={"place": "东村桥头"})
    with pytest.raises(Stale):
        await desk.correct(who, matter.number, reason="补充地点", expect=version, words={"place": "西村"})
    assert (await matter.file()).words["place"] == "东村桥头"
    assert (await matter.timeline())[-1].words == {"reason": "补充地点", "place": ""}


async def test_what_is_received_is_never_later_than_its_registration() -> None:
    given = Registration(township="371700001", text="x", received_at=START)
    assert given.moment_of_receipt(START.replace(year=2025)) == START.replace(year=2025)
