"""What REST v1 takes and answers about authority over time: authorisations, absences, leavers, imports, the log."""

from datetime import date, datetime
from typing import Any

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from onewindow.api.models import Out
from onewindow.organisation.importing import Mode


class Body(BaseModel):
    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


class NewDelegation(Body):
    """A written authorisation. It always ends: `valid_to` is the first day on which it no longer holds."""

    post: str = Field(max_length=36)
    to: str = Field(max_length=36, description="staff id of whoever may sign")
    powers: list[str] = Field(min_length=1, max_length=20, examples=[["slip.sign"]])
    number: str = Field(min_length=1, max_length=60, description="the number of the paper")
    valid_from: date | None = Field(None, description="today, where it is not given")
    valid_to: date


class DelegationOut(Out):
    id: str
    post: str
    unit: str
    unit_title: str
    role: str
    holder: str
    holder_name: str
    to: str
    to_name: str
    powers: list[str]
    number: str
    valid_from: date
    valid_to: date | None


class NewAbsence(Body):
    """Somebody is away. With a substitute there has to be an end: cover that never ends is an appointment."""

    staff: str = Field(max_length=36)
    from_at: AwareDatetime | None = Field(None, description="now, where it is not given")
    to_at: AwareDatetime | None = None
    substitute: str | None = Field(None, max_length=36)


class AbsenceOut(Out):
    id: str
    staff: str
    staff_name: str
    from_at: datetime
    to_at: datetime | None
    substitute: str | None
    substitute_name: str | None


class Leaving(Body):
    successor: str | None = Field(None, max_length=36, description="staff id; none: to the queues of the units")


class LeftOut(Out):
    """What came of it. Sealed matters are in no figure: they go to whoever is designated."""

    accounts: int
    to_successor: int
    to_queue: int
    lacking: list[str] = Field(description="live townships that now lack somebody whom they need")


class SignatoryOut(Out):
    """Somebody who may sign, in whose post and by what right."""

    staff: str
    name: str
    post: str
    role: str
    unit: str
    basis: str
    number: str


class LackOut(Out):
    key: str
    text: str
    remedy: str


class ChangeOut(Out):
    """One change to the organisation, as the auditor reads it."""

    id: str
    at: datetime
    actor: str
    what: str
    subject: str
    data: dict[str, Any]


class ImportFile(Body):
    """A CSV as text, with its heading."""

    content: str = Field(min_length=1, max_length=8_000_000, examples=["code,name,level,parent_code\n"])
    mapping: dict[str, str] | None = Field(None, description="column to field; without it well-known names decide")
    mode: Mode = Field(Mode.ALL, description="all: a refused row stops the whole file; rows: only itself")
    dry_run: bool = False


class ImportRowOut(Out):
    """What became of a row; `line` counts the file's lines, its heading too."""

    line: int
    outcome: str
    code: str
    field: str
    reason: str
    remedy: str


class IssuedOut(Out):
    """A first password, shown here once; it has to be changed at the first login."""

    login: str
    name: str
    password: str


class ImportOut(Out):
    applied: bool = Field(description="whether anything was written")
    counts: dict[str, int]
    ignored: list[str] = Field(description="columns from which nothing was taken")
    rows: list[ImportRowOut]
    issued: list[IssuedOut]
