"""Saved filters: each belongs to its owner alone, is sealed at rest, and is not named after people."""

from dataclasses import replace

import pytest

from onewindow.errors import BadInput, Boundary, Conflict, Forbidden, NotFound
from onewindow.routing.saved import SAVED, Chosen, Saving
from tests.support.path import Running, Town

pytestmark = pytest.mark.asyncio(loop_scope="module")


def saving(name: str = "本月噪音", **chosen: str) -> Saving:
    return Saving(name=name, chosen=Chosen(**(chosen or {"q": "噪音", "channel": "letter"})))  # type: ignore[arg-type]


async def test_it_is_kept_renamed_and_deleted_by_its_owner_and_by_nobody_else(town: Town) -> None:
    saved = town.path.centre.saved
    deputy, director = town.who("deputy"), town.who("director")
    kept = await saved.save(deputy, saving())
    assert await saved.mine(deputy) == [kept]
    assert await saved.mine(director) == []
    with pytest.raises(NotFound):
        await saved.rename(director, kept.id, "我的")
    with pytest.raises(NotFound):
        await saved.delete(director, kept.id)
    assert (await saved.rename(deputy, kept.id, "来信")).chosen == kept.chosen
    with pytest.raises(Conflict):
        await saved.save(deputy, saving("来信"))
    await saved.delete(deputy, kept.id)
    assert await saved.mine(deputy) == []


@pytest.mark.parametrize(
    ("name", "chosen"),
    [
        ("13905301234", {"q": "噪音"}),
        ("重点人员", {"q": "噪音"}),
        ("信教的", {"category": "0401"}),
        ("某人", {"q": "139 0530 1234"}),
        ("某人", {"place": "37010119800101123X"}),
    ],
)
async def test_neither_its_name_nor_its_words_speak_of_a_person(town: Town, name: str, chosen: dict[str, str]) -> None:
    with pytest.raises(Boundary):
        await town.path.centre.saved.save(town.who("deputy"), saving(name, **chosen))
    kept = await town.path.centre.saved.save(town.who("deputy"), saving("好名称"))
    with pytest.raises(Boundary):
        await town.path.centre.saved.rename(town.who("deputy"), kept.id, "重点人员")
    assert [one.name for one in await town.path.centre.saved.mine(town.who("deputy"))] == ["好名称"]


async def test_nothing_of_it_lies_in_clear(centre: Running, town: Town) -> None:
    await centre.centre.saved.save(town.who("head"), saving("河道淤塞汇总"))
    rows = repr(await centre.read(SAVED.select()))
    assert "河道" not in rows and "噪音" not in rows


async def test_an_empty_one_and_whoever_sees_no_cases_are_refused(centre: Running, town: Town) -> None:
    with pytest.raises(BadInput):
        await centre.centre.saved.save(town.who("deputy"), Saving(name="空的", chosen=Chosen()))
    with pytest.raises(Forbidden):
        await centre.centre.saved.mine(replace(town.who("deputy"), posts=(), fallback_for=frozenset()))
