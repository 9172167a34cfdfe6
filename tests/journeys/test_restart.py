"""What is acknowledged outlives a restart, and an office that is away holds up nobody but itself."""

from pathlib import Path

import pytest

from onewindow.bus.connection import Connection
from onewindow.bus.credentials import Credentials
from tests.journeys.marks import on_both_diagonals, on_sqlite_with_an_office_apart
from tests.journeys.steps import ACCEPT, MATTER, accepted, draft_for
from tests.support.arrangements import Arranged, Township
from tests.support.clients import Problem
from tests.support.processes import until


@on_both_diagonals
def test_a_centre_that_was_stopped_goes_on_where_it_was(arranged: Arranged, township: Township) -> None:
    citizen = accepted(township)
    receipt = citizen.printed_receipt()
    before = township.handler.case(citizen.number)
    notice = township.handler.document(citizen.number, "acceptance_notice")
    printed = township.handler.read(notice)
    history = township.handler.timeline(citizen.number)

    arranged.restart()

    assert township.handler.case(citizen.number) == before
    assert [e for e in township.handler.timeline(citizen.number) if e.seq <= len(history)] == history
    assert township.handler.verified(citizen.number).ok
    assert township.handler.read(notice) == printed
    citizen = township.comes_again(citizen)
    assert citizen.printed_receipt() == receipt
    draft = draft_for(township.handler.offer(citizen.number, "draft"))
    township.handler.take(citizen.number, "draft", **draft)
    township.handler.take(citizen.number, "submit")
    township.mayor.take(citizen.number, "approve", legal_note="合法性审查通过")
    assert citizen.reaches("answered").number == citizen.number
    following = township.bring(MATTER)
    assert int(following.number[-6:]) == int(citizen.number[-6:]) + 1


async def reaches_the_bus(file: Path) -> bool:
    """Whether somebody with these credentials is let in."""
    connection = await Connection.open(Credentials.load(file).access(), timeout=10)
    try:
        return connection.connected
    finally:
        await connection.close()


@on_sqlite_with_an_office_apart
async def test_credentials_outlive_a_restart(arranged: Arranged, tmp_path: Path) -> None:
    file = arranged.centre.let_in("mediation", tmp_path / "mediation.json")
    assert await reaches_the_bus(file)
    arranged.restart()
    assert await reaches_the_bus(file), "it had not said hello yet"
    office = arranged.operator.ask("GET", "/offices/mediation").json()
    assert (office["remote"], office["answering"], office["quarantined"]) == (True, False, "还没有收到它的声明")


@on_sqlite_with_an_office_apart
def test_the_window_goes_on_while_an_office_is_away(arranged: Arranged, township: Township) -> None:
    known = accepted(township)
    handler = township.handler
    arranged.stop_office()
    try:
        brought = [township.bring(f"{MATTER}第{number}件") for number in range(5)]
        waiting = {line.number for line in handler.queue(office="petition", township=township.code)}
        assert waiting == {known.number, *(citizen.number for citizen in brought)}
        assert handler.case(known.number).assignments[0].proceeding_title, "the mirror can be read"
        for citizen in brought:
            handler.sign(citizen.number)
            assert citizen.tracked().phase == "in_hand"
        offers = handler.ask("GET", f"/cases/{known.number}/actions").json()["items"]
        assert [offer["answering"] for offer in offers] == [False]
        assignment = handler.assignment(known.number).id
        with pytest.raises(Problem) as away:
            handler.ask("POST", f"/cases/{known.number}/assignments/{assignment}/actions/submit", {"form": {}})
        assert away.value.rule == "away" and away.value.remedy
    finally:
        arranged.start_office()
    for citizen in brought:
        handler.take(citizen.number, "accept", **ACCEPT)
        assert handler.clock(citizen.number, "reply_by").status == "running"
    until(lambda: arranged.centre.answers_for("petition"), of="the office to be shown as there")
    assert all(handler.verified(citizen.number).ok for citizen in brought)
