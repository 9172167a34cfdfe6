"""Issued once, numbered without a gap, made once, printed again as it was; served as the proof says."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from onewindow.documents.bundle import Bundle, keep_bundle, make_bundle
from onewindow.documents.files import Damaged
from onewindow.documents.models import Document, DocumentState, Draft, Service, ServiceMethod
from onewindow.documents.service import counter_key
from onewindow.documents.tables import DOCUMENT, SERVICE
from onewindow.errors import BadInput, NotFound, Refused
from onewindow.office.types import DocumentId, StaffId, new_id
from tests.unit.documents.conftest import NOW, TOWNSHIP, Desk, both, office_files, sample, words_of

CLERK = StaffId(new_id())


async def issue(desk: Desk, draft: Draft | None = None, documents: Any = None) -> Document:
    each = documents or desk.documents
    chosen = draft or desk.draft()
    document: Document = await desk.store.write(lambda tx: each.issue(tx, chosen, now=NOW))
    return document


async def keep(desk: Desk, bundle: Bundle) -> None:
    await desk.store.write(lambda tx: keep_bundle(tx, "petition", bundle.data, now=NOW))


@pytest.fixture
async def with_petition(desk: Desk) -> AsyncIterator[Bundle]:
    bundle = make_bundle(office_files())
    await keep(desk, bundle)
    yield bundle


@both
async def test_a_document_is_made_after_its_commit_without_being_asked(desk: Desk) -> None:
    issued = await issue(desk)
    assert issued.state is DocumentState.PENDING and issued.number == f"{TOWNSHIP}-登-2026-00001"
    for _ in range(200):
        if (await desk.store.read(lambda conn: desk.documents.get(conn, issued.id))).state is DocumentState.READY:
            break
        await asyncio.sleep(0.05)
    document, pdf = await desk.documents.read(issued.id)
    assert document.state is DocumentState.READY and document.size == len(pdf)
    assert document.sha256 == hashlib.sha256(pdf).hexdigest()
    assert issued.number in words_of(pdf)


@both
async def test_numbers_have_no_gap_where_some_registrations_fail(desk: Desk) -> None:
    async def one(fails: bool) -> str | None:
        def work(tx: Any) -> str:
            number = desk.documents.issue(tx, desk.draft(lazy=True), now=NOW).number
            if fails:
                raise Refused("no")
            return number

        try:
            return await desk.store.write(work, counters=[counter_key(TOWNSHIP, "登", 2026)])
        except Refused:
            return None

    numbers = [number for number in await asyncio.gather(*(one(i % 7 == 3) for i in range(40))) if number]
    assert sorted(numbers) == [f"{TOWNSHIP}-登-2026-{i + 1:05d}" for i in range(len(numbers))]


async def test_a_sealed_case_numbers_its_documents_apart(desk: Desk) -> None:
    first, sealed, second = await issue(desk), await issue(desk, desk.draft(sealed=True)), await issue(desk)
    assert sealed.number == f"{TOWNSHIP}-登密-2026-00001"
    assert (first.number[-5:], second.number[-5:]) == ("00001", "00002")


async def test_a_sealed_cases_receipt_tells_neither_category_nor_place(desk: Desk) -> None:
    issued = await issue(desk, desk.draft(sealed=True))
    text = words_of((await desk.documents.read(issued.id))[1])
    assert "登记回执" in text
    assert "征地补偿" not in text and "柳河村" not in text


async def test_the_year_is_the_laws_year(desk: Desk) -> None:
    late = NOW.replace(month=12, day=31, hour=17)  # in Shanghai the next year has begun
    document = await desk.store.write(lambda tx: desk.documents.issue(tx, desk.draft(), now=late))
    assert document.number == f"{TOWNSHIP}-登-2027-00001" and document.issued_on == date(2027, 1, 1)


async def test_the_counter_can_be_named_beforehand(desk: Desk) -> None:
    draft = desk.draft()
    key = await desk.store.read(lambda conn: desk.documents.counter(conn, draft, now=NOW))
    assert key == counter_key(TOWNSHIP, "登", 2026)


async def test_a_reprint_has_the_same_digest_after_the_template_changed(desk: Desk, with_petition: Bundle) -> None:
    draft = desk.draft("reply", office="petition", bundle=with_petition.hash, title="信访事项处理意见书")
    issued = await issue(desk, draft)
    _, first = await desk.documents.read(issued.id)
    changed = make_bundle({**office_files(), "documents/reply.typ": b"// X\n// number: \xe5\xa4\x8d\nchanged"})
    await keep(desk, changed)
    assert (await desk.fresh().read(issued.id))[1] == first
    newer = await issue(desk, desk.draft("reply", office="petition", bundle=changed.hash))
    assert "changed" in words_of((await desk.documents.read(newer.id))[1])


@both
async def test_pending_documents_are_made_after_a_restart(desk: Desk) -> None:
    await desk.documents.stop()
    issued = [await issue(desk) for _ in range(3)]
    again = desk.fresh()
    await again.start(now=NOW)
    try:
        for _ in range(200):
            states = [await desk.store.read(lambda conn, d=d: again.get(conn, d.id).state) for d in issued]  # type: ignore[misc]
            if set(states) == {DocumentState.READY}:
                break
            await asyncio.sleep(0.05)
        assert set(states) == {DocumentState.READY}
    finally:
        await again.stop()


async def test_two_that_ask_at_once_get_one_making(desk: Desk) -> None:
    issued = await issue(desk, desk.draft(lazy=True))
    before = desk.renderer.jobs
    first, second = await asyncio.gather(desk.documents.read(issued.id), desk.documents.read(issued.id))
    assert first[1] == second[1] and desk.renderer.jobs == before + 1
    await desk.documents.read(issued.id)
    assert desk.renderer.jobs == before + 1


async def test_a_lazy_document_waits_until_it_is_asked_for(desk: Desk) -> None:
    issued = await issue(desk, desk.draft(lazy=True))
    assert await desk.documents.sweep() == 0
    assert (await desk.store.read(lambda conn: desk.documents.get(conn, issued.id))).state is DocumentState.WAITING
    assert (await desk.documents.read(issued.id))[0].state is DocumentState.READY


async def test_a_template_that_fails_fails_its_document_alone(desk: Desk) -> None:
    bad = make_bundle({"documents/bad.typ": "// 坏\n// number: 坏\n#panic(sys.inputs.data)".encode()})
    await keep(desk, bad)
    failed = await issue(desk, desk.draft("bad", {"words": {"name": "林秋禾"}}, bundle=bad.hash))
    good = await issue(desk)
    with pytest.raises(Refused):
        await desk.documents.read(failed.id)
    assert (await desk.documents.read(good.id))[0].state is DocumentState.READY
    document = await desk.store.read(lambda conn: desk.documents.get(conn, failed.id))
    reason = await desk.store.read(lambda conn: desk.documents.failure(conn, failed.id))
    assert document.state is DocumentState.FAILED and reason is not None and "main.typ:3" in reason
    assert (await desk.documents.retry(failed.id)).state is DocumentState.FAILED


async def test_a_template_that_is_missing_is_told_when_issuing(desk: Desk) -> None:
    with pytest.raises(NotFound):
        await issue(desk, desk.draft("nothing", {}))


async def test_a_missing_character_is_told_on_a_ready_document(desk: Desk) -> None:
    data = sample("receipt")
    data["words"]["addressee"] = "王\ue000"
    issued = await issue(desk, desk.draft("receipt", data))
    assert (await desk.documents.read(issued.id))[0].state is DocumentState.READY
    assert await desk.store.read(lambda conn: desk.documents.failure(conn, issued.id)) == "\ue000"


@both
async def test_no_row_and_no_file_holds_the_words(desk: Desk, tmp_path: Path) -> None:
    issued = await issue(desk)
    await desk.documents.read(issued.id)
    await record(desk, issued.id, witnesses=("何川",), note="在场", received_by="林秋禾")
    rows = await desk.store.read(lambda conn: [*conn.execute(select(DOCUMENT)), *conn.execute(select(SERVICE))])
    kept = repr([[bytes(v) if isinstance(v, memoryview) else v for v in row] for row in rows])
    on_disk = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    for word in ("林秋禾", "何川", "QS7K"):
        assert word not in kept
        assert word.encode() not in on_disk


async def test_a_tampered_file_is_refused_and_never_made_again(desk: Desk) -> None:
    issued = await issue(desk)
    document, _ = await desk.documents.read(issued.id)
    assert document.sha256 is not None
    path = desk.files._path(document.sha256)
    path.write_bytes(path.read_bytes()[:-1] + b"\x00")
    with pytest.raises(Damaged):
        await desk.documents.read(issued.id)
    path.unlink()
    with pytest.raises(Damaged):
        await desk.fresh().read(issued.id)


async def record(desk: Desk, document_id: DocumentId, **more: Any) -> str:
    values: dict[str, Any] = {"method": ServiceMethod.IN_PERSON, "served_on": date(2026, 3, 10), "recorded_by": CLERK}
    service = Service(document_id=document_id, **{**values, **more})
    later = NOW + timedelta(days=2)
    return (await desk.store.write(lambda tx: desk.documents.record_service(tx, service, now=later)))[0]


@both
async def test_a_service_is_kept_as_the_proof_says(desk: Desk) -> None:
    issued = await issue(desk)
    await desk.documents.read(issued.id)
    first = await record(
        desk, issued.id, method=ServiceMethod.LEFT, witnesses=("何川",), place="柳河村三组", note="拒收"
    )
    await record(desk, issued.id)
    found = await desk.store.read(lambda conn: desk.documents.services(conn, [issued.id]))
    assert [each.method for each in found] == [ServiceMethod.LEFT, ServiceMethod.IN_PERSON]
    assert (found[0].id, found[0].witnesses, found[0].place) == (first, ("何川",), "柳河村三组")
    assert found[0].served_on == date(2026, 3, 10) and found[0].recorded_at == NOW + timedelta(days=2)


@pytest.mark.parametrize(
    "wrong",
    [
        {"served_on": date(2026, 3, 8)},
        {"served_on": date(2026, 3, 12)},
        {"method": ServiceMethod.LEFT},
        {"method": ServiceMethod.REFUSED},
        {"method": ServiceMethod.BY_SOMEBODY},
    ],
)
async def test_a_service_that_cannot_be_is_refused(wrong: dict[str, Any], desk: Desk) -> None:
    issued = await issue(desk)
    await desk.documents.read(issued.id)
    with pytest.raises(BadInput) as refused:
        await record(desk, issued.id, **wrong)
    assert refused.value.fields


async def test_what_was_not_made_was_not_served(desk: Desk) -> None:
    issued = await issue(desk, desk.draft(lazy=True))
    with pytest.raises(Refused):
        await record(desk, issued.id)


@both
async def test_erasing_takes_words_and_bytes_and_leaves_the_number(desk: Desk) -> None:
    draft = desk.draft()
    issued, other = await issue(desk, draft), await issue(desk)
    document, _ = await desk.documents.read(issued.id)
    await desk.documents.read(other.id)
    await record(desk, issued.id, note="在场")
    assert await desk.store.write(lambda tx: desk.documents.erase(tx, draft.case_id)) == 1
    with pytest.raises(NotFound):
        await desk.documents.read(issued.id)
    (left,) = await desk.store.read(lambda conn: desk.documents.of_case(conn, draft.case_id))
    assert (left.state, left.number, left.sha256) == (DocumentState.ERASED, issued.number, None)
    assert document.sha256 is not None and not desk.files._path(document.sha256).exists()
    assert (await desk.store.read(lambda conn: desk.documents.services(conn, [issued.id])))[0].note == ""
    assert (await desk.documents.read(other.id))[0].state is DocumentState.READY


async def test_files_that_no_row_names_are_tidied_away(desk: Desk) -> None:
    issued = await issue(desk)
    await desk.documents.read(issued.id)
    orphan = desk.files.put(b"left by a crash")
    assert await desk.documents.tidy(now=NOW.replace(year=2020)) == 0
    assert await desk.documents.tidy(now=NOW.replace(year=2100)) == 1
    with pytest.raises(Damaged):
        desk.files.get(orphan)
    await desk.documents.read(issued.id)
