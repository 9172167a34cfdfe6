"""What a remote host says of itself passes the same checks, and more: it may lie."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from structlog.testing import capture_logs

from onewindow.documents.bundle import make_bundle
from onewindow.office.manifest import Manifest
from onewindow.office.types import OfficeId
from onewindow.plugins.book import OfficesBook
from onewindow.plugins.judging import judge
from onewindow.plugins.service import Answer
from onewindow.plugins.tables import MANIFEST
from onewindow.store import Store
from tests.boundary.declaring import clean, put
from tests.unit.plugins.conftest import EAST, NOW

LATER = NOW + timedelta(minutes=1)
BUNDLE = make_bundle({"documents/notice.typ": "// 受理告知书\n正文".encode()})


def manifest(data: dict[str, Any] | None = None, **more: Any) -> Manifest:
    return Manifest.model_validate({**(data or clean()), **more})


async def say(book: OfficesBook, said: Manifest, *, office: str = "consumer", bundle: bytes | None = None) -> Answer:
    return await book.change(lambda tx: book.accept(tx, said, office=office, bundle=bundle, now=LATER))


async def test_an_office_without_a_wheel_here_is_taken_as_a_remote_one(book: OfficesBook) -> None:
    assert await say(book, manifest()) == Answer()
    known = book.current.known[OfficeId("consumer")]
    assert known.remote and known.manifest == manifest() and not known.quarantined
    assert await book.enable("consumer", EAST, by="admin", now=NOW)
    assert book.current.handler(EAST, "B", "0801") == "consumer"


async def test_nothing_is_taken_before_its_bundle_is_here(book: OfficesBook) -> None:
    said = manifest(bundle=BUNDLE.hash)
    assert await say(book, said) == Answer(has_bundle=False)
    assert "consumer" not in book.current.known
    assert await say(book, said, bundle=BUNDLE.data) == Answer()
    assert "consumer" in book.current.known
    assert await say(book, said) == Answer()


async def test_a_bundle_of_another_name_is_refused(book: OfficesBook) -> None:
    answer = await say(book, manifest(bundle="0" * 64), bundle=BUNDLE.data)
    assert answer.reason


async def test_a_bundle_whose_template_prints_what_is_not_held_is_refused(book: OfficesBook) -> None:
    bad = make_bundle({"documents/notice.typ": "// 登记表\n民族 []".encode()})
    answer = await say(book, manifest(bundle=bad.hash), bundle=bad.data)
    assert "民族" in answer.reason
    assert book.current.known[OfficeId("consumer")].reason is not None


async def test_saying_hello_again_changes_no_version(book: OfficesBook) -> None:
    await say(book, manifest())
    version = book.current.version
    await say(book, manifest())
    assert book.current.version == version


async def test_a_manifest_of_another_office_than_the_credentials_is_refused_and_noted_nowhere(
    book: OfficesBook,
) -> None:
    answer = await say(book, manifest(), office="police")
    assert "police" in answer.reason and "consumer" in answer.reason
    assert book.current.known == {}


async def test_one_outside_the_boundary_is_refused_quarantined_and_logged(book: OfficesBook) -> None:
    with capture_logs() as logs:
        answer = await say(book, manifest(put("procedures/0/states/0/title", "已稳控")))
    assert "稳控" in answer.reason
    known = book.current.known[OfficeId("consumer")]
    assert known.reason is not None and known.reason.rule == "control"
    assert ("boundary.refused", "control") in [(entry["event"], entry.get("rule")) for entry in logs]


async def test_an_upgrade_outside_the_boundary_stops_the_office_until_it_is_taken_back(book: OfficesBook) -> None:
    await say(book, manifest())
    await book.enable("consumer", EAST, by="admin", now=NOW)
    await say(book, manifest(put("procedures/0/facts/properties", {"religion": {"title": "备注", "type": "string"}})))
    assert book.current.enabled_in(EAST) == frozenset()
    assert await say(book, manifest()) == Answer()
    assert book.current.enabled_in(EAST) == {"consumer"}


async def test_a_change_under_the_same_version_is_taken_and_recorded(store: Store, book: OfficesBook) -> None:
    await say(book, manifest())
    with capture_logs() as logs:
        assert await say(book, manifest(put("procedures/0/title", "消费投诉"))) == Answer()
    assert "office.changed_under_its_version" in [entry["event"] for entry in logs]
    rows = await store.read(lambda conn: conn.execute(select(MANIFEST)).all())
    assert len(rows) == 2 and {row.version for row in rows} == {"1.0"}


LIES: dict[str, dict[str, Any]] = {
    "a newer protocol": put("protocol", 2),
    "no protocol": put("protocol", 0),
    "handles without a procedure": put("handles", ["0801", "E"]),
    "a category without a procedure": put("handles", ["0801", "1803"]),
    "a role of the system's own": put("roles", {"director": "主任"}),
    "a capability that there is not": put("capabilities", ["everything"]),
    "somebody else's table": put("records/0/key", "police_site"),
    "two initial states": put("procedures/0/states/1/initial", True),
    "a move to nowhere": put("procedures/0/actions/0/targets", ["nowhere"]),
    "an action of nobody": put("procedures/0/actions/0/by", ["emperor"]),
    "a clock that waits for nothing": put("procedures/0/clocks/0/stops/0/of", ["nowhere"]),
    "a clock without an article": put("procedures/0/clocks/0/source", " "),
    "a clock of no length": put("procedures/0/clocks/0/span/amount", 0),
    "no procedure": put("procedures", []),
    "a procedure twice": put("procedures/+", clean()["procedures"][0]),
    "a bundle that is no digest": put("bundle", "../../etc"),
}


@pytest.mark.parametrize("lie", LIES)
async def test_a_lie_is_seen_through(lie: str) -> None:
    why, _violations = judge(manifest(LIES[lie]))
    assert why is not None and why.text() and "{" not in why.text("zh") + why.text("en")


def test_the_truth_is_believed() -> None:
    assert judge(manifest()) == (None, [])
