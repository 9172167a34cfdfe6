"""The follower: it indexes after the commit, takes out what changed, and survives being killed. On both stores."""

import subprocess
import sys
import time
from pathlib import Path

import pytest
from sqlalchemy import func, select, update

from onewindow.registry import parties
from onewindow.registry.search.copies import unseal
from onewindow.registry.search.tables import COPY, DUE
from onewindow.registry.timeline import CASE
from onewindow.routing.assignments import assign
from onewindow.routing.indexing import Indexer
from onewindow.routing.rules import Route
from onewindow.store.search import Matching
from tests.search.conftest import started
from tests.support.matter import Matter, applicant
from tests.support.path import PETITION, Running, Town

pytestmark = pytest.mark.asyncio(loop_scope="module")
ROOT = Path(__file__).parents[2]


async def found(town: Town, who: str, text: str) -> list[str]:
    await town.path.centre.indexer.catch_up()
    page = (await town.path.centre.search.find(town.who(who), text)).page
    return [row["number"] for row in page.rows]


async def indexed(town: Town, word: str) -> int:
    """How many documents the bare index has for a word, whoever asks."""
    centre = town.path.centre
    matching = Matching.of(centre.store.dialect, centre.indexer._pieces.words([word]))
    return len(await centre.store.read(lambda c: c.scalars(matching.page(1000)).all()))


async def copies(town: Town, matter: Matter) -> int:
    query = select(func.count()).select_from(COPY).where(COPY.c.case_id == matter.id)
    return await town.path.centre.store.read(lambda c: c.scalars(query).one())


async def test_nothing_is_indexed_in_the_transaction_itself_and_everything_soon_after(town: Town) -> None:
    matter = await town.register(text="楼道灯坏了")
    assert await copies(town, matter) == 0
    assert await found(town, "deputy", "楼道") == [matter.number]
    assert await town.path.read(select(DUE)) == []


async def test_a_correction_takes_the_old_words_out_and_keeps_the_place(town: Town) -> None:
    matter = await town.register(text="桥洞积水")
    later = await town.register(text="桥洞垃圾")
    await found(town, "deputy", "桥洞")
    desk = town.path.centre.desk
    await desk.correct(town.who("deputy"), matter.number, reason="听错了", expect=None, words={"text": "桥洞塌方"})
    assert await found(town, "deputy", "塌方") == [matter.number]
    assert await found(town, "deputy", "积水") == []
    assert await indexed(town, "积水") == 0
    assert await found(town, "deputy", "桥洞") == [later.number, matter.number]
    assert await copies(town, matter) == 1


async def test_a_name_that_is_learnt_later_leaves_the_words(town: Town) -> None:
    matter = await town.register(applicant(name=""), text="冯桂枝说水管爆了")
    assert await found(town, "deputy", "桂枝") == [matter.number]
    party = (await matter.file()).parties[0].id
    await town.path.centre.desk.correct(
        town.who("deputy"), matter.number, reason="补登姓名", expect=None, parties={party: {"name": "冯桂枝"}}
    )
    assert await found(town, "deputy", "桂枝") == []
    assert await indexed(town, "桂枝") == 0
    assert await found(town, "deputy", "水管") == [matter.number]


async def test_an_erased_party_takes_the_case_out_because_a_name_unknown_cannot_be_hidden(town: Town) -> None:
    matter = await town.register(applicant(name="冯桂枝"), text="冯桂枝说天花板漏水")
    assert await found(town, "deputy", "天花") == [matter.number]
    party = (await matter.file()).parties[0].id
    await town.path.centre.store.write(lambda tx: parties.erase(tx, party, town.path.time()))
    assert await found(town, "deputy", "天花") == []
    assert await found(town, "deputy", "冯桂") == []
    assert await copies(town, matter) == 0


async def test_a_unit_finds_what_is_handed_to_it_later(town: Town) -> None:
    matter = await town.register(text="河道淤塞", track="C")
    assert await found(town, "head", "淤塞") == [matter.number]
    other = await town.register(text="河道淤塞", category="9900", track="B")
    assert other.number not in await found(town, "head", "淤塞")
    kernel, row, at = town.path.centre.kernel, await other.row(), town.path.time()
    route = Route("by-hand", town.units["petition"], PETITION)
    await town.path.centre.store.write(lambda tx: assign(tx, kernel, row, route, at))
    assert other.number in await found(town, "head", "淤塞")


async def test_a_change_between_reading_and_writing_is_not_lost_and_nothing_is_done_twice(town: Town) -> None:
    centre = town.path.centre
    await centre.indexer.catch_up()
    matter = await town.register(text="窨井冒水")
    made, _newest = await centre.store.read(centre.indexer._make)
    await centre.desk.correct(town.who("deputy"), matter.number, reason="改正", expect=None, words={"text": "窨井塌陷"})
    await centre.store.write(lambda tx: centre.indexer._put(made, tx))
    assert await copies(town, matter) == 0
    assert await found(town, "deputy", "塌陷") == [matter.number]
    await centre.store.write(lambda tx: centre.indexer._put(made, tx))
    assert await found(town, "deputy", "冒水") == []
    assert await indexed(town, "塌陷") == 1


async def test_a_case_that_cannot_be_read_holds_up_no_other(town: Town) -> None:
    broken, whole = await town.register(text="破损一"), await town.register(text="破损二")
    store = town.path.centre.store
    await store.write(lambda tx: tx.execute(update(CASE).where(CASE.c.id == broken.id).values(body=b"x")))
    assert await found(town, "deputy", "破损") == [whole.number]
    assert [row["case_id"] for row in await town.path.read(select(DUE))] == [broken.id]
    await store.write(lambda tx: tx.execute(DUE.delete()))


async def test_another_cutter_has_everything_indexed_anew(centre: Running, town: Town) -> None:
    matter = await town.register(text="围墙倒塌")
    assert await found(town, "deputy", "围墙") == [matter.number]
    await centre.centre.store.write(lambda tx: tx.execute(update(COPY).values(cut=0)))
    indexer = Indexer(centre.centre.store, centre.centre.vault)
    await indexer.prepare()
    assert await indexed(town, "围墙") == 0
    assert await found(town, "deputy", "围墙") == [matter.number]
    assert await indexed(town, "围墙") == 1


@pytest.mark.parametrize("database", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
async def test_killed_at_any_moment_it_catches_up_and_indexes_each_once(
    database: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    url = request.getfixturevalue("postgres_url") if database == "postgresql" else ""
    async with started(tmp_path, url) as path:
        code = (await path.township()).code
    for pause in (0.0, 0.11, 0.23):
        command = [sys.executable, "-m", "tests.search.worker", str(tmp_path / "data"), url, code]
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as worker:
            assert worker.stdout is not None
            said: list[bytes] = []
            while len(said) < 6 or b"indexed\n" not in said:
                said.append(worker.stdout.readline())
                assert said[-1], "it died by itself"
            time.sleep(pause)
            worker.kill()
    async with started(tmp_path, url, fresh=False) as path:
        cases = {row["id"] for row in await path.read(select(CASE.c.id).where(CASE.c.sealed.is_(False)))}
        due = {row["case_id"] for row in await path.read(select(DUE.c.case_id))}
        before = {row["case_id"] for row in await path.read(select(COPY.c.case_id))}
        assert before | due == cases and not before & due, "each is either indexed or waits"
        assert before and cases
        indexer, store = path.centre.indexer, path.centre.store
        await indexer.catch_up()
        copies = await path.read(select(COPY))
        assert sorted(row["case_id"] for row in copies) == sorted(cases)
        docs = await store.read(
            lambda c: c.scalars(Matching.of(store.dialect, indexer._pieces.words(["噪音"])).page(100_000)).all()
        )
        assert sorted(docs) == sorted(row["doc"] for row in copies)
        assert all("噪音" in unseal(path.centre.vault, row["case_id"], row["body"]).words["text"] for row in copies)
