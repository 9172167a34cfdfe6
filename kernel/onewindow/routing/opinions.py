"""Small acts of a party on their own matter: rating it, adding material, consenting to electronic service."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import Connection, Table, func, select

from onewindow.documents.attachments import Prepared, Purpose
from onewindow.errors import BadInput, Refused
from onewindow.i18n import _
from onewindow.office.types import Phase
from onewindow.registry.timeline import ENTRY, OFFICE, party_actor, party_reader
from onewindow.routing import enclosures
from onewindow.routing.applicant_tables import Rating, ServiceConsent
from onewindow.routing.context import Kernel
from onewindow.routing.people import Hand
from onewindow.store.sql import table_of, upsert
from onewindow.store.tx import Tx

RATING: Table = table_of(Rating)
CONSENT: Table = table_of(ServiceConsent)
PURPOSE = "rating"
MOST_A_DAY = 20
ANSWERED = (Phase.ANSWERED, Phase.REDIRECTED, Phase.ENDED)


class Score(StrEnum):
    """满意、基本满意、不满意 (国信发〔2022〕11号)."""

    SATISFIED = "satisfied"
    FAIRLY = "fairly"
    DISSATISFIED = "dissatisfied"


@dataclass(frozen=True, slots=True)
class Rated:
    """A rating as its giver sees it."""

    score: Score
    reason: str
    at: datetime


# Rating --------------------------------------------------------------------------------------------------------------


def may_rate(case_state: str, phase: str, known: Rated | None) -> bool:
    """After an answer; once the case is closed only who has not rated it yet."""
    return phase in ANSWERED and (case_state == "open" or known is None)


def rate(hand: Hand, score: Score, reason: str = "") -> None:
    """Say how satisfied one is. Being dissatisfied leads to an explanation, to nothing else.

    Whoever handled the matter does not read it: it is for those who follow up (回访), who never handled it.

    Raises:
        Refused: there is no answer yet, or the case is closed and was rated.
    """
    hand.require_brought()
    known = rating(hand.tx.conn, hand.kernel, hand.case["id"], hand.party.id)
    if not may_rate(hand.case["state"], hand.case["phase"], known):
        closed = hand.case["state"] != "open" and known is not None
        raise Refused(_("事项已办结，评价不能再改") if closed else _("答复以后才能评价"), rule="rating")
    context = f"{hand.case['id']}/{hand.party.id}"
    row = {
        "case_id": hand.case["id"],
        "party_id": hand.party.id,
        "score": score.value,
        "at": hand.at,
        "words": hand.kernel.vault.seal_text(PURPOSE, reason, context=context) if reason else None,
    }
    key, changing = ["case_id", "party_id"], ["score", "at", "words"]
    hand.tx.execute(upsert(RATING, hand.tx.dialect, key=key, update=changing), row)
    hand.say(
        "rated",
        {"score": score.value, "again": known is not None},
        {"reason": reason} if reason else None,
        office=False,
    )


def rating(conn: Connection, kernel: Kernel, case_id: str, party_id: str) -> Rated | None:
    """A party's rating."""
    return ratings(conn, kernel, case_id).get(party_id)


def ratings(conn: Connection, kernel: Kernel, case_id: str) -> dict[str, Rated]:
    """The ratings of a case, by party."""
    found = {}
    for row in conn.execute(select(RATING).where(RATING.c.case_id == case_id)).mappings():
        context, words = f"{case_id}/{row['party_id']}", row["words"]
        reason = kernel.vault.open_text(PURPOSE, words, context=context) if words is not None else ""
        found[row["party_id"]] = Rated(Score(row["score"]), reason, row["at"])
    return found


# Material ------------------------------------------------------------------------------------------------------------


def add_material(hand: Hand, text: str, files: Sequence[Prepared] = ()) -> None:
    """Add to what one has brought (补充材料), in words, with files or both; the holder sees it at once.

    Raises:
        Refused: the case is closed, or this is the twenty-first time within a day.
        BadInput: nothing is in it, or too much is in the case already.
    """
    hand.require_open()
    text = text.strip()
    if not text and not files:
        raise BadInput(_("请写明补充的内容，或者选择文件"), field="text", remedy=_("写几句话，说明补充的情况"))
    tx, case_id = hand.tx, hand.case["id"]
    mine = ENTRY.c.case_id == case_id, ENTRY.c.kind == "added", ENTRY.c.actor == party_actor(hand.party.id)
    recent = select(func.count()).where(*mine, ENTRY.c.at > hand.at - timedelta(days=1))
    if tx.execute(recent).scalar_one() >= MOST_A_DAY:
        raise Refused(_("今天补充得太多了，请明天再补充，或者到窗口提交"), rule="material")
    if files:
        readers = (OFFICE, party_reader(hand.party.id))
        enclosures.add(
            tx,
            hand.kernel,
            case_id,
            files,
            by=hand.actor,
            purpose=Purpose.EVIDENCE,
            readers=readers,
            at=hand.at,
            party_id=hand.party.id,
        )
    if text:
        hand.say("added", {}, {"text": text})
    hand.tell_offices("added")


# Electronic service --------------------------------------------------------------------------------------------------


def consent(hand: Hand, *, agreed: bool) -> None:
    """Agree to electronic service, or take it back; paper stays to be had on request (民事诉讼法 第九十条).

    Raises:
        Refused: the party is not known by name.
    """
    if hand.party.anonymous and not hand.party.personal:
        raise Refused(_("匿名的当事人凭查询码查看文书，不需要同意电子送达"), rule="consent")
    if agreed == has_consent(hand.tx.conn, hand.case["id"], hand.party.id):
        return
    row = {
        "case_id": hand.case["id"],
        "party_id": hand.party.id,
        "at": hand.at,
        "how": "paper" if hand.staff_id else "code",
        "recorded_by": hand.staff_id,
        "ended_at": None if agreed else hand.at,
    }
    changing = ["at", "how", "recorded_by", "ended_at"]
    hand.tx.execute(upsert(CONSENT, hand.tx.dialect, key=["case_id", "party_id"], update=changing), row)
    hand.say("consented" if agreed else "consent-ended", {"how": row["how"]})


def has_consent(conn: Connection | Tx, case_id: str, party_id: str | None) -> bool:
    """Whether a party agreed to electronic service, and still does."""
    where = CONSENT.c.case_id == case_id, CONSENT.c.party_id == party_id, CONSENT.c.ended_at.is_(None)
    return conn.execute(select(CONSENT.c.party_id).where(*where)).first() is not None
