"""What the kernel last knew of an office's proceedings: a host whose store was put back is brought forward from it."""

import base64
from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from onewindow.bus.log import PAGE_BYTES, Meta
from onewindow.bus.tables import bus_tables
from onewindow.bus.wire import LostSpan, Mirrored, MirrorReply, MirrorRequest
from onewindow.registry.timeline import ENTRY
from onewindow.routing.assignments import ASSIGNMENT, event_of
from onewindow.routing.context import Kernel
from onewindow.store import Store
from onewindow.store.base import KernelTable

MOST = 200


def mirror_page(conn: Connection, kernel: Kernel, office: str, asked: MirrorRequest) -> MirrorReply:
    """A page of an office's proceedings that have taken a step, as many as fit into one message of the bus."""
    limit = max(1, min(asked.limit, MOST))
    table = ASSIGNMENT.c
    query = (
        select(ASSIGNMENT)
        .where(table.office == office, table.id > asked.after, table.proceeding_version > 0)
        .order_by(table.id)
        .limit(limit + 1)
    )
    found = [dict(row) for row in conn.execute(query).mappings()]
    steps = _steps(conn, {row["case_id"] for row in found})
    rows: list[Mirrored] = []
    room = PAGE_BYTES
    for row in found:
        room -= len(row["facts"] or b"") * 4 // 3 + 2_000
        if rows and (room < 0 or len(rows) == limit):
            return MirrorReply(rows=tuple(rows), more=True)
        rows.append(_mirrored(kernel, row, steps[row["id"]]))
    return MirrorReply(rows=tuple(rows))


def lost_key(office: str) -> str:
    """Where the kernel's `meta` keeps the span of an office's own records that a restore lost."""
    return f"lost.{office}"


async def note_lost(store: Store, meta: Meta, office: str, span: LostSpan) -> None:
    """Keep the span that an office lost, so that it can be shown; written once."""
    text = span.model_dump_json()
    if await store.read(lambda conn: meta.get(conn, lost_key(office))) != text:
        await store.write(lambda tx: meta.set(tx, lost_key(office), text))


def lost_of(conn: Connection, office: str) -> LostSpan | None:
    """The span of an office's own records that its last restore lost."""
    text = Meta(bus_tables(KernelTable.metadata)).get(conn, lost_key(office))
    return LostSpan.model_validate_json(text) if text else None


def _mirrored(kernel: Kernel, row: Mapping[str, Any], steps: list[tuple[datetime, Mapping[str, Any]]]) -> Mirrored:
    return Mirrored(
        assignment=event_of(row).model_dump(mode="json"),
        township=kernel.token(row["township"]),
        version=row["proceeding_version"],
        state=row["proceeding_state"],
        procedure=row["procedure"],
        procedure_version=row["procedure_version"],
        facts=None if row["facts"] is None else base64.b64encode(row["facts"]).decode(),
        at=max((at for at, _data in steps), default=None),
        commands={data["command"]: data["version"] for _at, data in steps if data.get("command")},
    )


def _steps(conn: Connection, cases: set[str]) -> defaultdict[str, list[tuple[datetime, Mapping[str, Any]]]]:
    """The steps of these cases' proceedings, as their timelines tell them, by assignment."""
    found: defaultdict[str, list[tuple[datetime, Mapping[str, Any]]]] = defaultdict(list)
    query = select(ENTRY.c.at, ENTRY.c.data).where(ENTRY.c.case_id.in_(cases), ENTRY.c.kind == "acted")
    for row in conn.execute(query):
        found[row.data["assignment"]].append((row.at, row.data))
    return found
