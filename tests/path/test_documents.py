"""Documents: the same bytes for ever, numbered without gaps, and a receipt only for whoever holds the code."""

import asyncio
import hashlib
import io
import re
from pathlib import Path

import pytest
from pypdf import PdfReader

from onewindow.documents.bundle import make_bundle
from onewindow.errors import NotFound
from onewindow.plugins.discovery import discover
from tests.support.path import ACCEPT, Matter, Running, Town, applicant, running, until

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def printed(matter: Matter, kind: str) -> tuple[str, bytes]:
    document, pdf = await matter.centre.desk.document(matter.town.who("handler"), (await matter.document(kind)).id)
    assert hashlib.sha256(pdf).hexdigest() == document.sha256
    return document.sha256 or "", pdf


async def test_a_new_template_and_a_stopped_host_change_nothing_about_a_reprint(tmp_path: Path) -> None:
    async with running(tmp_path / "data") as path:
        town = await path.township()
        old, between, late = [await town.register() for _ in range(3)]
        await old.accept()
        before = await printed(old, "acceptance_notice")
        await path.centre.documents.stop()
        await between.accept()
        office = next(found.office for found in discover() if found.id == "petition")
        assert office is not None
        files = dict(office.files())
        name = next(n for n in files if n.endswith("acceptance_notice.typ"))
        files[name] += "\n#pagebreak()\n新模板".encode()
        bundle = make_bundle(files)
        manifest = office.manifest(bundle.hash)
        host = path.centre.hosts["petition"]
        host.bundle, host.manifest = bundle, manifest
        await host._hello()
        await path.centre.store.read(path.centre.book.refresh)
        known = path.centre.book.current.manifest("petition")
        assert known is not None and known.bundle == bundle.hash
        await path.centre.documents.start(now=path.time())
        await late.accept()
        new = await printed(late, "acceptance_notice")
        for task in [t for t in path.centre._tasks if t.get_name() == "office petition"]:
            task.cancel()
        assert await printed(old, "acceptance_notice") == before
        assert (await late.document("acceptance_notice")).bundle == bundle.hash
        # What was issued before the change and made after it has the template of its day.
        delayed = await printed(between, "acceptance_notice")
        assert (pages(delayed[1]), pages(new[1])) == (pages(before[1]), pages(before[1]) + 1)


def pages(pdf: bytes) -> int:
    return len(PdfReader(io.BytesIO(pdf)).pages)


async def test_what_was_issued_while_nothing_could_be_printed_is_made_afterwards(path: Running, town: Town) -> None:
    await path.centre.documents.stop()
    try:
        matter = await town.register()
        await matter.accept()
        pending = (await matter.file()).documents[0]
        assert pending.state.value == "pending"
    finally:
        await path.centre.documents.start(now=path.time())
    await until(lambda: ready(matter))
    assert (await matter.document("acceptance_notice")).bundle == pending.bundle


async def ready(matter: Matter) -> bool:
    return (await matter.file()).documents[0].state.value == "ready"


async def test_numbers_of_a_kind_run_from_one_without_a_gap(path: Running, town: Town) -> None:
    matters = [await town.register() for _ in range(8)]
    await asyncio.gather(*(matter.sign() for matter in matters))
    bad = {**ACCEPT, "requests": ["x"]}
    fit, unfit = matters[:4], matters[4:]
    good = [m.do("handler", "accept", **ACCEPT) for m in fit]
    await asyncio.gather(*good, *(m.act("handler", "accept", **bad) for m in unfit))
    await asyncio.gather(*(m.do("handler", "accept", **ACCEPT) for m in unfit))
    numbers = [(await m.file()).documents[0].number for m in matters]
    assert len(set(numbers)) == 8
    assert sorted(int(re.findall(r"\d+", number)[-1]) for number in numbers) == list(range(1, 9))
    await matters[0].do("organ_head", "extend", days=5, reason="需要补充调查")
    extension = (await matters[0].file()).documents[-1]
    assert int(re.findall(r"\d+", extension.number)[-1]) == 1


async def test_a_receipt_is_the_same_bytes_at_each_printing_and_for_its_holder_alone(path: Running, town: Town) -> None:
    matter = await town.register(applicant(), applicant(name="另一位", phone="13700000008"), by="registrar")
    printing = path.centre.receipts.print
    first = await asyncio.gather(*(printing(matter.done.code, address="10.5.0.1") for _ in range(3)))
    assert len({pdf for _document, pdf in first}) == 1
    again = await printing(matter.done.code.replace("-", " ").lower(), address="10.5.0.1")
    assert again[1] == first[0][1] and hashlib.sha256(again[1]).hexdigest() == again[0].sha256
    other = next(code for code in matter.done.codes.values() if code != matter.done.code)
    theirs = await printing(other, address="10.5.0.1")
    assert theirs[0].id != again[0].id
    for who in town.people:
        with pytest.raises(NotFound):
            await path.centre.desk.document(town.who(who), again[0].id)
    key = await path.centre.tracking.open(other, address="10.5.0.1")
    with pytest.raises(NotFound):
        await path.centre.tracking.document(key, again[0].id)


async def test_a_party_gets_the_documents_issued_to_them_and_no_internal_letter(path: Running, town: Town) -> None:
    matter = await town.register()
    await matter.sign()
    redirect = {"way": "other", "mode": "transfer", "reason": "属区级部门职权", "organ": "区自然资源局", "phone": "1"}
    await matter.do("head", "redirect", **redirect)
    key = await path.centre.tracking.open(matter.done.code, address="10.5.0.2")
    seen = [paper.document.kind for paper in (await path.centre.tracking.view(key)).papers]
    assert seen == ["redirect_notice"]
    letter = await matter.document("transfer_letter")
    with pytest.raises(NotFound):
        await path.centre.tracking.document(key, letter.id)
    notice = await matter.document("redirect_notice")
    document, pdf = await path.centre.tracking.document(key, notice.id)
    assert pdf.startswith(b"%PDF") and document.organ.endswith("人民政府")
