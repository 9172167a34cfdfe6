"""A fresh centre: its key file, its tables, its district, and the first administrators with passwords shown once."""

from dataclasses import dataclass
from datetime import datetime

from onewindow.access import passwords
from onewindow.access.accounts import create_account
from onewindow.access.passwords import Passwords
from onewindow.access.vault import Vault
from onewindow.errors import Refused
from onewindow.i18n import _
from onewindow.office.types import StaffId, TownshipCode, law_day, new_id
from onewindow.organisation import service as organisation
from onewindow.organisation.cache import load
from onewindow.organisation.roles import TITLES, Role
from onewindow.organisation.rows import TownshipKind, UnitKind
from onewindow.settings import Settings
from onewindow.setup.stores import kernel_migrations, open_kernel_store
from onewindow.store import Tx

FIRST = ((Role.SYSADMIN, "sysadmin"), (Role.SECADMIN, "secadmin"), (Role.AUDITOR, "auditor"))


@dataclass(frozen=True, slots=True)
class FirstAccount:
    """An administrator's account: the password is shown now and never again, and has to be changed at first login."""

    login: str
    password: str
    title: str


def is_initialised(settings: Settings) -> bool:
    """Whether this data folder belongs to a centre already."""
    return settings.key_file.is_file()


def initialise(settings: Settings, now: datetime) -> list[FirstAccount]:
    """Make the data folder of a new centre.

    Raises:
        Refused: the folder belongs to a centre already; nothing is overwritten.
    """
    if is_initialised(settings):
        raise Refused(_("这个数据目录已经初始化"), rule="init", remedy=_("换一个目录，或直接运行 onewindow up"))
    settings.data.mkdir(parents=True, exist_ok=True, mode=0o700)
    kernel_migrations(settings).upgrade()
    store = open_kernel_store(settings)
    try:
        accounts = store.write_now(lambda tx: _district(tx, settings, now))
    finally:
        store.close_now()
    # Last: a folder without keys is one that was never finished, and may be made again.
    Vault.create(settings.key_file)
    return accounts


def _district(tx: Tx, settings: Settings, now: datetime) -> list[FirstAccount]:
    day = law_day(now)
    code = TownshipCode(settings.district)
    if load(tx.conn).townships:
        return []
    organisation.add_township(
        tx,
        code=code,
        token=settings.district.lower(),
        name=settings.district_name,
        district=code,
        kind=TownshipKind.DISTRICT,
    )
    unit = organisation.add_unit(
        tx,
        township=code,
        kind=UnitKind.DISTRICT,
        name=f"{settings.district_name}社会治安综合治理办公室",
        organ=f"{settings.district_name}人民政府",
        valid_from=day,
    )
    made = []
    hasher = Passwords()
    for role, login in FIRST:
        staff = organisation.add_staff(tx, name=str(TITLES[role]), valid_from=day, id=StaffId(new_id()))
        organisation.appoint(tx, staff=staff, unit=unit, role=role, valid_from=day)
        password = passwords.generate()
        create_account(tx, staff=staff, login=login, password_hash=hasher.hash_now(password), at=now, must_change=True)
        made.append(FirstAccount(login, password, str(TITLES[role])))
    return made
