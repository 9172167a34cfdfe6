"""Every hit and no other: the search against a plain count over real messages, and by which indexes it goes."""

import asyncio
import csv
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio
from sqlalchemy import ClauseElement, Connection, text

from onewindow.access.policy import reach
from onewindow.registry.intake import Registration
from onewindow.routing import searching
from onewindow.routing.asking import understand
from onewindow.routing.listing import Filters
from onewindow.store.search import Matching
from tests.support.path import Running, Town

pytestmark = pytest.mark.asyncio(loop_scope="module")
MESSAGES = Path(__file__).parents[2] / "../shared/data/complaints_labelled.csv"
WORDS = (
    "噪音",
    "学校",
    "工资",
    "拆迁",
    "小区",
    "电梯",
    "公交",
    "油烟",
    "社保",
    "出租",
    "我们",
    "领导",
    "A市",
    "没有的",
)
SEVERAL = (("噪音", "小区"), ("学校", "收费"), ("工资", "拖欠", "公司"))


@dataclass(frozen=True)
class Imported:
    """A township with the messages, and their texts by case number."""

    town: Town
    texts: dict[str, str]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def imported(centre: Running) -> AsyncIterator[Imported]:
    if not MESSAGES.exists():
        pytest.skip("the real messages are not there: ../shared/data/complaints_labelled.csv")
    with MESSAGES.open(encoding="utf-8-sig", newline="") as file:
        texts = [f"{row['subject']}\n{row['detail']}" for row in csv.DictReader(file)]
    town = await centre.township()
    registrar = centre.centre.registrar
    done = await asyncio.gather(
        *(registrar.register(Registration(township=town.code, text=one[:20_000], category="9900")) for one in texts)
    )
    await centre.centre.indexer.catch_up()
    yield Imported(town, {one.number: text for one, text in zip(done, texts, strict=True)})


async def everything(imported: Imported, query: str) -> list[str]:
    """All pages of an answer."""
    search, who = imported.town.path.centre.search, imported.town.who("deputy")
    numbers: list[str] = []
    after = None
    while True:
        page = (await search.find(who, query, after=after, limit=200)).page
        numbers += [row["number"] for row in page.rows]
        after = page.next
        if after is None:
            return numbers


async def test_the_hits_of_a_word_are_those_of_a_plain_count(imported: Imported) -> None:
    for words in [*((word,) for word in WORDS), *SEVERAL]:
        expected = {number for number, text in imported.texts.items() if all(word in text for word in words)}
        found = await everything(imported, " ".join(words))
        assert len(found) == len(set(found)), words
        assert set(found) == expected, words
    assert len(await everything(imported, "噪音")) > 20, "the messages are about something"


async def test_pages_are_cut_alike_whichever_way_one_turns_them(imported: Imported) -> None:
    search, who = imported.town.path.centre.search, imported.town.who("deputy")
    page, forward = (await search.find(who, "小区", limit=50)).page, []
    while True:
        forward.append([row["number"] for row in page.rows])
        if page.next is None:
            break
        page = (await search.find(who, "小区", after=page.next, limit=50)).page
    back = [[row["number"] for row in page.rows]]
    while page.prev is not None:
        page = (await search.find(who, "小区", before=page.prev, limit=50)).page
        back.insert(0, [row["number"] for row in page.rows])
    assert back == forward


async def test_it_goes_by_the_index_and_looks_at_no_case_that_is_no_hit(imported: Imported) -> None:
    centre, who = imported.town.path.centre, imported.town.who("head")
    asked = understand("噪音 扰民")
    filters = Filters(phase="in_hand", category="9900", channel="web")
    organisation = centre.kernel.organisation()
    walk = searching._Walk(centre.kernel, centre.search._pieces, asked, filters, reach(who), organisation)

    def plans(conn: Connection) -> tuple[str, str]:
        matching = Matching.of(conn.dialect.name, walk._every, walk._some)
        if conn.dialect.name == "postgresql":
            # So few documents are read faster one by one; what matters is what many are found by.
            conn.execute(text("SET LOCAL enable_seqscan = off"))
        return plan(conn, matching.page(200)), plan(conn, walk.rows(range(100, 300), back=False))

    if centre.store.dialect == "postgresql":
        await centre.store.write(lambda tx: tx.execute(text("ANALYZE")))
    candidates, rows = await centre.store.read(plans)
    if centre.store.dialect == "postgresql":
        assert "ix_search_index_pieces" in candidates, candidates
        assert "pk_search_copy" in rows, rows
    else:
        assert "VIRTUAL TABLE INDEX" in candidates and "TEMP B-TREE" not in candidates, candidates
        assert "SEARCH search_copy USING INTEGER PRIMARY KEY" in rows and "SCAN" not in rows, rows


def plan(conn: Connection, query: ClauseElement) -> str:
    said = str(query.compile(conn, compile_kwargs={"literal_binds": True}))
    words = "EXPLAIN" if conn.dialect.name == "postgresql" else "EXPLAIN QUERY PLAN"
    return "\n".join(str(row) for row in conn.exec_driver_sql(f"{words} {said}").all())
