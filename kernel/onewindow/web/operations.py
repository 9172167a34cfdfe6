"""Operations on a page: each a title, a form with its choices, and what was typed the last time if it was refused."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel

from onewindow.bus.wire import Fault
from onewindow.i18n import translate
from onewindow.office.types import new_id
from onewindow.web import forms
from onewindow.web.messages import say
from onewindow.web.schema import Choice

_UNSAFE = re.compile(r"[^a-z0-9]+")
ChoiceMaker = Callable[[], tuple[Choice, ...]]


@dataclass(frozen=True, slots=True)
class Retry:
    """An operation that was refused: it opens again with what was typed and what is wrong."""

    name: str
    values: Mapping[str, Any] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)
    key: str = ""


class Operations:
    """Makes the operations of one page."""

    def __init__(self, choices: Mapping[str, Sequence[Choice]], retry: Retry | None = None) -> None:
        self._choices = choices
        self._retry = retry

    def make(
        self,
        name: str,
        title: str,
        href: str,
        form: type[BaseModel] | Mapping[str, Any] | None = None,
        *,
        values: Mapping[str, Any] | None = None,
        version: int | None = None,
        tone: str = "outline-primary",
        confirm: str | None = None,
        refusal: Mapping[str, str] | None = None,
        domain: str = "onewindow",
    ) -> dict[str, Any]:
        """One operation; `name` is unique on its page."""
        again = self._retry if self._retry is not None and self._retry.name == name else None
        view = None
        if form is not None:
            schema = form if isinstance(form, Mapping) else form.model_json_schema()
            view = forms.view(
                schema,
                again.values if again else values,
                again.errors if again else None,
                choices=self._choices,
                prefix="f-" + _UNSAFE.sub("-", name.lower()),
                domain=domain,
                spare_rows=1,
            )
        return {
            "title": title,
            "href": href,
            "form": view,
            # What was refused had no effect: a corrected form is another request.
            "key": new_id(),
            "version": version,
            "tone": tone,
            "confirm": confirm,
            "refusal": refusal,
            "open": again is not None,
        }


def errors_of(fault: Fault, lang: str, domain: str) -> dict[str, str]:
    """What an office found wrong, by the names of its form's fields; "" is the form as a whole."""
    found = {name.replace("/", "."): say(kind, params, lang) for name, (kind, params) in fault.fields.items()}
    if not found:
        told = [translate(text, lang, domain=domain) for text in (fault.reason, fault.remedy) if text]
        found[""] = " — ".join(told)
    return found
