"""Withdrawing (撤回, T26): by the person only, taken back within five working days, verified, and never a success."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Table, select, update

from onewindow.access.policy import Reach
from onewindow.clocks import rows as clock_rows
from onewindow.clocks import service as clocks
from onewindow.clocks import workdays
from onewindow.clocks.compute import day_start, last_day
from onewindow.errors import BadInput, Conflict, NotFound, Refused
from onewindow.i18n import _
from onewindow.office.types import AssignmentState, PartyRole, Phase, law_day, new_id
from onewindow.organisation.snapshot import Organisation
from onewindow.registry.parties import PARTY
from onewindow.registry.timeline import CASE
from onewindow.routing import assignments, deadlines, listing
from onewindow.routing.applicant_tables import Withdrawal
from onewindow.routing.context import Kernel
from onewindow.routing.people import Hand, hand
from onewindow.store.sql import for_update, table_of
from onewindow.store.tx import Tx

WITHDRAWAL: Table = table_of(Withdrawal)
PURPOSE = "withdrawal"
DAYS = 5
BATCH = 50
WAITING = ("asked", "verified")
# 依职权继续: hazards and emergencies; what is under criminal or public-order law; minors; violence at home.
EX_OFFICIO_TRACKS = frozenset({"H", "K", "L", "M"})
EX_OFFICIO_CATEGORIES = frozenset({"0104", "0703", "1301", "1302", "1303", "1304", "1305", "1405", "2001"})


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """A withdrawal as it stands: asked, verified, revoked, refused, effective or continued (the matter goes on)."""

    id: str
    case_id: str
    party_id: str
    how: str
    state: str
    asked_on: date
    revocable_until: date
    verified: bool
    ex_officio: bool
    reason: str = ""


def goes_on(case: Mapping[str, Any]) -> bool:
    """Whether the law has the authorities go on with a matter whatever the person wishes (T26)."""
    return case["track"] in EX_OFFICIO_TRACKS or case["category"] in EX_OFFICIO_CATEGORIES


def ask(hand: Hand, *, reason: str = "", asked_on: date | None = None) -> Withdrawn:
    """Withdraw: revocable until the end of the fifth working day, then in force once it has been verified.

    `asked_on` is the day of a written withdrawal that is entered later.

    Raises:
        Refused: the case is closed, or somebody else than an applicant asks.
        BadInput: the day is not between the registration and today.
        Conflict: it was withdrawn before.
    """
    hand.require_open()
    if hand.party.role != PartyRole.APPLICANT:
        raise Refused(_("只有申请人本人可以撤回"), rule="T26")
    tx, kernel, case = hand.tx, hand.kernel, hand.case
    if asked_on is not None and not law_day(case["registered_at"]) <= asked_on <= law_day(hand.at):
        raise BadInput(_("撤回日期不在登记日与今天之间"), field="asked_on", remedy=_("核对撤回书上的日期"))
    known = [w for w in _rows(tx, case["id"]) if w["party_id"] == hand.party.id]
    if any(w["state"] in (*WAITING, "effective", "continued") for w in known):
        raise Conflict(_("已经提出过撤回"), remedy=_("在“撤回”中查看"))
    day = asked_on or law_day(hand.at)
    began = hand.at if day == law_day(hand.at) else day_start(day)
    row = {
        "id": new_id(),
        "case_id": case["id"],
        "township": case["township"],
        "party_id": hand.party.id,
        "how": "written" if hand.staff_id else "code",
        "state": "asked",
        "asked_at": hand.at,
        "asked_on": day,
        "entered_by": hand.staff_id,
        "ripe_at": workdays.end_of(began, DAYS, kernel.book.current(tx)),
        "verified_at": None,
        "verified_by": None,
        "ex_officio": goes_on(case),
        "decided_at": None,
        "words": None,
    }
    row["words"] = kernel.vault.seal_json(PURPOSE, {"reason": reason}, context=row["id"])
    tx.insert(WITHDRAWAL, row)
    made = _value(kernel, row)
    data = {"how": row["how"], "until": made.revocable_until.isoformat(), "ex_officio": row["ex_officio"]}
    hand.say("withdrawal-asked", data, {"reason": reason} if reason else None)
    return made


def revoke(hand: Hand) -> Withdrawn:
    """Take a withdrawal back; the matter goes on as if nothing had been said.

    Raises:
        NotFound: there is none.
        Refused: the five working days are over.
    """
    row = _waiting(hand.tx, hand.case["id"], hand.party.id)
    if hand.at >= _ripe(hand.tx, hand.kernel, row):
        raise Refused(
            _("五个工作日的反悔期已过，不能再取消撤回"),
            rule="T26",
            remedy=_("还没有核实的，可以向回访人员说明；也可以重新登记"),
        )
    _decide(hand.tx, row["id"], "revoked", hand.at)
    hand.say("withdrawal-revoked")
    return _value(hand.kernel, {**row, "state": "revoked"})


def verify(hand: Hand, *, own_will: bool, told: str, ex_officio: bool = False) -> Withdrawn:
    """Record what the person said when they were asked whether it is their own will (回访核实).

    Raises:
        NotFound: nothing is waiting to be verified.
        Conflict: it was verified before.
    """
    tx, kernel, at = hand.tx, hand.kernel, hand.at
    row = _waiting(tx, hand.case["id"], hand.party.id)
    if row["state"] == "verified":
        raise Conflict(_("这次撤回已经核实过"))
    words = {**kernel.vault.open_json(PURPOSE, row["words"], context=row["id"]), "told": told}
    values = {
        "state": "verified" if own_will else "refused",
        "verified_at": at,
        "verified_by": hand.staff_id,
        "ex_officio": row["ex_officio"] or ex_officio,
        "words": kernel.vault.seal_json(PURPOSE, words, context=row["id"]),
    }
    if not own_will:
        values["decided_at"] = at
    tx.execute(update(WITHDRAWAL).where(WITHDRAWAL.c.id == row["id"]).values(**values))
    hand.say("withdrawal-verified", {"own_will": own_will}, {"note": told})
    row |= values
    if own_will and at >= _ripe(tx, kernel, row):
        row["state"] = _take_effect(tx, kernel, row, at)
    return _value(kernel, row)


def ripen(tx: Tx, kernel: Kernel, now: datetime) -> int:
    """Let the verified withdrawals take effect whose five working days are over; how many did."""
    ripe = WITHDRAWAL.c.state == "verified", WITHDRAWAL.c.ripe_at <= now
    query = select(WITHDRAWAL).where(*ripe).order_by(WITHDRAWAL.c.ripe_at).limit(BATCH)
    done = 0
    for row in tx.execute(query).mappings().all():
        # The calendar may have come since it was asked, and with it a later last day.
        if _ripe(tx, kernel, dict(row)) <= now:
            _take_effect(tx, kernel, dict(row), now)
            done += 1
    return done


def _take_effect(tx: Tx, kernel: Kernel, row: Mapping[str, Any], at: datetime) -> str:
    acting = hand(tx, kernel, row["case_id"], row["party_id"], at)
    # Of several applicants each speaks for themselves: the matter ends with the last one's wish.
    alone = _everybody_left(tx, row["case_id"], row["party_id"])
    state = "continued" if row["ex_officio"] else "effective"
    _decide(tx, row["id"], state, at)
    ends = alone and state == "effective" and acting.case["state"] == "open"
    acting.say("withdrawn", {"ex_officio": row["ex_officio"], "ends": ends})
    acting.tell_offices("withdrawn", {"party": row["party_id"], "ends": ends, "ex_officio": row["ex_officio"]})
    if ends:
        _close(acting)
    return state


def _everybody_left(tx: Tx, case_id: str, party_id: str) -> bool:
    tx.flush()
    there = PARTY.c.case_id == case_id, PARTY.c.role == PartyRole.APPLICANT.value, PARTY.c.erased_at.is_(None)
    everybody = set(tx.execute(select(PARTY.c.id).where(*there)).scalars())
    gone = {w["party_id"] for w in _rows(tx, case_id) if w["state"] in ("effective", "continued")}
    return everybody <= gone | {party_id}


def _close(acting: Hand) -> None:
    """End what stands, except where a procedure ends by its own reaction; the case closes with its last assignment."""
    tx, kernel, case, at = acting.tx, acting.kernel, acting.case, acting.at
    left = 0
    for row in acting.standing():
        if _ends_by_itself(kernel, row):
            left += 1
        else:
            assignments.end(tx, kernel, row, AssignmentState.RECALLED, at)
    if left:
        return
    for clock in clock_rows.of_case(tx, case["id"]):
        if clock.status != "stopped":
            clocks.stop(tx, clock.id, at, kernel.book)
    over = {"state": "closed", "phase": Phase.ENDED.value, "holder": None, "closed_at": at}
    tx.execute(update(CASE).where(CASE.c.id == case["id"], CASE.c.state == "open").values(**over))
    deadlines.refresh_due(tx, case["id"])


def _ends_by_itself(kernel: Kernel, row: Mapping[str, Any]) -> bool:
    """Whether the procedure leads from here to a final state when the person withdraws."""
    spec = assignments.spec_of(kernel.offices().manifest(row["office"]), row)
    if spec is None:
        return False
    final = {state.key for state in spec.states if state.final}
    return any(
        reaction.event == "withdrawn" and row["proceeding_state"] in reaction.sources and final & set(reaction.targets)
        for reaction in spec.reactions
    )


def of_party(conn: Connection, kernel: Kernel, case_id: str, party_id: str) -> Withdrawn | None:
    """A party's latest withdrawal."""
    rows = [row for row in _rows(conn, case_id) if row["party_id"] == party_id]
    return _value(kernel, rows[-1]) if rows else None


def of_case(conn: Connection, kernel: Kernel, case_id: str) -> list[Withdrawn]:
    """The withdrawals of a case, oldest first."""
    return [_value(kernel, row) for row in _rows(conn, case_id)]


def to_verify(
    conn: Connection, parts: tuple[Reach, ...], organisation: Organisation, township: str
) -> list[Mapping[str, Any]]:
    """The cases of a township with a withdrawal that waits to be verified, as far as somebody may see them."""
    query = (
        select(*CASE.c, WITHDRAWAL.c.ripe_at)
        .join(CASE, CASE.c.id == WITHDRAWAL.c.case_id)
        .where(WITHDRAWAL.c.township == township, WITHDRAWAL.c.state == "asked")
        .where(listing.reachable(parts, organisation))
        .order_by(WITHDRAWAL.c.id)
        .limit(listing.PAGE)
    )
    return [dict(row) for row in conn.execute(query).mappings()]


_OF_CASE = select(WITHDRAWAL).order_by(WITHDRAWAL.c.id)


def _rows(conn: Connection | Tx, case_id: str) -> list[dict[str, Any]]:
    found = conn.execute(_OF_CASE.where(WITHDRAWAL.c.case_id == case_id)).mappings()
    return [dict(row) for row in found]


def _waiting(tx: Tx, case_id: str, party_id: str) -> dict[str, Any]:
    query = select(WITHDRAWAL).where(
        WITHDRAWAL.c.case_id == case_id, WITHDRAWAL.c.party_id == party_id, WITHDRAWAL.c.state.in_(WAITING)
    )
    row = tx.execute(for_update(query)).mappings().first()
    if row is None:
        raise NotFound(_("没有待生效的撤回"))
    return dict(row)


def _ripe(tx: Tx, kernel: Kernel, row: Mapping[str, Any]) -> datetime:
    """When it can no longer be taken back, by the calendar that is known now."""
    end = workdays.end_of(day_start(row["asked_on"]), DAYS, kernel.book.current(tx))
    if end != row["ripe_at"]:
        tx.execute(update(WITHDRAWAL).where(WITHDRAWAL.c.id == row["id"]).values(ripe_at=end))
    return end


def _decide(tx: Tx, withdrawal_id: str, state: str, at: datetime) -> None:
    waiting = update(WITHDRAWAL).where(WITHDRAWAL.c.id == withdrawal_id, WITHDRAWAL.c.state.in_(WAITING))
    if tx.execute(waiting.values(state=state, decided_at=at)).rowcount != 1:
        raise Conflict()


def _value(kernel: Kernel, row: Mapping[str, Any]) -> Withdrawn:
    words = kernel.vault.open_json(PURPOSE, row["words"], context=row["id"]) if row["words"] is not None else {}
    return Withdrawn(
        id=row["id"],
        case_id=row["case_id"],
        party_id=row["party_id"],
        how=row["how"],
        state=row["state"],
        asked_on=row["asked_on"],
        revocable_until=last_day(row["ripe_at"]),
        verified=row["verified_at"] is not None,
        ex_officio=row["ex_officio"],
        reason=words.get("reason", ""),
    )
