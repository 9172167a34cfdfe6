"""Why an office is not used: a message with its parameters, kept as data and put into words for each reader."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from onewindow.boundary import Violation
from onewindow.i18n import DEFAULT, Message, _, translate


@dataclass(frozen=True)
class Reason:
    """A reason; `rule` is the stable name of what was broken, if anything was."""

    message: str
    params: Mapping[str, str] = field(default_factory=dict)
    rule: str = ""

    def text(self, lang: str = DEFAULT) -> str:
        """The reason in the reader's language."""
        params = {name: translate(value, lang) for name, value in self.params.items()}
        return translate(self.message, lang, **params)

    def __str__(self) -> str:
        return self.text()

    def data(self) -> dict[str, Any]:
        """As it is stored."""
        return {"message": str(self.message), "params": dict(self.params), "rule": self.rule}

    @classmethod
    def read(cls, data: Mapping[str, Any] | None) -> Self | None:
        """As it was stored; none if there was none."""
        if not data:
            return None
        return cls(str(data["message"]), dict(data.get("params") or {}), str(data.get("rule") or ""))


def reason(message: Message, *, rule: str = "", **params: object) -> Reason:
    return Reason(message, {name: str(value) for name, value in params.items()}, rule)


def outside(violation: Violation) -> Reason:
    """The reason that a rule of the boundary register gives."""
    return reason(
        _("超出系统边界：{text}（{where}）；{remedy}"),
        rule=violation.rule,
        text=violation.text,
        where=violation.where,
        remedy=violation.remedy,
    )
