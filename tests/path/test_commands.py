"""Commands have three outcomes, and whatever stops in between, one effect at most."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from onewindow.bus.wire import ActReply, ActRequest
from onewindow.errors import NotFound, Unconfirmed
from onewindow.office.views import Actor
from onewindow.routing import casefile
from onewindow.routing.commands import Command, Outcome
from tests.support.office_process import OfficeProcess, office_process
from tests.support.path import ACCEPT, Matter, Running, Town, running, until

pytestmark = pytest.mark.asyncio(loop_scope="session")
SECONDS = 1.0


@dataclass
class Apart:
    """A centre whose petition office runs in a process of its own."""

    path: Running
    folder: Path
    town: Town

    def office(self) -> AbstractAsyncContextManager[OfficeProcess]:
        return office_process(self.path.centre.credentials("petition"), self.folder, shift=self.path.time.shift)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def apart(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Apart]:
    folder = tmp_path_factory.mktemp("apart")
    async with running(folder / "data", remote=("petition",), command_seconds=SECONDS) as path:
        yield Apart(path, folder / "office", await path.township())


async def signed(town: Town) -> Matter:
    """A matter that the office has received and somebody has signed for."""
    matter = await town.register()
    await matter.sign()
    return matter


async def arrived(matter: Matter) -> None:
    """Wait until the office knows of it: a form that is never right is refused for what it says."""

    async def knows() -> bool:
        outcome = await matter.act("handler", "accept", **{**ACCEPT, "no_other_way": False})
        return outcome.fault is not None and outcome.fault.rule not in {"unknown", "away"}

    await until(knows)


async def acted(matter: Matter) -> int:
    return (await matter.kinds()).count("acted")


async def test_an_office_killed_between_its_commit_and_its_reply_has_done_it_once(apart: Apart) -> None:
    matter = await signed(apart.town)
    async with apart.office() as office:
        await arrived(matter)
        office.die_before_the_reply()
        outcome = await matter.act("handler", "accept", "once", **ACCEPT)
        assert outcome.kind == "unconfirmed"
        await office.process.wait()
        assert await matter.centre.handling.command(matter.town.who("handler"), "once") == "unconfirmed"
        assert [row["action"] for row in await matter.centre.handling.unconfirmed(await matter.file())] == ["accept"]
    async with apart.office():
        again = await matter.act("handler", "accept", "once", **ACCEPT)
        assert again.done
        await until(lambda: settled(matter, "once", "done"))
        assert await acted(matter) == 1
        assert (await matter.assignment())["proceeding_version"] == 1
        assert [d.kind for d in (await matter.file()).documents] == ["acceptance_notice"]
        other = await matter.act("handler", "accept", "once", **{**ACCEPT, "phone": "0530-9999999"})
        assert other.fault is not None and other.fault.rule == "key"
        assert await acted(matter) == 1 and (await matter.verdict()).ok


async def settled(matter: Matter, key: str, outcome: str) -> bool:
    await matter.centre.commands.settle()
    return await matter.centre.handling.command(matter.town.who("handler"), key) == outcome


async def test_a_frozen_office_never_runs_a_command_that_has_timed_out(apart: Apart) -> None:
    matter = await signed(apart.town)
    async with apart.office() as office:
        await arrived(matter)
        office.freeze()
        outcome = await matter.act("handler", "accept", "late", **ACCEPT)
        assert outcome.kind == "unconfirmed"
        await asyncio.sleep(SECONDS)
        office.thaw()
        await until(lambda: settled(matter, "late", "not-done"))
        assert await acted(matter) == 0
        assert (await matter.assignment())["proceeding_version"] == 0
        assert (await matter.act("handler", "accept", "new", **ACCEPT)).done


async def test_a_done_but_unanswered_command_settles_as_done_from_the_log_alone(apart: Apart) -> None:
    matter = await signed(apart.town)
    async with apart.office() as office:
        await arrived(matter)
        office.die_before_the_reply()
        assert (await matter.act("handler", "accept", "k", **ACCEPT)).kind == "unconfirmed"
        await office.process.wait()
        await matter.centre.commands.settle()
        assert await matter.centre.handling.command(matter.town.who("handler"), "k") == "unconfirmed"
    async with apart.office():
        await until(lambda: _version(matter, 1))
        await until(lambda: settled(matter, "k", "done"))
        assert await acted(matter) == 1


async def _version(matter: Matter, version: int) -> bool:
    return bool((await matter.assignment())["proceeding_version"] == version)


async def test_while_the_office_is_down_the_window_goes_on_and_its_cases_can_be_read(apart: Apart) -> None:
    async with apart.office():
        before = await signed(apart.town)
        await before.do("handler", "accept", **ACCEPT)
    waiting = [await apart.town.register() for _ in range(3)]
    refused = await before.act("handler", "submit")
    assert refused.kind == "refused" and refused.fault is not None and refused.fault.rule == "away"
    file = await apart.path.centre.desk.read(apart.town.who("handler"), before.number)
    assert file.case["phase"] == "in_hand" and file.assignments[0]["proceeding_state"] == "accepted"
    assert file.assignments[0]["listed"]["accepted_on"] == str(apart.path.time.today)
    assert [d.kind for d in file.documents] == ["acceptance_notice"]
    assert not apart.path.centre.switchboard.is_answering("petition")
    assert await apart.path.centre.handling.describe(apart.town.who("handler"), file, file.assignments[0]["id"]) is None
    key = await apart.path.centre.tracking.open(waiting[0].done.code, address="10.0.0.1")
    assert (await apart.path.centre.tracking.view(key)).phase == "in_hand"
    queue = await apart.path.centre.desk.queue(apart.town.who("handler"), office="petition")
    assert {m.number for m in waiting} <= {row["number"] for row in queue.rows}
    async with apart.office():
        for matter in waiting:
            await matter.sign()
            await matter.do("handler", "accept", **ACCEPT)
        assert [await acted(m) for m in waiting] == [1, 1, 1]
        assert apart.path.centre.switchboard.is_answering("petition")


async def test_the_same_key_with_another_body_is_refused(town: Town) -> None:
    matter = await signed(town)
    await matter.do("handler", "accept", "k1", **ACCEPT)
    for change in ({"phone": "1"}, {"requests": ["另一项请求"]}):
        other = await matter.act("handler", "accept", "k1", **{**ACCEPT, **change})
        assert other.kind == "refused" and other.fault is not None and other.fault.rule == "key"
    other = await matter.act("handler", "submit", "k1")
    assert other.fault is not None and other.fault.rule == "key"
    assert (await matter.act("handler", "accept", "k1", **ACCEPT)).done
    assert await acted(matter) == 1


async def test_a_key_belongs_to_its_actor(town: Town) -> None:
    matter = await signed(town)
    await matter.do("handler", "accept", "mine", **ACCEPT)
    assert not (await matter.act("head", "accept", "mine", **ACCEPT)).done
    with pytest.raises(NotFound):
        await matter.centre.handling.command(town.who("head"), "mine")
    stolen = f"{town.people['handler']}:mine"
    outcome = await send_as(matter, "head", stolen)
    assert outcome.fault is not None and outcome.fault.rule == "key"
    assert await acted(matter) == 1


async def send_as(matter: Matter, who: str, key: str) -> Outcome:
    """A command under a key of somebody else's, below the layer that names keys."""
    file = await matter.file()
    row = file.assignments[-1]
    view, clocks = casefile.office_view(matter.centre.kernel, file), casefile.clock_views(file, row["id"])
    staff = matter.town.people[who]
    actor = Actor(staff_id=staff, roles=("handler",))
    command = Command(key, row, "accept", ACCEPT, f"staff:{staff}", actor, view, clocks)
    return await matter.centre.commands.act(command)


async def test_a_commit_in_doubt_is_unconfirmed_and_not_refused(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """The database's answer to the commit was lost: the host cannot say that nothing was done."""
    matter = await signed(town)
    await until(lambda: town.path.proceeding_arrived(matter))
    store = town.path.centre.hosts["petition"]._store
    write = store.write

    async def in_doubt(work: Any, **more: Any) -> Any:
        done = await write(work, **more)
        if isinstance(done, ActReply):
            raise Unconfirmed
        return done

    monkeypatch.setattr(store, "write", in_doubt)
    outcome = await matter.act("handler", "accept", "doubt", **ACCEPT)
    monkeypatch.undo()
    assert outcome.kind == "unconfirmed"
    await until(lambda: settled(matter, "doubt", "done"))
    assert await acted(matter) == 1


async def test_two_at_once_with_one_key_make_one_effect(town: Town) -> None:
    matter = await signed(town)
    await until(lambda: town.path.proceeding_arrived(matter))
    outcomes = await asyncio.gather(*(matter.act("handler", "accept", "both", **ACCEPT) for _ in range(5)))
    assert all(outcome.done for outcome in outcomes)
    assert await acted(matter) == 1


async def test_of_two_who_saw_the_same_version_one_is_told_that_it_is_stale(town: Town) -> None:
    matter = await signed(town)
    await until(lambda: town.path.proceeding_arrived(matter))
    row = await matter.assignment()
    act = matter.centre.handling.act
    first = await act(town.who("handler"), matter.number, row["id"], "accept", ACCEPT, expect=0)
    second = await act(town.who("head"), matter.number, row["id"], "refuse", {"ground": "rechecked"}, expect=0)
    assert first.done
    assert second.fault is not None and second.fault.rule == "stale"


async def test_a_host_refuses_a_command_whose_time_is_over(town: Town) -> None:
    matter = await signed(town)
    await until(lambda: town.path.proceeding_arrived(matter))
    host = town.path.centre.hosts["petition"]
    file = await matter.file()
    row = file.assignments[-1]
    view, clocks = casefile.office_view(matter.centre.kernel, file), casefile.clock_views(file, row["id"])
    request = ActRequest(
        key="k", claim="", assignment=row["id"], action="accept", form=ACCEPT, view=view, clocks=clocks,
        valid_until=town.path.time(),
    )  # fmt: skip
    later = town.path.time()
    actor = Actor(staff_id=town.people["handler"], roles=("handler",))
    reply = await host._store.write(lambda tx: host._work.act(tx, request, "staff:x", actor, later))
    assert reply.fault is not None and reply.fault.rule == "too-late"
