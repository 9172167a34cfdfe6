"""The demo's organisation: three townships, their units, people, accounts and duties, in one transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta

from onewindow.access.accounts import create_account
from onewindow.errors import Misconfigured, Refused
from onewindow.i18n import _
from onewindow.office.types import SHANGHAI, OfficeId, StaffId, TownshipCode, UnitId, law_day
from onewindow.organisation import service as organisation
from onewindow.organisation.cache import load
from onewindow.organisation.roles import Role
from onewindow.organisation.rows import UnitKind
from onewindow.plugins import service as offices
from onewindow.setup.demo.story import Centre
from onewindow.setup.demo.townships import TOWNSHIPS, DemoTownship
from onewindow.setup.demo.units import (
    DISTRICT_PEOPLE,
    DISTRICT_UNIT,
    DUTIES,
    MEDIATION,
    PETITION,
    UNITS,
    DemoPerson,
    DemoUnit,
)
from onewindow.store import Tx

BY = "demo"
_K = UnitKind


@dataclass(frozen=True, slots=True)
class Login:
    """An account that the demo made, and whose it is."""

    account: str
    staff: StaffId


@dataclass
class Organising:
    """One making of the organisation, valid `since` some months ago; `now` is the day on which the demo is made."""

    tx: Tx
    centre: Centre
    since: datetime
    now: datetime
    hashed: Mapping[str, str]
    logins: dict[str, Login] = field(default_factory=dict)

    def all(self) -> dict[str, Login]:
        """Everything but the matters.

        Raises:
            Misconfigured: nothing has been initialised.
            Refused: there are townships already.
        """
        self.tx.flush()
        standing = load(self.tx.conn)
        district = standing.district()
        if district is None:
            raise Misconfigured(_("还没有初始化"), remedy=_("先运行 onewindow init"))
        if len(standing.townships) > 1:
            raise Refused(_("已有镇街，不再安装演示数据"), rule="demo", remedy=_("换一个空的数据目录"))
        top = next(unit for unit in standing.units.values() if unit.kind is _K.DISTRICT)
        units = {"district": top.id}
        # Not before the district's own unit, which a folder that was initialised today has since today.
        since = max(self.since, datetime.combine(top.valid_from, time(0), SHANGHAI))
        units["petition"] = self._unit(DISTRICT_UNIT, district.code, units, {"district": district.name}, since)
        people, _posts = self._people(DISTRICT_PEOPLE, units, since)
        deputy = next(person.login for person in DISTRICT_PEOPLE if person.role is Role.DISTRICT_ADMIN)
        organisation.name_persons(self.tx, district.code, window_fallback=people[deputy], secret=people["sealed0"])
        self._enable(PETITION, district.code)
        for township in TOWNSHIPS:
            self._township(township, district.code, district.name)
        return self.logins

    def _township(self, township: DemoTownship, district: TownshipCode, district_name: str) -> None:
        tx = self.tx
        code = TownshipCode(f"{district}{township.suffix}")
        organisation.add_township(
            tx, code=code, token=township.token, name=township.name, district=district, kind=township.kind
        )
        names = {"short": township.name, "organ": township.organ, "district": district_name}
        units: dict[str, UnitId] = {}
        for unit in UNITS:
            if township.mediates or unit.office != MEDIATION:
                units[unit.key] = self._unit(unit, code, units, names, self.since)
        for station in township.stations:
            units[station] = self._unit(
                DemoUnit(station, _K.STATION, station, "centre"), code, units, names, self.since
            )
        for number, room in enumerate(township.rooms, 1):
            unit = DemoUnit(f"room{number}", _K.ROOM, room.name, room.station)
            units[unit.key] = self._unit(unit, code, units, names, self.since, f"{code}{room.code}")
        for unit_key, categories in DUTIES:
            for category in categories:
                organisation.add_duty(tx, township=code, category=category, unit=units[unit_key], role="lead")
        people, posts = self._people(township.people, units, self.since)
        by_role = {person.role: people[person.login] for person in township.people if person.login}
        organisation.name_persons(tx, code, window_fallback=by_role[Role.DEPUTY], secret=by_role[Role.DESIGNATED])
        self._delegate(township, people, posts)
        organisation.go_live(tx, code, self.since)
        self._enable(PETITION, code)
        if township.mediates:
            self._enable(MEDIATION, code)

    def _delegate(self, township: DemoTownship, people: Mapping[str, StaffId], posts: Mapping[str, str]) -> None:
        """The director's and the mayor's signs while they are out, and somebody who is away this week."""
        digit, year = township.digit, self.since.year
        for giver, to, power, number in (
            ("director", "deputy", "assignment.rule_objection", f"{township.name}综治授〔{year}〕2号"),
            ("mayor", "head", "extension.approve", f"{township.name}政授〔{year}〕7号"),
        ):
            organisation.delegate(
                self.tx, post=posts[f"{giver}{digit}"], to=people[f"{to}{digit}"], powers=[power], number=number,
                valid_from=law_day(self.since), valid_to=law_day(self.now + timedelta(days=180)),
            )  # fmt: skip
        organisation.note_absence(
            self.tx,
            staff=people[f"colleague{digit}"],
            from_at=self.now - timedelta(hours=20),
            to_at=self.now + timedelta(days=5),
            substitute=people[f"handler{digit}"],
        )

    def _unit(
        self,
        unit: DemoUnit,
        township: TownshipCode,
        units: Mapping[str, UnitId],
        names: Mapping[str, str],
        since: datetime,
        code: str | None = None,
    ) -> UnitId:
        return organisation.add_unit(
            self.tx,
            township=township,
            kind=unit.kind,
            name=unit.name.format(**names),
            organ=unit.organ.format(**names),
            valid_from=law_day(since),
            parent=units.get(unit.parent),
            office=unit.office,
            code=code,
        )

    def _people(
        self, people: Sequence[DemoPerson], units: Mapping[str, UnitId], since: datetime
    ) -> tuple[dict[str, StaffId], dict[str, str]]:
        found: dict[str, StaffId] = {}
        posts: dict[str, str] = {}
        day = law_day(since)
        for person in people:
            key = person.login or person.name
            found[key] = staff = organisation.add_staff(self.tx, name=person.name, valid_from=day)
            posts[key] = organisation.appoint(
                self.tx, staff=staff, unit=units[person.unit], role=person.role, valid_from=day
            )
            if login := person.login:
                account = create_account(
                    self.tx, staff=staff, login=login, password_hash=self.hashed[login], at=since, must_change=False
                )
                self.logins[login] = Login(account, staff)
        return found, posts

    def _enable(self, office: OfficeId, township: TownshipCode) -> None:
        self.tx.flush()
        if office in self.centre.book.current.known:
            offices.enable(self.tx, office, township, by=BY, now=self.since)
