"""The OpenAPI text of REST v1, with the form of every action that an enabled office declares."""

from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from onewindow import __version__
from onewindow.api.parts import PREFIX
from onewindow.api.problems import FieldProblem, Problem
from onewindow.centre import Centre
from onewindow.office.manifest import ActionSpec, Manifest, ProcedureSpec
from onewindow.registry.intake import Registration

REF = "#/components/schemas/"
TAGS = (
    ("cases", "事项 · Cases: one matter brought to the window"),
    ("assignments", "交办 · Assignments: a case handed to a unit, and what its office does with it"),
    ("queues", "队列 · What waits, for a unit, a person, the window"),
    ("attachments", "材料 · Material that people hand in"),
    ("documents", "文书 · Documents and their service"),
    ("tracking", "查询 · What a person sees and does with their code"),
    ("sessions", "会话 · Logging in"),
    ("catalogue", "目录 · Tracks and categories"),
    ("townships", "镇街与单位 · Townships and units"),
    ("users", "人员与账号 · Users"),
    ("offices", "科室模块 · Offices, and where they are enabled"),
    ("calendars", "工作日历 · Calendar years"),
    ("parked", "搁置的消息 · Parked messages"),
    ("bus", "消息总线 · The bus"),
    ("import", "台账导入 · Importing a ledger"),
)
PUBLIC = {"registerCase", "getCatalogue", "listTownships", "listUnits", "logIn", "openTracking", "printReceipt"}
BY_CODE = {
    "addTrackedAttachments",
    "listTrackedAttachments",
    "getTrackedAttachment",
    "getTracked",
    "getTrackedDocument",
    "listPartyActions",
    "takePartyAction",
    "getPartyCommand",
    "addMaterial",
    "nudge",
    "withdraw",
    "revokeWithdrawal",
    "rate",
    "consentToElectronicService",
    "askForPaper",
    "askForReopening",
}


def document(app: FastAPI, centre: Centre) -> dict[str, Any]:
    """The OpenAPI text as of the offices that are enabled now."""
    text = get_openapi(
        title="OneWindow REST v1",
        version=__version__,
        summary="一窗 · the window of a township governance service centre",
        description="Errors are problem details (RFC 9457). Lists are paged by key. `/api/v1` only grows.",
        routes=app.routes,
        tags=[{"name": name, "description": words} for name, words in TAGS],
    )
    components = text.setdefault("components", {})
    schemas: dict[str, Any] = components.setdefault("schemas", {})
    for model in (FieldProblem, Problem, Registration):
        _add(schemas, model.__name__, model.model_json_schema(ref_template=REF + "{model}"))
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    components["securitySchemes"] = {
        "bearer": {"type": "http", "scheme": "bearer", "description": "a session's token"},
        "cookie": {"type": "apiKey", "in": "cookie", "name": "ow_session", "description": "writes add X-CSRF-Token"},
        "code": {"type": "http", "scheme": "bearer", "description": "the token that a tracking code was exchanged for"},
    }
    for operations in text["paths"].values():
        for operation in operations.values():
            name = operation.get("operationId")
            if name in BY_CODE:
                operation["security"] = [{"code": []}]
            elif name not in PUBLIC:
                operation["security"] = [{"bearer": []}, {"cookie": []}]
    _add_actions(text, schemas, centre)
    return text


def _add_actions(text: dict[str, Any], schemas: dict[str, Any], centre: Centre) -> None:
    """A schema for the form of each action of each enabled office, and which operations take it."""
    offices = centre.book.current
    working = sorted({office for township in offices.enabled for office in offices.enabled_in(township)})
    staff: list[dict[str, Any]] = []
    parties: list[dict[str, Any]] = []
    for office in working:
        manifest = offices.manifest(office)
        if manifest is None:
            continue
        for spec in manifest.procedures:
            for action in spec.actions:
                entry = _action(schemas, manifest, spec, action)
                staff.append(entry)
                if "party" in action.by:
                    parties.append(entry)
    for path, entries in (
        (f"{PREFIX}/cases/{{number}}/assignments/{{assignment}}/actions/{{action}}", staff),
        (f"{PREFIX}/tracking/assignments/{{assignment}}/actions/{{action}}", parties),
    ):
        operation = text["paths"].get(path, {}).get("post")
        if operation is not None:
            operation["x-actions"] = entries
    request = schemas.get("ActionRequest")
    if request is not None:
        forms = sorted({entry["form"]["$ref"] for entry in staff if "form" in entry})
        request["properties"]["form"] = {
            "title": "Form",
            "description": "the form of this action: see x-actions of the operation",
            "type": "object",
            "default": {},
            "x-forms": [{"$ref": ref} for ref in forms],
        }


def _action(schemas: dict[str, Any], manifest: Manifest, spec: ProcedureSpec, action: ActionSpec) -> dict[str, Any]:
    name = f"{manifest.id}.{spec.key}.{spec.version}.{action.key}"
    entry: dict[str, Any] = {
        "action": action.key,
        "office": manifest.id,
        "procedure": spec.key,
        "version": spec.version,
        "title": action.title,
        "by": list(action.by),
        "from": list(action.sources),
        "to": list(action.targets),
    }
    if action.form is not None:
        _add(schemas, name, _moved(action.form, name))
        entry["form"] = {"$ref": REF + name}
    return entry


def _moved(schema: Mapping[str, Any], name: str) -> dict[str, Any]:
    """A form's schema whose own definitions are found among the components, under the form's name."""

    def walk(value: Any) -> Any:
        if isinstance(value, Mapping):
            return {
                key: value[key].replace("#/$defs/", f"{REF}{name}.")
                if key == "$ref" and isinstance(value[key], str)
                else walk(value[key])
                for key in value
            }
        return [walk(each) for each in value] if isinstance(value, list) else value

    found: dict[str, Any] = walk(schema)
    found["$defs"] = {f"{name}.{key}": part for key, part in found.get("$defs", {}).items()}
    return found


def _add(schemas: dict[str, Any], name: str, schema: Mapping[str, Any]) -> None:
    """A schema and its own definitions as components of their own."""
    plain = dict(schema)
    for key, part in (plain.pop("$defs", None) or {}).items():
        schemas.setdefault(key, part)
    schemas.setdefault(name, plain)
