"""The menu: one table of places, of which each person sees those that their permissions open."""

from collections.abc import Callable
from dataclasses import dataclass

from onewindow.access.actions import Action
from onewindow.i18n import Message, _


@dataclass(frozen=True, slots=True)
class Place:
    """A place in the menu; `action` is the permission that opens it (none: it is for citizens)."""

    path: str
    title: Message
    action: Action | None = None


PLACES: tuple[Place, ...] = (
    Place("/file", _("我要反映")),
    Place("/track", _("查询进度")),
    Place("/desk", _("登记台"), Action.CASE_LIST),
    Place("/search", _("查找事项"), Action.CASE_LIST),
    Place("/register", _("登记事项"), Action.CASE_REGISTER),
    Place("/lost-codes", _("补发查询码"), Action.CODE_RENEW),
    Place("/queue", _("科室办件"), Action.ASSIGNMENT_ACT),
    Place("/admin/offices", _("科室模块"), Action.OFFICE_READ),
    Place("/admin/townships", _("镇街"), Action.TOWNSHIP_MANAGE),
    Place("/admin/units", _("单位"), Action.USER_READ),
    Place("/admin/users", _("人员账号"), Action.USER_READ),
    Place("/admin/log", _("组织变更日志"), Action.AUDIT_READ),
    Place("/admin/calendar", _("工作日历"), Action.CALENDAR_IMPORT),
)


@dataclass(frozen=True, slots=True)
class NavItem:
    """A place as it stands on one page."""

    path: str
    title: Message
    current: bool


def menu(path: str, may: Callable[[Action], bool] | None) -> tuple[NavItem, ...]:
    """The menu for somebody on `path`; `may` answers for a logged-in person, None is a citizen."""
    path = path.partition("?")[0]
    found = (
        place
        for place in PLACES
        if (may is None and not place.action) or (may is not None and place.action and may(place.action))
    )
    return tuple(NavItem(p.path, p.title, path == p.path or path.startswith(p.path + "/")) for p in found)
