"""A demo district: two townships with their people, and matters at every stage, made by driving the real paths."""

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from onewindow.access import passwords
from onewindow.access.accounts import create_account
from onewindow.access.files import is_private, write_private
from onewindow.access.principal import Principal, principal_for
from onewindow.errors import Misconfigured, Refused
from onewindow.i18n import _
from onewindow.office.types import StaffId, TownshipCode, UnitId, law_day, new_id
from onewindow.organisation import service as organisation
from onewindow.organisation.cache import load
from onewindow.organisation.roles import TITLES, Role
from onewindow.organisation.rows import TownshipKind, UnitKind
from onewindow.plugins import service as offices
from onewindow.registry.intake import Registration
from onewindow.setup.demo_data import (
    DISTRICT_PEOPLE,
    DISTRICT_UNIT,
    DUTIES,
    PETITION,
    TOWNSHIPS,
    UNITS,
    DemoPerson,
    DemoTownship,
    DemoUnit,
)
from onewindow.setup.demo_matters import FIRST, Matter
from onewindow.setup.demo_story import Centre, Story
from onewindow.store import Tx

FILE = "demo-accounts.json"
BY = "demo"


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """An account of the demo with its password, which only a demo keeps."""

    login: str
    password: str
    name: str
    role: str
    place: str


@dataclass(frozen=True, slots=True)
class _Login:
    account: str
    staff: StaffId


def demo_accounts(data: Path) -> list[DemoAccount]:
    """The accounts of the demo in this data folder; none where there is no demo.

    Raises:
        Misconfigured: others can read the file.
    """
    try:
        with (data / FILE).open("rb") as stream:
            if not is_private(stream.fileno()):
                raise Misconfigured(_("演示账号文件可被他人读取"), remedy=_("把该文件的权限改为 0600"))
            return [DemoAccount(**entry) for entry in json.load(stream)]
    except FileNotFoundError:
        return []


async def install_demo(centre: Centre, data: Path, *, step: Callable[[], None] = lambda: None) -> list[DemoAccount]:
    """Make the demo district in a running centre; `step` is called after each matter.

    Raises:
        Refused: the centre has townships of its own.
    """
    now = centre.now()
    logins = [(person, place) for person, place in _everybody() if person.login]
    words = {person.login: passwords.generate() for person, _place in logins}
    hashes = await asyncio.gather(*(centre.accounts.passwords.hash(words[person.login]) for person, _place in logins))
    hashed = {person.login: made for (person, _place), made in zip(logins, hashes, strict=True)}
    made = await centre.store.write(lambda tx: _organise(tx, centre, now, hashed))
    accounts = [
        DemoAccount(person.login, words[person.login], person.name, str(TITLES[person.role]), place)
        for person, place in logins
    ]
    content = json.dumps([asdict(account) for account in accounts], ensure_ascii=False, indent=1)
    write_private(data / FILE, content.encode(), replace=True)
    await centre.organisation.refresh()
    await centre.store.read(centre.book.refresh)
    await _tell(centre, made, step)
    return accounts


def matters() -> int:
    """How many matters the demo brings."""
    return len(FIRST)


# The organisation ------------------------------------------------------------------------------------------------


def _everybody() -> list[tuple[DemoPerson, str]]:
    found = [(person, "") for person in DISTRICT_PEOPLE]
    return found + [(person, township.name) for township in TOWNSHIPS for person in township.people]


def _organise(tx: Tx, centre: Centre, now: datetime, hashed: Mapping[str, str]) -> dict[str, _Login]:
    """Everything but the matters, in one transaction: a demo is there or it is not."""
    tx.flush()
    standing = load(tx.conn)
    district = standing.district()
    if district is None:
        raise Misconfigured(_("还没有初始化"), remedy=_("先运行 onewindow init"))
    if len(standing.townships) > 1:
        raise Refused(_("已有镇街，不再安装演示数据"), rule="demo", remedy=_("换一个空的数据目录"))
    top = next(unit for unit in standing.units.values() if unit.kind is UnitKind.DISTRICT)
    day = law_day(now)
    logins: dict[str, _Login] = {}
    units = {"district": top.id}
    units["petition"] = _unit(tx, DISTRICT_UNIT, district.code, units, day, {"district": district.name})
    people = _people(tx, DISTRICT_PEOPLE, units, now, hashed, logins)
    deputy = next(person.login for person in DISTRICT_PEOPLE if person.role is Role.DISTRICT_ADMIN)
    organisation.name_persons(tx, district.code, window_fallback=people[deputy], secret=people["sealed0"])
    _enable(tx, centre, district.code, now)
    for township in TOWNSHIPS:
        _township(tx, centre, township, district.code, district.name, now, hashed, logins)
    return logins


def _township(
    tx: Tx,
    centre: Centre,
    township: DemoTownship,
    district: TownshipCode,
    district_name: str,
    now: datetime,
    hashed: Mapping[str, str],
    logins: dict[str, _Login],
) -> None:
    day = law_day(now)
    code = TownshipCode(f"{district}{township.suffix}")
    organisation.add_township(
        tx, code=code, token=township.token, name=township.name, district=district, kind=township.kind
    )
    names = {"short": township.short, "organ": township.organ, "district": district_name}
    units: dict[str, UnitId] = {}
    for unit in UNITS:
        units[unit.key] = _unit(tx, unit, code, units, day, names)
    for station in township.stations:
        units[station] = _unit(tx, DemoUnit(station, UnitKind.STATION, station, "centre"), code, units, day, names)
    for key, room, station in township.rooms:
        units[key] = _unit(tx, DemoUnit(key, UnitKind.ROOM, room, station), code, units, day, names)
    for unit_key, categories in DUTIES:
        for category in categories:
            organisation.add_duty(tx, township=code, category=category, unit=units[unit_key], role="lead")
    people = _people(tx, township.people, units, now, hashed, logins)
    by_role = {person.role: people[person.login or person.name] for person in township.people}
    organisation.name_persons(tx, code, window_fallback=by_role[Role.DEPUTY], secret=by_role[Role.DESIGNATED])
    organisation.go_live(tx, code, now)
    _enable(tx, centre, code, now)


def _unit(
    tx: Tx,
    unit: DemoUnit,
    township: TownshipCode,
    units: Mapping[str, UnitId],
    day: date,
    names: Mapping[str, str],
) -> UnitId:
    return organisation.add_unit(
        tx,
        township=township,
        kind=unit.kind,
        name=unit.name.format(**names),
        organ=unit.organ.format(**names),
        valid_from=day,
        parent=units.get(unit.parent),
        office=unit.office,
    )


def _people(
    tx: Tx,
    people: Sequence[DemoPerson],
    units: Mapping[str, UnitId],
    now: datetime,
    hashed: Mapping[str, str],
    logins: dict[str, _Login],
) -> dict[str, StaffId]:
    day = law_day(now)
    found: dict[str, StaffId] = {}
    for person in people:
        staff = organisation.add_staff(tx, name=person.name, valid_from=day, id=StaffId(new_id()))
        organisation.appoint(tx, staff=staff, unit=units[person.unit], role=person.role, valid_from=day)
        found[person.login or person.name] = staff
        if person.login:
            account = create_account(
                tx, staff=staff, login=person.login, password_hash=hashed[person.login], at=now, must_change=False
            )
            logins[person.login] = _Login(account, staff)
    return found


def _enable(tx: Tx, centre: Centre, township: TownshipCode, now: datetime) -> None:
    tx.flush()
    if PETITION in centre.book.current.known:
        offices.enable(tx, PETITION, township, by=BY, now=now)


# The matters -----------------------------------------------------------------------------------------------------


async def _tell(centre: Centre, logins: Mapping[str, _Login], step: Callable[[], None]) -> None:
    """Register every matter in its order, then move them on side by side."""
    people = {login: _principal(centre, each) for login, each in logins.items()}
    stories = [await _register(centre, people, matter) for matter in FIRST]

    async def go_on(story: Story, matter: Matter) -> None:
        await matter.steps(story)
        step()

    if PETITION in centre.book.current.enabled_in(stories[0].code):
        await asyncio.gather(*(go_on(story, matter) for story, matter in zip(stories, FIRST, strict=True)))


def _principal(centre: Centre, login: _Login) -> Principal:
    found = principal_for(centre.organisation.current, account_id=login.account, staff_id=login.staff, at=centre.now())
    assert found is not None
    return found


async def _register(centre: Centre, people: Mapping[str, Principal], matter: Matter) -> Story:
    now = centre.now()
    townships = centre.organisation.current.townships.values()
    tokens = {f"{number}": each.token for number, each in enumerate(TOWNSHIPS, 1)}
    code = next(t.code for t in townships if t.token == tokens[matter.township] and t.kind is not TownshipKind.DISTRICT)
    by = (people.get(matter.by) or people[f"{matter.by}{matter.township}"]) if matter.by else None
    given = Registration.model_validate(
        {
            "township": code,
            "text": matter.text,
            "request": matter.request,
            "place": matter.place,
            "category": matter.category,
            "channel": matter.channel.value,
            "received_at": now - timedelta(days=matter.days_ago),
            "parties": [dict(matter.party)],
            **matter.more,
        }
    )
    case = await centre.registrar.register(given, staff_id=by.staff_id if by else None)
    return Story(centre, people, case, matter.township, code)
