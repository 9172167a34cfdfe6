"""The menu: one table of places, of which each person sees those that their permissions open."""

from collections.abc import Callable
from dataclasses import dataclass

from onewindow.i18n import Message, _


@dataclass(frozen=True, slots=True)
class Place:
    """A place in the menu; `action` is the permission that opens it (empty: everybody, logged in or not)."""

    path: str
    title: Message
    action: str = ""


PLACES: tuple[Place, ...] = (
    Place("/file", _("我要反映")),
    Place("/track", _("查询进度")),
    Place("/desk", _("登记台"), "desk"),
    Place("/register", _("登记事项"), "register"),
    Place("/queue", _("科室办件"), "queue"),
    Place("/admin/offices", _("科室模块"), "admin.offices"),
    Place("/admin/townships", _("镇街"), "admin.townships"),
    Place("/admin/users", _("人员账号"), "admin.users"),
    Place("/admin/calendar", _("工作日历"), "admin.calendar"),
)


@dataclass(frozen=True, slots=True)
class NavItem:
    """A place as it stands on one page."""

    path: str
    title: Message
    current: bool


def menu(path: str, may: Callable[[str], bool] | None) -> tuple[NavItem, ...]:
    """The menu for somebody on `path`; `may` answers for a logged-in person, None is a citizen."""
    found = (
        place
        for place in PLACES
        if (may is None and not place.action) or (may is not None and place.action and may(place.action))
    )
    return tuple(NavItem(p.path, p.title, path == p.path or path.startswith(p.path + "/")) for p in found)
