"""The writing lane: groups, order, the one that fails, backpressure, closing."""

import asyncio
import threading
from collections.abc import Callable

import pytest
from sqlalchemy import event, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from onewindow.errors import Refused, Unavailable
from onewindow.store import Store, Tx
from tests.unit.store.conftest import Tables, count, numbers


def register(tables: Tables, name: str, counter: str = "a") -> Callable[[Tx], int]:
    def work(tx: Tx) -> int:
        number = tx.number(counter)
        tx.insert(tables.matter, {"id": name, "number": number, "series": counter})
        return number

    return work


class Commits:
    """Counts the commits of a store's lane and the statements in between."""

    def __init__(self, store: Store) -> None:
        self.commits = 0
        self.statements: list[str] = []
        engine = store._writer
        event.listen(engine, "commit", self._committed)
        event.listen(engine, "before_cursor_execute", self._executed)

    def _committed(self, conn: object) -> None:
        self.commits += 1

    def _executed(self, conn: object, cursor: object, statement: str, *rest: object) -> None:
        self.statements.append(statement)


class Held:
    """Keeps the lane in one work until it is released, so that others queue."""

    def __init__(self, store: Store) -> None:
        self._entered = threading.Event()
        self._released = threading.Event()
        self._task = asyncio.ensure_future(store.write(self._work))

    def _work(self, tx: Tx) -> None:
        self._entered.set()
        self._released.wait(20)

    async def entered(self) -> None:
        await asyncio.to_thread(self._entered.wait, 20)

    async def release(self) -> None:
        self._released.set()
        await self._task


async def held(store: Store) -> Held:
    holder = Held(store)
    await holder.entered()
    return holder


async def test_what_queued_during_a_commit_is_committed_together_with_one_counter_statement(
    store: Store, tables: Tables
) -> None:
    holder = await held(store)
    seen = Commits(store)
    tasks = [asyncio.ensure_future(store.write(register(tables, f"m{i}"), counters=["a"])) for i in range(100)]
    await asyncio.sleep(0.05)
    await holder.release()
    given = await asyncio.gather(*tasks)
    assert given == list(range(1, 101))
    assert seen.commits == 2  # the holder's and the group's
    assert len([s for s in seen.statements if "counter" in s]) == 1
    assert (
        len([s for s in seen.statements if "INSERT INTO matter" in s]) == 3
    )  # 64, 32 and 4 rows: few sizes, prepared once each


@pytest.mark.parametrize(
    "how", ["refuses at once", "refuses after writing", "breaks a constraint", "breaks it unflushed"]
)
async def test_one_in_twenty_fails_alone_and_the_numbers_stay_gapless(store: Store, tables: Tables, how: str) -> None:
    def failing(tx: Tx) -> None:
        tx.insert(tables.matter, {"id": f"x{tx.number('a')}", "number": tx.number("a"), "series": "a"})
        tx.on_commit(lambda: pytest.fail("a callback of a work that failed"))
        if how == "refuses after writing":
            tx.flush()
        if how.startswith("refuses"):
            raise Refused("no")
        tx.insert(tables.note, {"id": None, "matter": "nowhere"})
        if how == "breaks a constraint":
            tx.flush()

    works = [failing if i % 20 == 7 else register(tables, f"m{i}") for i in range(200)]
    holder = await held(store)
    tasks = [asyncio.ensure_future(store.write(work, counters=["a"])) for work in works]
    await asyncio.sleep(0.05)
    await holder.release()
    given = await asyncio.gather(*tasks, return_exceptions=True)
    expected = Refused if how.startswith("refuses") else IntegrityError
    assert all(isinstance(given[i], expected) == (i % 20 == 7) for i in range(200))
    assert [n for n in given if isinstance(n, int)] == list(range(1, 191))
    assert await numbers(store, tables.matter) == list(range(1, 191))
    assert await store.write(register(tables, "next"), counters=["a"]) == 191


async def test_works_run_in_the_order_of_the_calls(store: Store, tables: Tables) -> None:
    given = await asyncio.gather(*(store.write(register(tables, f"m{i}"), counters=["a"]) for i in range(600)))
    assert given == list(range(1, 601))


async def test_a_number_that_was_declared_and_not_drawn_leaves_no_gap(store: Store, tables: Tables) -> None:
    await asyncio.gather(
        store.write(register(tables, "m1"), counters=["a", "a"]),
        store.write(lambda tx: None, counters=["a"]),
        store.write(register(tables, "m2"), counters=["a"]),
    )
    await store.write(register(tables, "m3"))
    assert await numbers(store, tables.matter) == [1, 2, 3]


async def test_an_undeclared_number_is_drawn_at_once(store: Store, tables: Tables) -> None:
    given = await asyncio.gather(*(store.write(register(tables, f"m{i}"), counters=["a"] * (i % 2)) for i in range(50)))
    assert sorted(given) == list(range(1, 51))


async def test_a_buffered_insert_is_seen_by_execute(store: Store, tables: Tables) -> None:
    def work(tx: Tx) -> tuple[int, int]:
        tx.insert(tables.note, {"matter": "m"})
        tx.insert(tables.matter, {"id": "m", "number": 1})
        before = len(tx.conn.execute(select(tables.note.c.id)).all())
        return before, len(tx.execute(select(tables.note.c.id)).all())

    assert await store.write(work) == (0, 1)


async def test_rows_with_other_columns_take_the_servers_defaults(store: Store, tables: Tables) -> None:
    def work(tx: Tx) -> None:
        tx.insert(tables.matter, {"id": "m1", "number": 1})
        tx.insert(tables.matter, {"id": "m2", "number": 1, "series": "b"})
        tx.insert(tables.matter, {"id": "m3", "number": 2})

    await store.write(work)
    assert (await numbers(store, tables.matter, "a"), await numbers(store, tables.matter, "b")) == ([1, 2], [1])


async def test_insert_new_says_whether_the_row_was_new(store: Store, tables: Tables) -> None:
    row = {"id": "m", "number": 1}
    assert await store.write(lambda tx: tx.insert_new(tables.matter, row)) is True
    assert await store.write(lambda tx: tx.insert_new(tables.matter, row)) is False


async def test_upsert_overwrites_the_row_with_the_key(store: Store, tables: Tables) -> None:
    for number in (1, 2):
        row = {"id": "m", "number": number, "series": "a"}
        await store.write(lambda tx, row=row: tx.upsert(tables.matter, row, key=["id"]))  # type: ignore[misc]
    assert await numbers(store, tables.matter) == [2]


async def test_on_commit_is_called_after_the_commit_only(store: Store, tables: Tables) -> None:
    seen: list[int] = []

    def work(tx: Tx) -> None:
        tx.insert(tables.matter, {"id": "m", "number": 1})
        tx.on_commit(lambda: seen.append(store.read_now(lambda conn: len(conn.execute(select(tables.matter)).all()))))

    await store.write(work)
    assert seen == [1]
    with pytest.raises(IntegrityError):
        await store.write(work)
    assert seen == [1]


async def test_the_gate_lets_256_wait_and_holds_the_others_back(store: Store, tables: Tables) -> None:
    holder = await held(store)
    tasks = [asyncio.ensure_future(store.write(register(tables, f"m{i}"), counters=["a"])) for i in range(600)]
    await asyncio.sleep(0.05)
    assert store._lane._queue.qsize() == 256
    tasks[400].cancel()  # one at the door
    tasks[100].cancel()  # one in the queue
    await holder.release()
    given = await asyncio.gather(*tasks, return_exceptions=True)
    assert sorted(n for n in given if isinstance(n, int)) == list(range(1, 599))
    assert store._lane._caller()._free == 256


async def test_close_writes_all_that_was_asked_for(store_url: str, tables: Tables) -> None:
    store = Store.open(store_url, metadata=tables.metadata, schema="window")
    store.create_tables()
    tasks = [asyncio.ensure_future(store.write(register(tables, f"m{i}"), counters=["a"])) for i in range(700)]
    await asyncio.sleep(0)
    await store.close()
    assert await asyncio.gather(*tasks) == list(range(1, 701))
    with pytest.raises(Unavailable):
        await store.write(lambda tx: None)
    again = Store.open(store_url, metadata=tables.metadata, schema="window")
    assert await count(again, tables.matter) == 700
    await again.close()


async def test_a_reader_cannot_write(store: Store, tables: Tables) -> None:
    with pytest.raises(DBAPIError):
        await store.read(lambda conn: conn.execute(tables.matter.insert(), {"id": "m", "number": 1}))


async def test_a_tx_does_not_outlive_its_work(store: Store, tables: Tables) -> None:
    tx = await store.write(lambda tx: tx)
    with pytest.raises(RuntimeError):
        tx.insert(tables.matter, {"id": "m", "number": 1})


async def test_an_async_work_is_refused(store: Store) -> None:
    async def work(tx: Tx) -> None: ...

    with pytest.raises(TypeError):
        await store.write(work)  # type: ignore[unused-coroutine]


async def test_blocking_and_awaited_writes_share_the_lane(store: Store, tables: Tables) -> None:
    blocking = asyncio.to_thread(store.write_now, register(tables, "b"), counters=["a"])
    assert sorted(await asyncio.gather(blocking, store.write(register(tables, "m"), counters=["a"]))) == [1, 2]


async def test_two_loops_may_write_to_one_store(store: Store, tables: Tables) -> None:
    async def many(name: str) -> list[int]:
        return await asyncio.gather(*(store.write(register(tables, f"{name}{i}"), counters=["a"]) for i in range(300)))

    other = asyncio.to_thread(lambda: asyncio.run(many("o")))
    mine, theirs = await asyncio.gather(many("m"), other)
    assert sorted(mine + theirs) == list(range(1, 601))


async def test_a_work_that_ends_in_a_strange_exception_harms_nobody(store: Store, tables: Tables) -> None:
    def work(tx: Tx) -> None:
        raise StopIteration

    strange = store.write(work)
    fine = store.write(register(tables, "m"), counters=["a"])
    given = await asyncio.gather(strange, fine, return_exceptions=True)
    assert isinstance(given[0], RuntimeError) and given[1] == 1


async def test_without_its_tables_a_store_says_so(store_url: str, tables: Tables) -> None:
    store = Store.open(store_url, metadata=tables.metadata, schema="window")
    with pytest.raises(DBAPIError):
        await store.write(lambda tx: tx.execute(text("SELECT * FROM matter")).all())
    await store.close()
