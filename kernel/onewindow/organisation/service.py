"""Changes to the organisation: appointing, delegating, covering and ending, each in the caller's transaction."""

import re
from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import Table, or_, select, update

from onewindow.errors import BadInput, Conflict, NotFound, Refused
from onewindow.i18n import _
from onewindow.office.types import OfficeId, StaffId, TownshipCode, UnitId, law_day, new_id
from onewindow.organisation.cache import load
from onewindow.organisation.powers import POWERS
from onewindow.organisation.readiness import missing
from onewindow.organisation.roles import KEEPERS, separated
from onewindow.organisation.rows import TownshipKind, UnitKind
from onewindow.organisation.tables import ABSENCE, DELEGATION, DUTY, POST, STAFF, TOWNSHIP, UNIT, VERSION
from onewindow.store import Tx, upsert

_TOKEN = re.compile(r"[a-z0-9]{1,32}")
_CODE = re.compile(r"[0-9]{6,12}")
_UNIT_CODE = re.compile(r"[0-9A-Za-z-]{2,24}")


def bump(tx: Tx) -> None:
    """Raise the version: every process loads its snapshot anew."""
    tx.execute(upsert(VERSION, tx.dialect, key=["id"], update=[], add=["version"]), {"id": 1, "version": 1})


# Townships and units ---------------------------------------------------------------------------------------------


def add_township(
    tx: Tx, *, code: TownshipCode, token: str, name: str, district: TownshipCode, kind: TownshipKind
) -> TownshipCode:
    """A new tenant; it takes no matters until it goes live."""
    if not _CODE.fullmatch(code):
        raise BadInput(_("区划代码应为 6 至 12 位数字"), field="code")
    if not _TOKEN.fullmatch(token):
        raise BadInput(_("总线标识只能用小写字母和数字"), field="token")
    _text("name", name)
    if _find(tx, TOWNSHIP, TOWNSHIP.c.code, code) is not None:
        raise Conflict(_("该镇街已登记"))
    if _find(tx, TOWNSHIP, TOWNSHIP.c.token, token) is not None:
        raise Conflict(_("该总线标识已被使用"))
    if kind is TownshipKind.DISTRICT and code != district:
        raise BadInput(_("区本级的所属区应为自身"), field="district")
    if kind is not TownshipKind.DISTRICT and _find(tx, TOWNSHIP, TOWNSHIP.c.code, district) is None:
        raise NotFound(_("请先登记所属区"))
    row = {"code": code, "token": token, "name": name, "district_code": district, "kind": kind.value, "live": False}
    _insert(tx, TOWNSHIP, {**row, "window_fallback": None, "secret": None})
    return code


def name_persons(
    tx: Tx, township: TownshipCode, *, window_fallback: StaffId | None = None, secret: StaffId | None = None
) -> None:
    """Name whom the window falls back on, and who is designated for sealed matters; None leaves it as it is."""
    _row(tx, TOWNSHIP, TOWNSHIP.c.code, township)
    named = {"window_fallback": window_fallback, "secret": secret}
    values = {column: staff for column, staff in named.items() if staff is not None}
    for staff in values.values():
        _row(tx, STAFF, STAFF.c.id, staff)
    if values:
        tx.execute(update(TOWNSHIP).where(TOWNSHIP.c.code == township).values(**values))
        bump(tx)


def go_live(tx: Tx, township: TownshipCode, at: datetime) -> None:
    """Let a township take matters, once somebody leads it and somebody catches what falls through."""
    tx.flush()
    organisation = load(tx.conn)
    if township not in organisation.townships:
        raise NotFound()
    for lack in missing(organisation, township, at):
        raise Refused(lack.text, rule="go-live", remedy=lack.remedy)
    tx.execute(update(TOWNSHIP).where(TOWNSHIP.c.code == township).values(live=True))
    bump(tx)


def suspend(tx: Tx, township: TownshipCode) -> None:
    """Take no further matters in a township; what is running goes on."""
    _row(tx, TOWNSHIP, TOWNSHIP.c.code, township)
    tx.execute(update(TOWNSHIP).where(TOWNSHIP.c.code == township).values(live=False))
    bump(tx)


def add_unit(
    tx: Tx,
    *,
    township: TownshipCode,
    kind: UnitKind,
    name: str,
    organ: str,
    valid_from: date,
    parent: UnitId | None = None,
    office: OfficeId | None = None,
    id: UnitId | None = None,
    code: str | None = None,
) -> UnitId:
    """A new unit; `organ` is whose name stands on its documents, `code` what an import knows it by."""
    _text("name", name)
    _text("organ", organ)
    if code is not None:
        _free_code(tx, code)
    _row(tx, TOWNSHIP, TOWNSHIP.c.code, township)
    if parent is not None:
        _standing(tx, UNIT, parent, valid_from)
    unit = id or UnitId(new_id())
    row: dict[str, Any] = {"id": unit, "township_code": township, "parent_id": parent, "kind": kind.value}
    _insert(tx, UNIT, {**row, "name": name, "organ": organ, "office": office, "code": code, **_term(valid_from)})
    return unit


def change_unit(
    tx: Tx, unit: UnitId, on: date, *, name: str | None = None, organ: str | None = None, code: str | None = None
) -> None:
    """Rename a unit, or say for which organ it acts, or give it a code; None leaves a value as it is.

    A code that was given is never changed: imports know the unit by it.
    """
    row = _standing(tx, UNIT, unit, on)
    values = {key: value for key, value in (("name", name), ("organ", organ), ("code", code)) if value is not None}
    for key, value in values.items():
        _text(key, value)
    if code is not None and code != row["code"]:
        if row["code"] is not None:
            raise Refused(_("单位代码定了不改"), rule="unit-code", remedy=_("代码有误的，撤销该单位后重新登记"))
        _free_code(tx, code)
    if values:
        tx.execute(update(UNIT).where(UNIT.c.id == unit).values(**values))
        bump(tx)


def _free_code(tx: Tx, code: str) -> None:
    if not _UNIT_CODE.fullmatch(code):
        raise BadInput(_("单位代码用 2 至 24 个字母、数字或横线"), field="code")
    if _find(tx, UNIT, UNIT.c.code, code) is not None:
        raise Conflict(_("该单位代码已被使用"))


def set_unit_office(tx: Tx, unit: UnitId, office: OfficeId | None) -> None:
    """Say which office's module a unit works with; None: it works on paper."""
    _row(tx, UNIT, UNIT.c.id, unit)
    tx.execute(update(UNIT).where(UNIT.c.id == unit).values(office=office))
    bump(tx)


def end_unit(tx: Tx, unit: UnitId, on: date) -> None:
    """Dissolve a unit, once nobody works there and nothing stands below it."""
    _standing(tx, UNIT, unit, on)
    if _open(tx, POST, POST.c.unit_id == unit, on):
        raise Refused(_("单位内还有在任岗位，不能撤销"), rule="end-unit", remedy=_("先免去或调整岗位"))
    if _open(tx, UNIT, UNIT.c.parent_id == unit, on):
        raise Refused(_("单位下还有下级单位，不能撤销"), rule="end-unit", remedy=_("先撤销或调整下级单位"))
    _end(tx, UNIT, UNIT.c.id == unit, on)


# People and posts ------------------------------------------------------------------------------------------------


def add_staff(tx: Tx, *, name: str, valid_from: date, id: StaffId | None = None) -> StaffId:
    """Somebody new."""
    _text("name", name)
    staff = id or StaffId(new_id())
    _insert(tx, STAFF, {"id": staff, "name": name, **_term(valid_from)})
    return staff


def end_staff(tx: Tx, staff: StaffId, on: date) -> None:
    """Somebody leaves: their posts end, and what was delegated to them or by them."""
    _standing(tx, STAFF, staff, on)
    posts = select(POST.c.id).where(POST.c.staff_id == staff)
    _end(tx, DELEGATION, or_(DELEGATION.c.to_staff_id == staff, DELEGATION.c.post_id.in_(posts)), on)
    _end(tx, POST, POST.c.staff_id == staff, on)
    _end(tx, STAFF, STAFF.c.id == staff, on)


def appoint(tx: Tx, *, staff: StaffId, unit: UnitId, role: str, valid_from: date, id: str | None = None) -> str:
    """Give somebody a post. Whoever runs, secures or audits the system holds no other (三员分立)."""
    _text("role", role)
    _standing(tx, STAFF, staff, valid_from)
    _standing(tx, UNIT, unit, valid_from)
    held = _open(tx, POST, POST.c.staff_id == staff, valid_from)
    if any(row["unit_id"] == unit and row["role"] == role for row in held):
        raise Conflict(_("该人员已任此岗位"))
    if not separated([role, *(row["role"] for row in held)]):
        raise Refused(
            _("系统、安全、审计管理员须分设，且不得兼任其他岗位"), rule="separation", remedy=_("另行指定人员")
        )
    post = id or new_id()
    _insert(tx, POST, {"id": post, "staff_id": staff, "unit_id": unit, "role": role, **_term(valid_from)})
    return post


def end_post(tx: Tx, post: str, on: date) -> None:
    """Take a post away; what it had delegated ends with it."""
    _standing(tx, POST, post, on)
    _end(tx, DELEGATION, DELEGATION.c.post_id == post, on)
    _end(tx, POST, POST.c.id == post, on)


# Delegations, absences, duties -----------------------------------------------------------------------------------


def delegate(
    tx: Tx, *, post: str, to: StaffId, powers: Collection[str], number: str, valid_from: date, valid_to: date
) -> str:
    """Authorise somebody in writing to sign for a post, under a number and up to, not including, `valid_to`."""
    row = _standing(tx, POST, post, valid_from)
    _standing(tx, STAFF, to, valid_from)
    _text("number", number)
    if valid_to <= valid_from:
        raise BadInput(_("截止日期应晚于开始日期"), field="valid_to")
    if to == row["staff_id"]:
        raise BadInput(_("不能授权给本人"), field="to")
    wrong = [power for power in powers if (known := POWERS.get(power)) is None or row["role"] not in known.roles]
    if not powers or wrong or not all(POWERS[power].delegable for power in powers):
        raise BadInput(_("该岗位没有这项可授权的权限"), field="powers")
    if any(held["role"] in KEEPERS for held in _open(tx, POST, POST.c.staff_id == to, valid_from)):
        raise Refused(_("系统、安全、审计管理员不得接受业务授权"), rule="separation")
    delegation = new_id()
    values = {"id": delegation, "post_id": post, "to_staff_id": to, "powers": sorted(powers), "number": number}
    _insert(tx, DELEGATION, {**values, "valid_from": valid_from, "valid_to": valid_to})
    return delegation


def end_delegation(tx: Tx, delegation: str, on: date) -> None:
    """Withdraw an authorisation."""
    _standing(tx, DELEGATION, delegation, on)
    _end(tx, DELEGATION, DELEGATION.c.id == delegation, on)


def note_absence(
    tx: Tx, *, staff: StaffId, from_at: datetime, to_at: datetime | None, substitute: StaffId | None
) -> str:
    """Somebody is away; the substitute acts in their posts, save those that are personal."""
    _standing(tx, STAFF, staff, law_day(from_at))
    if to_at is not None and to_at <= from_at:
        raise BadInput(_("结束时间应晚于开始时间"), field="to_at")
    if substitute is not None:
        if substitute == staff:
            raise BadInput(_("代岗人不能是本人"), field="substitute")
        _standing(tx, STAFF, substitute, law_day(from_at))
        if any(held["role"] in KEEPERS for held in _open(tx, POST, POST.c.staff_id == substitute, law_day(from_at))):
            raise Refused(_("系统、安全、审计管理员不得代理业务岗位"), rule="separation")
    overlap = select(ABSENCE.c.id).where(
        ABSENCE.c.staff_id == staff, or_(ABSENCE.c.to_at.is_(None), ABSENCE.c.to_at > from_at)
    )
    if to_at is not None:
        overlap = overlap.where(ABSENCE.c.from_at < to_at)
    if tx.execute(overlap).first() is not None:
        raise Conflict(_("与已登记的离岗时间重叠"))
    absence = new_id()
    row = {"id": absence, "staff_id": staff, "from_at": from_at, "to_at": to_at, "substitute_id": substitute}
    _insert(tx, ABSENCE, row)
    return absence


def end_absence(tx: Tx, absence: str, at: datetime) -> None:
    """Somebody is back."""
    _row(tx, ABSENCE, ABSENCE.c.id, absence)
    still = or_(ABSENCE.c.to_at.is_(None), ABSENCE.c.to_at > at)
    tx.execute(update(ABSENCE).where(ABSENCE.c.id == absence, still).values(to_at=at))
    bump(tx)


def add_duty(tx: Tx, *, township: TownshipCode, category: str, unit: UnitId, role: str) -> str:
    """Enter a line of the duty list."""
    _row(tx, TOWNSHIP, TOWNSHIP.c.code, township)
    _row(tx, UNIT, UNIT.c.id, unit)
    duty = new_id()
    row = {"id": duty, "township_code": township, "category": category, "unit_id": unit, "role": role}
    _insert(tx, DUTY, {**row, "ended_at": None})
    return duty


def end_duty(tx: Tx, duty: str, at: datetime) -> None:
    """Strike a line from the duty list; the row stays."""
    _row(tx, DUTY, DUTY.c.id, duty)
    tx.execute(update(DUTY).where(DUTY.c.id == duty, DUTY.c.ended_at.is_(None)).values(ended_at=at))
    bump(tx)


# Rows ------------------------------------------------------------------------------------------------------------


def _term(valid_from: date) -> dict[str, Any]:
    return {"valid_from": valid_from, "valid_to": None}


def _text(field: str, value: str) -> None:
    if not value.strip():
        raise BadInput(_("不能为空"), field=field)
    if len(value) > 200:
        raise BadInput(_("内容过长"), field=field)


def _insert(tx: Tx, table: Table, row: Mapping[str, Any]) -> None:
    tx.execute(table.insert(), row)
    bump(tx)


def _find(tx: Tx, table: Table, column: Any, value: str) -> Mapping[str, Any] | None:
    row = tx.execute(select(table).where(column == value)).mappings().first()
    return dict(row) if row is not None else None


def _row(tx: Tx, table: Table, column: Any, value: str) -> Mapping[str, Any]:
    found = _find(tx, table, column, value)
    if found is None:
        raise NotFound()
    return found


def _standing(tx: Tx, table: Table, id: str, day: date) -> Mapping[str, Any]:
    row = _row(tx, table, table.c.id, id)
    if row["valid_to"] is not None and row["valid_to"] <= day:
        raise Refused(_("已经终止，不能再变更"), rule="ended")
    return row


def _still(table: Table, on: date) -> Any:
    return or_(table.c.valid_to.is_(None), table.c.valid_to > on)


def _open(tx: Tx, table: Table, condition: Any, on: date) -> list[Mapping[str, Any]]:
    """The rows that hold on a day or later."""
    return [dict(row) for row in tx.execute(select(table).where(condition, _still(table, on))).mappings()]


def _end(tx: Tx, table: Table, condition: Any, on: date) -> None:
    tx.execute(update(table).where(condition, _still(table, on)).values(valid_to=on))
    bump(tx)
