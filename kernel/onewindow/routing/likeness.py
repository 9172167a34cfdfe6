"""The hint at registration that a matter may be there already: by place, category and words, never by a person.

Three characters at a time, what an open and unsealed matter says first is kept as keyed digests, from which nothing
can be read; a digest that many matters share tells nothing and is not kept again. Candidates found by them are compared
with the words themselves, opened in memory. The answer is yes or no, to a member of staff who registers there, and of
no sealed matter is anything ever kept: whether there is one changes neither the answer nor its timing.
"""

import asyncio
import contextlib
import math
import re
import unicodedata
from collections import Counter, deque
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Table, func, select

from onewindow.access import guard
from onewindow.access.actions import Action
from onewindow.access.principal import Principal, Target
from onewindow.access.vault import Vault
from onewindow.office.types import TownshipCode
from onewindow.registry import parties as party_rows
from onewindow.registry.tables import Compared
from onewindow.registry.timeline import CASE
from onewindow.registry.twins import LIKENESS
from onewindow.routing.context import Kernel
from onewindow.routing.papers import case_words
from onewindow.store import Store
from onewindow.store.sql import table_of
from onewindow.store.tx import Tx

COMPARED: Table = table_of(Compared)
PURPOSE = "likeness"
SIZE = 3
HEAD = 60
"""How many characters of a matter are kept as digests: what people say first is what it is about."""
BODY = 400
"""How many are compared once a candidate is found."""
SHARED_BY_MOST = 32
"""A piece that so many open matters share is everyday language."""
CANDIDATES = 8
LIKELY = 0.45
"""Measured on mass duplicates of real messages (tests/path/test_likeness.py): four of five found, one of ten wrong."""
BATCH = 20
PAUSE = 0.1
BUSY_PAUSE = 1.0
CATCH_UP = 60.0
QUEUE = 10_000
LOOK_BACK = timedelta(days=1)
UNDECIDED = "9900"
# Words that stand in any sentence.
_EVERYDAY = frozenset("的了是在我们你您他她有和与就不也都而及或被把给让这那个一请吗呢吧啊问")
_RUN = re.compile(r"[一-鿿A-Za-z0-9]+")
_LONG_NUMBER = re.compile(r"\d[\d -]{4,}[\dXx]?")


def pieces(text: str) -> frozenset[str]:
    """Every three characters that stand together, everyday words left out."""
    return frozenset(
        run[at : at + SIZE]
        for run in _RUN.findall(text)
        for at in range(len(run) - SIZE + 1)
        if not _EVERYDAY.intersection(run[at : at + SIZE])
    )


def scrubbed(words: Mapping[str, str], names: Iterable[str]) -> str:
    """What is compared: the place, then the words, without the parties' names and without long numbers."""
    text = unicodedata.normalize("NFKC", f"{words.get('place', '')}\n{words.get('text', '')}"[: BODY * 2]).strip()
    for name in names:
        if len(name) > 1:
            text = text.replace(name, " ")
    return _LONG_NUMBER.sub(" ", text)[:BODY]


def likeness(asked: str, known: str, weight: Mapping[str, float]) -> float:
    """How much two matters have in common, from 0 to 2: what was said first, weighed by its rarity, and the rest."""
    head, other_head = pieces(asked[:HEAD]), pieces(known[:HEAD])
    whole, other = pieces(asked), pieces(known)
    total = sum(weight[piece] ** 2 for piece in head)
    if not total or not other_head:
        return 0.0
    found = sum(weight[piece] ** 2 for piece in head & other_head) / total
    first = found * math.sqrt(min(1.0, len(head) / len(other_head)))
    return first + len(whole & other) / math.sqrt(len(whole) * len(other))


def same_field(one: str, other: str) -> bool:
    """Whether two categories may mean one matter: of one group, or one of them not decided."""
    return UNDECIDED in (one, other) or one[:2] == other[:2]


def digest(vault: Vault, township: str, piece: str) -> int:
    """The keyed digest of a piece in one township: sixty bits."""
    return int(vault.digest(PURPOSE, f"{township}/{piece}")[:15], 16)


class Likely:
    """Keeps the digests, after the commit of the registration that they belong to, and answers the question."""

    def __init__(self, store: Store, kernel: Kernel) -> None:
        self._store = store
        self._kernel = kernel
        self._waiting: deque[str] = deque(maxlen=QUEUE)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._wake = asyncio.Event()

    # Asking ----------------------------------------------------------------------------------------------------------

    async def already(
        self, principal: Principal | None, township: str, category: str, words: Mapping[str, str]
    ) -> bool:
        """Whether a matter like this may have been registered: nothing else is said.

        Raises:
            Unauthenticated, Forbidden: only who registers there is told.
        """
        who = guard.require_staff(principal)
        unit = next((post.unit_id for post in who.own_posts if post.township == township), None)
        guard.require(who, Action.CASE_REGISTER, Target(township=TownshipCode(township), registered_unit=unit))
        return await self._store.read(lambda c: self._already(c, township, category, words))

    def _already(self, conn: Connection, township: str, category: str, words: Mapping[str, str]) -> bool:
        asked = scrubbed(words, ())
        vault = self._kernel.vault
        known = {digest(vault, township, piece): piece for piece in pieces(asked[:HEAD])}
        if not known:
            return False
        query = select(LIKENESS.c.piece, LIKENESS.c.case_id).where(LIKENESS.c.piece.in_(list(known)))
        shared: dict[str, list[str]] = {piece: [] for piece in known.values()}
        for found, case_id in conn.execute(query):
            shared[known[found]].append(case_id)
        weight = {piece: math.log2(SHARED_BY_MOST / max(1, min(len(c), SHARED_BY_MOST))) for piece, c in shared.items()}
        scores: dict[str, float] = {}
        for piece, cases in shared.items():
            for case_id in cases:
                scores[case_id] = scores.get(case_id, 0.0) + weight[piece]
        best = sorted(scores, key=lambda case_id: (-scores[case_id], case_id))[:CANDIDATES]
        return any(
            same_field(category, case["category"]) and likeness(asked, text, weight) >= LIKELY
            for case, text in self._texts(conn, best)
        )

    def _texts(self, conn: Connection, ids: Sequence[str]) -> list[tuple[Mapping[str, Any], str]]:
        """The open, unsealed ones of these cases, each with what is compared of it."""
        if not ids:
            return []
        query = select(CASE.c.id, CASE.c.township, CASE.c.category, CASE.c.body)
        query = query.where(CASE.c.id.in_(list(ids)), CASE.c.state == "open", CASE.c.sealed.is_(False))
        found: list[tuple[Mapping[str, Any], str]] = []
        for row in conn.execute(query).mappings().all():
            names = [p.personal.get("name", "") for p in party_rows.of_case(conn, self._kernel.vault, row["id"])]
            found.append((dict(row), scrubbed(case_words(self._kernel, dict(row)), names)))
        return found

    # Keeping ---------------------------------------------------------------------------------------------------------

    def note(self, case_id: str) -> None:
        """A matter was registered. Called in the lane's thread, after the commit."""
        self._waiting.append(case_id)
        loop = self._loop
        if loop is not None:
            with contextlib.suppress(RuntimeError):  # the loop has ended
                loop.call_soon_threadsafe(self._wake.set)

    async def run(self) -> None:
        """Take what was registered, a little at a time so that registering itself never waits, and what was missed."""
        self._loop = asyncio.get_running_loop()
        since: datetime | None = None
        while True:
            self._wake.clear()
            await self.settle()
            await self.catch_up(since)
            # Ids are made of the time of day, whatever time the law is told.
            since = datetime.now(UTC)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), CATCH_UP)

    async def settle(self, *, pause: float = PAUSE) -> None:
        """Take all that waits."""
        while self._waiting:
            before = len(self._waiting)
            await self._take([self._waiting.popleft() for _ in range(min(BATCH, before))])
            # While more come in than are taken, registering has the processor to itself.
            await asyncio.sleep(pause if len(self._waiting) < before else max(pause, BUSY_PAUSE))

    async def catch_up(self, since: datetime | None = None, *, pause: float = PAUSE) -> int:
        """Take what a process that died, or another one, left; `since` bounds how far it looks back. How many."""
        after, done = _first_id(since - LOOK_BACK) if since else "", 0
        while ids := await self._store.read(partial(_missed, after=after)):
            await self._take(ids)
            after, done = ids[-1], done + len(ids)
            await asyncio.sleep(pause)
        return done

    async def _take(self, ids: Sequence[str]) -> None:
        texts = await self._store.read(lambda c: self._texts(c, ids))
        vault = self._kernel.vault
        taken = {
            case["id"]: {digest(vault, case["township"], piece) for piece in pieces(text[:HEAD])}
            for case, text in texts
        }
        await self._store.write(lambda tx: _keep(tx, ids, taken))


def _keep(tx: Tx, ids: Sequence[str], taken: Mapping[str, set[int]]) -> None:
    wanted = sorted(set().union(*taken.values()))
    counts: Counter[int] = Counter()
    for start in range(0, len(wanted), 500):
        part = wanted[start : start + 500]
        query = (
            select(LIKENESS.c.piece, func.count().label("number"))
            .where(LIKENESS.c.piece.in_(part))
            .group_by(LIKENESS.c.piece)
        )
        counts.update({int(row.piece): int(row.number) for row in tx.execute(query)})
    # Closed or sealed since they were read: the transaction of that has forgotten them, and so does this one.
    live = set()
    if taken:
        still = select(CASE.c.id).where(CASE.c.id.in_(list(taken)), CASE.c.state == "open", CASE.c.sealed.is_(False))
        live = set(tx.execute(still).scalars())
    for case_id in ids:
        tx.insert_missing(COMPARED, {"case_id": case_id})
        for piece in sorted(taken.get(case_id, ())) if case_id in live else ():
            if counts[piece] < SHARED_BY_MOST:
                counts[piece] += 1
                tx.insert_missing(LIKENESS, {"piece": piece, "case_id": case_id})


def _missed(conn: Connection, *, after: str) -> list[str]:
    query = select(CASE.c.id).outerjoin(COMPARED, COMPARED.c.case_id == CASE.c.id)
    query = query.where(CASE.c.id > after, COMPARED.c.case_id.is_(None)).order_by(CASE.c.id).limit(BATCH)
    return list(conn.execute(query).scalars())


def _first_id(at: datetime) -> str:
    """The smallest id that could have been made at that moment: ids begin with their time."""
    return str(UUID(int=int(at.timestamp() * 1000) << 80))
