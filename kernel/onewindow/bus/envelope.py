"""An event of ours as a CloudEvents 1.0 message in the binary mode of its NATS binding, and back."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Final
from urllib.parse import unquote

import orjson

from onewindow.bus.errors import Unreadable
from onewindow.bus.subjects import KERNEL, Direction, EventSubject
from onewindow.office.types import OfficeId, utc

TYPE_PREFIX: Final = "onewindow."
SCHEMA_PREFIX: Final = "urn:onewindow:event:"
MSG_ID: Final = "Nats-Msg-Id"
_NEEDS_ESCAPE = re.compile(r"[^!#$&-~]")  # all but printable ASCII without space, quote and percent
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"')


@dataclass(frozen=True, slots=True)
class Event:
    """What happened, in ids, states and dates. `township` is the bus token; `subject` the case or assignment."""

    id: str
    type: str
    source: str
    subject: str
    time: datetime
    office: OfficeId
    township: str
    data: dict[str, Any]
    schema: int = 1

    @property
    def name(self) -> str:
        """The type without our prefix: `assignment.changed`."""
        return self.type.removeprefix(TYPE_PREFIX)


@dataclass(frozen=True, slots=True)
class Placed:
    """An event with its place in the sender's log."""

    event: Event
    pos: int
    epoch: str


@dataclass(frozen=True, slots=True)
class Message:
    """What goes over the wire."""

    subject: str
    headers: dict[str, str]
    payload: bytes


def source_of(district: str, who: str) -> str:
    """The CloudEvents source of the kernel's events, or of an office's."""
    return f"/onewindow/{district}/{who}"


def sender(event: Event) -> tuple[str, str]:
    """District and name ("kernel" or the office) from an event's source."""
    return _sender(event.source)


def _sender(source: str) -> tuple[str, str]:
    match source.split("/"):
        case ["", "onewindow", district, who]:
            return district, who
    raise Unreadable(source=source)


def subject_of(event: Event) -> EventSubject:
    """Where an event is published: under the name of its receiver, or of the office that says it."""
    return _subject_of(event.source, event.township, event.office, event.name)


@lru_cache(4096)
def _subject_of(source: str, township: str, office: OfficeId, name: str) -> EventSubject:
    district, who = _sender(source)
    if who not in (KERNEL, office):
        raise Unreadable(source=source)
    way = Direction.TO if who == KERNEL else Direction.FROM
    return EventSubject(district, township, way, office, name)


def escape(value: str) -> str:
    """Percent-encoding as the binding asks for header values."""
    if not _NEEDS_ESCAPE.search(value):
        return value
    return _NEEDS_ESCAPE.sub(lambda m: "".join(f"%{byte:02X}" for byte in m.group().encode()), value)


def unescape(value: str) -> str:
    """The reverse, which also takes the quoted strings of older senders."""
    if "%" not in value and '"' not in value:
        return value
    if quoted := _QUOTED.fullmatch(value.strip()):
        value = re.sub(r"\\(.)", r"\1", quoted.group(1))
    return unquote(value)


def instant(moment: datetime) -> str:
    """An instant in RFC 3339, always in UTC and with microseconds."""
    return utc(moment).isoformat(timespec="microseconds").replace("+00:00", "Z")


def encode(placed: Placed) -> Message:
    """The message that carries an event."""
    event = placed.event
    attributes = {
        "specversion": "1.0",
        "id": event.id,
        "type": event.type,
        "source": event.source,
        "subject": event.subject,
        "time": instant(event.time),
        "datacontenttype": "application/json",
        "dataschema": f"{SCHEMA_PREFIX}{event.name}:{event.schema}",
        "owpos": str(placed.pos),
        "owepoch": placed.epoch,
    }
    headers = {f"ce-{name}": escape(value) for name, value in attributes.items()}
    headers[MSG_ID] = event.id
    return Message(str(subject_of(event)), headers, dump(event.data))


def dump(data: Mapping[str, Any]) -> bytes:
    """JSON as we send it."""
    return orjson.dumps(data)


def decode(message: Message) -> Placed:
    """The event in a message, if it is well formed and stands where its sender may speak.

    The server lets an office publish below its own name only; that its headers claim no other sender is checked here,
    because they are what the receiver acts on.

    Raises:
        Unreadable: if it is not.
    """
    place = EventSubject.parse(message.subject)
    attributes = {
        name.lower()[3:]: unescape(value) for name, value in message.headers.items() if name.lower().startswith("ce-")
    }
    try:
        if attributes["specversion"] != "1.0":
            raise ValueError("specversion")
        name, _, schema = attributes["dataschema"].removeprefix(SCHEMA_PREFIX).rpartition(":")
        moment = datetime.fromisoformat(attributes["time"]).astimezone(UTC)
        data = orjson.loads(message.payload)
        if not isinstance(data, dict):
            raise ValueError("data")
        event = Event(
            attributes["id"],
            attributes["type"],
            attributes["source"],
            attributes["subject"],
            moment,
            place.office,
            place.township,
            data,
            int(schema),
        )
        placed = Placed(event, int(attributes["owpos"]), attributes["owepoch"])
    except (KeyError, ValueError) as error:
        raise Unreadable(subject=message.subject) from error
    if not event.type.startswith(TYPE_PREFIX) or name != event.name or subject_of(event) != place:
        raise Unreadable(subject=message.subject)
    return placed


def event_json(placed: Placed) -> dict[str, Any]:
    """An event as a JSON value: what the log requests carry and what a parked message keeps."""
    event = placed.event
    return {
        "id": event.id,
        "type": event.type,
        "source": event.source,
        "subject": event.subject,
        "time": instant(event.time),
        "office": event.office,
        "township": event.township,
        "data": event.data,
        "schema": event.schema,
        "pos": placed.pos,
        "epoch": placed.epoch,
    }


def event_from_json(value: Mapping[str, Any]) -> Placed:
    """The reverse of `event_json`."""
    try:
        event = Event(
            str(value["id"]),
            str(value["type"]),
            str(value["source"]),
            str(value["subject"]),
            datetime.fromisoformat(value["time"]).astimezone(UTC),
            OfficeId(value["office"]),
            str(value["township"]),
            dict(value["data"]),
            int(value["schema"]),
        )
        return Placed(event, int(value["pos"]), str(value["epoch"]))
    except (KeyError, TypeError, ValueError) as error:
        raise Unreadable from error
