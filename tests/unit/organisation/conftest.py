"""A store with the kernel's tables, and a small organisation entered through the service."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest

from onewindow.office.types import StaffId, TownshipCode, UnitId
from onewindow.organisation import service
from onewindow.organisation.cache import OrganisationCache
from onewindow.organisation.roles import Role
from onewindow.organisation.rows import TownshipKind, UnitKind
from onewindow.store import KernelTable, Store, Tx
from tests.support.district import START


@dataclass(frozen=True)
class Entered:
    """The ids of what was entered."""

    district: TownshipCode
    town: TownshipCode
    centre: UnitId
    office: UnitId
    director: StaffId
    deputy: StaffId
    handler: StaffId
    director_post: str


@pytest.fixture
async def store(store_url: str) -> AsyncIterator[Store]:
    opened = Store.open(store_url, metadata=KernelTable.metadata, schema="kernel")
    opened.create_tables()
    yield opened
    await opened.close()


@pytest.fixture
def cache(store: Store) -> OrganisationCache:
    return OrganisationCache(store)


def enter(tx: Tx) -> Entered:
    """A district with one town that has a centre and one office."""
    district, town = TownshipCode("990100"), TownshipCode("990100001")
    service.add_township(tx, code=district, token="qu", name="示范区", district=district, kind=TownshipKind.DISTRICT)
    service.add_township(tx, code=town, token="dong", name="东镇", district=district, kind=TownshipKind.TOWN)
    centre = service.add_unit(
        tx, township=town, kind=UnitKind.CENTRE, name="综治中心", organ="东镇人民政府", valid_from=START
    )
    office = service.add_unit(
        tx, township=town, kind=UnitKind.OFFICE, name="信访办", organ="东镇人民政府", valid_from=START, parent=centre
    )
    director = service.add_staff(tx, name="主任", valid_from=START)
    deputy = service.add_staff(tx, name="副主任", valid_from=START)
    handler = service.add_staff(tx, name="承办人", valid_from=START)
    post = service.appoint(tx, staff=director, unit=centre, role=Role.DIRECTOR, valid_from=START)
    service.appoint(tx, staff=deputy, unit=centre, role=Role.DEPUTY, valid_from=START)
    service.appoint(tx, staff=handler, unit=office, role=Role.HANDLER, valid_from=START)
    return Entered(district, town, centre, office, director, deputy, handler, post)


@pytest.fixture
async def entered(cache: OrganisationCache) -> Entered:
    return await cache.change(enter)
