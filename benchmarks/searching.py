"""Measures finding cases over HTTP, one request at a time: a common word, a rare one, and a page of a hundred rows."""

import asyncio
import time
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote

from sqlalchemy import Connection, text

from benchmarks.client import Client
from benchmarks.load import percentile
from benchmarks.texts import COMMON, RARE
from benchmarks.world import World

FIGURES = ("search", "page")
ROUNDS = 60
PAGE = 100
PATIENCE = 1800.0


@dataclass(frozen=True)
class Measured:
    """One value; the ratio's name says what it was divided by, measured in the same run."""

    name: str
    value: float
    unit: str
    ratio_to: str | None = None


def figures(where: World, url: str, only: set[str], *, rounds: int = ROUNDS) -> Iterator[Measured]:
    """The figures that were asked for; by what is read at least, a case by its number, each is put in proportion."""
    _wait_indexed(where)
    if not where.cases:
        return
    with where.kernel() as kernel:
        number = str(kernel.scalar(text('SELECT number FROM "case" ORDER BY id DESC LIMIT 1')))
        bare = _point_reads(kernel, number, rounds)
    yield Measured("point_read_p50", percentile(bare, 0.5), "ms")
    town = where.towns[0]
    token = where.tokens(url, "deputy")[town.code]
    least = _ask(url, f"q={number}", token, rounds, at_least=0)
    asked = {
        "search_common": (f"q={quote(COMMON)}&limit=50", "search"),
        "search_rare": (f"q={quote(RARE)}&limit=50", "search"),
        "search_filtered": (f"q={quote(COMMON)}&category=0401&phase=in_hand&office=petition&limit=50", "search"),
        "page": (f"limit={PAGE}", "page"),
    }
    floor = percentile(least, 0.5)
    for name, (query, figure) in asked.items():
        if figure in only:
            took = _ask(url, query, token, rounds, at_least=1 if where.cases >= 20_000 else 0)
            yield Measured(f"{name}_p50", percentile(took, 0.5), "ms")
            yield Measured(f"{name}_p95", percentile(took, 0.95), "ms")
            ratio = percentile(took, 0.5) / floor
            yield Measured(f"{name}_ratio", ratio, "", f"a case by its number through the same door, {floor:.2f} ms")


def _wait_indexed(where: World) -> None:
    """Wait until the follower has caught up."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        with where.kernel() as kernel:
            if not kernel.scalar(text("SELECT count(*) FROM search_due")):
                return
        time.sleep(0.2)
    raise TimeoutError("the search did not catch up")


def _point_reads(kernel: Connection, number: str, rounds: int) -> list[float]:
    """What the database alone takes for one case by its number, in milliseconds, sorted."""
    query = text('SELECT * FROM "case" WHERE number = :number')
    took = []
    for _ in range(rounds):
        begun = time.perf_counter()
        kernel.execute(query, {"number": number}).one_or_none()
        took.append((time.perf_counter() - begun) * 1000)
    return sorted(took)


def _ask(url: str, query: str, token: str, rounds: int, *, at_least: int) -> list[float]:
    return asyncio.run(_asking(url, query, token, rounds, at_least))


async def _asking(url: str, query: str, token: str, rounds: int, at_least: int) -> list[float]:
    """How long each of these requests took, in milliseconds, sorted; the first ones warm up."""
    client = Client(url)
    request = client.request("GET", f"/api/v1/cases?{query}", Authorization=f"Bearer {token}")
    took = []
    for turn in range(rounds + 5):
        begun = time.perf_counter()
        answer = await client.send(request)
        spent = (time.perf_counter() - begun) * 1000
        if answer.status != 200 or len(answer.json()["items"]) < at_least:
            raise RuntimeError(f"{query}: {answer.status}, {answer.body[:200]!r}")
        if turn >= 5:
            took.append(spent)
    client.close()
    return sorted(took)
