"""A small office that is within the boundary, and how a test puts one wrong thing into it."""

from collections.abc import Mapping
from typing import Any

from onewindow.boundary import Codes, Violation, check_manifest
from onewindow.office.manifest import Manifest
from onewindow.registry.catalogue import TRACKS, categories

CODES = Codes(frozenset(map(str, TRACKS)), {code: str(found.track) for code, found in categories().items()})


def clean() -> dict[str, Any]:
    """An office of consumer disputes, as JSON."""
    return {
        "id": "consumer",
        "title": "市场监管所",
        "version": "1.0",
        "handles": ["0801"],
        "roles": {"inspector": "检查人员"},
        "documents": [{"key": "notice", "title": "受理告知书"}],
        "procedures": [
            {
                "key": "dispute",
                "title": "消费纠纷",
                "version": 1,
                "tracks": ["B"],
                "states": [
                    {"key": "received", "title": "已收到", "phase": "in_hand", "initial": True},
                    {"key": "ended", "title": "已终止", "phase": "ended", "final": True},
                ],
                "actions": [
                    {
                        "key": "end",
                        "title": "终止",
                        "by": ["handler"],
                        "sources": ["received"],
                        "targets": ["ended"],
                        "form": {"title": "End", "properties": {"reason": {"title": "理由", "type": "string"}}},
                    }
                ],
                "clocks": [
                    {
                        "key": "accept_by",
                        "title": "受理期限",
                        "span": {"amount": 7, "unit": "working_days"},
                        "source": "市场监督管理投诉举报处理暂行办法 第十四条",
                        "starts": {"fact": "registered"},
                        "stops": [{"fact": "entering", "of": ["ended"]}],
                    }
                ],
                "facts": {"title": "Dispute", "type": "object", "properties": {}},
            }
        ],
        "records": [
            {"key": "consumer_site", "title": "经营场所台账", "fields": {"title": "Site", "properties": {}}},
        ],
    }


def violations(data: Mapping[str, Any]) -> list[Violation]:
    return check_manifest(Manifest.model_validate(data), CODES)


def rules(data: Mapping[str, Any]) -> set[str]:
    return {violation.rule for violation in violations(data)}


def with_fact(name: str, title: str = "", /, **spec: Any) -> dict[str, Any]:
    """The clean office with this field among its facts; members of the schema with `x_` get their hyphen."""
    data = clean()
    made = {key.replace("x_", "x-"): value for key, value in {"type": "string", **spec}.items()}
    data["procedures"][0]["facts"]["properties"][name] = {"title": title or name, **made}
    return data


def with_record(name: str, title: str, /, *, indexed: list[list[str]] | None = None, **spec: Any) -> dict[str, Any]:
    """The clean office with this field in its table."""
    data = clean()
    made = {key.replace("x_", "x-"): value for key, value in {"type": "string", **spec}.items()}
    data["records"][0]["fields"]["properties"][name] = {"title": title, **made}
    data["records"][0]["indexed"] = indexed or []
    return data


def put(place: str, value: Any) -> dict[str, Any]:
    """The clean office with this value at this place, e.g. `procedures/0/states/0/title`."""
    data = clean()
    *way, last = place.split("/")
    inner: Any = data
    for step in way:
        inner = inner[int(step)] if step.isdigit() else inner[step]
    if last == "+":
        inner.append(value)
    else:
        inner[int(last) if last.isdigit() else last] = value
    return data
