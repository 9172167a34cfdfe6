"""The words that everybody uses: identifiers, moments and the closed sets of the domain."""

from datetime import UTC, date, datetime
from enum import StrEnum
from typing import NewType
from zoneinfo import ZoneInfo

import uuid_utils

CaseId = NewType("CaseId", str)
PartyId = NewType("PartyId", str)
AssignmentId = NewType("AssignmentId", str)
DocumentId = NewType("DocumentId", str)
ClockId = NewType("ClockId", str)
UnitId = NewType("UnitId", str)
StaffId = NewType("StaffId", str)
OfficeId = NewType("OfficeId", str)
TownshipCode = NewType("TownshipCode", str)

SHANGHAI = ZoneInfo("Asia/Shanghai")


def new_id() -> str:
    """A fresh UUIDv7: sorts by the moment it was made."""
    return str(uuid_utils.uuid7())


def utc(moment: datetime) -> datetime:
    """The instant in UTC.

    Raises:
        ValueError: if `moment` carries no time zone.
    """
    if moment.tzinfo is None:
        raise ValueError("a moment needs a time zone")
    return moment.astimezone(UTC)


def law_day(moment: datetime) -> date:
    """The calendar day on which the law sees this instant: Asia/Shanghai."""
    return utc(moment).astimezone(SHANGHAI).date()


class Phase(StrEnum):
    """What a citizen sees of a case (进度)."""

    IN_HAND = "in_hand"
    WAITING_FOR_YOU = "waiting_for_you"
    SUSPENDED = "suspended"
    ANSWERED = "answered"
    REDIRECTED = "redirected"
    ENDED = "ended"


class Track(StrEnum):
    """The lawful way that a matter takes (事项轨); it decides clocks and documents."""

    ENQUIRY = "A"
    SERVICE = "B"
    CLAIM = "C"
    SUGGESTION = "D"
    ACCUSATION = "E"
    MEDIATION = "F"
    ADMINISTRATIVE = "G"
    POLICE = "H"
    COURT = "I"
    JUSTICE = "J"
    HAZARD = "K"
    EMERGENCY = "L"
    UNLAWFUL_ACT = "M"


class PartyRole(StrEnum):
    """What a party is in a case."""

    APPLICANT = "applicant"
    RESPONDENT = "respondent"
    AGENT = "agent"
    WITNESS = "witness"


class AssignmentRole(StrEnum):
    """What a unit does for a case."""

    COORDINATE = "coordinate"
    LEAD = "lead"
    JOINT = "joint"
    ADVISE = "advise"


class AssignmentState(StrEnum):
    """Where a hand-over stands; finer states belong to the office's proceeding."""

    SENT = "sent"
    RECEIVED = "received"
    DONE = "done"
    RETURNED = "returned"
    RECALLED = "recalled"
