"""Changes of a registration on its page: another track, or void; their forms, and to whom they are offered."""

from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field

from onewindow.access.actions import Action
from onewindow.i18n import _
from onewindow.web.intake import PageForm, extra, pairs
from onewindow.web.labels import LABELS

if TYPE_CHECKING:
    from onewindow.web.casepage import CasePage


class Retrack(PageForm):
    """Another track for a case."""

    track: str = Field(title=_("改为哪种事项轨"), json_schema_extra=extra(choices=pairs("track", *LABELS["track"])))
    category: str | None = Field(
        None, title=_("事项类别"), json_schema_extra=extra(widget="category", hint=_("不选则类别不变"))
    )
    respondent_unit: str | None = Field(
        None,
        title=_("被反映的单位"),
        json_schema_extra=extra(widget="unit", hint=_("选定后，该单位及其人员不能查看、签批、办理本件")),
    )
    about_leader: bool = Field(
        False,
        title=_("检举、控告的是综治中心或镇街的负责人"),
        json_schema_extra=extra(hint=_("直接送到区里，镇街看不到")),
    )
    reason: str = Field(
        title=_("变更的理由"),
        min_length=2,
        max_length=200,
        json_schema_extra=extra(hint=_("来访人凭查询码可以看到。在办的交办全部收回，按新的事项轨重新交办")),
    )


class Unmasking(Retrack):
    """For whoever handles the case: only that it is sealed from now on."""

    track: str = Field(title=_("改为哪种事项轨"), json_schema_extra=extra(choices=pairs("track", "E", "M")))


class Voiding(PageForm):
    """Why a registration is void."""

    reason: str = Field(
        title=_("作废的理由"), min_length=2, max_length=200, json_schema_extra=extra(hint=_("来访人凭查询码可以看到"))
    )


class Recusal(PageForm):
    """Whether somebody steps aside."""

    outcome: Literal["grant", "refuse"] = Field(
        title=_("决定"),
        json_schema_extra=extra(
            widget="radio",
            choices=[
                {"value": "grant", "label": str(_("准予回避，改由他人办理"))},
                {"value": "refuse", "label": str(_("不予回避，继续办理"))},
            ],
        ),
    )
    officer: str | None = Field(
        None, title=_("改由谁承办"), json_schema_extra=extra(widget="staff", hint=_("不选则由该单位自己定"))
    )
    reason: str = Field(
        title=_("决定的理由"), min_length=2, max_length=200, json_schema_extra=extra(hint=_("当事人凭查询码可以看到"))
    )


def _recusals(page: "CasePage") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for row in page.found.recusals:
        if row["staff_id"] == page.who.staff_id or not page.may(Action.RECUSAL_DECIDE):
            continue
        told = f"{page.known.staff(row['staff_id'])}：{row['reason']}"
        href, name = f"{page.href}/recusals/{row['id']}", f"recusal:{row['id']}"
        found.append(page.operations.make(name, _("决定回避"), href, Recusal, tone="primary", confirm=told))
    return found


def operations(page: "CasePage") -> list[dict[str, Any]]:
    """What this reader may do about the registration itself."""
    case, make = page.case, page.operations.make
    if case["state"] != "open":
        return []
    found = _recusals(page)
    any_way = page.may(Action.CASE_TRACK)
    if any_way or page.may(Action.CASE_TRACK_SEALED):
        values, title = {"track": case["track"] if any_way else None}, _("变更事项轨")
        asked = page.known.say(_("转为密件的，编号随之更换，只有指定人员看得到"))
        found.append(
            make("track", title, f"{page.href}/track", Retrack if any_way else Unmasking, values=values, confirm=asked)
        )
    nobody_signed = all(row["received_at"] is None for row in page.file.assignments)
    if nobody_signed and case["registered_by"] != page.who.staff_id and page.may(Action.CASE_VOID):
        found.append(make("void", _("作废误登记"), f"{page.href}/void", Voiding, tone="outline-danger"))
    return found
