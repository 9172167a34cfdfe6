"""Every statement that the clocks run, as it runs, finds its rows by an index."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from sqlalchemy import Connection, Engine, event

from onewindow.clocks import rows, service
from onewindow.clocks.book import CalendarBook
from onewindow.clocks.extensions import refuse_extension, request_extension, serve_extension
from onewindow.clocks.importing import parse_year, store_year
from onewindow.clocks.recompute import CalendarJob, recompute
from onewindow.clocks.turning import next_turn, turn
from onewindow.office.clocks import days
from onewindow.store import Store, Tx
from tests.unit.clocks.helpers import PLAN_2027, SIXTY, at, day, owner, spec

Statement = tuple[str, Any]


@contextmanager
def statements() -> Iterator[list[Statement]]:
    """What is run on the clocks' tables meanwhile, inserts aside."""
    seen: list[Statement] = []

    def note(conn: Any, cursor: Any, statement: str, parameters: Any, context: Any, many: bool) -> None:
        if not statement.startswith("INSERT") and "clock" in statement:
            seen.append((statement, parameters))

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(Engine, "before_cursor_execute", note)


def full_scans(conn: Connection, found: list[Statement]) -> list[str]:
    """The plans that read a whole table of the clocks."""
    if conn.dialect.name == "postgresql":
        # The tables are nearly empty: what counts is whether an index can be used at all.
        conn.exec_driver_sql("SET LOCAL enable_seqscan = off")
        explain, scan = "EXPLAIN", "Seq Scan on clock"
    else:
        explain, scan = "EXPLAIN QUERY PLAN", "SCAN clock"
    bad = []
    for statement, parameters in found:
        plan = "\n".join(str(row[-1]) for row in conn.exec_driver_sql(f"{explain} {statement}", parameters))
        if scan in plan:
            bad.append(f"{statement}\n{plan}")
    return bad


async def test_every_statement_of_a_clocks_life_uses_an_index(store: Store, book: CalendarBook) -> None:
    plan = parse_year(PLAN_2027, 2027, "csv")
    now = at("2026-12-20")

    def live(tx: Tx) -> None:
        clock = service.start(tx, SIXTY, owner(), started=at("2026-11-24"), book=book)
        service.start(tx, spec(days(3)), owner(), started=at("2026-11-24"), book=book)
        service.pause(tx, clock.id, at("2026-11-25"), "鉴定")
        service.resume(tx, clock.id, at("2026-11-26"), book)
        asked = request_extension(tx, clock.id, 9, document_id="d1", requested_at=at("2026-11-27"), requested_by="s1")
        served = {"served_on": day("2026-11-28"), "recorded_at": at("2026-11-28"), "by_handler": True, "book": book}
        serve_extension(tx, document_id="d1", **served)  # type: ignore[arg-type]
        serve_extension(tx, clock_id=clock.id, **served)  # type: ignore[arg-type]
        refuse_extension(tx, asked, now)
        assert turn(tx, now)
        store_year(tx, plan, book=book, now=now, imported_by="s1")
        assert CalendarJob(book, lambda _tx, _change: None, limit=1)(tx, now)
        page = recompute(tx, book.current(tx), 2027, now=now, limit=1)
        assert recompute(tx, book.current(tx), 2027, now=now, limit=1, after=page.after).after is not None
        rows.of_case(tx, clock.case_id)
        service.stop(tx, clock.id, now, book)
        service.seal(tx, clock.case_id)

    with statements() as seen:
        await store.write(live)
        await store.read(next_turn)
    assert len({statement for statement, _parameters in seen}) > 15
    readable = [(statement.replace("FOR UPDATE", ""), parameters) for statement, parameters in seen]
    assert await store.read(partial(full_scans, found=readable)) == []


async def test_a_question_without_an_index_would_be_found(store: Store) -> None:
    found: list[Statement] = [("SELECT id FROM clock WHERE title = 'x'", ())]
    assert len(await store.read(partial(full_scans, found=found))) == 1
