"""Accusations: straight to the designated person and unseen by everybody else, whoever they are about."""

from typing import Any

import pytest

from onewindow.errors import NotFound
from tests.support.path import Running, Town
from tests.support.seeing import sees

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_an_accusation_goes_straight_to_the_designated_person_and_nobody_else_sees_it(
    path: Running, town: Town
) -> None:
    matter = await town.register(track="E", category="1803")
    row, case = await matter.assignment(), await matter.row()
    assert case["sealed"] and "-M" in matter.number
    assert (row["officer"], row["office"]) == (town.people["designated"], "petition")
    seeing = {key for key in town.people if await sees(path, town.who(key), matter)}
    assert seeing == {"designated"}
    assert not [key for key in path.district.people if await sees(path, path.district.who(key), matter)]
    await matter.sign("designated")
    form: dict[str, Any] = {"organ": "区纪委监委", "phone": "0530-3333333", "independent": True}
    await matter.do("designated", "hand_over", **form)
    assert [d.kind for d in (await matter.file()).documents] == ["transfer_letter", "redirect_notice"]
    with pytest.raises(NotFound):
        await matter.act("handler", "hand_over", **form)


@pytest.mark.parametrize("leader", ["director", "mayor", "flag"])
async def test_an_accusation_about_a_leader_is_the_districts_and_invisible_in_the_township(
    path: Running, town: Town, leader: str
) -> None:
    about: dict[str, Any] = {"about_leader": True} if leader == "flag" else {"about": [town.people[leader]]}
    matter = await town.register(track="E", category="1803", **about)
    case = await matter.row()
    assert case["township"] == path.district.code and case["sealed"]
    assert not [key for key in town.people if await sees(path, town.who(key), matter)]
    seeing = {key for key in path.district.people if await sees(path, path.district.who(key), matter)}
    assert seeing == {"designated"}
    assert (await matter.assignment())["officer"] == path.district.people["designated"]


async def test_an_accusation_about_the_designated_person_is_not_theirs_to_see(path: Running, town: Town) -> None:
    matter = await town.register(track="E", category="1803", about=[town.people["designated"]])
    assert not await sees(path, town.who("designated"), matter)
    assert await sees(path, path.district.who("designated"), matter)
