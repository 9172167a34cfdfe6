"""Rows of units against the organisation as it stands: what is new, what is known, and what is refused and why."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from onewindow.i18n import _
from onewindow.office.types import OfficeId, TownshipCode, UnitId
from onewindow.organisation import service
from onewindow.organisation.importing import LEVELS, Fault, Row, township_code, unit_fault
from onewindow.organisation.rows import TownshipKind, Unit, UnitKind
from onewindow.organisation.snapshot import Organisation
from onewindow.store import Tx

# The order in which levels are taken: what stands above comes first, wherever it is in the file.
_ORDER = (
    UnitKind.DISTRICT,
    UnitKind.TOWNSHIP,
    UnitKind.CENTRE,
    UnitKind.BUREAU,
    UnitKind.OFFICE,
    UnitKind.STATION,
    UnitKind.ROOM,
)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of a row: `new`, `known` from before, `above` the district, or `refused`."""

    row: Row
    outcome: str
    fault: Fault | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """A unit that stands or will, as far as its children need to know it."""

    township: str
    organ: str
    kind: UnitKind
    id: UnitId | None = None


@dataclass
class Plan:
    """The verdicts in the order of the file, and what to make in the order in which it can be made."""

    verdicts: list[Verdict] = field(default_factory=list)
    to_make: list[tuple[Row, UnitKind, Place | None]] = field(default_factory=list)


def plan_units(rows: Sequence[Row], organisation: Organisation, district: str, offices: frozenset[str]) -> Plan:
    """Decide about each row by its code; a name never decides anything."""
    plan, known = Plan(), _places(organisation)
    seen: dict[str, int] = {}

    def order(row: Row) -> tuple[int, int]:
        kind = LEVELS.get(row["level"].lower())
        return (_ORDER.index(kind) if kind is not None else -1, row.line)

    for row in sorted(rows, key=order):
        plan.verdicts.append(_judge(row, organisation, district, offices, known, seen, plan))
    plan.verdicts.sort(key=lambda verdict: verdict.row.line)
    return plan


def _judge(
    row: Row,
    organisation: Organisation,
    district: str,
    offices: frozenset[str],
    known: dict[str, Place],
    seen: dict[str, int],
    plan: Plan,
) -> Verdict:
    if fault := unit_fault(row, district):
        return Verdict(row, "refused", fault)
    kind = LEVELS[row["level"].lower()]
    if kind is None:
        return Verdict(row, "above")
    code = township_code(row["code"]) if kind is UnitKind.TOWNSHIP else row["code"]
    if code in seen:
        return Verdict(
            row, "refused", Fault("code", _("与第 {line} 行代码重复"), _("每个代码只保留一行"), {"line": seen[code]})
        )
    seen[code] = row.line
    if row["office"] and row["office"] not in offices:
        return Verdict(row, "refused", Fault("office", _("没有这个科室模块"), _("留空为纸质流转")))
    standing = organisation.by_code.get(code)
    if standing is not None and standing.valid_to is not None:
        return Verdict(row, "refused", Fault("code", _("该代码的单位已撤销"), _("使用新的代码")))
    name = standing.name if standing else None
    if kind is UnitKind.TOWNSHIP and (tenant := organisation.townships.get(TownshipCode(code))) is not None:
        name = tenant.name
    if kind is UnitKind.DISTRICT:
        return Verdict(row, "known")
    if name is not None:
        if name != row["name"]:
            fault = Fault("name", _("该代码已登记为“{name}”"), _("确需更名的，在单位页面修改"), {"name": name})
            return Verdict(row, "refused", fault)
        return Verdict(row, "known")
    parent = None
    if kind is not UnitKind.TOWNSHIP:
        parent = known.get(_above(row))
        if parent is None:
            wrong = Fault(
                "parent",
                _("没有上级单位 {parent}，或它也被拒绝"),
                _("先登记或改正上级"),
                {"parent": row["parent"][:24]},
            )
            return Verdict(row, "refused", wrong)
        if kind is UnitKind.ROOM and township_code(code) != parent.township:
            wrong = Fault(
                "code", _("代码与上级 {parent} 不符"), _("村居代码的前九位是镇街代码"), {"parent": parent.township}
            )
            return Verdict(row, "refused", wrong)
    plan.to_make.append((row, kind, parent))
    organ = row["organ"] or (parent.organ if parent else _organ(row["name"], code))
    known[code] = Place(parent.township if parent else code, organ, kind)
    return Verdict(row, "new")


def _places(organisation: Organisation) -> dict[str, Place]:
    found = {code: _place(unit) for code, unit in organisation.by_code.items() if unit.valid_to is None}
    for code in organisation.townships:
        if code not in found:
            # One that was entered by hand: its units have no codes, but its government is there.
            tops = [
                u for u in organisation.units.values() if u.township == code and u.parent is None and u.valid_to is None
            ]
            if tops:
                found[code] = _place(min(tops, key=lambda unit: (unit.kind not in _TOP, unit.id)))
    return found


_TOP = frozenset({UnitKind.TOWNSHIP, UnitKind.DISTRICT})


def _place(unit: Unit) -> Place:
    return Place(unit.township, unit.organ, unit.kind, unit.id)


def _organ(name: str, code: str) -> str:
    """Whose name stands on a township's documents, by the seventh digit of its code: 0 a subdistrict, 1 a town, 2 and 3
    a township, 4 and 5 a farm or a works that is its own authority."""
    if code[6:7] in ("4", "5"):
        return name
    return f"{name}办事处" if code[6:7] == "0" else f"{name}人民政府"


def make_units(tx: Tx, plan: Plan, district: str, day: date) -> dict[str, UnitId]:
    """Make what is new, in the caller's transaction; the ids by code."""
    made: dict[str, UnitId] = {}
    for row, kind, parent in plan.to_make:
        township = kind is UnitKind.TOWNSHIP
        code = township_code(row["code"]) if township else row["code"]
        if township:
            service.add_township(
                tx,
                code=TownshipCode(code),
                token=f"t{code}",
                name=row["name"],
                district=TownshipCode(district),
                kind=TownshipKind.SUBDISTRICT if code[6:7] == "0" else TownshipKind.TOWN,
            )
        organ = row["organ"] or (parent.organ if parent else _organ(row["name"], code))
        more: dict[str, Any] = {"office": OfficeId(row["office"]) if row["office"] else None}
        above = parent.id or made[_above(row)] if parent else None
        name = organ if township else row["name"]
        made[code] = service.add_unit(
            tx,
            township=TownshipCode(parent.township if parent else code),
            kind=kind,
            name=name,
            organ=organ,
            valid_from=day,
            parent=above,
            code=code,
            **more,
        )
    return made


def _above(row: Row) -> str:
    """The code of the unit above: the one that is named, else the township in whose code a village's begins."""
    parent, code = row["parent"], row["code"]
    if parent:
        return township_code(parent) if len(parent) == 12 and parent.isdigit() and parent.endswith("000") else parent
    return township_code(code) if len(code) == 12 and code.isdigit() else ""
