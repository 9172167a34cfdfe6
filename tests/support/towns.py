"""A made-up district with many townships alike, put into a data folder before its centre starts: one for each test."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from onewindow.access.accounts import create_account
from onewindow.access.passwords import Passwords
from onewindow.cli.setting_up import make
from onewindow.office.types import StaffId, TownshipCode, UnitId, law_day
from onewindow.organisation import service as organisation
from onewindow.organisation.cache import load
from onewindow.organisation.roles import Role
from onewindow.organisation.rows import UnitKind
from onewindow.settings import Settings
from onewindow.setup.stores import open_kernel_store
from onewindow.store import Tx
from tests.support.townships import MEDIATION, PEOPLE, PETITION, district_office, hire, settle_township

__all__ = ["DISTRICT", "DISTRICT_PEOPLE", "MEDIATION", "PASSWORD", "PEOPLE", "PETITION", "Town", "settle"]

DISTRICT = TownshipCode("990100")
PASSWORD = "hexi-qiao-bian-lao-liu-shu"

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

    def hire_with_account(login: str, unit: UnitId, role: Role) -> StaffId:
        staff = hire(tx, f"工作人员{login}", unit, role, day)
        create_account(tx, staff=staff, login=login, password_hash=hashed, at=now, must_change=False)
        return staff

    own = district_office(tx, DISTRICT, day, top.id)
    above = {login: hire_with_account(login, own, role) for login, role in DISTRICT_PEOPLE.items()}
    organisation.name_persons(tx, DISTRICT, window_fallback=above["dhead"], secret=above["ddesignated"])
    made = []
    for number in range(1, towns + 1):
        town = Town(TownshipCode(f"{DISTRICT}{number:03d}"), f"第{number}镇", {})

        def hires(key: str, unit: UnitId, role: Role, town: Town = town) -> StaffId:
            return hire_with_account(town.login(key), unit, role)

        units, _people = settle_township(
            tx,
            code=town.code,
            token=f"t{number:03d}",
            name=town.name,
            district=DISTRICT,
            since=day,
            now=now,
            hires=hires,
        )
        town.units.update(units)
        made.append(town)
    return made
