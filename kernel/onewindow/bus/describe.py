"""The bus described in one place: streams, subjects and payloads as Markdown for people and AsyncAPI for programs."""

from typing import Any

from pydantic.json_schema import GenerateJsonSchema

from onewindow.bus.envelope import SCHEMA_PREFIX, TYPE_PREFIX
from onewindow.bus.events import EVENTS, Payload
from onewindow.bus.subjects import KERNEL, STREAM, STREAM_SUBJECTS, AskVerb, Direction, Verb

PROTOCOL = "1"
HEADERS = {
    "ce-specversion": "1.0",
    "ce-id": "UUIDv7; also Nats-Msg-Id",
    "ce-type": f"{TYPE_PREFIX}<event>",
    "ce-source": "/onewindow/<district>/kernel or /onewindow/<district>/<office>",
    "ce-subject": "the assignment, or the case",
    "ce-time": "RFC 3339, UTC",
    "ce-datacontenttype": "application/json",
    "ce-dataschema": f"{SCHEMA_PREFIX}<event>:<schema version>",
    "ce-owpos": "place in the sender's log",
    "ce-owepoch": "the life of that log",
}


def verbs() -> dict[str, tuple[str, str]]:
    """Request subjects: what each is for and who answers."""
    command = "ow.<district>.<township>.cmd.<office>."
    asks = "ow.<district>.ask.<office>."
    return {
        command + Verb.ACT: ("take an action on a proceeding; the reply carries the events", "office"),
        command + Verb.DESCRIBE: ("state, actions (and why not), prefilled forms and blocks of a case page", "office"),
        command + Verb.STATUS: ("what became of a command, by its key", "office"),
        command + Verb.LOG: ("the office's log after a place", "office"),
        command + Verb.PAGE: ("a page of the office, as blocks", "office"),
        command + Verb.BUNDLE: ("templates, schemas and catalogues, by hash", "office"),
        asks + AskVerb.HELLO: ("a host starts: its manifest, versions, epoch and cursor", KERNEL),
        asks + AskVerb.LOG: ("the kernel's log for this office after a place", KERNEL),
        asks + AskVerb.MIRROR: ("what the kernel last knew of this office's proceedings", KERNEL),
    }


def event_subject(model: type[Payload]) -> str:
    """The subject pattern of an event type."""
    return f"ow.<district>.<township>.{model.WAY}.<office>.{model.NAME}"


def markdown() -> str:
    """The document."""
    lines = [
        "## Stream",
        "",
        f"`{STREAM}` over "
        + " and ".join(f"`{s}`" for s in STREAM_SUBJECTS)
        + ": kept on disk, limits retention, duplicate window 2 minutes. "
        "Durable pull consumers: `kernel`, and one for each office, named after it.",
        "",
        "## Events",
        "",
        "| Subject | Schema | Meaning |",
        "|---|---|---|",
    ]
    lines += [f"| `{event_subject(m)}` | {m.SCHEMA} | {_doc(m)} |" for m in EVENTS]
    lines += ["", "### Headers", "", "| Header | Value |", "|---|---|"]
    lines += [f"| `{name}` | {meaning} |" for name, meaning in HEADERS.items()]
    for model in EVENTS:
        lines += ["", f"### {model.NAME}", "", "| Field | Type | Default |", "|---|---|---|"]
        lines += [
            f"| `{name}` | {_type(prop)} | {_default(prop, name, model)} |"
            for name, prop in _schema(model)["properties"].items()
        ]
    lines += ["", "## Requests", "", "| Subject | Answered by | Meaning |", "|---|---|---|"]
    lines += [f"| `{subject}` | {who} | {meaning} |" for subject, (meaning, who) in verbs().items()]
    return "\n".join(lines) + "\n"


def asyncapi(version: str) -> dict[str, Any]:
    """The same as an AsyncAPI 3.0 document, seen from the kernel."""
    channels: dict[str, Any] = {}
    operations: dict[str, Any] = {}
    messages: dict[str, Any] = {}
    for model in EVENTS:
        key = model.NAME.replace(".", "_")
        channels[key] = _channel(event_subject(model), {key: {"$ref": f"#/components/messages/{key}"}})
        operations[key] = {
            "action": "send" if model.WAY is Direction.TO else "receive",
            "channel": {"$ref": f"#/channels/{key}"},
            "summary": _doc(model),
            "messages": [{"$ref": f"#/channels/{key}/messages/{key}"}],
        }
        messages[key] = {
            "name": TYPE_PREFIX + model.NAME,
            "title": model.NAME,
            "summary": _doc(model),
            "contentType": "application/json",
            "payload": _schema(model),
            "headers": {
                "type": "object",
                "required": list(HEADERS),
                "properties": {name: {"type": "string", "description": text} for name, text in HEADERS.items()},
            },
        }
    for subject, (meaning, who) in verbs().items():
        key = "_".join(part for part in subject.split(".")[2:] if not part.startswith("<"))
        channels[key] = _channel(subject, {})
        operations[key] = {
            "action": "receive" if who == KERNEL else "send",
            "summary": meaning,
            "channel": {"$ref": f"#/channels/{key}"},
            "reply": {"address": {"location": "$message.header#/reply"}},
        }
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "OneWindow bus",
            "version": version,
            "description": "Events in CloudEvents 1.0 binary mode over NATS JetStream; requests over NATS.",
        },
        "defaultContentType": "application/json",
        "channels": channels,
        "operations": operations,
        "components": {"messages": messages},
    }


def _channel(pattern: str, messages: dict[str, Any]) -> dict[str, Any]:
    names = [part[1:-1] for part in pattern.split(".") if part.startswith("<")]
    return {
        "address": pattern.replace("<", "{").replace(">", "}"),
        "messages": messages,
        "parameters": {name: {"description": f"the {name}'s token, [a-z0-9]+"} for name in names},
    }


def _schema(model: type[Payload]) -> dict[str, Any]:
    return model.model_json_schema(mode="serialization", schema_generator=_Inline)


class _Inline(GenerateJsonSchema):
    """Payload schemas without references, so that each stands by itself."""

    def generate(self, schema: Any, mode: Any = "serialization") -> dict[str, Any]:
        made = super().generate(schema, mode)
        definitions = made.pop("$defs", {})

        def put(value: Any, depth: int = 0) -> Any:
            if isinstance(value, dict):
                name = value.get("$ref", "").rpartition("/")[2]
                if name in definitions:
                    # A JSON value contains itself: there it stops with "anything".
                    return put(definitions[name], depth + 1) if depth < 2 else {}
                return {key: put(inner, depth) for key, inner in value.items()}
            return [put(inner, depth) for inner in value] if isinstance(value, list) else value

        return dict(put(made))


def _doc(model: type[Payload]) -> str:
    return " ".join((model.__doc__ or "").split())


def _type(prop: dict[str, Any]) -> str:
    if "anyOf" in prop:
        return " or ".join(dict.fromkeys(_type(option) for option in prop["anyOf"]))
    if "enum" in prop:
        return " ".join(f"`{value}`" for value in prop["enum"])
    return str(prop.get("format") or {"string": "key", "array": "list"}.get(prop.get("type", ""), prop.get("type", "")))


def _default(prop: dict[str, Any], name: str, model: type[Payload]) -> str:
    return "required" if model.model_fields[name].is_required() else f"`{prop.get('default')}`"
