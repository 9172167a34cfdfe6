"""Searching: what is found, in which order, by whom; and what the search does not look for. On both stores."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from onewindow.access.principal import Principal
from onewindow.access.tables import ACCESS_LOG as LOG
from onewindow.errors import BadInput, Boundary, NotFound
from onewindow.office.types import PartyRole
from onewindow.registry.intake import PartyInput
from onewindow.registry.search.tables import COPY
from onewindow.routing import sealing
from onewindow.routing.listing import Filters
from onewindow.routing.searching import Found
from tests.support.matter import applicant
from tests.support.path import Running, Town

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def find(centre: Running, who: Principal, text: str = "", **more: Any) -> Found:
    await centre.centre.indexer.catch_up()
    return await centre.centre.search.find(who, text, **more)


def numbers(found: Found) -> list[str]:
    return [row["number"] for row in found.page.rows]


async def test_a_word_of_two_characters_is_found_wherever_it_stands_newest_first(centre: Running, town: Town) -> None:
    first = await town.register(text="楼下烧烤摊夜间噪音扰民")
    await town.register(text="自来水有异味")
    second = await town.register(text="自来水", request="请处理噪音", place="南关")
    third = await town.register(text="垃圾", place="噪音路三号院")
    found = await find(centre, town.who("deputy"), "噪音")
    assert numbers(found) == [third.number, second.number, first.number]
    shown = found.snippets[first.id]
    assert "".join(part.text for part in shown) == "楼下烧烤摊夜间噪音扰民"
    assert [part.text for part in shown if part.hit] == ["噪音"]


@pytest.mark.parametrize(
    ("query", "hit"),
    [
        ("噪音 扰民", True),
        ("扰民,噪音", True),
        ("夜间噪音扰民", True),
        ("噪音 异味", False),
        ("噪扰", False),
        ("KTV", True),
        ("ｋｔｖ", True),
        ("23点", True),
        ("wifi6", True),
        ("fi", True),
    ],
)
async def test_several_words_are_all_of_them_in_any_script(centre: Running, town: Town, query: str, hit: bool) -> None:
    matter = await town.register(text="楼下Ktv夜间噪音扰民,每天２３点以后;WiFi6也坏了")
    assert numbers(await find(centre, town.who("deputy"), query)) == ([matter.number] if hit else [])


@pytest.mark.parametrize("query", ["噪", "噪音 吵", "。", "a"])
async def test_one_character_is_answered_with_what_to_do(centre: Running, town: Town, query: str) -> None:
    with pytest.raises(BadInput) as refused:
        await centre.centre.search.find(town.who("deputy"), query)
    assert "两个字" in str(refused.value.message) and "q" in refused.value.fields


@pytest.mark.parametrize(
    "query", ["13905301234", "139 0530 1234", "噪音 １３９０５３０１２３４", "37010119800101123X", "0530-1234567"]
)
async def test_nobody_is_looked_for_by_a_number(centre: Running, town: Town, query: str) -> None:
    with pytest.raises(Boundary) as refused:
        await centre.centre.search.find(town.who("deputy"), query)
    assert refused.value.rule == "no-person-search"


async def test_belief_is_no_search(centre: Running, town: Town) -> None:
    with pytest.raises(Boundary) as refused:
        await centre.centre.search.find(town.who("deputy"), "信教")
    assert refused.value.rule == "belief"


async def test_what_tells_who_the_parties_are_finds_nothing(centre: Running, town: Town) -> None:
    people = [
        applicant(name="欧阳知秋", phone="13900017733", address="银杏里七号院甲三"),
        PartyInput(role=PartyRole.RESPONDENT, name="申屠大河"),
    ]
    text = "我叫欧阳 知秋，住银杏里七号院甲三，电话139-0001-7733。邻居申屠大河、申屠先生夜里装修噪音大"
    matter = await town.register(*people, text=text, place="银杏里七号院甲三")
    for word in ("欧阳知秋", "知秋", "申屠", "大河", "银杏里", "甲三", "7733"):
        assert numbers(await find(centre, town.who("deputy"), word)) == [], word
    found = await find(centre, town.who("deputy"), "噪音")
    assert numbers(found) == [matter.number]
    assert "申屠" not in repr(found.snippets)


async def test_a_case_is_found_by_its_number_and_by_the_short_one(centre: Running, town: Town) -> None:
    await town.register()
    matter = await town.register()
    for query in (matter.number, matter.number.replace("-", " - "), "2026-2", "2026-000002"):
        assert numbers(await find(centre, town.who("deputy"), query)) == [matter.number]
    other = await centre.township()
    assert numbers(await find(centre, other.who("deputy"), matter.number)) == []


async def test_a_code_belongs_in_its_own_place(centre: Running, town: Town) -> None:
    matter = await town.register()
    with pytest.raises(BadInput, match="查询码"):
        await centre.centre.search.find(town.who("deputy"), matter.done.code)


async def test_filters_narrow_what_the_words_find(centre: Running, town: Town) -> None:
    letter = await town.register(text="噪音一", channel="letter", place="北街")
    visit = await town.register(text="噪音二", channel="visit", category="0503", track="B", place="南街")
    at = town.units["water"]
    there = await town.register(text="噪音三", place_unit=at, channel="call")
    deputy = town.who("deputy")

    async def narrowed(**more: Any) -> list[str]:
        return numbers(await find(centre, deputy, "噪音", filters=Filters(**more)))

    assert await narrowed(channel="letter") == [letter.number]
    assert await narrowed(category="0503") == [visit.number]
    assert await narrowed(office="petition") == [there.number, letter.number]
    assert await narrowed(unit=str(at)) == [visit.number]
    assert await narrowed(places=frozenset({str(at)})) == [there.number]
    assert await narrowed(places=frozenset()) == []
    assert await narrowed(phase="in_hand", state="open") == [there.number, visit.number, letter.number]
    assert await narrowed(colour="red") == []
    assert await narrowed(registered_from=centre.time(), registered_before=centre.time()) == []
    assert len(await narrowed(registered_from=centre.time() - timedelta(hours=1))) == 3
    assert numbers(await find(centre, deputy, "噪音", place="南街")) == [visit.number]
    assert numbers(await find(centre, deputy, place="北街")) == [letter.number]
    assert numbers(await find(centre, deputy, "北街", place="南街")) == []


async def test_pages_go_on_by_key_and_back_again(centre: Running, town: Town) -> None:
    made = [(await town.register(text=f"噪音{n}号")).number for n in range(7)][::-1]
    deputy = town.who("deputy")
    first = await find(centre, deputy, "噪音", limit=3)
    second = await find(centre, deputy, "噪音", limit=3, after=first.page.next)
    third = await find(centre, deputy, "噪音", limit=3, after=second.page.next)
    assert [numbers(page) for page in (first, second, third)] == [made[:3], made[3:6], made[6:]]
    assert (first.page.prev, third.page.next) == (None, None)
    back = await find(centre, deputy, "噪音", limit=3, before=third.page.prev)
    assert numbers(back) == made[3:6]
    assert numbers(await find(centre, deputy, "噪音", limit=3, before=back.page.prev)) == made[:3]
    with pytest.raises(BadInput):
        await find(centre, deputy, "噪音", after="of-another-kind")


async def test_everybody_finds_what_their_lists_show_and_no_more(centre: Running, town: Town) -> None:
    other = await centre.township()
    for one in (town, other):
        await one.register(text="噪音", by="registrar")
        await one.register(text="噪音", track="B", category="0503")
        await one.register(text="噪音", track="B", category="0801", about=[one.people["deputy"]])
    people = [*(town.who(key) for key in town.people), *(centre.district.who(key) for key in centre.district.people)]
    for who in people:
        listed = await centre.centre.desk.cases(who, Filters())
        assert numbers(await find(centre, who, "噪音")) == [row["number"] for row in listed.rows], who.name
    assert len(numbers(await find(centre, town.who("director"), "噪音"))) == 2
    assert len(numbers(await find(centre, town.who("handler"), "噪音"))) == 1


async def test_a_sealed_case_is_in_no_answer_and_leaves_the_index_as_it_is_sealed(centre: Running, town: Town) -> None:
    await town.register(text="噪音一")
    people = [town.who(key) for key in town.people]
    before = [await find(centre, who, "噪音") for who in people]
    accused = await town.register(track="E", category="1803", text="某干部收钱,噪音不管")
    assert [await find(centre, who, "噪音") for who in people] == before
    assert numbers(await find(centre, town.who("designated"), accused.number)) == [accused.number]
    later = await town.register(text="噪音二")
    assert later.number in numbers(await find(centre, town.who("deputy"), "噪音"))
    kernel = centre.centre.kernel
    number = await centre.centre.store.write(
        lambda tx: sealing.seal(tx, kernel, later.id, centre.time(), "system", "涉未成年人")
    )
    assert await centre.read(select(COPY.c.case_id).where(COPY.c.case_id == later.id)) == []
    assert [await find(centre, who, "噪音") for who in people] == before
    for who in people:
        assert number not in numbers(await find(centre, replace(who, fallback_for=frozenset()), later.number))


async def test_the_code_of_whoever_stands_there_leads_to_their_case(centre: Running, town: Town) -> None:
    matter = await town.register(by="registrar")
    registrar, search = town.who("registrar"), centre.centre.search
    typed = matter.done.code.lower().replace("-", " ")
    seen = await search.by_code(registrar, typed, address="10.6.0.2")
    assert (seen.case["number"], seen.readable) == (matter.number, True)
    looks = [dict(row) for row in await centre.read(select(LOG).where(LOG.c.case_id == matter.id))]
    assert [(look["what"], look["actor"]) for look in looks] == [("case.by_code", registrar.staff_id)]
    on_the_web = await town.register()
    assert not (await search.by_code(registrar, on_the_web.done.code, address="10.6.0.2")).readable
    accused = await town.register(track="E", category="1803", text="反映某干部")
    elsewhere = await (await centre.township()).register()
    said = set()
    for code in (accused.done.code, elsewhere.done.code, "0000-0000-0000-0000"):
        with pytest.raises(NotFound) as refused:
            await search.by_code(registrar, code, address="10.6.0.3")
        said.add((str(refused.value.message), str(refused.value.remedy)))
    assert len(said) == 1
