"""The hint that a matter may be registered already: how often it is right, and what it never tells."""

import csv
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from sqlalchemy import func, select

from onewindow.errors import Forbidden, NotFound, Unauthenticated
from onewindow.registry.catalogue import categories
from onewindow.registry.intake import PartyInput, Registration
from onewindow.registry.timeline import CASE
from onewindow.registry.twins import LIKENESS
from onewindow.routing import likeness, sealing
from tests.support.path import Running, Time, Town, kernel_alone, make, settings_of
from tests.support.same_matter import SAME_MATTER

pytestmark = pytest.mark.asyncio(loop_scope="function")

STREAM = Path(__file__).resolve().parents[3] / "shared" / "data" / "complaints_stream.csv"
POND = {"text": "前河村东头养猪场把粪水排进水渠，水发黑发臭，浇地都不敢用", "place": "前河村东头水渠"}
POND_TOO = {"text": "我们前河村东头的养猪场往水渠里排粪水，又黑又臭", "place": "前河村东头"}
LAMP = {"text": "幸福路小学门口的路灯坏了一个多月，晚上接孩子很危险", "place": "幸福路"}


@pytest_asyncio.fixture
async def there(tmp_path: Path, store_url: str) -> AsyncIterator[tuple[Running, Town]]:
    """A kernel with a township, once on each store."""
    database = store_url if store_url.startswith("postgresql") else ""
    settings = settings_of(tmp_path / "data", database=database)
    now = Time()
    make(settings, now)
    async with kernel_alone(settings, now) as path:
        await path.found_district()
        yield path, await path.township()


async def register(path: Running, town: Town, words: dict[str, str], **more: object) -> str:
    given = Registration.model_validate(
        {"township": town.code, "category": "1203", "parties": [PartyInput(name="何满仓")], **words, **more}
    )
    done = await path.centre.registrar.register(given)
    await path.centre.likely.settle(pause=0)
    return done.case_id


async def hinted(path: Running, town: Town, words: dict[str, str], category: str = "1203") -> bool:
    who = path.principal(town.people["registrar"])
    return await path.centre.likely.already(who, town.code, category, words)


async def test_the_same_matter_in_other_words_is_hinted_and_another_is_not(there: tuple[Running, Town]) -> None:
    path, town = there
    assert not await hinted(path, town, POND)
    await register(path, town, POND)
    assert await hinted(path, town, POND)
    assert await hinted(path, town, POND_TOO)
    assert await hinted(path, town, POND_TOO, "9900"), "not decided yet what it is about"
    assert not await hinted(path, town, POND_TOO, "0201"), "of another kind"
    assert not await hinted(path, town, LAMP)
    assert not await hinted(path, town, {"text": "", "place": ""})


async def test_in_another_township_it_is_another_matter(there: tuple[Running, Town]) -> None:
    path, town = there
    await register(path, town, POND)
    assert not await hinted(path, await path.township(), POND)


async def test_a_sealed_twin_gives_no_hint_and_leaves_no_trace(there: tuple[Running, Town]) -> None:
    path, town = there
    await register(path, town, POND, track="E", category="1803")
    await path.centre.likely.catch_up(pause=0)
    assert not await hinted(path, town, POND)
    assert await path.read(select(LIKENESS)) == []


async def test_what_is_sealed_or_closed_later_is_forgotten_at_once(there: tuple[Running, Town]) -> None:
    path, town = there
    first, second = await register(path, town, POND), await register(path, town, LAMP)
    kernel = path.centre.kernel
    await path.centre.store.write(lambda tx: sealing.seal(tx, kernel, first, path.time(), "system", "当事人要求"))
    await path.centre.store.write(
        lambda tx: tx.execute(CASE.update().where(CASE.c.id == second).values(state="closed"))
    )
    assert not await hinted(path, town, POND)
    assert not await hinted(path, town, LAMP), "the row of the case decides, whatever digests are left"
    assert await path.read(select(LIKENESS).where(LIKENESS.c.case_id == first)) == []


async def test_what_a_process_that_died_left_is_caught_up(there: tuple[Running, Town]) -> None:
    path, town = there
    given = Registration.model_validate({"township": town.code, "category": "1203", **POND})
    await path.centre.registrar.register(given)
    path.centre.likely._waiting.clear()
    assert not await hinted(path, town, POND)
    assert await path.centre.likely.catch_up(pause=0) >= 1
    assert await hinted(path, town, POND)
    assert await path.centre.likely.catch_up(pause=0) == 0, "once each"


async def test_only_who_registers_there_is_told(there: tuple[Running, Town]) -> None:
    path, town = there
    await register(path, town, POND)
    with pytest.raises(Unauthenticated):
        await path.centre.likely.already(None, town.code, "1203", POND)
    other = await path.township()
    stranger = path.principal(other.people["registrar"])
    with pytest.raises((Forbidden, NotFound)):
        await path.centre.likely.already(stranger, town.code, "1203", POND)


async def test_nobodys_name_or_number_is_compared(there: tuple[Running, Town]) -> None:
    """Two people's own troubles share a name and a telephone number, and nothing else."""
    path, town = there
    named = [PartyInput(name="欧阳满仓", phone="13905301234")]
    await register(path, town, {"text": "我是欧阳满仓，电话13905301234，化肥是假的"}, parties=named)
    assert not await hinted(path, town, {"text": "欧阳满仓13905301234反映邻居占道"})
    kept = {row["piece"] for row in await path.read(select(LIKENESS))}
    vault = path.centre.vault
    for piece in likeness.pieces("欧阳满仓 13905301234"):
        assert likeness.digest(vault, town.code, piece) not in kept


async def test_a_piece_that_many_share_is_kept_for_a_few_only(there: tuple[Running, Town]) -> None:
    path, town = there
    for number in range(likeness.SHARED_BY_MOST + 8):
        await register(path, town, {"text": f"咨询办理养老保险需要什么材料{chr(0x4E00 + 97 * number)}"})
    counted = select(func.count(LIKENESS.c.case_id).label("n")).group_by(LIKENESS.c.piece)
    assert max(row["n"] for row in await path.read(counted)) <= likeness.SHARED_BY_MOST


def messages() -> list[dict[str, str]]:
    """The second half of the stream, in the order in which it came."""
    if not STREAM.exists():
        pytest.skip(f"the public stream of messages is not there: {STREAM.name}")
    with STREAM.open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    return rows[len(rows) // 2 :]


@pytest.mark.slow
@pytest.mark.timeout(300)
async def test_of_real_mass_duplicates_most_are_hinted_and_few_hints_are_wrong(
    there: tuple[Running, Town], capsys: pytest.CaptureFixture[str]
) -> None:
    stream = messages()
    path, town = there
    assert "9900" in categories()
    seen: set[int] = set()
    twins = right = wrong = 0
    slowest = 0.0
    for row in stream:
        words = {"text": f"{row['subject']}\n{row['detail'].strip()}"[:20_000]}
        began = time.perf_counter()
        told = await hinted(path, town, words, "9900")
        slowest = max(slowest, time.perf_counter() - began)
        group = SAME_MATTER.get(row["id"])
        is_twin = group in seen
        twins += is_twin
        right += told and is_twin
        wrong += told and not is_twin
        if group is not None:
            seen.add(group)
        await register(path, town, words, category="9900")
    with capsys.disabled():
        print(
            f"\n{len(stream)} messages, {twins} with an earlier twin: {right} hinted ({right / twins:.0%}); "
            f"{wrong} of {right + wrong} hints wrong ({wrong / (right + wrong):.0%}); slowest {slowest * 1000:.0f} ms"
        )
    assert right / twins >= 0.7
    assert wrong / (right + wrong) <= 0.15
