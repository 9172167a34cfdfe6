"""How a document reaches somebody: what proves it, on which day the law sees it, and what a mistake does not move."""

import io
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from pypdf import PdfReader

from onewindow.documents.models import ServiceMethod
from onewindow.errors import BadInput, Conflict, Forbidden, Refused
from onewindow.office.types import SHANGHAI, DocumentId
from tests.support.matter import Matter
from tests.support.path import Running, Town

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest.fixture(autouse=True)
def same_time_afterwards(path: Running) -> Iterator[None]:
    """These tests stand on days of their own; the next ones find the time as it was."""
    before = path.time()
    began = datetime.now(SHANGHAI)
    yield
    path.time.to(before + (datetime.now(SHANGHAI) - began))


def noon(day: str) -> datetime:
    return datetime.fromisoformat(f"{day}T12:00:00").replace(tzinfo=SHANGHAI)


async def replied(path: Running, town: Town, day: str = "2026-03-05") -> Matter:
    path.time.to(noon(day))
    matter = await town.register()
    await matter.accept()
    await matter.reply()
    return matter


async def words(matter: Matter, document_id: str) -> str:
    _document, content = await matter.centre.documents.read(DocumentId(document_id))
    return "".join(p.extract_text() for p in PdfReader(io.BytesIO(content)).pages).replace("\n", "").replace(" ", "")


LEFT: dict[str, Any] = {
    "method": ServiceMethod.LEFT,
    "place": "东村12号住所",
    "note": "本人在家，拒绝签收，已说明情况",
    "witnesses": ("东村村民委员会 周和",),
}


async def test_a_reply_left_with_witnesses_starts_the_thirty_days_of_review_信访工作条例_第三十五条(
    path: Running, town: Town
) -> None:
    matter = await replied(path, town)
    assert not [c for c in (await matter.file()).clocks if c.key == "review_right"]
    for missing in ("place", "note", "witnesses"):
        with pytest.raises(BadInput) as refused:
            await matter.serve("handler", "reply", **{**LEFT, missing: () if missing == "witnesses" else ""})
        assert list(refused.value.fields) == [missing]
    await matter.serve("handler", "reply", **LEFT)
    clock = await matter.clock("review_right")
    assert (clock.early_on, clock.status) == (date(2026, 4, 4), "running")
    assert clock.lawful_on == date(2026, 4, 7), "the fourth is 清明, off until the sixth"
    proof = await matter.centre.handling.proof(town.who("handler"), (await matter.document("reply")).id)
    said = await words(matter, proof)
    assert "留置送达" in said and "东村12号住所" in said and "周和" in said and "拒绝签收" in said


async def test_it_may_be_left_with_pictures_instead_of_witnesses_民事诉讼法_第八十九条(
    path: Running, town: Town
) -> None:
    matter = await replied(path, town)
    await matter.serve("handler", "reply", **{**LEFT, "witnesses": (), "recorded": True})
    proof = await matter.centre.handling.proof(town.who("handler"), (await matter.document("reply")).id)
    assert "拍照、录像" in await words(matter, proof)


async def test_by_post_counts_the_day_on_its_return_slip_民事诉讼法_第九十一条(path: Running, town: Town) -> None:
    matter = await replied(path, town)
    path.time.to(noon("2026-03-12"))
    post = {"method": ServiceMethod.POST, "sent_on": date(2026, 3, 6), "on": date(2026, 3, 9)}
    with pytest.raises(BadInput, match="单号"):
        await matter.serve("handler", "reply", **post)
    with pytest.raises(BadInput, match="早于交寄"):
        await matter.serve("handler", "reply", **{**post, "sent_on": date(2026, 3, 10)}, tracking_no="EX123456789CN")
    await matter.serve("handler", "reply", **post, tracking_no="EX123456789CN")
    assert (await matter.clock("review_right")).early_on == date(2026, 4, 8), "from the ninth, not from the posting"


async def test_by_notice_it_is_served_when_its_thirty_days_are_over_民事诉讼法_第九十五条(
    path: Running, town: Town
) -> None:
    matter = await replied(path, town)
    notice: dict[str, Any] = {
        "method": ServiceMethod.NOTICE,
        "place": "区政府公告栏、东村村务公开栏",
        "note": "两次上门、邮寄退回，下落不明",
        "sent_on": date(2026, 3, 6),
    }
    path.time.to(noon("2026-04-10"))
    with pytest.raises(BadInput) as refused:
        await matter.serve("handler", "reply", **notice, on=date(2026, 4, 1))
    assert refused.value.params["day"] == "2026-04-05"
    with pytest.raises(BadInput, match="三十日"):
        await matter.serve("handler", "reply", **notice, on=date(2026, 3, 16), period_days=10)
    await matter.serve("handler", "reply", **notice, on=date(2026, 4, 5))
    assert (await matter.clock("review_right")).early_on == date(2026, 5, 5)


async def test_somebody_else_who_takes_it_says_who_they_are(path: Running, town: Town) -> None:
    matter = await replied(path, town)
    taken = {"method": ServiceMethod.BY_SOMEBODY, "received_by": "何小川"}
    with pytest.raises(BadInput, match="关系"):
        await matter.serve("handler", "reply", **taken)
    await matter.serve("handler", "reply", **taken, relation="同住成年儿子")


async def test_electronic_service_wants_consent_and_what_is_opened_has_been_received_民事诉讼法_第九十条(
    path: Running, town: Town
) -> None:
    matter = await replied(path, town)
    centre, party = path.centre, (await matter.file()).parties[0].id
    key = await centre.tracking.open(matter.done.code, address="10.0.0.8")
    by_mail = {"method": ServiceMethod.ELECTRONIC, "party_id": party, "place": "本人邮箱"}
    with pytest.raises(Refused, match="没有同意"):
        await matter.serve("handler", "reply", **by_mail)
    reply = await matter.document("reply")
    await centre.tracking.document(key, reply.id)
    assert not (await matter.file()).services, "without consent a look is only a look"
    await centre.applicant.consent(key, agreed=True)
    assert (await centre.applicant.standing(key)).consent is True
    path.time.to(noon("2026-03-09"))
    await centre.tracking.document(key, reply.id)
    await centre.tracking.document(key, reply.id)
    services = (await matter.file()).services
    assert [(s.method, s.served_on, s.party_id) for s in services] == [
        (ServiceMethod.ELECTRONIC, date(2026, 3, 9), party)
    ]
    assert (await matter.clock("review_right")).early_on == date(2026, 4, 8)
    served = [entry for entry in await matter.timeline() if entry.kind == "served"]
    assert [entry.actor for entry in served] == [f"party:{party}"]
    seen = await centre.tracking.view(key)
    paper = next(one for one in seen.papers if one.document.id == reply.id)
    assert paper.served_on == date(2026, 3, 9)
    assert paper.redress is not None and paper.redress["organ"]
    assert paper.clock is not None and paper.clock.early_on == date(2026, 4, 8)
    await centre.applicant.ask_paper(key, reply.id)
    await centre.applicant.consent(key, agreed=False)
    assert (await centre.applicant.standing(key)).consent is False
    assert {"consented", "paper-asked", "consent-ended"} <= set(await matter.kinds())


async def test_a_wrong_service_is_corrected_by_another_and_the_clock_follows(path: Running, town: Town) -> None:
    matter = await replied(path, town)
    path.time.to(noon("2026-03-16"))
    wrong = await matter.serve("handler", "reply", on=date(2026, 3, 6))
    assert (await matter.clock("review_right")).early_on == date(2026, 4, 5)
    reply, counter = await matter.document("reply"), path.centre.counter
    right = {"method": ServiceMethod.IN_PERSON, "served_on": date(2026, 3, 12)}
    reason = "回证上的日期是十二日"
    with pytest.raises(Forbidden):
        await counter.correct_service(town.who("handler"), reply.id, wrong.id, right, reason=reason)
    with pytest.raises(BadInput):
        early = {**right, "served_on": date(2026, 3, 1)}
        await counter.correct_service(town.who("deputy"), reply.id, wrong.id, early, reason=reason)
    assert (await matter.clock("review_right")).early_on == date(2026, 4, 5), "refused: nothing moved"
    done = await counter.correct_service(town.who("deputy"), reply.id, wrong.id, right, reason=reason)
    assert (await matter.clock("review_right")).early_on == date(2026, 4, 11)
    services = (await matter.file()).services
    assert [(s.id, s.served_on, s.corrects) for s in services] == [(done.id, date(2026, 3, 12), wrong.id)]
    assert len([c for c in (await matter.file()).clocks if c.key == "review_right"]) == 1
    with pytest.raises(Conflict):
        await counter.correct_service(town.who("deputy"), reply.id, wrong.id, right, reason=reason)
    assert [k for k in await matter.kinds() if k in ("served", "service-void")] == ["served", "service-void", "served"]
    await counter.correct_service(town.who("deputy"), reply.id, done.id, None, reason="其实没有送到")
    assert (await matter.clock("review_right")).status == "stopped"
    assert not (await matter.file()).services
    assert (await matter.verdict()).ok


async def test_a_notice_that_never_arrived_lets_its_duty_run_on(path: Running, town: Town) -> None:
    path.time.to(noon("2026-03-05"))
    matter = await town.register()
    await matter.accept()
    made = await matter.serve("handler", "acceptance_notice")
    assert (await matter.clock("notice_by")).status == "stopped"
    notice = await matter.document("acceptance_notice")
    counter = path.centre.counter
    await counter.correct_service(town.who("deputy"), notice.id, made.id, None, reason="送错了人")
    assert (await matter.clock("notice_by")).status == "running"


async def test_an_extension_falls_with_the_service_that_it_rested_on_信访工作条例_第三十四条(
    path: Running, town: Town
) -> None:
    path.time.to(noon("2026-03-05"))
    matter = await town.register()
    await matter.accept()
    before = (await matter.clock("reply_by")).lawful_on
    path.time.to(noon("2026-04-20"))
    await matter.do("organ_head", "extend", days=30, reason="情况复杂，需要重新测量", **{})
    made = await matter.serve("handler", "extension_notice")
    after = (await matter.clock("reply_by")).lawful_on
    assert after > before + timedelta(days=20)
    notice, counter = await matter.document("extension_notice"), path.centre.counter
    path.time.to(noon("2026-04-22"))
    await counter.correct_service(town.who("deputy"), notice.id, made.id, None, reason="信件退回，没有送到")
    assert (await matter.clock("reply_by")).lawful_on == before
    await matter.serve("handler", "extension_notice")
    assert (await matter.clock("reply_by")).lawful_on == after
