"""A small made-up district as plain values: what rules about people and units are tested with."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from onewindow.office.types import OfficeId, StaffId, TownshipCode, UnitId
from onewindow.organisation.roles import Role
from onewindow.organisation.rows import Absence, Delegation, Duty, Post, Staff, Township, TownshipKind, Unit, UnitKind
from onewindow.organisation.snapshot import Organisation

START = date(2026, 1, 1)
NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)

DISTRICT = TownshipCode("990100")
EAST = TownshipCode("990100001")
WEST = TownshipCode("990100002")

GOVERNMENT = "东镇人民政府"

# unit -> (township, parent, kind, organ, office)
UNITS: dict[str, tuple[TownshipCode, str | None, UnitKind, str, str | None]] = {
    "district": (DISTRICT, None, UnitKind.DISTRICT, "示范区综治办", None),
    "east": (EAST, None, UnitKind.TOWNSHIP, GOVERNMENT, None),
    "east-centre": (EAST, "east", UnitKind.CENTRE, GOVERNMENT, None),
    "east-petition": (EAST, "east-centre", UnitKind.OFFICE, GOVERNMENT, "petition"),
    "east-mediation": (EAST, "east-centre", UnitKind.OFFICE, GOVERNMENT, "mediation"),
    "east-police": (EAST, "east-centre", UnitKind.BUREAU, "示范区公安分局", "police"),
    "east-station": (EAST, "east-centre", UnitKind.STATION, GOVERNMENT, None),
    "east-room": (EAST, "east-station", UnitKind.ROOM, GOVERNMENT, None),
    "west": (WEST, None, UnitKind.TOWNSHIP, "西镇人民政府", None),
    "west-centre": (WEST, "west", UnitKind.CENTRE, "西镇人民政府", None),
    "west-petition": (WEST, "west-centre", UnitKind.OFFICE, "西镇人民政府", "petition"),
}

# staff -> posts (unit, role)
PEOPLE: dict[str, tuple[tuple[str, str], ...]] = {
    "admin": (("district", Role.DISTRICT_ADMIN),),
    "auditor": (("district", Role.AUDITOR),),
    "sysadmin": (("district", Role.SYSADMIN),),
    "secadmin": (("district", Role.SECADMIN),),
    "director": (("east-centre", Role.DIRECTOR),),
    "deputy": (("east-centre", Role.DEPUTY),),
    "registrar": (("east-centre", Role.REGISTRAR),),
    "supervisor": (("east-centre", Role.SUPERVISOR),),
    "mayor": (("east", Role.ORGAN_HEAD),),
    "head": (("east-petition", Role.HEAD),),
    "handler": (("east-petition", Role.HANDLER),),
    "colleague": (("east-petition", Role.HANDLER),),
    "mediator": (("east-mediation", Role.MEDIATOR),),
    "constable": (("east-police", Role.HANDLER),),
    "chief": (("east-police", Role.HEAD),),
    "superintendent": (("east-police", Role.ORGAN_HEAD),),
    "informant": (("east-room", Role.INFORMANT),),
    "designated": (("east-centre", Role.DESIGNATED),),
    "stranger": (("west-petition", Role.HANDLER),),
    "west-director": (("west-centre", Role.DIRECTOR),),
    "spare": (),
}


def rows() -> dict[str, Any]:
    """The rows of the sample, to be changed by a test before it makes an organisation of them."""
    return {
        "townships": [
            Township(DISTRICT, "qu", "示范区", DISTRICT, TownshipKind.DISTRICT, True, None, StaffId("admin")),
            Township(EAST, "dong", "东镇", DISTRICT, TownshipKind.TOWN, True, StaffId("deputy"), StaffId("designated")),
            Township(WEST, "xi", "西镇", DISTRICT, TownshipKind.TOWN, False),
        ],
        "units": [
            Unit(
                START,
                None,
                UnitId(key),
                township,
                UnitId(parent) if parent else None,
                kind,
                key,
                organ,
                OfficeId(office) if office else None,
            )
            for key, (township, parent, kind, organ, office) in UNITS.items()
        ],
        "staff": [Staff(START, None, StaffId(key), key) for key in PEOPLE],
        "posts": [
            Post(START, None, f"{key}@{unit}:{role}", StaffId(key), UnitId(unit), str(role))
            for key, posts in PEOPLE.items()
            for unit, role in posts
        ],
        "delegations": [],
        "absences": [],
        "duties": [Duty("d1", DISTRICT, "1801", UnitId("east-petition"), "lead")],
    }


def post_of(staff: str) -> str:
    """The id of somebody's first post."""
    unit, role = PEOPLE[staff][0]
    return f"{staff}@{unit}:{role}"


def organisation(
    *,
    posts: tuple[tuple[str, str, str], ...] = (),
    delegations: tuple[Delegation, ...] = (),
    absences: tuple[Absence, ...] = (),
    ended: dict[str, date] | None = None,
) -> Organisation:
    """The sample, with further posts (staff, unit, role), delegations and absences, and with posts that ended."""
    made = rows()
    made["posts"] += [
        Post(START, None, f"{staff}@{unit}:{role}", StaffId(staff), UnitId(unit), str(role))
        for staff, unit, role in posts
    ]
    if ended:
        made["posts"] = [replace(post, valid_to=ended.get(post.id, post.valid_to)) for post in made["posts"]]
    made["delegations"] += delegations
    made["absences"] += absences
    return Organisation(**made)


def delegation(staff: str, to: str, *powers: str, until: date = date(2026, 12, 31)) -> Delegation:
    """An authorisation given by somebody's first post."""
    return Delegation(START, until, "del", post_of(staff), StaffId(to), frozenset(powers), "东授〔2026〕1号")


def absence(staff: str, substitute: str | None, start: datetime = NOW, end: datetime | None = None) -> Absence:
    """Somebody is away from `start` on."""
    return Absence("abs-" + staff, StaffId(staff), start, end, StaffId(substitute) if substitute else None)
