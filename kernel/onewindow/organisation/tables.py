"""The organisation's tables; rows end, they are never deleted."""

from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import JSON, BigInteger, Boolean, Column, Date, ForeignKey, Index, Integer, String, Table, false
from sqlmodel import Field

from onewindow.store import Instant, KernelTable


def _id(target: str | None = None, *, key: bool = False, null: bool = False) -> Any:
    constraints = [ForeignKey(target)] if target else []
    return Field(default=None, sa_column=Column(String(36), *constraints, primary_key=key, nullable=null))


class TownshipTable(KernelTable, table=True):
    """A tenant (镇街); the district is one too."""

    __tablename__ = "township"

    code: str = Field(sa_column=Column(String(12), primary_key=True))
    token: str = Field(sa_column=Column(String, nullable=False, unique=True))
    name: str = Field(sa_column=Column(String, nullable=False))
    district_code: str = Field(sa_column=Column(String(12), nullable=False))
    kind: str = Field(sa_column=Column(String, nullable=False))
    live: bool = Field(sa_column=Column(Boolean, nullable=False, server_default=false()))
    window_fallback: str | None = _id("staff.id", null=True)
    secret: str | None = _id("staff.id", null=True)


class UnitTable(KernelTable, table=True):
    """A unit (单位) and the organ for which it acts."""

    __tablename__ = "unit"
    __table_args__ = (Index("ix_unit_township", "township_code"), Index("ix_unit_code", "code", unique=True))

    id: str = _id(key=True)
    township_code: str = Field(sa_column=Column(String(12), ForeignKey("township.code"), nullable=False))
    parent_id: str | None = _id("unit.id", null=True)
    kind: str = Field(sa_column=Column(String, nullable=False))
    name: str = Field(sa_column=Column(String, nullable=False))
    organ: str = Field(sa_column=Column(String, nullable=False))
    office: str | None = Field(default=None, sa_column=Column(String))
    code: str | None = Field(default=None, sa_column=Column(String(24)))
    valid_from: date = Field(sa_column=Column(Date, nullable=False))
    valid_to: date | None = Field(default=None, sa_column=Column(Date))


class StaffTable(KernelTable, table=True):
    """Somebody who works in the township or the district."""

    __tablename__ = "staff"

    id: str = _id(key=True)
    name: str = Field(sa_column=Column(String, nullable=False))
    valid_from: date = Field(sa_column=Column(Date, nullable=False))
    valid_to: date | None = Field(default=None, sa_column=Column(Date))


class PostTable(KernelTable, table=True):
    """A post (岗位): who, where, as what, from when to when."""

    __tablename__ = "post"
    __table_args__ = (Index("ix_post_staff", "staff_id"), Index("ix_post_unit", "unit_id"))

    id: str = _id(key=True)
    staff_id: str = _id("staff.id")
    unit_id: str = _id("unit.id")
    role: str = Field(sa_column=Column(String, nullable=False))
    valid_from: date = Field(sa_column=Column(Date, nullable=False))
    valid_to: date | None = Field(default=None, sa_column=Column(Date))


class DelegationTable(KernelTable, table=True):
    """A written authorisation (授权) of powers of a post, with its number."""

    __tablename__ = "delegation"
    __table_args__ = (Index("ix_delegation_post", "post_id"), Index("ix_delegation_to", "to_staff_id"))

    id: str = _id(key=True)
    post_id: str = _id("post.id")
    to_staff_id: str = _id("staff.id")
    powers: Any = Field(sa_column=Column(JSON, nullable=False))
    number: str = Field(sa_column=Column(String, nullable=False))
    valid_from: date = Field(sa_column=Column(Date, nullable=False))
    valid_to: date = Field(sa_column=Column(Date, nullable=False))


class AbsenceTable(KernelTable, table=True):
    """An absence (离岗) and who covers it."""

    __tablename__ = "absence"
    __table_args__ = (Index("ix_absence_staff", "staff_id"),)

    id: str = _id(key=True)
    staff_id: str = _id("staff.id")
    from_at: datetime = Field(sa_column=Column(Instant, nullable=False))
    to_at: datetime | None = Field(default=None, sa_column=Column(Instant))
    substitute_id: str | None = _id("staff.id", null=True)


class DutyTable(KernelTable, table=True):
    """A line of the duty list (职责清单): which unit of which township answers a category."""

    __tablename__ = "duty"
    __table_args__ = (Index("ix_duty_category", "township_code", "category"),)

    id: str = _id(key=True)
    township_code: str = Field(sa_column=Column(String(12), ForeignKey("township.code"), nullable=False))
    category: str = Field(sa_column=Column(String, nullable=False))
    unit_id: str = _id("unit.id")
    role: str = Field(sa_column=Column(String, nullable=False))
    ended_at: datetime | None = Field(default=None, sa_column=Column(Instant))


class OrganisationVersionTable(KernelTable, table=True):
    """One row that each change raises, so that every process knows when its snapshot is old."""

    __tablename__ = "organisation_version"

    id: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    version: int = Field(sa_column=Column(BigInteger, nullable=False))


class OrganisationLogTable(KernelTable, table=True):
    """What was done to the organisation: by whom, what, to which row. Ids, dates and numbers; no name, no word."""

    __tablename__ = "organisation_log"
    __table_args__ = (Index("ix_organisation_log_subject", "subject", "id"),)

    id: str = Field(sa_column=Column(String(36), primary_key=True))
    at: datetime = Field(sa_column=Column(Instant, nullable=False))
    actor: str = Field(sa_column=Column(String(36), nullable=False))
    what: str = Field(sa_column=Column(String(40), nullable=False))
    subject: str = Field(sa_column=Column(String(36), nullable=False))
    data: Any = Field(sa_column=Column(JSON, nullable=False))


TOWNSHIP: Final[Table] = KernelTable.metadata.tables["township"]
UNIT: Final[Table] = KernelTable.metadata.tables["unit"]
STAFF: Final[Table] = KernelTable.metadata.tables["staff"]
POST: Final[Table] = KernelTable.metadata.tables["post"]
DELEGATION: Final[Table] = KernelTable.metadata.tables["delegation"]
ABSENCE: Final[Table] = KernelTable.metadata.tables["absence"]
DUTY: Final[Table] = KernelTable.metadata.tables["duty"]
ORGANISATION_LOG: Final[Table] = KernelTable.metadata.tables["organisation_log"]
VERSION: Final[Table] = KernelTable.metadata.tables["organisation_version"]
