"""What kernel and host say to each other in requests: commands, descriptions, log pages, greetings."""

import base64
from datetime import datetime
from typing import Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from onewindow.bus.envelope import Placed, event_from_json, event_json
from onewindow.bus.log import LogRow
from onewindow.office.manifest import Manifest
from onewindow.office.views import CaseView, ClockView

COMMAND_SECONDS = 10


class Wire(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class ActRequest(Wire):
    """A command: take this action with this form, before `valid_until`, on behalf of the claim's subject."""

    key: str
    claim: str
    assignment: str
    action: str
    form: dict[str, Any] = Field(default_factory=dict)
    expect: int | None = None
    valid_until: AwareDatetime
    view: CaseView
    clocks: dict[str, ClockView] = Field(default_factory=dict)


class Said(Wire):
    """One event with its body as replies carry it; the words are in clear here and stored nowhere on the way."""

    event: dict[str, Any]
    words: dict[str, Any] | None = None
    facts: str | None = None

    @classmethod
    def of(cls, row: LogRow, epoch: str, words: dict[str, Any] | None, facts: bytes | None) -> "Said":
        return cls(
            event=event_json(Placed(row.event, row.pos, epoch)),
            words=words,
            facts=base64.b64encode(facts).decode() if facts is not None else None,
        )

    def placed(self) -> Placed:
        return event_from_json(self.event)

    def ciphertext(self) -> bytes | None:
        return base64.b64decode(self.facts) if self.facts is not None else None


class Fault(Wire):
    """Why a command was refused, in the office's own words."""

    reason: str
    remedy: str = ""
    rule: str = ""
    fields: dict[str, tuple[str, dict[str, Any]]] = Field(default_factory=dict)


class ActReply(Wire):
    """Done with the events it made, or refused with the reason."""

    outcome: Literal["done", "refused"]
    said: tuple[Said, ...] = ()
    fault: Fault | None = None


class StatusRequest(Wire):
    key: str


class StatusReply(Wire):
    """What became of a command: done, or unknown to this host."""

    outcome: Literal["done", "unknown"]
    said: tuple[Said, ...] = ()


class DescribeRequest(Wire):
    claim: str
    assignment: str
    view: CaseView
    clocks: dict[str, ClockView] = Field(default_factory=dict)


class OfferView(Wire):
    """An action as the page offers it."""

    key: str
    title: str
    form: dict[str, Any] | None = None
    values: dict[str, Any] = Field(default_factory=dict)
    refusal: Fault | None = None


class Description(Wire):
    """The state of a proceeding, what may be done, and the blocks of its panel."""

    state: str
    title: str
    version: int
    actions: tuple[OfferView, ...] = ()
    blocks: tuple[dict[str, Any], ...] = ()


class LogRequest(Wire):
    """Your log after my cursor. `count` rows up to `upto` arrived already: if that is all of them, begin after it."""

    epoch: str = ""
    pos: int = 0
    upto: int = 0
    count: int = 0
    limit: int = 200


class LogReply(Wire):
    """A page of the log after `pos`, in order."""

    epoch: str
    pos: int = 0
    said: tuple[Said, ...] = ()
    more: bool = False


class MirrorRequest(Wire):
    """What do you have of my proceedings, after this one: asked by a host whose store came from a backup."""

    after: str = ""
    limit: int = 200


class Mirrored(Wire):
    """A proceeding as the kernel last knew it, with its assignment; `facts` is the office's own ciphertext (base64).

    `commands` are the digests of the commands' keys, each with the version that it made; `at` is the last step's time.
    """

    assignment: dict[str, Any]
    township: str
    version: int
    state: str
    procedure: str
    procedure_version: int
    facts: str | None = None
    at: AwareDatetime | None = None
    commands: dict[str, int] = Field(default_factory=dict)


class MirrorReply(Wire):
    """A page of the mirror, in the order of the assignments' ids."""

    rows: tuple[Mirrored, ...] = ()
    more: bool = False


class LostSpan(Wire):
    """From when until when an office's own records were lost: its store came from a backup of `since`."""

    since: AwareDatetime | None = None
    until: AwareDatetime


class Hello(Wire):
    """What a host says when it starts: what it is, and its bundle where the kernel may not have it."""

    manifest: Manifest
    bundle: str = ""
    epoch: str = ""
    started: datetime
    lost: LostSpan | None = None


class HelloReply(Wire):
    """Whether the kernel takes this office, and if not, why."""

    accepted: bool
    reason: str = ""
    has_bundle: bool = True
    epoch: str = ""
    pos: int = 0
    """How far the kernel has read the host's log, and in which epoch: past its end, the host's store was put back."""
