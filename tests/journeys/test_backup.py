"""What was acknowledged before a backup began is there after its restore, and kernel and office agree again."""

import shutil
import sqlite3
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from onewindow.settings import Settings
from tests.journeys.steps import ACCEPT, MATTER, accepted, draft_for
from tests.support import environments
from tests.support.arrangements import CROSSES, FIRST, Arranged, Arrangement, Township, arranged
from tests.support.clients import Citizen, Problem
from tests.support.postgres import PostgresServer
from tests.support.processes import CentreProcess, until
from tests.support.towns import PETITION

PASSPHRASE = "河西桥边老柳树下的小茶馆"
APART, ON_POSTGRES = CROSSES
pytestmark = pytest.mark.timeout(300)


@pytest.fixture
def centres(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Callable[[Arrangement], Arranged]]:
    """Makes centres that no other test sees."""
    with ExitStack() as stack:
        yield lambda arrangement: stack.enter_context(arranged(arrangement, tmp_path, lambda: database(request)))


def database(request: pytest.FixtureRequest) -> str:
    server: PostgresServer = request.getfixturevalue("postgres_server")
    return server.url(server.make_database())


def run(data: Path, *words: str, of: Arranged | None = None) -> str:
    """A command as an administrator types it, in an environment where every office is installed."""
    command = [str(environments.own().onewindow), "--data", str(data), *words]
    done = subprocess.run(command, input=PASSPHRASE + "\n", capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def back_up(centre: Arranged, shelf: Path, *words: str) -> Path:
    before = set(shelf.glob("onewindow-*"))
    run(centre.centre.data, "backup", "create", str(shelf), *words)
    (made,) = set(shelf.glob("onewindow-*")) - before
    run(centre.centre.data, "backup", "verify", str(made))
    return made


def staffed(centre: Arranged) -> Township:
    """A township with petition enabled, once the office has said what it is."""
    township = centre.township(enabled=False)

    def enabled() -> bool:
        try:
            township.enable()
        except Problem as problem:
            assert problem.rule == "quarantined", problem
            return False
        return True

    until(enabled, of="the office to be known")
    return township


@contextmanager
def registering(township: Township) -> Iterator[list[Citizen]]:
    """People come in one after the other, all the while; whoever has a receipt is on the list."""
    receipts: list[Citizen] = []
    stop = threading.Event()

    def come() -> None:
        while not stop.is_set():
            receipts.append(township.bring(f"{MATTER}第{len(receipts)}件"))

    coming = threading.Thread(target=come)
    coming.start()
    try:
        yield receipts
    finally:
        stop.set()
        coming.join(30)


def number(citizen: Citizen) -> int:
    return int(citizen.number[-6:])


def parked(centre: Arranged) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = centre.operator.ask("GET", "/parked").json()["items"]
    return items


def swap(centre: Arranged, data: Path) -> None:
    """Let the centre go on from another data folder."""
    centre.close()
    centre.centre = CentreProcess(centre.centre.environment, data, centre.centre.settings)


@pytest.mark.parametrize(
    "arrangement", [FIRST, pytest.param(ON_POSTGRES, marks=pytest.mark.postgres)], ids=lambda one: f"@{one.name}"
)
def test_what_was_acknowledged_before_the_backup_began_is_there_after_it(
    centres: Any, tmp_path: Path, arrangement: Arrangement, request: pytest.FixtureRequest
) -> None:
    centre: Arranged = centres(arrangement)
    township = staffed(centre)
    citizen = accepted(township)
    papers, history = citizen.papers(), township.handler.timeline(citizen.number)
    with registering(township) as receipts:
        until(lambda: len(receipts) >= 10, of="people to come")
        acknowledged = list(receipts)
        backup = back_up(centre, tmp_path / "shelf")
    later = receipts[-1]
    assert len(receipts) > len(acknowledged), "the window stayed open"
    centre.close()
    centre.centre.stop()

    other = tmp_path / "other machine" / "data"
    words = ["--database", database(request)] if arrangement.store == "postgresql" else []
    run(other, "restore", str(backup), *words)
    swap(centre, other)
    centre.centre.start()
    try:
        for one in acknowledged:
            again = township.comes_again(one)
            assert again.tracked().number == one.number
            assert township.handler.verified(one.number).ok
        again = township.comes_again(citizen)
        assert again.papers() == papers
        assert township.handler.timeline(citizen.number)[: len(history)] == history
        # The work goes on, and no number is drawn a second time.
        draft = draft_for(township.handler.offer(citizen.number, "draft"))
        township.handler.take(citizen.number, "draft", **draft)
        township.handler.take(citizen.number, "submit")
        township.mayor.take(citizen.number, "approve", legal_note="合法性审查通过")
        assert again.reaches("answered").number == citizen.number
        assert township.handler.verified(citizen.number).ok
        following = accepted(township)
        assert number(following) > number(later)
        old = {d.number for d in township.handler.documents(citizen.number)}
        assert not old & {d.number for d in township.handler.documents(following.number)}
        assert parked(centre) == []
    finally:
        centre.close()
        centre.centre.stop()


def test_an_office_that_lost_its_disk_goes_on_where_it_was(centres: Any, tmp_path: Path) -> None:
    """The office's store is from yesterday, the kernel's from today."""
    centre: Arranged = centres(APART)
    township = staffed(centre)
    handler = township.handler
    early, untouched = accepted(township), accepted(township)
    assert centre.office is not None
    store = Path(centre.office.database.removeprefix("sqlite:///"))
    shelf = tmp_path / "shelf"
    run(tmp_path, "backup", "create", str(shelf), "--office", PETITION, "--database", f"sqlite:///{store}")
    (backup,) = shelf.glob("onewindow-*")
    # Today: a known matter moves on, a new one is accepted.
    draft = draft_for(handler.offer(early.number, "draft"))
    key = handler.take(early.number, "draft", **draft)
    late = accepted(township)
    reacted = township.bring(MATTER)
    handler.sign(reacted.number)
    refusal = {"ground": "rechecked", "reason": "已经复核", "recheck_number": "复核〔2025〕1号"}
    township.head.take(reacted.number, "refuse", **refusal)
    handler.serve(reacted.number, "refusal_notice")
    handler.reaches(reacted.number, "refused")
    history = handler.timeline(early.number)
    ended = handler.timeline(reacted.number)
    centre.stop_office()
    for path in store.parent.glob("petition.db*"):
        path.unlink()
    run(tmp_path, "restore", str(backup), "--only", PETITION, "--database", f"sqlite:///{store}")
    centre.start_office()

    assert handler.take(early.number, "draft", key=key, **draft) == key
    assert handler.timeline(early.number) == history, "a command that was taken is not taken twice"
    handler.take(early.number, "submit")
    township.mayor.take(early.number, "approve", legal_note="合法性审查通过")
    assert early.reaches("answered")
    for citizen in (late, untouched):
        handler.take(citizen.number, "draft", **draft_for(handler.offer(citizen.number, "draft")))
    assert all(handler.verified(one.number).ok for one in (early, late, untouched, reacted))
    assert handler.timeline(reacted.number) == ended, "what was reacted to is not reacted to again"
    assert parked(centre) == []


def test_an_office_whose_store_was_put_back_behind_its_back_notices(centres: Any, tmp_path: Path) -> None:
    """Somebody copied yesterday's file over today's, without the restore command."""
    centre: Arranged = centres(APART)
    township = staffed(centre)
    citizen = accepted(township)
    assert centre.office is not None
    store = Path(centre.office.database.removeprefix("sqlite:///"))
    yesterday = tmp_path / "yesterday.db"
    with closing(sqlite3.connect(store)) as source, closing(sqlite3.connect(yesterday)) as target:
        source.backup(target)
    draft = draft_for(township.handler.offer(citizen.number, "draft"))
    township.handler.take(citizen.number, "draft", **draft)
    until(lambda: read_to_its_end(centre, store), of="the kernel to read the office's log", seconds=90)
    centre.stop_office()
    for path in store.parent.glob("petition.db-*"):
        path.unlink()
    shutil.copyfile(yesterday, store)
    centre.start_office()
    township.handler.take(citizen.number, "submit")
    assert [e.data.get("version") for e in township.handler.timeline(citizen.number) if e.kind == "acted"] == [1, 2, 3]
    assert township.handler.verified(citizen.number).ok


def read_to_its_end(centre: Arranged, store: Path) -> bool:
    with closing(sqlite3.connect(store)) as conn:
        head = conn.execute("SELECT max(pos) FROM log").fetchone()[0]
    with closing(sqlite3.connect(centre.centre.data / "kernel.db")) as conn:
        return bool(conn.execute("SELECT pos FROM peer WHERE name = 'petition'").fetchone() == (head,))


def test_a_kernel_from_yesterday_hears_again_what_its_office_did_since(centres: Any, tmp_path: Path) -> None:
    """The kernel's store alone is put back; office, bus and all that the bus still holds are today's."""
    centre: Arranged = centres(APART)
    township = staffed(centre)
    known = accepted(township)
    unsigned = township.bring(MATTER)
    backup = back_up(centre, tmp_path / "shelf")
    # Today.
    handler = township.handler
    handler.take(known.number, "draft", **draft_for(handler.offer(known.number, "draft")))
    handler.sign(unsigned.number)
    handler.take(unsigned.number, "accept", **ACCEPT)
    forgotten = accepted(township)
    centre.close()
    centre.centre.stop()
    data = centre.centre.data
    aside = tmp_path / "aside"
    aside.mkdir()
    for path in data.glob("kernel.db*"):
        path.rename(aside / path.name)
    run(data, "restore", str(backup), "--only", "kernel")
    centre.centre.start()
    until(lambda: centre.centre.answers_for(PETITION), of="the office to be heard again")

    handler = township.handler
    until(lambda: reached(township, known, "accepted", 2), of="the draft to come again")
    until(lambda: reached(township, unsigned, "accepted", 1), of="the acceptance to come again")
    waiting = until(lambda: parked(centre), of="what nobody can apply to be set aside")
    assert {one["reason"] for one in waiting} == {"unknown assignment"}
    with pytest.raises(Problem):
        township.director.case(forgotten.number)
    # A signature is the kernel's: it is given again, and reaches the office although that had one of this version.
    handler.sign(unsigned.number)
    handler.take(unsigned.number, "draft", **draft_for(handler.offer(unsigned.number, "draft")))
    handler.take(known.number, "submit")
    township.mayor.take(known.number, "approve", legal_note="合法性审查通过")
    assert township.comes_again(known).reaches("answered")
    following = accepted(township)
    assert number(following) > number(forgotten)
    assert all(handler.verified(one.number).ok for one in (known, unsigned, following))


def reached(township: Township, citizen: Citizen, state: str, version: int) -> bool:
    row = township.handler.assignment(citizen.number)
    done = [e for e in township.handler.timeline(citizen.number) if e.kind == "acted"]
    return row.proceeding_state == state and len(done) == version


def test_the_settings_of_a_restored_folder_are_those_of_its_district(centres: Any, tmp_path: Path) -> None:
    centre: Arranged = centres(FIRST)
    backup = back_up(centre, tmp_path / "shelf", "--rate", "0")
    other = tmp_path / "other"
    run(other, "restore", str(backup))
    assert Settings(data=other).district == centre.district
