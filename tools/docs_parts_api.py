"""The office API as a reference: every public name of `onewindow.office` and its test kit, from the code itself."""

import inspect
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import MISSING, fields, is_dataclass
from enum import Enum
from pathlib import Path
from types import MappingProxyType, ModuleType
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from onewindow import office, testing
from onewindow.office.procedure import EVENTS
from tools.docs_parts import table

# Each name of the public API stands in exactly one group; `office_api` refuses to leave one out.
GROUPS: Mapping[str, Sequence[str]] = MappingProxyType(
    {
        "Declaring an office": ["Office", "hookimpl", "Procedure", "State", "Record"],
        "Facts, forms and their fields": [
            "Facts", "Form", "Row", "Reason", "Attachment", "field", "years", "until",
        ],
        "Steps, guards, reactions": ["action", "at", "guard", "prefill", "options", "on", "Happening", "Refusal"],
        "Effects": [
            "Go", "Issue", "Redress", "Answer", "Ask", "superior", "Admit", "Entrust", "Return", "Note", "Recuse",
            "Seal", "Start", "Stop", "Pause", "Resume", "Extend", "Effect", "Effects",
        ],
        "Clocks": ["Clock", "Extension", "Span", "days", "working_days", "hours", "Moment"],
        "When a clock starts and stops": [
            "registered", "received", "assigned", "signed", "entering", "served", "stated", "by_hand",
        ],
        "What a rule sees": [
            "Context", "CaseView", "PartyView", "AssignmentView", "DocumentView", "ClockView", "Actor", "law_day",
        ],
        "Blocks: what a page shows": [
            "Fields", "Table", "Chart", "Notice", "Link", "ActionButton", "fields_of", "Block",
        ],
        "Closed sets and identifiers": [
            "Phase", "Track", "PartyRole", "AssignmentRole", "AssignmentState", "CaseId", "PartyId", "AssignmentId",
            "DocumentId", "StaffId", "UnitId",
        ],
        "Errors, and the office as data": ["DeclarationError", "FormError", "Manifest"],
    }
)  # fmt: skip
_MODULES = re.compile(r"\b(?:[a-z_]+\.)+(?=[A-Za-z_])|ForwardRef\('([^']*)'[^)]*\)")
_INHERITED = ("Create a new model by parsing", "!!! abstract", "str(object=''", "A base class for creating")


def shown(annotation: Any) -> str:
    """A type as an author writes it, without the modules that it lies in."""
    if annotation in (inspect.Parameter.empty, None):
        return "" if annotation is inspect.Parameter.empty else "None"
    if isinstance(annotation, type) and not hasattr(annotation, "__args__"):
        return annotation.__name__
    text = annotation if isinstance(annotation, str) else str(getattr(annotation, "__name__", annotation))
    if not isinstance(annotation, str) and hasattr(annotation, "__args__"):
        text = str(annotation)
    return _MODULES.sub(lambda found: found[1] or "", text).replace("NoneType", "None").replace("'", "")


def _model(found: type[BaseModel]) -> Iterator[str]:
    for name, info in found.model_fields.items():
        if name != "kind" or issubclass(found, office.PartyView | office.DocumentView):
            yield f"`{name}: {shown(info.annotation)}{_default(info)}`"


def _default(info: FieldInfo) -> str:
    if info.default_factory is not None:
        return " = {}" if "dict" in str(info.annotation) else " = …"
    return "" if info.is_required() else f" = {_plain(info.default)}"


def _plain(value: Any) -> str:
    return f"{type(value).__name__}.{value.name}" if isinstance(value, Enum) else repr(value)


def _dataclass(found: Any) -> Iterator[str]:
    for each in fields(found):
        plain = "" if each.default is MISSING else f" = {_plain(each.default)}"
        yield f"`{each.name}: {shown(each.type)}{plain}`"


def _signature(found: Any) -> str:
    """How it is called, without types that say less than the words beside it."""
    parts = []
    starred = False
    for name, each in inspect.signature(found).parameters.items():
        if name == "self":
            continue
        if each.kind is each.KEYWORD_ONLY and not starred:
            parts.append("*")
            starred = True
        mark = "*" if each.kind is each.VAR_POSITIONAL else "**" if each.kind is each.VAR_KEYWORD else ""
        starred = starred or each.kind is each.VAR_POSITIONAL
        plain = "" if each.default is each.empty else "=…" if "Pydantic" in repr(each.default) else f"={each.default!r}"
        parts.append(f"{mark}{name}{plain}")
    return f"`({', '.join(parts)})`"


def takes(found: Any) -> str:
    """What a name takes, or what it may be."""
    if isinstance(found, type) and issubclass(found, Enum):
        return ", ".join(f"`{each.value}` {each.name.lower().replace('_', ' ')}" for each in found)
    if isinstance(found, type) and issubclass(found, BaseModel):
        return "" if found is office.Manifest else ", ".join(_model(found))
    if is_dataclass(found):
        return ", ".join(_dataclass(found))
    if inspect.isfunction(found) or found is office.State:
        return _signature(found)
    return ""


def words(name: str, found: Any) -> str:
    """What a name means: its docstring.

    Raises:
        ValueError: it has none of its own.
    """
    supertype = getattr(found, "__supertype__", None)
    if supertype is not None:
        return (
            f"An id: a `{supertype.__name__}`." if found is not office.Attachment else "The id of a file in the case."
        )
    said = ALIASES.get(name) or inspect.getdoc(found) or ""
    if not said or said.startswith(_INHERITED):
        raise ValueError(f"{name} of the office API has no docstring")
    return " ".join(said.replace("\n\nRaises:\n", " Raises ").split())


WITH_METHODS = frozenset({"Procedure", "Context", "CaseView", "Actor", "Walk", "Form"})
# When it happens, what `of` names, what comes with it; the keys are those of `onewindow.office.procedure.EVENTS`.
HAPPENS: Mapping[str, Sequence[str]] = MappingProxyType(
    {
        "near": ("a clock is amber", "the clock", "`row`, `due`, `provisional`"),
        "due": ("a clock is red", "the clock", "`row`, `due`, `provisional`"),
        "served": ("the service of a document was recorded", "the document", "`served_on`, `document_id`"),
        "refused": ("the kernel could not carry out an effect", "the reason", "`version`, `effect` (its place)"),
        "extended": ("it was decided whether an extension took effect", "the clock", "`effective`, `due`"),
        "objected": ("an objection was ruled", "", "`upheld`"),
        "answered": ("what was asked of somebody else came back", "the purpose", "`assignment`, `result`"),
        "returned": ("what was asked of somebody else was returned", "the purpose", "`assignment`"),
        "recalled": ("what was asked of somebody else was recalled", "the purpose", "`assignment`"),
        "recused": ("a recusal was decided", "", "`granted`"),
        "withdrawn": ("a party's withdrawal took effect", "", "`party`, `ends`, `ex_officio`"),
        "nudged": ("a party asked how it goes", "", ""),
        "added": ("a party added material", "", ""),
    }
)
ALIASES: Mapping[str, str] = MappingProxyType(
    {
        "hookimpl": "Marks the function `onewindow_office`, which returns the office.",
        "Effects": "What a step returns: an effect, several (None among them is left out), a `Refusal`, or None.",
        "Block": "Any of the blocks above.",
    }
)


def _rows(module: ModuleType, names: Sequence[str]) -> str:
    rows = []
    for name in names:
        found = getattr(module, name)
        rows.append([f"`{name}`", takes(found), words(name, found)])
        if isinstance(found, type) and name in WITH_METHODS:
            rows += _methods(name, found)
    return table(["Name", "Takes", "What it is"], rows)


def _methods(name: str, found: type) -> Iterator[list[str]]:
    for key, member in vars(found).items():
        said = " ".join((inspect.getdoc(member) or "").split())
        if key.startswith(("_", "model_")) or not said:
            continue
        if inspect.isfunction(member):
            yield [f"`{name}.{key}`", _signature(member), said]
        elif isinstance(member, property):
            yield [f"`{name}.{key}`", "", said]


def office_api(root: Path) -> str:
    """All that an office may import.

    Raises:
        ValueError: a public name stands in no group, or in two.
    """
    listed = [name for names in GROUPS.values() for name in names]
    if sorted(listed) != sorted(office.__all__):
        wrong = set(listed) ^ set(office.__all__) or {name for name in listed if listed.count(name) > 1}
        raise ValueError(f"tools/docs_parts_api.py and onewindow.office disagree on {', '.join(sorted(wrong))}")
    parts = []
    for title, names in GROUPS.items():
        parts.append(f"## {title}\n\n{_rows(office, names)}")
        if "on" in names:
            if set(HAPPENS) != set(EVENTS):
                raise ValueError(f"tools/docs_parts_api.py: HAPPENS and EVENTS differ on {set(HAPPENS) ^ set(EVENTS)}")
            rows = [[f"`{key}`", title, *HAPPENS[key]] for key, title in EVENTS.items()]
            parts.append(
                "What `@on` can react to:\n\n" + table(["Event", "Title", "When", "`of`", "`happening.data`"], rows)
            )
    return "\n\n".join(parts)


def test_kit(root: Path) -> str:
    """What an office's tests may import besides."""
    return _rows(testing, sorted(testing.__all__))


PARTS: Mapping[str, Callable[[Path], str]] = MappingProxyType({"office-api": office_api, "test-kit": test_kit})
