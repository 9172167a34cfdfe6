"""What an office says and cannot be applied is set aside with its reason, and holds up only its own proceeding."""

from dataclasses import replace
from functools import partial
from typing import Any

import pytest
from sqlalchemy import select, update

from onewindow.bus.envelope import Event, Placed, encode
from onewindow.bus.events import AssignmentChanged, ProceedingChanged
from onewindow.bus.inbox import ParkedMessage
from onewindow.centre import KERNEL_TABLES
from onewindow.host.host import Host
from onewindow.office.types import new_id
from onewindow.plugins.service import bump
from onewindow.plugins.tables import OFFICE
from onewindow.store import Tx
from tests.support.path import ACCEPT, Matter, Running, Town, until

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def version(matter: Matter) -> int:
    """How far the kernel's mirror of the proceeding is."""
    return int((await matter.assignment())["proceeding_version"])


async def parked(path: Running, matter: Matter) -> list[str]:
    row = await matter.assignment()
    held = await path.centre.store.read(lambda c: path.centre.switchboard.parking.parked(c, subject=row["id"]))
    return [one.reason for one in held]


async def say(path: Running, event: Event) -> None:
    """Let the office say something in its log that it should not."""
    host = path.centre.hosts["petition"]
    body = host._work.vault.seal_json("words", {"effects": [], "listed": {}, "facts": None}, context=event.id)
    await host._store.write(lambda tx: host._log.append(tx, event, body))


async def claim_of(path: Running, matter: Matter, **changes: Any) -> Event:
    """An event that says: this matter was accepted."""
    row = await matter.assignment()
    said = ProceedingChanged(
        **{
            "assignment_id": row["id"], "version": 1, "procedure": "claim", "procedure_version": 1,
            "state": "accepted", "phase": "in_hand", "action": "accept", "actor": "system", "at": path.time(),
            "has_body": True, **changes,
        }
    )  # fmt: skip
    return said.event(
        id=new_id(), district=path.centre.district, office="petition", township=matter.town.token, time=path.time()
    )


async def test_a_parked_message_holds_up_only_its_own_proceeding_and_can_be_replayed(path: Running, town: Town) -> None:
    held, free = await town.register(), await town.register()
    for matter in (held, free):
        await matter.sign()
        await until(partial(path.proceeding_arrived, matter))
    await quarantine(path, {"message": "坏了"})
    try:
        await say(path, await claim_of(path, held))
        await until(lambda: parked(path, held))
    finally:
        await quarantine(path, None)
    await say(path, await claim_of(path, held, version=2, state="handling", action="x"))
    await free.do("handler", "accept", **ACCEPT)
    await until(lambda: reasons(path, held, 2))
    assert await parked(path, held) == ["undeclared procedure or state", "gap"]
    assert (await version(held), await version(free)) == (0, 1)
    row = await held.assignment()
    board = path.centre.switchboard
    for one in await path.centre.store.read(lambda c: board.parking.parked(c, subject=row["id"])):
        await path.centre.store.write(partial(replay, path, one))
    assert await parked(path, held) == [] and await version(held) == 2
    assert (await held.verdict()).ok


def replay(path: Running, one: ParkedMessage, tx: Tx) -> None:
    assert one.body is not None
    path.centre.switchboard.inbound.replay(tx, one.id, one.body, "petition", one.event_id, path.time())


async def reasons(path: Running, matter: Matter, count: int) -> bool:
    return len(await parked(path, matter)) == count


async def quarantine(path: Running, why: dict[str, Any] | None) -> None:
    def work(tx: Tx) -> None:
        tx.execute(update(OFFICE).where(OFFICE.c.id == "petition").values(quarantined=why))
        bump(tx)

    await path.centre.book.change(work)


async def test_an_unknown_newer_schema_is_parked_and_shown(path: Running, town: Town) -> None:
    matter = await town.register()
    await say(path, replace(await claim_of(path, matter), schema=2))
    await until(lambda: parked(path, matter))
    assert await parked(path, matter) == ["newer-schema"]
    assert await version(matter) == 0


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"state": "approved"}, "undeclared procedure or state"),
        ({"procedure": "invented"}, "undeclared procedure or state"),
        ({"procedure_version": 9}, "undeclared procedure or state"),
    ],
)
@pytest.mark.parametrize("has_body", [True, False])
async def test_a_state_that_nobody_declared_is_parked_and_not_applied(
    path: Running, town: Town, changes: dict[str, Any], reason: str, has_body: bool
) -> None:
    matter = await town.register()
    await say(path, await claim_of(path, matter, has_body=has_body, **changes))
    await until(lambda: parked(path, matter))
    assert await parked(path, matter) == [reason]
    assert await version(matter) == 0 and (await matter.kinds()).count("acted") == 0


@pytest.mark.parametrize("has_body", [True, False])
async def test_an_office_cannot_speak_about_another_ones_assignment(path: Running, town: Town, has_body: bool) -> None:
    matter = await town.register(category="0503", track="B")
    assert (await matter.assignment())["office"] is None
    await say(path, await claim_of(path, matter, has_body=has_body))
    await until(lambda: parked(path, matter))
    assert await parked(path, matter) == ["assignment of another office"]
    assert await version(matter) == 0


async def test_an_event_put_on_the_bus_past_the_offices_log_is_parked_or_changes_nothing(
    path: Running, town: Town
) -> None:
    host = path.centre.hosts["petition"]
    matter, paper = await town.register(), await town.register(category="0503", track="B")
    loud = await claim_of(path, paper, has_body=False)
    await shout(host, loud)
    await until(lambda: parked(path, paper))
    assert await parked(path, paper) == ["assignment of another office"]
    quiet = await claim_of(path, matter, has_body=True)
    await shout(host, quiet)
    await path.centre.switchboard.pull("petition")
    assert await version(matter) == 0 and await parked(path, matter) == []


async def shout(host: Host, event: Event) -> None:
    """Publish on the bus what stands in no log."""
    message = encode(Placed(event, 1, "x"))
    await host._connection.publish(message.subject, message.payload, msg_id=event.id, headers=message.headers)


async def test_words_never_enter_jetstream(path: Running, town: Town) -> None:
    """What travels in events are ids, states and dates."""
    with pytest.raises(ValueError, match="words do not travel"):
        await claim_of(path, await town.register(), effects=[{"issue": "占用承包地"}])
    assert AssignmentChanged.model_fields.keys() & {"text", "request", "name", "phone"} == set()


async def test_nothing_is_left_unresolved_of_the_messages_that_were_applied(path: Running, town: Town) -> None:
    matter = await town.register()
    await matter.accept()
    assert await parked(path, matter) == []
    query = select(KERNEL_TABLES.parked.c.subject).where(KERNEL_TABLES.parked.c.subject == matter.id)
    assert await path.read(query) == []
