"""What REST v1 answers about a party's own part of a case, and at the counter."""

from datetime import date, datetime

from pydantic import Field

from onewindow.api.models import ClockOut, DocumentLine, EntryOut, LookOut, Out, PartyOut, WordsOut


class RedressOut(Out):
    """To whom somebody may turn who does not accept a document, and until which day; none before it was served."""

    organ: str
    address: str
    phone: str
    until: date | None
    provisional: bool


class TrackedDocumentOut(DocumentLine):
    """A document of one's own."""

    served_on: date | None = None
    redress: RedressOut | None = None


class WithdrawalOut(Out):
    """A withdrawal: `asked`, `verified`, `revoked`, `refused`, `effective`, or `continued` (the matter goes on)."""

    id: str
    party_id: str
    how: str = Field(description="`code` or `written`")
    state: str
    asked_on: date
    revocable_until: date
    verified: bool
    ex_officio: bool
    reason: str


class RatedOut(Out):
    score: str
    reason: str
    at: datetime


class StandingOut(Out):
    """What a party may do about their matter now, and what they have done already."""

    may_add: bool
    may_nudge: bool
    nudge_from: date | None
    may_withdraw: bool
    withdrawal: WithdrawalOut | None
    may_revoke: bool
    goes_on: bool = Field(description="the authorities go on with such a matter whatever the person wishes")
    may_rate: bool
    rated: RatedOut | None
    consent: bool | None = Field(description="to electronic service; null for an anonymous party")
    may_reopen: bool
    reopening_asked: bool


class NudgedOut(Out):
    again_on: date = Field(description="from this day on the case may be nudged again")


class RenewedOut(Out):
    """The new code, shown here and nowhere else."""

    number: str
    party_id: str
    code: str = Field(examples=["7Q2M-0F4K-9XRT-3HWB"])


class HoldersOut(Out):
    """The parties of a case who have a code, to compare with a document."""

    number: str
    category: str
    category_title: str
    registered_at: datetime
    place: str
    parties: list[PartyOut]


class FoundCase(Out):
    number: str
    category: str
    registered_at: datetime


class WishesOut(Out):
    """What the parties of a case wish or agreed to."""

    withdrawals: list[WithdrawalOut]
    consents: list[str] = Field(description="the parties who agreed to electronic service")
    nudged_until: datetime | None
    reopening_asked: bool
    ratings: dict[str, RatedOut] = Field(description="by party; empty for whoever does not follow up on the case")


class TrackedOut(Out):
    """What a party may read of their matter, their own fields masked."""

    number: str
    township: str
    township_name: str
    category: str
    category_title: str
    track: str
    phase: str
    state: str
    holder: str
    due_on: date | None
    registered_at: datetime
    received_at: datetime
    words: WordsOut
    party: PartyOut
    clocks: list[ClockOut]
    timeline: list[EntryOut]
    documents: list[TrackedDocumentOut]
    looks: list[LookOut]
    next_step: str = ""
    standing: StandingOut | None = None
