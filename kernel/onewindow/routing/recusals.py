"""Recusal (回避): somebody with an interest in a matter steps aside; until it is decided they take no step in it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Table, select, update

from onewindow.bus.events import CaseNoted
from onewindow.errors import BadInput, NotFound, Refused
from onewindow.i18n import _
from onewindow.office.types import StaffId, TownshipCode, UnitId, new_id
from onewindow.organisation.exclusion import Exclusion
from onewindow.registry import timeline
from onewindow.registry.timeline import CASE, OFFICE, PARTIES, Line, staff_actor
from onewindow.routing import assignments, rules
from onewindow.routing.assignments import ASSIGNMENT, OPEN
from onewindow.routing.context import Kernel
from onewindow.routing.recusal_table import Recusal
from onewindow.store.sql import for_update, table_of
from onewindow.store.tx import Tx

RECUSAL: Table = table_of(Recusal)
PURPOSE = "recusal"
RULE = "信访工作条例 第二十八条"


def ask(
    tx: Tx,
    kernel: Kernel,
    row: Mapping[str, Any],
    staff_id: str | None,
    at: datetime,
    actor: str,
    *,
    reason: str,
    ground: str = "",
) -> str:
    """Somebody declares their own interest, or a party asks that the officer step aside; the recusal's id.

    Of a sealed case nobody above may know, so there it takes effect at once, if another designated person is there.

    Raises:
        Refused: nobody handles the assignment yet, it is over, or this was asked for already.
    """
    if row["state"] not in OPEN:
        raise Refused(_("交办已结束，不能再申请回避"), rule="ended")
    if not staff_id:
        raise Refused(_("还没有确定承办人"), rule="recusal", remedy=_("确定承办人以后再申请"))
    case = _locked(tx, row["case_id"])
    if staff_id in case["excluded"]:
        raise Refused(_("该人员已经回避"), rule="recusal")
    if staff_id in case["recusing"]:
        raise Refused(_("回避申请正在决定"), rule="recusal")
    recusal_id = new_id()
    body = kernel.vault.seal_json(PURPOSE, {"reason": reason}, context=recusal_id)
    tx.insert(
        RECUSAL,
        {
            "id": recusal_id,
            "case_id": case["id"],
            "assignment_id": row["id"],
            "staff_id": staff_id,
            "asked_by": actor,
            "asked_at": at,
            "ground": ground,
            "body": body,
            "state": "open",
            "decided_at": None,
            "decided_by": None,
            "ruling": None,
        },
    )
    data = {"assignment": row["id"], "recusal": recusal_id, "staff": staff_id, "ground": ground}
    readers = (OFFICE, actor) if actor.startswith("party:") else (OFFICE,)
    timeline.append(tx, kernel.vault, case["id"], Line("recusal-asked", at, actor, readers, data, {"reason": reason}))
    if case["sealed"]:
        _pass_on(tx, kernel, case, staff_id, at)
        found = dict(tx.execute(select(RECUSAL).where(RECUSAL.c.id == recusal_id)).mappings().one())
        _settle(tx, kernel, found, case, at, timeline.SYSTEM, granted=True, reason="")
    else:
        tx.execute(update(CASE).where(CASE.c.id == case["id"]).values(recusing=[*case["recusing"], staff_id]))
    return recusal_id


def decide(
    tx: Tx,
    kernel: Kernel,
    recusal_id: str,
    decider: str,
    at: datetime,
    *,
    granted: bool,
    reason: str,
    officer: str | None = None,
) -> None:
    """Grant or refuse a recusal. Granted, the person knows no more of the case, and `officer`, or whoever the unit
    chooses, has their assignments. The clocks run on.

    Raises:
        NotFound: no such recusal.
        Refused: it was decided, or it is about the decider.
        BadInput: the new officer is not of that unit, or is kept away from the case.
    """
    found = tx.execute(for_update(select(RECUSAL).where(RECUSAL.c.id == recusal_id))).mappings().one_or_none()
    if found is None:
        raise NotFound()
    if found["state"] != "open":
        raise Refused(_("回避申请已经决定"), rule="recusal")
    if found["staff_id"] == decider:
        raise Refused(_("本人的回避由其他负责人决定"), rule=RULE)
    case = _locked(tx, found["case_id"])
    left = [one for one in case["recusing"] if one != found["staff_id"]]
    tx.execute(update(CASE).where(CASE.c.id == case["id"]).values(recusing=left))
    if granted:
        away = [*case["excluded"], found["staff_id"]]
        tx.execute(update(CASE).where(CASE.c.id == case["id"]).values(excluded=away))
        _hand_on(tx, kernel, {**case, "excluded": away, "recusing": left}, found["staff_id"], officer, at)
    _settle(tx, kernel, dict(found), case, at, staff_actor(decider), granted=granted, reason=reason)


def _locked(tx: Tx, case_id: str) -> dict[str, Any]:
    row = tx.execute(for_update(select(CASE).where(CASE.c.id == case_id))).mappings().one_or_none()
    if row is None:
        raise NotFound()
    return dict(row)


def _settle(
    tx: Tx,
    kernel: Kernel,
    found: Mapping[str, Any],
    case: Mapping[str, Any],
    at: datetime,
    actor: str,
    *,
    granted: bool,
    reason: str,
) -> None:
    """Note the decision, tell the office, and whoever asked."""
    ruling = kernel.vault.seal_json(PURPOSE, {"reason": reason}, context=found["id"])
    values = {
        "state": "granted" if granted else "refused",
        "decided_at": at,
        "decided_by": actor.removeprefix("staff:"),
        "ruling": ruling,
    }
    tx.execute(update(RECUSAL).where(RECUSAL.c.id == found["id"]).values(**values))
    data = {"assignment": found["assignment_id"], "recusal": found["id"], "staff": found["staff_id"]}
    line = Line("recusal-decided", at, actor, (OFFICE, PARTIES), {**data, "granted": granted}, {"reason": reason})
    timeline.append(tx, kernel.vault, case["id"], line)
    row = assignments.lock(tx, found["assignment_id"])
    if row["office"]:
        noted = CaseNoted(case_id=case["id"], assignment_id=row["id"], kind="recused", data={"granted": granted})
        kernel.tell(tx, row["office"], row["township"], noted, at)


def _hand_on(tx: Tx, kernel: Kernel, case: Mapping[str, Any], staff_id: str, officer: str | None, at: datetime) -> None:
    """Give what the recused person had to somebody else of the same unit."""
    query = select(ASSIGNMENT).where(ASSIGNMENT.c.case_id == case["id"], ASSIGNMENT.c.state.in_(OPEN))
    for row in [dict(row) for row in tx.execute(query).mappings()]:
        if row["officer"] != staff_id:
            continue
        if officer is not None:
            _require_colleague(kernel, case, row, officer, at)
        assignments.change(tx, kernel, row, at, officer=officer)


def _require_colleague(
    kernel: Kernel, case: Mapping[str, Any], row: Mapping[str, Any], officer: str, at: datetime
) -> None:
    organisation = kernel.organisation()
    units = {post.unit for post in organisation.posts_of(StaffId(officer), at)}
    kept_away = officer in (*case["excluded"], *case["recusing"]) or units & {UnitId(u) for u in case["excluded"]}
    if row["unit_id"] not in units or kept_away:
        raise BadInput(_("不能由这位人员承办"), field="officer", remedy=_("选择承办单位的其他人员"))


def _pass_on(tx: Tx, kernel: Kernel, case: Mapping[str, Any], staff_id: str, at: datetime) -> None:
    """Name another designated person for a sealed case: the township's, else the district's."""
    away = [*case["excluded"], staff_id]
    kept_out = Exclusion(staff=frozenset(StaffId(one) for one in away))
    named = rules.designated(TownshipCode(case["township"]), kernel.organisation(), kept_out, at)
    if not named:
        raise Refused(_("没有可以接替的密件指定人"), rule="recusal", remedy=_("请区里先指定"))
    tx.execute(update(CASE).where(CASE.c.id == case["id"]).values(excluded=away, designated=list(named)))
    query = select(ASSIGNMENT).where(ASSIGNMENT.c.case_id == case["id"], ASSIGNMENT.c.state.in_(OPEN))
    for row in [dict(row) for row in tx.execute(query).mappings()]:
        if row["officer"] == staff_id:
            assignments.change(tx, kernel, row, at, officer=named[0])


def open_of(conn: Connection, kernel: Kernel, case_id: str) -> list[dict[str, Any]]:
    """The recusals of a case that wait for a decision, each with its `reason`."""
    query = select(RECUSAL).where(RECUSAL.c.case_id == case_id, RECUSAL.c.state == "open").order_by(RECUSAL.c.id)
    return [
        {**row, **kernel.vault.open_json(PURPOSE, row["body"], context=row["id"])}
        for row in conn.execute(query).mappings()
    ]


def case_of(conn: Connection, recusal_id: str) -> str | None:
    """The case that a recusal is about."""
    found: str | None = conn.execute(select(RECUSAL.c.case_id).where(RECUSAL.c.id == recusal_id)).scalar()
    return found
