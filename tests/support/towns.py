"""A made-up district with many townships alike, put into a data folder before its centre starts: one for each test."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from onewindow.access.accounts import create_account
from onewindow.access.passwords import Passwords
from onewindow.cli.setting_up import make
from onewindow.office.types import OfficeId, StaffId, TownshipCode, UnitId, law_day
from onewindow.organisation import service as organisation
from onewindow.organisation.cache import load
from onewindow.organisation.roles import Role
from onewindow.organisation.rows import TownshipKind, UnitKind
from onewindow.settings import Settings
from onewindow.setup.stores import open_kernel_store
from onewindow.store import Tx

DISTRICT = TownshipCode("990100")
PETITION = OfficeId("petition")
MEDIATION = OfficeId("mediation")
PASSWORD = "hexi-qiao-bian-lao-liu-shu"

# Of each township: the unit (name, kind, above it, the module that it works with where that is enabled) ...
UNITS = {
    "government": ("{name}人民政府", UnitKind.TOWNSHIP, None, None),
    "centre": ("{name}综治中心", UnitKind.CENTRE, "government", None),
    "petition": ("{name}信访办", UnitKind.OFFICE, "centre", PETITION),
    "mediation": ("{name}调解室", UnitKind.OFFICE, "centre", MEDIATION),
    "farming": ("{name}农业农村办", UnitKind.OFFICE, "government", None),
}
# ... and who works there: key (the login without the township) -> (unit, role).
PEOPLE = {
    "mayor": ("government", Role.ORGAN_HEAD),
    "director": ("centre", Role.DIRECTOR),
    "deputy": ("centre", Role.DEPUTY),
    "registrar": ("centre", Role.REGISTRAR),
    "designated": ("centre", Role.DESIGNATED),
    "head": ("petition", Role.HEAD),
    "handler": ("petition", Role.HANDLER),
    "mhead": ("mediation", Role.HEAD),
    "mediator": ("mediation", Role.MEDIATOR),
    "farmer": ("farming", Role.HANDLER),
}
DISTRICT_PEOPLE = {"dhandler": Role.HANDLER, "dhead": Role.HEAD, "ddesignated": Role.DESIGNATED}


@dataclass(frozen=True)
class Town:
    """A township and the ids of its units."""

    code: TownshipCode
    name: str
    units: dict[str, UnitId]

    def login(self, key: str) -> str:
        return key if key in DISTRICT_PEOPLE else f"{key}.{self.code[-3:]}"


def settle(settings: Settings, towns: int) -> list[Town]:
    """Make a data folder whose district has so many townships, staffed and live; no office is enabled in any."""
    make(settings)
    store = open_kernel_store(settings)
    try:
        return store.write_now(lambda tx: _district(tx, settings.now(), towns))
    finally:
        store.close_now()


def _district(tx: Tx, now: datetime, towns: int) -> list[Town]:
    top = next(u for u in load(tx.conn).units.values() if u.kind is UnitKind.DISTRICT)
    hashed = Passwords().hash_now(PASSWORD)
    # The day before: whoever tests around midnight has people all the same.
    day = law_day(now - timedelta(days=1))

    def hire(login: str, unit: UnitId, role: Role) -> StaffId:
        staff = organisation.add_staff(tx, name=f"工作人员{login}", valid_from=day)
        organisation.appoint(tx, staff=staff, unit=unit, role=role, valid_from=day)
        create_account(tx, staff=staff, login=login, password_hash=hashed, at=now, must_change=False)
        return staff

    own = organisation.add_unit(
        tx, township=DISTRICT, kind=UnitKind.OFFICE, name="示范区信访局", organ="示范区人民政府", valid_from=day,
        parent=top.id, office=PETITION,
    )  # fmt: skip
    above = {login: hire(login, own, role) for login, role in DISTRICT_PEOPLE.items()}
    organisation.name_persons(tx, DISTRICT, window_fallback=above["dhead"], secret=above["ddesignated"])
    made = []
    for number in range(1, towns + 1):
        code, name = TownshipCode(f"{DISTRICT}{number:03d}"), f"第{number}镇"
        town = Town(code, name, {})
        organisation.add_township(
            tx, code=code, token=f"t{number:03d}", name=name, district=DISTRICT, kind=TownshipKind.TOWN
        )
        for key, (title, kind, parent, office) in UNITS.items():
            town.units[key] = organisation.add_unit(
                tx, township=code, kind=kind, name=title.format(name=name), organ=f"{name}人民政府", valid_from=day,
                parent=town.units[parent] if parent else None, office=office,
            )  # fmt: skip
        staff = {key: hire(town.login(key), town.units[unit], role) for key, (unit, role) in PEOPLE.items()}
        organisation.name_persons(tx, code, window_fallback=staff["deputy"], secret=staff["designated"])
        organisation.go_live(tx, code, now)
        made.append(town)
    return made
