"""A store that was put back: no command before it is level, nothing twice, and the kernel's mirror in pages."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from onewindow.bus.log import Log
from onewindow.bus.wire import Fault, LostSpan, Mirrored, MirrorRequest
from onewindow.host.forward import mark_behind
from onewindow.host.host import Host
from onewindow.host.tables import BUS, COMMAND, PROCEEDING, HostTable
from onewindow.registry.timeline import ENTRY
from onewindow.routing.mirror import lost_of, mirror_page, note_lost
from onewindow.store import Store, Tx
from tests.support.path import ACCEPT, DRAFT, Matter, Running, Town, running, until

pytestmark = pytest.mark.asyncio(loop_scope="session")
OFFICE = "petition"


async def stop_loop(path: Running, name: str) -> None:
    task = next(t for t in path.centre._tasks if t.get_name() == name)
    path.centre._tasks.remove(task)
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


@asynccontextmanager
async def office_away(path: Running) -> AsyncIterator[Path]:
    """Its host is stopped meanwhile; the file of its store."""
    host = path.centre.hosts[OFFICE]
    await stop_loop(path, f"office {OFFICE}")
    path.centre._host_stores.remove(host._store)
    path.centre._connections.remove(host._connection)
    await host._connection.close()
    await host._store.close()
    yield path.settings.data / "offices" / f"{OFFICE}.db"
    await path.centre._start_host(next(f for f in path.centre.found if f.id == OFFICE))
    await until(lambda: another(path, host))


async def another(path: Running, host: Host) -> bool:
    return path.centre.hosts[OFFICE] is not host


def put_back(yesterday: Path, file: Path, at: datetime) -> None:
    """As `onewindow restore` does it."""
    for path in file.parent.glob(f"{file.name}*"):
        path.unlink()
    shutil.copyfile(yesterday, file)
    store = Store.open(f"sqlite:///{file}", metadata=HostTable.metadata)
    try:
        store.write_now(lambda tx: mark_behind(tx, Log(BUS, ""), at - timedelta(days=1), at))
    finally:
        store.close_now()


async def level(path: Running) -> bool:
    return path.centre.hosts[OFFICE].level.is_set()


async def test_a_host_that_was_put_back_takes_no_command_before_it_is_level(tmp_path: Path) -> None:
    async with running(tmp_path / "data") as path:
        town = await path.township()
        matter = await town.register()
        await matter.accept()
        yesterday = tmp_path / "yesterday.db"
        async with office_away(path) as file:
            shutil.copyfile(file, yesterday)
        await matter.do("handler", "draft", key="k1", **DRAFT)
        late = await town.register()
        await late.accept()
        async with office_away(path) as file:
            put_back(yesterday, file, path.time())
            await stop_loop(path, "switchboard")
        fault = await until(lambda: heard(matter))
        assert fault.rule == "catching-up"
        assert "备份" in fault.reason and fault.remedy
        path.centre._keep("switchboard", path.centre.switchboard.run)
        await until(lambda: level(path))
        row = await matter.assignment()
        found = await path.proceeding(row["id"])
        assert found is not None
        assert (
            (found["version"], found["state"])
            == (row["proceeding_version"], row["proceeding_state"])
            == (2, "accepted")
        )
        assert (await path.proceeding((await late.assignment())["id"])) is not None
        again = await matter.act("handler", "draft", key="k1", **DRAFT)
        assert again.done and (await matter.kinds()).count("acted") == 2
        await matter.do("handler", "submit")
        await late.do("handler", "draft", **DRAFT)
        assert (await matter.verdict()).ok and (await late.verdict()).ok
        assert [e.data["version"] for e in await matter.timeline() if e.kind == "acted"] == [1, 2, 3]


async def heard(matter: Matter) -> Fault | None:
    """Why a command was refused, once the host that was started answers."""
    refused = await matter.act("handler", "submit")
    assert refused.kind == "refused" and refused.fault is not None
    return refused.fault if refused.fault.rule != "away" else None


async def test_what_happened_before_the_last_known_step_is_not_reacted_to_again(tmp_path: Path) -> None:
    """A service that the office answered with a step, in the span that it lost; and one that it had not heard of."""
    async with running(tmp_path / "data") as path:
        town = await path.township()
        done, unheard = await town.register(), await town.register()
        refusal = {"ground": "rechecked", "reason": "已经复核", "recheck_number": "复核〔2025〕1号"}
        for matter in (done, unheard):
            await matter.sign()
            await matter.do("head", "refuse", **refusal)
        yesterday = tmp_path / "yesterday.db"
        async with office_away(path) as file:
            shutil.copyfile(file, yesterday)
        await done.serve("handler", "refusal_notice")
        await until(lambda: at_version(done, 2))
        async with office_away(path) as file:
            put_back(yesterday, file, path.time())
            path.time.forward(seconds=5)
            await unheard.serve("handler", "refusal_notice")
        await until(lambda: at_version(unheard, 2))
        await until(lambda: level(path))
        for matter in (done, unheard):
            acted = [e.data["version"] for e in await matter.timeline() if e.kind == "acted"]
            assert acted == [1, 2]
            found = await path.proceeding((await matter.assignments())[0]["id"])
            assert found is not None and (found["version"], found["state"]) == (2, "refused")


async def at_version(matter: Matter, version: int) -> bool:
    return bool((await matter.assignments())[0]["proceeding_version"] == version)


async def test_the_mirror_has_every_proceeding_once_in_pages(path: Running, town: Town) -> None:
    matters = [await town.register() for _ in range(3)]
    for matter in matters:
        await matter.accept()
    untouched = await town.register()
    seen: list[Mirrored] = []
    after = ""
    while True:
        asked = MirrorRequest(after=after, limit=2)
        page = await path.centre.store.read(partial(mirror_page, kernel=path.centre.kernel, office=OFFICE, asked=asked))
        assert len(page.rows) <= 2
        seen += page.rows
        if not page.more:
            break
        after = page.rows[-1].assignment["assignment_id"]
    ids = [row.assignment["assignment_id"] for row in seen]
    assert ids == sorted(set(ids))
    mine = {(await matter.assignment())["id"] for matter in matters}
    assert mine <= set(ids) and (await untouched.assignment())["id"] not in ids
    one = next(row for row in seen if row.assignment["assignment_id"] in mine)
    assert (one.version, one.state, list(one.commands.values())) == (1, "accepted", [1])
    assert one.township == town.token and one.at is not None and one.facts


async def test_the_key_of_a_command_leaves_the_office_only_as_a_digest(path: Running, town: Town) -> None:
    matter = await town.register()
    await matter.sign()
    await matter.do("handler", "accept", key="secret-key-of-a-click", **ACCEPT)
    host = path.centre.hosts[OFFICE]
    rows = await host._store.read(lambda c: c.execute(select(COMMAND.c.key)).scalars().all())
    assert any("secret-key-of-a-click" in key for key in rows)
    entries = await path.read(select(ENTRY.c.data).where(ENTRY.c.case_id == matter.id))
    assert "secret-key-of-a-click" not in str(entries)
    assert any(len(entry["data"].get("command", "")) == 32 for entry in entries)


async def test_a_kernel_whose_log_began_anew_is_believed_about_its_assignments(path: Running, town: Town) -> None:
    """The office had a higher version of an assignment than the kernel that was put back."""
    matter = await town.register()
    await matter.sign()
    await until(lambda: path.proceeding_arrived(matter))
    host, row = path.centre.hosts[OFFICE], await matter.assignment()

    def raise_version(tx: Tx) -> None:
        lost = {**dict(row_of(tx, row["id"])["assignment"]), "officer": "somebody of a lost day"}
        values = {"assignment_version": 9, "assignment": lost}
        tx.execute(PROCEEDING.update().where(PROCEEDING.c.id == row["id"]).values(values))

    await host._store.write(raise_version)
    host._following.epoch = "an earlier life"
    await host.reconcile()
    found = await path.proceeding(row["id"])
    assert found is not None
    assert (found["assignment_version"], found["assignment"]["officer"]) == (row["version"], row["officer"])


def row_of(tx: Tx, assignment: str) -> Any:
    return tx.execute(select(PROCEEDING).where(PROCEEDING.c.id == assignment)).mappings().one()


async def test_the_span_of_an_offices_records_that_was_lost_is_kept_to_be_shown(path: Running) -> None:
    span = LostSpan(since=datetime(2026, 3, 1, tzinfo=UTC), until=datetime(2026, 3, 2, tzinfo=UTC))
    store, meta = path.centre.store, path.centre.kernel.log.meta
    await note_lost(store, meta, "elsewhere", span)
    assert await store.read(lambda c: lost_of(c, "elsewhere")) == span
    assert await store.read(lambda c: lost_of(c, "nobody")) is None
