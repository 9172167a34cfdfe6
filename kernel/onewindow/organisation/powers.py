"""The powers to sign: which roles have each, how far up they sit, and whether it can be given away in writing."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from onewindow.i18n import Message, _
from onewindow.organisation.roles import Role


class Reach(StrEnum):
    """How far up from the unit the signing post may sit."""

    UNIT = "unit"
    ORGAN = "organ"
    TOWNSHIP = "township"
    DISTRICT = "district"


@dataclass(frozen=True, slots=True)
class Power:
    """A power to sign: which roles have it, where they sit, and whether it can be delegated in writing."""

    title: Message
    roles: frozenset[str]
    reach: Reach
    delegable: bool = True


POWERS: Mapping[str, Power] = MappingProxyType(
    {
        "assignment.sign": Power(_("签收交办"), frozenset({Role.HANDLER, Role.MEDIATOR, Role.HEAD}), Reach.UNIT),
        "assignment.return": Power(_("提出退回异议"), frozenset({Role.HEAD}), Reach.UNIT),
        "answer.approve": Power(_("审签答复"), frozenset({Role.HEAD}), Reach.UNIT),
        "extension.approve": Power(_("批准延期"), frozenset({Role.ORGAN_HEAD}), Reach.ORGAN),
        "slip.sign": Power(_("签批催办单"), frozenset({Role.DIRECTOR}), Reach.TOWNSHIP),
        "assignment.rule_objection": Power(_("裁定退回异议"), frozenset({Role.DIRECTOR}), Reach.TOWNSHIP),
        "case.escalate": Power(_("签发上报"), frozenset({Role.DIRECTOR}), Reach.TOWNSHIP),
        "case.close": Power(_("批准办结"), frozenset({Role.DIRECTOR, Role.DEPUTY}), Reach.TOWNSHIP),
        "case.district_assign": Power(_("签发批办单"), frozenset({Role.DISTRICT_ADMIN}), Reach.DISTRICT),
    }
)


def powers_of(role: str) -> tuple[str, ...]:
    """The powers that a post of this role may give away in writing."""
    return tuple(key for key, power in POWERS.items() if role in power.roles and power.delegable)
