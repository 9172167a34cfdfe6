"""What a township still lacks before it may take matters: one answer for the service, the API and the pages."""

from dataclasses import dataclass
from datetime import datetime

from onewindow.i18n import Message, _
from onewindow.office.types import TownshipCode
from onewindow.organisation.roles import Role
from onewindow.organisation.rows import TownshipKind
from onewindow.organisation.snapshot import Organisation


@dataclass(frozen=True, slots=True)
class Lack:
    """One thing that is missing: a short name for lists, what to say when it stops something, and what to do."""

    key: str
    name: Message
    text: Message
    remedy: Message


LEADER = Lack(
    "leader",
    _("机关负责人或综治中心主任"),
    _("尚无中心主任或本机关负责人，不能启用"),
    _("先任命岗位"),
)
FALLBACK = Lack("window_fallback", _("窗口后备人"), _("尚未指定窗口兜底人，不能启用"), _("先指定窗口兜底人"))
SECRET = Lack("secret", _("密件指定人"), _("本级和区级都没有密件指定经办人，不能启用"), _("先指定密件经办人"))


def missing(organisation: Organisation, township: TownshipCode, at: datetime) -> tuple[Lack, ...]:
    """What a township lacks at a moment: somebody who leads it, whom its window falls back on, and who takes what is
    sealed. Each has to belong to the staff at that moment."""
    row = organisation.townships[township]
    district = organisation.townships.get(row.district_code)
    leaders = [role for role in (Role.DIRECTOR, Role.ORGAN_HEAD) if organisation.staff_with(township, role, at)]
    designated = [each.secret for each in (row, district) if each is not None and each.secret is not None]
    found = []
    if row.kind is not TownshipKind.DISTRICT and not leaders:
        found.append(LEADER)
    if row.window_fallback is None or not organisation.serves(row.window_fallback, at):
        found.append(FALLBACK)
    if not any(organisation.serves(staff, at) for staff in designated):
        found.append(SECRET)
    return tuple(found)
