"""The forms of the pages about units, posts, authorisations, absences, leavers and imports."""

from datetime import date, datetime
from typing import Literal

from pydantic import Field

from onewindow.i18n import _
from onewindow.organisation.powers import POWERS
from onewindow.web.intake import ROLES, PageForm, extra, pairs

_KINDS = ("centre", "office", "bureau", "station", "room", "township")
_POWERS = [{"value": key, "label": str(power.title)} for key, power in POWERS.items()]


class UnitEntry(PageForm):
    """A unit of a township."""

    name: str = Field(title=_("单位名称"), min_length=1, max_length=100)
    kind: Literal["centre", "office", "bureau", "station", "room", "township"] = Field(
        title=_("单位类型"), json_schema_extra=extra(choices=pairs("unit_kind", *_KINDS))
    )
    organ: str = Field(
        title=_("代表机关"),
        min_length=1,
        max_length=100,
        json_schema_extra=extra(hint=_("文书以这个机关的名义出具，如某某镇人民政府")),
    )
    parent: str | None = Field(None, title=_("上级单位"), json_schema_extra=extra(widget="unit"))
    code: str | None = Field(
        None,
        title=_("单位代码"),
        pattern=r"^[0-9A-Za-z-]{2,24}$",
        json_schema_extra=extra(hint=_("村居填 12 位区划代码；导入时按代码识别，定了不改")),
    )
    office: str | None = Field(
        None, title=_("科室模块"), json_schema_extra=extra(widget="category", hint=_("不选为纸质流转"))
    )


class UnitFacts(PageForm):
    """What of a unit may change."""

    name: str = Field(title=_("单位名称"), min_length=1, max_length=100)
    organ: str = Field(title=_("代表机关"), min_length=1, max_length=100)
    code: str | None = Field(None, title=_("单位代码"), pattern=r"^[0-9A-Za-z-]{2,24}$")


class UnitOffice(PageForm):
    """Which module a unit works with."""

    office: str | None = Field(
        None, title=_("科室模块"), json_schema_extra=extra(widget="category", hint=_("不选为纸质流转"))
    )


class PostHere(PageForm):
    """A post in the unit on whose page it stands."""

    login: str = Field(
        title=_("账号"), min_length=2, max_length=50, json_schema_extra=extra(hint=_("任职人员的登录名"))
    )
    role: str = Field(title=_("岗位角色"), json_schema_extra=extra(choices=pairs("role", *ROLES)))
    valid_from: date | None = Field(None, title=_("从哪天起"), json_schema_extra=extra(hint=_("不填为今天")))


class DelegationEntry(PageForm):
    """A written authorisation."""

    to: str = Field(title=_("授权给"), json_schema_extra=extra(widget="staff"))
    powers: list[str] = Field(title=_("授权事项"), min_length=1, json_schema_extra=extra(choices=_POWERS))
    number: str = Field(
        title=_("授权书编号"), min_length=1, max_length=60, json_schema_extra=extra(hint=_("印在签批的文书上"))
    )
    valid_from: date | None = Field(None, title=_("从哪天起"), json_schema_extra=extra(hint=_("不填为今天")))
    valid_to: date = Field(title=_("到哪天止"), json_schema_extra=extra(hint=_("这一天起不再有效；授权必须有截止日")))


class AbsenceEntry(PageForm):
    """Somebody is away."""

    from_at: datetime | None = Field(None, title=_("开始时间"), json_schema_extra=extra(hint=_("不填为现在")))
    to_at: datetime | None = Field(
        None, title=_("结束时间"), json_schema_extra=extra(hint=_("有代岗人的必须填写；可以提前结束"))
    )
    substitute: str | None = Field(None, title=_("代岗人"), json_schema_extra=extra(widget="staff"))


class LeavingEntry(PageForm):
    """Somebody leaves."""

    successor: str | None = Field(
        None,
        title=_("接手人"),
        json_schema_extra=extra(widget="staff", hint=_("同一单位的人员；不选则在办事项回到单位待办")),
    )
