"""The township that the tests have in common: its units, its people, its duty list, put into a store in one go."""

from collections.abc import Callable
from datetime import date, datetime

from onewindow.office.types import OfficeId, StaffId, TownshipCode, UnitId
from onewindow.organisation import service as organisation
from onewindow.organisation.roles import Role
from onewindow.organisation.rows import TownshipKind, UnitKind
from onewindow.store import Tx

PETITION = OfficeId("petition")
MEDIATION = OfficeId("mediation")
# Of each township: the unit (name, kind, organ, above it, its office's module) ...
UNITS: dict[str, tuple[str, UnitKind, str, str | None, OfficeId | None]] = {
    "government": ("{name}人民政府", UnitKind.TOWNSHIP, "{name}人民政府", None, None),
    "centre": ("{name}综治中心", UnitKind.CENTRE, "{name}人民政府", "government", None),
    "petition": ("{name}信访办", UnitKind.OFFICE, "{name}人民政府", "centre", PETITION),
    "mediation": ("{name}调解室", UnitKind.OFFICE, "{name}人民调解委员会", "centre", MEDIATION),
    "farming": ("{name}农业农村办", UnitKind.OFFICE, "{name}人民政府", "government", None),
    "water": ("{name}水利站", UnitKind.OFFICE, "{name}人民政府", "government", None),
    "market": ("{name}市场监督管理所", UnitKind.BUREAU, "示范区市场监督管理局", "centre", None),
}
# ... who works there ...
PEOPLE = {
    "mayor": ("government", Role.ORGAN_HEAD),
    "organ_head": ("government", Role.ORGAN_HEAD),
    "director": ("centre", Role.DIRECTOR),
    "deputy": ("centre", Role.DEPUTY),
    "registrar": ("centre", Role.REGISTRAR),
    "supervisor": ("centre", Role.SUPERVISOR),
    "designated": ("centre", Role.DESIGNATED),
    "head": ("petition", Role.HEAD),
    "handler": ("petition", Role.HANDLER),
    "colleague": ("petition", Role.HANDLER),
    "mhead": ("mediation", Role.HEAD),
    "clerk": ("mediation", Role.HANDLER),
    "mediator": ("mediation", Role.MEDIATOR),
    "farmer": ("farming", Role.HANDLER),
}
# ... and which of its units, that work on paper, answer which category.
DUTIES = {"0503": "water", "0801": "market"}
# The district's own petition office.
DISTRICT_OFFICE = ("示范区信访局", "示范区人民政府")

Hire = Callable[[str, UnitId, Role], StaffId]


def hire(tx: Tx, name: str, unit: UnitId, role: Role, since: date) -> StaffId:
    """Somebody with a post."""
    staff = organisation.add_staff(tx, name=name, valid_from=since)
    organisation.appoint(tx, staff=staff, unit=unit, role=role, valid_from=since)
    return staff


def district_office(tx: Tx, district: TownshipCode, since: date, parent: UnitId | None = None) -> UnitId:
    """The petition office of the district itself."""
    name, organ = DISTRICT_OFFICE
    return organisation.add_unit(
        tx, township=district, kind=UnitKind.OFFICE, name=name, organ=organ, valid_from=since,
        parent=parent, office=PETITION,
    )  # fmt: skip


def settle_township(
    tx: Tx,
    *,
    code: TownshipCode,
    token: str,
    name: str,
    district: TownshipCode,
    since: date,
    now: datetime,
    hires: Hire,
) -> tuple[dict[str, UnitId], dict[str, StaffId]]:
    """A township, staffed and live; its units and people by their keys. `hires` employs somebody by their key."""
    organisation.add_township(tx, code=code, token=token, name=name, district=district, kind=TownshipKind.TOWN)
    units: dict[str, UnitId] = {}
    for key, (title, kind, organ, parent, office) in UNITS.items():
        units[key] = organisation.add_unit(
            tx, township=code, kind=kind, name=title.format(name=name), organ=organ.format(name=name),
            valid_from=since, parent=units[parent] if parent else None, office=office,
        )  # fmt: skip
    for category, unit in DUTIES.items():
        organisation.add_duty(tx, township=code, category=category, unit=units[unit], role="lead")
    people = {key: hires(key, units[unit], role) for key, (unit, role) in PEOPLE.items()}
    organisation.name_persons(tx, code, window_fallback=people["deputy"], secret=people["designated"])
    organisation.go_live(tx, code, now)
    return units, people
