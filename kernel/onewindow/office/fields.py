"""Facts and forms: the typed models of an office, whose fields say how they are shown and why they are kept."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NewType, Self, TypeVar, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic.fields import FieldInfo
from pydantic_core import InitErrorDetails, PydanticCustomError, PydanticUndefined

from onewindow.office.errors import FormError
from onewindow.office.types import AssignmentId, PartyId, StaffId, UnitId

Attachment = NewType("Attachment", str)
WIDGETS: dict[Any, str] = {
    PartyId: "party",
    UnitId: "unit",
    StaffId: "staff",
    AssignmentId: "assignment",
    Attachment: "attachment",
}


@dataclass(frozen=True, slots=True)
class Years:
    """Kept for so many years after the case is closed."""

    amount: int

    def __str__(self) -> str:
        return f"years({self.amount})"


@dataclass(frozen=True, slots=True)
class Until:
    """Kept until the proceeding enters this state."""

    state: str

    def __str__(self) -> str:
        return f"until({self.state})"


def years(amount: int) -> Years:
    """Kept for so many years after the case is closed."""
    return Years(amount)


def until(state: str) -> Until:
    """Kept until the proceeding enters this state."""
    return Until(state)


def field(
    title: str,
    *,
    personal: str | None = None,
    keep: str | Years | Until | None = None,
    listed: bool = False,
    multiline: bool = False,
    choices: Mapping[str, str] | Sequence[str] | None = None,
    default: Any = PydanticUndefined,
    default_factory: Any = None,
    max_length: int | None = None,
    min_length: int | None = None,
    ge: float | None = None,
    le: float | None = None,
    hint: str | None = None,
) -> Any:
    """Declare a field of facts, a form or a row.

    `personal` names the purpose for which personal data is held and goes with `keep` ("case", `years(n)`,
    `until(state)`). `listed` lets choices, numbers and dates (never personal) into the kernel's mirror for lists and
    statistics. `choices` are keys with titles, or the titles themselves.
    """
    extra: dict[str, Any] = {}
    if personal is not None:
        extra["x-personal"] = personal
    if keep is not None:
        extra["x-keep"] = str(keep)
    if listed:
        extra["x-listed"] = True
    if multiline:
        extra["x-multiline"] = True
    if choices is not None:
        pairs = choices.items() if isinstance(choices, Mapping) else ((c, c) for c in choices)
        extra["x-choices"] = [{"value": value, "label": label} for value, label in pairs]
    if hint:
        extra["x-hint"] = hint
    settings: dict[str, Any] = {"title": title, "json_schema_extra": extra}
    if default_factory is not None:
        settings["default_factory"] = default_factory
    else:
        settings["default"] = default
    for name, value in (("max_length", max_length), ("min_length", min_length), ("ge", ge), ("le", le)):
        if value is not None:
            settings[name] = value
    return Field(**settings)


def _widget(annotation: Any) -> str | None:
    for candidate in (annotation, *get_args(annotation)):
        if (widget := WIDGETS.get(candidate)) is not None:
            return widget
    return None


def _choices(info: FieldInfo) -> set[str] | None:
    extra = info.json_schema_extra
    if not isinstance(extra, dict) or "x-choices" not in extra:
        return None
    pairs: Any = extra["x-choices"]
    return {pair["value"] for pair in pairs}


_M = TypeVar("_M", bound=BaseModel)


def check_choices(model: _M) -> _M:
    """Refuse a value outside its declared choices; a field that may be empty may stay so."""
    errors: list[InitErrorDetails] = []
    for name, info in type(model).model_fields.items():
        allowed = _choices(info)
        if allowed is None:
            continue
        value = getattr(model, name)
        if value in (None, "") and not info.is_required():
            continue
        for item in value if isinstance(value, list | tuple | set) else [value]:
            if str(item) not in allowed:
                kind = PydanticCustomError("choice", "not one of the choices")
                errors.append(InitErrorDetails(type=kind, loc=(name,), input=item))
    if errors:
        raise ValidationError.from_exception_data(type(model).__name__, errors)
    return model


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", validate_assignment=False, str_strip_whitespace=True)

    @classmethod
    def __pydantic_init_subclass__(cls, **_kwargs: Any) -> None:
        changed = False
        for info in cls.model_fields.values():
            if (widget := _widget(info.annotation)) is not None:
                extra = info.json_schema_extra if isinstance(info.json_schema_extra, dict) else {}
                info.json_schema_extra = {**extra, "x-widget": widget}
                changed = True
        if changed:
            cls.model_rebuild(force=True)


class Row(_Model):
    """One line of a table inside facts or a form."""

    @model_validator(mode="after")
    def _known_choices(self) -> Self:
        return check_choices(self)


class Facts(_Model):
    """What a proceeding knows (办理信息), as one typed model; its field defaults make the empty facts."""


class Form(_Model):
    """What an action asks of the person who takes it."""

    @model_validator(mode="after")
    def _known_choices(self) -> Self:
        return check_choices(self)

    @classmethod
    def fill(cls, data: Mapping[str, Any]) -> Self:
        """The form filled with `data`.

        Raises:
            FormError: naming each field that does not fit.
        """
        try:
            return cls.model_validate(dict(data))
        except ValidationError as error:
            raise FormError(
                {
                    "/".join(str(part) for part in e["loc"]) or "": (e["type"], dict(e.get("ctx") or {}))
                    for e in error.errors(include_url=False, include_input=False)
                }
            ) from error


class Reason(Form):
    """The form of an action that only needs its reason."""

    reason: str = field("理由", multiline=True, min_length=2, max_length=2000)
