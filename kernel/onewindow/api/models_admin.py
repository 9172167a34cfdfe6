"""What REST v1 answers about people, townships, offices, calendars and the centre itself."""

from datetime import date, datetime
from typing import Any

from pydantic import Field

from onewindow.api.models import Out


class SessionOut(Out):
    """A session; its token goes into `Authorization: Bearer`."""

    token: str
    expires_at: datetime
    must_change: bool


class PostOut(Out):
    """A post that somebody holds, stands in for, or has powers of."""

    unit: str
    unit_title: str
    township: str
    office: str | None
    role: str
    role_title: str
    stands_for: str | None
    powers: list[str] | None


class MeOut(Out):
    """Who is logged in and what they may do somewhere at all."""

    account: str
    staff: str
    name: str
    login: str | None
    must_change: bool
    csrf: str | None = Field(description="for writes that come with the session cookie: the X-CSRF-Token header")
    posts: list[PostOut]
    may: list[str]


class TownshipOut(Out):
    code: str
    name: str
    kind: str
    district: str
    live: bool


class UnitOut(Out):
    id: str
    township: str
    parent: str | None
    kind: str
    name: str
    organ: str
    office: str | None
    code: str | None = Field(description="the division code of a village, or the code that the district gave it")
    title: str = Field(description="its name, with its township where another unit has the same")


class CategoryOut(Out):
    code: str
    title: str
    group: str
    track: str


class TrackOut(Out):
    code: str
    title: str


class CatalogueOut(Out):
    tracks: list[TrackOut]
    categories: list[CategoryOut]


class UserPostOut(Out):
    id: str
    unit: str
    unit_title: str
    township: str
    role: str
    valid_from: date
    valid_to: date | None


class UserOut(Out):
    """Somebody of the staff, their posts, and the account by which they log in."""

    id: str
    name: str
    valid_from: date
    valid_to: date | None
    account: str | None
    login: str | None
    active: bool | None
    must_change: bool | None
    posts: list[UserPostOut]


class UserMade(Out):
    """A new user. The password is shown here once and has to be changed at the first login."""

    id: str
    account: str
    login: str
    password: str


class PasswordMade(Out):
    """The generated password, shown once; it has to be changed at the next login."""

    password: str


class Made(Out):
    id: str


class OfficeOut(Out):
    """An office's module as the centre knows it."""

    id: str
    title: str
    version: str
    remote: bool = Field(description="its module is installed elsewhere, not beside the centre")
    answering: bool
    where: str = Field(description="where it runs now: embedded, apart (a process of its own here), elsewhere, or away")
    since: datetime | None
    quarantined: str | None = Field(description="why it is quarantined")
    handles: list[str]
    townships: list[str] = Field(description="where it is enabled")
    parked: int = Field(description="messages of it that could not be applied")


class EnabledOut(Out):
    office: str
    township: str
    enabled: bool


class CredentialsOut(Out):
    """The credentials file of an office's host on a machine of its own. Keep it secret."""

    url: str
    user: str
    password: str
    office: str
    district: str
    key: str
    kernel_keys: dict[str, str]
    ca: str = Field(description="PEM of the authority that signed the bus server's certificate; empty: the system's")


class CalendarOut(Out):
    year: int
    source: str = Field(description="package or imported")
    imported_at: datetime | None
    imported_by: str | None
    applied: bool
    rest_days: int
    work_days: int


class ParkedOut(Out):
    id: int
    office: str
    event: str
    kind: str
    subject: str
    reason: str
    at: datetime
    replayable: bool


class ReplayedOut(Out):
    result: str


class HealthOut(Out):
    status: str


class ReadyOut(Out):
    status: str
    store: bool
    bus: bool
    offices: dict[str, bool]


class ManifestOut(Out):
    """An office's manifest: everything that the kernel knows of it."""

    manifest: dict[str, Any]
