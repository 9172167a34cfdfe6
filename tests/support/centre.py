"""A whole small centre for tests: a district with two townships, people in every role, the bus and the offices."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import httpx
from fastapi import FastAPI

from onewindow.access.accounts import create_account
from onewindow.access.passwords import Passwords
from onewindow.access.principal import Principal, principal_for
from onewindow.access.vault import Vault
from onewindow.api.app import create_app
from onewindow.centre import Centre
from onewindow.host.run import migrations_of
from onewindow.office.types import OfficeId, StaffId, TownshipCode, UnitId
from onewindow.organisation import service
from onewindow.organisation.roles import Role
from onewindow.organisation.rows import TownshipKind, UnitKind
from onewindow.plugins.discovery import Found, discover
from onewindow.settings import Settings
from onewindow.setup.stores import kernel_migrations, open_kernel_store
from onewindow.store import Tx

DISTRICT = TownshipCode("371700")
EAST = TownshipCode("371702001")
WEST = TownshipCode("371702002")
SINCE = date(2026, 1, 1)
PASSWORD = "correct-horse-7-battery"
OPERATOR = "operator-token-of-a-test-run"

TOWNSHIPS = (
    (DISTRICT, "qu", "示范区", TownshipKind.DISTRICT),
    (EAST, "dong", "东关镇", TownshipKind.TOWN),
    (WEST, "xi", "西关镇", TownshipKind.TOWN),
)
# unit: (township, parent, kind, name, organ, office)
UNITS: Mapping[str, tuple[TownshipCode, str | None, UnitKind, str, str, str | None]] = {
    "district": (DISTRICT, None, UnitKind.DISTRICT, "示范区综治中心", "示范区人民政府", None),
    "district-petition": (DISTRICT, "district", UnitKind.OFFICE, "示范区信访局", "示范区人民政府", "petition"),
    "east": (EAST, None, UnitKind.TOWNSHIP, "东关镇人民政府", "东关镇人民政府", None),
    "east-centre": (EAST, "east", UnitKind.CENTRE, "东关镇综治中心", "东关镇人民政府", None),
    "east-petition": (EAST, "east-centre", UnitKind.OFFICE, "东关镇信访办", "东关镇人民政府", "petition"),
    "east-market": (EAST, "east", UnitKind.BUREAU, "东关市场监管所", "示范区市场监督管理局", None),
    "west": (WEST, None, UnitKind.TOWNSHIP, "西关镇人民政府", "西关镇人民政府", None),
    "west-centre": (WEST, "west", UnitKind.CENTRE, "西关镇综治中心", "西关镇人民政府", None),
    "west-petition": (WEST, "west-centre", UnitKind.OFFICE, "西关镇信访办", "西关镇人民政府", "petition"),
}
# who: (name, unit, role); the key is also their login
PEOPLE: Mapping[str, tuple[str, str, Role]] = {
    "district_admin": ("区管理员", "district", Role.DISTRICT_ADMIN),
    "auditor": ("审计员", "district", Role.AUDITOR),
    "sysadmin": ("系统员", "district", Role.SYSADMIN),
    "secadmin": ("安全员", "district", Role.SECADMIN),
    "district_designated": ("区密件员", "district", Role.DESIGNATED),
    "director": ("钱主任", "east-centre", Role.DIRECTOR),
    "deputy": ("孙副主任", "east-centre", Role.DEPUTY),
    "registrar": ("李登记", "east-centre", Role.REGISTRAR),
    "supervisor": ("周督办", "east-centre", Role.SUPERVISOR),
    "designated": ("吴密件", "east-centre", Role.DESIGNATED),
    "organ_head": ("郑镇长", "east", Role.ORGAN_HEAD),
    "head": ("王主任", "east-petition", Role.HEAD),
    "handler": ("冯承办", "east-petition", Role.HANDLER),
    "colleague": ("陈承办", "east-petition", Role.HANDLER),
    "west_director": ("褚主任", "west-centre", Role.DIRECTOR),
    "west_registrar": ("卫登记", "west-centre", Role.REGISTRAR),
    "west_handler": ("蒋承办", "west-petition", Role.HANDLER),
    "west_head": ("沈主任", "west-petition", Role.HEAD),
}
# township: (whom the window falls back on, who is designated for sealed matters)
NAMED = {
    DISTRICT: ("district_admin", "district_designated"),
    EAST: ("deputy", "designated"),
    WEST: ("west_director", "district_designated"),
}
APPLICANT = {"name": "张三丰", "phone": "13812345678", "id_number": "370101198001011230", "address": "前村8号"}
# The duty list: consumer disputes go to a unit that works on paper.
DUTIES = ((EAST, "0801", "east-market"),)


@dataclass
class Arranged:
    """A running centre with its application, and the ids of its units and people by their keys here."""

    centre: Centre
    app: FastAPI
    units: dict[str, UnitId]
    staff: dict[str, StaffId]
    accounts: dict[str, str]
    _closing: AsyncExitStack
    _tokens: dict[str, str] = field(default_factory=dict)

    async def client(self, role: str | None = None, **headers: str) -> httpx.AsyncClient:
        """A client of the API, logged in as this person; without one: the public."""
        if role is not None:
            headers["Authorization"] = f"Bearer {await self.token(role)}"
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
        client = httpx.AsyncClient(transport=transport, base_url="http://centre", headers=headers)
        return await self._closing.enter_async_context(client)

    async def token(self, role: str) -> str:
        """A session of this person's; made without the password, which costs time on purpose."""
        if role not in self._tokens:
            sessions = self.centre.accounts.sessions
            self._tokens[role] = await sessions.open(self.accounts[role], self.centre.now())
        return self._tokens[role]

    async def party(self, code: str) -> httpx.AsyncClient:
        """A client that came with a tracking code."""
        client = await self.client()
        answer = await client.post("/api/v1/tracking", json={"code": code})
        assert answer.status_code == 201, answer.text
        client.headers["Authorization"] = f"Bearer {answer.json()['token']}"
        return client

    def principal(self, role: str) -> Principal:
        """This person, for a call below the API."""
        organisation, at = self.centre.organisation.current, self.centre.now()
        found = principal_for(organisation, account_id=self.accounts[role], staff_id=self.staff[role], at=at)
        assert found is not None
        return found

    async def register(self, role: str | None = None, **values: Any) -> dict[str, Any]:
        """Register a matter through the API; the receipt."""
        answer = await (await self.client(role)).post("/api/v1/cases", json=matter(**values))
        assert answer.status_code == 201, answer.text
        found: dict[str, Any] = answer.json()
        return found


def matter(**values: Any) -> dict[str, Any]:
    """A claim that somebody in the east brings, as the API takes it."""
    return {
        "township": EAST,
        "text": "村里修路占了我家的地,一直没有补偿。",
        "request": "按标准补偿",
        "place": "东关镇前村",
        "category": "0401",
        "parties": [APPLICANT],
        **values,
    }


def settings_for(folder: Path, store_url: str | None = None, **settings: Any) -> Settings:
    """The settings of a test's centre."""
    given = {"data": folder / "data", "database": store_url or "", "district": DISTRICT, **settings}
    return Settings(**given)


def initialise(settings: Settings) -> tuple[dict[str, UnitId], dict[str, StaffId], dict[str, str]]:
    """Make the data folder and enter the district; units, staff and accounts by their keys here."""
    settings.data.mkdir(parents=True, exist_ok=True, mode=0o700)
    Vault.create(settings.key_file)
    kernel_migrations(settings).upgrade()
    if settings.database:
        _migrate_offices(settings)
    store = open_kernel_store(settings)
    try:
        return store.write_now(lambda tx: _enter(tx, settings.now(), Passwords.light().hash_now(PASSWORD)))
    finally:
        store.close_now()


@cache
def installed() -> tuple[Found, ...]:
    """The installed offices: looked for once in a run, because it takes half a second."""
    return tuple(discover())


def _migrate_offices(settings: Settings) -> None:
    for found in installed():
        if found.office is not None:
            for migrations in migrations_of(found.office, settings.office_database(found.id)):
                migrations.upgrade()


def _enter(tx: Tx, at: datetime, hashed: str) -> tuple[dict[str, UnitId], dict[str, StaffId], dict[str, str]]:
    for code, token, name, kind in TOWNSHIPS:
        service.add_township(tx, code=code, token=token, name=name, district=DISTRICT, kind=kind)
    units: dict[str, UnitId] = {}
    for unit, (township, parent, unit_kind, name, organ, office) in UNITS.items():
        units[unit] = service.add_unit(
            tx,
            township=township,
            kind=unit_kind,
            name=name,
            organ=organ,
            valid_from=SINCE,
            parent=units[parent] if parent else None,
            office=OfficeId(office) if office else None,
        )
    staff: dict[str, StaffId] = {}
    accounts: dict[str, str] = {}
    for who, (name, unit, role) in PEOPLE.items():
        staff[who] = service.add_staff(tx, name=name, valid_from=SINCE)
        service.appoint(tx, staff=staff[who], unit=units[unit], role=role, valid_from=SINCE)
        accounts[who] = create_account(tx, staff=staff[who], login=who, password_hash=hashed, at=at, must_change=False)
    for code, (fallback, secret) in NAMED.items():
        service.name_persons(tx, code, window_fallback=staff[fallback], secret=staff[secret])
        service.go_live(tx, code, at)
    for code, category, unit in DUTIES:
        service.add_duty(tx, township=code, category=category, unit=units[unit], role="lead")
    return units, staff, accounts


@asynccontextmanager
async def make_centre(
    folder: Path,
    store_url: str | None = None,
    *,
    now: Callable[[], datetime] | None = None,
    enabled: Mapping[str, tuple[str, ...]] | None = None,
    pages: bool = True,
    centre_options: Mapping[str, Any] | None = None,
    **settings: Any,
) -> AsyncIterator[Arranged]:
    """A centre that runs, with petition enabled everywhere unless `enabled` (township: offices) says otherwise."""
    chosen = settings_for(folder, store_url, **settings)
    units, staff, accounts = initialise(chosen)
    centre = Centre(chosen, now=now, **{"found": installed(), **(centre_options or {})})
    centre.accounts.passwords = Passwords.light()
    await centre.start()
    try:
        known = centre.book.current.known
        wanted = enabled if enabled is not None else dict.fromkeys((DISTRICT, EAST, WEST), ("petition",))
        for township, offices in wanted.items():
            for office in offices:
                if OfficeId(office) in known:
                    await centre.book.enable(office, township, by=staff["sysadmin"], now=centre.now())
        async with AsyncExitStack() as closing:
            app = create_app(centre, pages=pages, operator_token=OPERATOR)
            yield Arranged(centre, app, units, staff, accounts, closing)
    finally:
        await centre.stop()
