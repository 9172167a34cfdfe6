"""Which unit a matter goes to: a pure function of the matter, the organisation and the enabled offices."""

from dataclasses import dataclass
from datetime import datetime

from onewindow.office.types import OfficeId, StaffId, TownshipCode, Track, UnitId
from onewindow.organisation.exclusion import Exclusion
from onewindow.organisation.snapshot import Organisation
from onewindow.plugins.offices import Offices

BY_OFFICE = "office"
BY_DUTY_LIST = "duty-list"
TO_WINDOW = "window"
TO_DESIGNATED = "designated"


@dataclass(frozen=True, slots=True)
class Route:
    """Where a matter goes and by which rule; without a unit it stays in the window's own queue."""

    rule: str
    unit: UnitId | None = None
    office: OfficeId | None = None
    officer: StaffId | None = None

    @property
    def assigned(self) -> bool:
        return self.unit is not None


def home(
    township: TownshipCode, organisation: Organisation, exclusion: Exclusion, *, about_leader: bool
) -> TownshipCode:
    """The tenant that registers a matter: the district where it concerns the leaders of the centre or township."""
    if about_leader or exclusion.to_district:
        district = organisation.district()
        if district is not None:
            return district.code
    return township


def designated(
    township: TownshipCode, organisation: Organisation, exclusion: Exclusion, at: datetime
) -> tuple[StaffId, ...]:
    """Who is named for sealed matters in a township; the district's where that person is complained about."""
    for code in (township, organisation.townships[township].district_code):
        row = organisation.townships.get(code)
        if row is not None and row.secret and row.secret not in exclusion.staff and organisation.serves(row.secret, at):
            return (row.secret,)
    return ()


def route(
    township: TownshipCode,
    track: Track,
    category: str,
    organisation: Organisation,
    offices: Offices,
    at: datetime,
    *,
    sealed: bool = False,
    exclusion: Exclusion | None = None,
) -> Route:
    """Where a new matter goes.

    A sealed matter goes straight to the designated person. An office that is enabled here and handles its track or
    category comes first, then the unit that the duty list names, which may have no office and works on paper. What
    no rule knows stays with the window.
    """
    kept_out = exclusion or Exclusion()
    office = offices.handler(township, track, category)
    if office is not None:
        unit = organisation.office_unit(township, office, at)
        if unit is not None and unit.id not in kept_out.units:
            named = designated(township, organisation, kept_out, at) if sealed else ()
            if sealed and not named:
                return Route(TO_WINDOW)
            officer = named[0] if named else None
            return Route(TO_DESIGNATED if sealed else BY_OFFICE, unit.id, office, officer)
    if sealed:
        return Route(TO_WINDOW)
    day_units = {unit.id for unit in organisation.units_in(township, at)}
    for duty in organisation.duties(township, category):
        if duty.unit in kept_out.units:
            continue
        if duty.unit in day_units or organisation.units.get(duty.unit) is not None:
            own = organisation.units[duty.unit].office
            works = own is not None and offices.is_enabled(own, township) and _handles(offices, own, track, category)
            return Route(BY_DUTY_LIST, duty.unit, own if works else None)
    return Route(TO_WINDOW)


def _handles(offices: Offices, office: OfficeId, track: str, category: str) -> bool:
    manifest = offices.manifest(office)
    return manifest is not None and bool({track, category} & set(manifest.handles))
