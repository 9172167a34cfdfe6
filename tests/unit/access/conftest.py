"""A store, a small organisation in it, and the accounts' service."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

import pytest

from onewindow.access.accounts import Accounts
from onewindow.access.passwords import Passwords
from onewindow.access.principal import Principal, principal_for
from onewindow.access.vault import Key, Vault
from onewindow.office.types import StaffId, TownshipCode
from onewindow.organisation import service
from onewindow.organisation.cache import OrganisationCache
from onewindow.organisation.roles import Role
from onewindow.organisation.rows import TownshipKind, UnitKind
from onewindow.organisation.snapshot import Organisation
from onewindow.store import KernelTable, Store, Tx
from tests.support.district import DISTRICT, NOW, START, organisation

Who = Callable[..., Principal]


@pytest.fixture
def who() -> Who:
    """The principal of somebody of the sample district."""

    def make(staff: str, people: Organisation | None = None) -> Principal:
        found = principal_for(people or organisation(), account_id=staff, staff_id=StaffId(staff), at=NOW)
        assert found is not None
        return found

    return make


@pytest.fixture
def vault() -> Vault:
    return Vault.of(Key.fresh())


@pytest.fixture
async def store(store_url: str) -> AsyncIterator[Store]:
    opened = Store.open(store_url, metadata=KernelTable.metadata, schema="kernel")
    opened.create_tables()
    yield opened
    await opened.close()


@dataclass(frozen=True)
class Desk:
    """An account that is open, its password, and what serves it."""

    accounts: Accounts
    organisation: OrganisationCache
    account: str
    staff: StaffId
    password: str
    login: str = "li.si"


@pytest.fixture
async def desk(store: Store, vault: Vault) -> Desk:
    people = OrganisationCache(store)

    def enter(tx: Tx) -> StaffId:
        code = TownshipCode(DISTRICT)
        service.add_township(tx, code=code, token="qu", name="示范区", district=code, kind=TownshipKind.DISTRICT)
        unit = service.add_unit(
            tx, township=code, kind=UnitKind.DISTRICT, name="区综治办", organ="区综治办", valid_from=START
        )
        staff = service.add_staff(tx, name="李四", valid_from=START)
        service.appoint(tx, staff=staff, unit=unit, role=Role.DISTRICT_ADMIN, valid_from=START)
        return staff

    staff = await people.change(enter)
    accounts = Accounts(store, vault, people, passwords=Passwords.light())
    account, password = await accounts.open(staff=staff, login="Li.Si", at=NOW, must_change=False)
    return Desk(accounts, people, account, staff, password)
