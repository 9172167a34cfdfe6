"""The roles that a post can carry, and which of them must never meet in one person."""

from collections.abc import Collection, Mapping
from enum import StrEnum
from types import MappingProxyType

from onewindow.i18n import Message, _


class Role(StrEnum):
    """A role (岗位角色). An office may declare others; the policy knows only these."""

    DISTRICT_ADMIN = "district_admin"
    DIRECTOR = "director"
    DEPUTY = "deputy"
    REGISTRAR = "registrar"
    SUPERVISOR = "supervisor"
    HANDLER = "handler"
    HEAD = "head"
    ORGAN_HEAD = "organ_head"
    MEDIATOR = "mediator"
    INFORMANT = "informant"
    DESIGNATED = "designated"
    AUDITOR = "auditor"
    SYSADMIN = "sysadmin"
    SECADMIN = "secadmin"


TITLES: Mapping[str, Message] = MappingProxyType(
    {
        Role.DISTRICT_ADMIN: _("区管理员"),
        Role.DIRECTOR: _("中心主任"),
        Role.DEPUTY: _("中心副主任"),
        Role.REGISTRAR: _("登记员"),
        Role.SUPERVISOR: _("督办员"),
        Role.HANDLER: _("承办人"),
        Role.HEAD: _("单位负责人"),
        Role.ORGAN_HEAD: _("本机关负责人"),
        Role.MEDIATOR: _("调解员"),
        Role.INFORMANT: _("村居信息员"),
        Role.DESIGNATED: _("密件指定经办人"),
        Role.AUDITOR: _("审计管理员"),
        Role.SYSADMIN: _("系统管理员"),
        Role.SECADMIN: _("安全管理员"),
    }
)

# What files call a role besides its title.
CALLED: Mapping[str, Role] = MappingProxyType(
    {
        "主任": Role.DIRECTOR,
        "副主任": Role.DEPUTY,
        "负责人": Role.HEAD,
        "信息员": Role.INFORMANT,
        "审计员": Role.AUDITOR,
        "密件指定人": Role.DESIGNATED,
    }
)

# 三员分立: whoever runs, secures or audits the system does nothing else in it.
KEEPERS = frozenset({Role.SYSADMIN, Role.SECADMIN, Role.AUDITOR})
# Who leads the centre or the township: what is said about them goes to the district.
LEADERS = frozenset({Role.DIRECTOR, Role.DEPUTY, Role.ORGAN_HEAD})


def role_title(role: str) -> str:
    """The Chinese title, as a msgid; an office's own role has its title in the manifest."""
    return TITLES.get(role, role)


def separated(roles: Collection[str]) -> bool:
    """Whether these roles may meet in one person: a keeper's role stands alone."""
    distinct = set(roles)
    return len(distinct) <= 1 or not (distinct & KEEPERS)
