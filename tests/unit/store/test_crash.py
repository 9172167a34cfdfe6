"""Processes that die, connections that break, and more than one process at a time."""

import asyncio
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import event, func, select

from onewindow.errors import Unavailable, Unconfirmed
from onewindow.store import Store, Tx, advisory_lock, for_update, try_advisory_lock
from tests.unit.store.conftest import Tables, numbers
from tests.unit.store.writer import declare

ROOT = Path(__file__).parents[3]


class Writer:
    """The writing process and what it acknowledged."""

    def __init__(self, url: str, name: str, log: Path) -> None:
        self.log = log
        with log.open("w") as out:
            command = [sys.executable, "-m", "tests.unit.store.writer", url, name]
            self.process = subprocess.Popen(command, stdout=out, cwd=ROOT)

    def until(self, lines: int) -> None:
        deadline = time.monotonic() + 30
        while self.log.read_bytes().count(b"\n") < lines:
            assert time.monotonic() < deadline and self.process.poll() is None
            time.sleep(0.005)

    def kill(self) -> set[tuple[str, int]]:
        self.process.kill()
        self.process.wait()
        whole = self.log.read_text().rpartition("\n")[0].splitlines()
        return {(series, int(number)) for series, number in (line.split() for line in whole)}


def prepare(url: str) -> None:
    store = Store.open(url, metadata=declare()[0], schema="window")
    store.create_tables()
    store.close_now()


async def check(url: str, acknowledged: set[tuple[str, int]]) -> None:
    """Numbers are exactly 1..n in each series, and everything acknowledged is there."""
    metadata, matter = declare()
    store = Store.open(url, metadata=metadata, schema="window")
    for series in "ab":
        given = await numbers(store, matter, series)
        assert given == list(range(1, len(given) + 1))
        assert {number for name, number in acknowledged if name == series} <= set(given)
        assert await store.write(lambda tx, series=series: tx.number(series)) == len(given) + 1  # type: ignore[misc]
        await store.write(lambda tx, series=series: tx.execute(  # type: ignore[misc]
            metadata.tables["counter"].update().where(metadata.tables["counter"].c.key == series)
            .values(value=metadata.tables["counter"].c.value - 1)
        ).rowcount)  # fmt: skip
    await store.close()


@pytest.mark.faults
async def test_a_writer_killed_in_mid_commit_loses_nothing_and_leaves_no_gap(store_url: str, tmp_path: Path) -> None:
    prepare(store_url)
    acknowledged: set[tuple[str, int]] = set()
    for run in range(2):
        writer = Writer(store_url, f"k{run}", tmp_path / f"log{run}")
        writer.until(200 + 37 * run)
        acknowledged |= writer.kill()
        await check(store_url, acknowledged)
    assert len(acknowledged) > 400


@pytest.mark.postgres
@pytest.mark.faults
async def test_two_kernels_on_one_postgresql_share_the_numbers(postgres_url: str, tmp_path: Path) -> None:
    prepare(postgres_url)
    writers = [Writer(postgres_url, name, tmp_path / name) for name in ("east", "west")]
    for writer in writers:
        writer.until(600)
    acknowledged = [writer.kill() for writer in writers]
    assert not acknowledged[0] & acknowledged[1]
    await check(postgres_url, acknowledged[0] | acknowledged[1])


@pytest.mark.postgres
async def test_undeclared_numbers_that_deadlock_are_drawn_again(postgres_url: str, tables: Tables) -> None:
    stores = [Store.open(postgres_url, metadata=tables.metadata, schema="window") for _ in range(2)]
    stores[0].create_tables()

    def work(series: str, name: str) -> object:
        def draw(tx: Tx) -> None:
            for each in series:
                tx.insert(tables.matter, {"id": f"{name}-{each}", "number": tx.number(each), "series": each})
                time.sleep(0.005)

        return draw

    async def many(store: Store, series: str) -> None:
        for i in range(15):
            await store.write(work(series, f"{series}{i}"))  # type: ignore[arg-type]

    await asyncio.gather(many(stores[0], "ab"), many(stores[1], "ba"))
    assert await numbers(stores[0], tables.matter, "a") == list(range(1, 31))
    assert await numbers(stores[0], tables.matter, "b") == list(range(1, 31))
    for store in stores:
        await store.close()


def test_a_second_process_cannot_open_the_file(sqlite_url: str, tables: Tables, tmp_path: Path) -> None:
    prepare(sqlite_url)
    writer = Writer(sqlite_url, "holder", tmp_path / "log")
    writer.until(1)
    try:
        with pytest.raises(Unavailable) as refused:
            Store.open(sqlite_url, metadata=tables.metadata)
        assert refused.value.params["holder"] == str(writer.process.pid)
    finally:
        writer.kill()
    Store.open(sqlite_url, metadata=tables.metadata).close_now()


async def test_a_second_store_in_the_same_process_is_refused_until_the_first_is_closed(
    sqlite_url: str, tables: Tables
) -> None:
    store = Store.open(sqlite_url, metadata=tables.metadata)
    with pytest.raises(Unavailable):
        Store.open(sqlite_url, metadata=tables.metadata)
    await store.close()
    await Store.open(sqlite_url, metadata=tables.metadata).close()


def end_sessions(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as admin:
        admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() "
                      "AND datname = current_database()")  # fmt: skip


@pytest.mark.postgres
async def test_a_broken_connection_between_writes_is_not_noticed(postgres_url: str, tables: Tables) -> None:
    store = Store.open(postgres_url, metadata=tables.metadata, schema="window")
    store.create_tables()
    assert await store.write(lambda tx: tx.number("a")) == 1
    await store.read(lambda conn: conn.scalar(select(func.now())))
    end_sessions(postgres_url)
    assert await store.read(lambda conn: conn.scalar(select(1))) == 1
    assert await store.write(lambda tx: tx.number("a"), counters=["a"]) == 2
    await store.close()


@pytest.mark.postgres
async def test_a_connection_that_breaks_during_the_work_runs_it_again(postgres_url: str, tables: Tables) -> None:
    store = Store.open(postgres_url, metadata=tables.metadata, schema="window")
    store.create_tables()
    runs: list[int] = []

    def work(tx: Tx) -> int:
        runs.append(tx.number("a"))
        if len(runs) == 1:
            end_sessions(postgres_url)
        tx.insert(tables.matter, {"id": "m", "number": runs[-1], "series": "a"})
        return runs[-1]

    assert await store.write(work) == 1
    assert (runs, await numbers(store, tables.matter)) == ([1, 1], [1])
    await store.close()


@pytest.mark.postgres
async def test_a_connection_that_breaks_at_the_commit_leaves_the_outcome_open(
    postgres_url: str, tables: Tables
) -> None:
    store = Store.open(postgres_url, metadata=tables.metadata, schema="window")
    store.create_tables()
    breaks = iter([True])

    def break_once(conn: object) -> None:
        if next(breaks, False):
            end_sessions(postgres_url)

    event.listen(store._writer, "commit", break_once)
    with pytest.raises(Unconfirmed):
        await store.write(lambda tx: tx.number("a"))
    assert await store.write(lambda tx: tx.number("a")) == 1
    await store.close()


@pytest.mark.postgres
async def test_a_database_that_is_away_is_unavailable_and_not_waited_for(postgres_url: str, tables: Tables) -> None:
    store = Store.open(postgres_url.replace("/t_", "/gone_"), metadata=tables.metadata, schema="window")
    with pytest.raises(Unavailable):
        await store.write(lambda tx: tx.number("a"))
    await store.close()


async def test_an_advisory_lock_is_held_by_one_transaction(store_url: str, tables: Tables) -> None:
    first = Store.open(store_url, metadata=tables.metadata, schema="window")
    first.create_tables()

    def work(tx: Tx) -> bool:
        advisory_lock(tx.conn, "relay")
        tx.execute(for_update(select(tables.matter))).all()
        if first.dialect == "sqlite":
            return not try_advisory_lock(tx.conn, "relay")  # the lane itself is the lock
        second = Store.open(store_url, metadata=tables.metadata, schema="window")
        taken = second.write_now(lambda tx: try_advisory_lock(tx.conn, "relay"))
        other = second.write_now(lambda tx: try_advisory_lock(tx.conn, "another"))
        second.close_now()
        return taken or not other

    assert await first.write(work) is False
    await first.close()
