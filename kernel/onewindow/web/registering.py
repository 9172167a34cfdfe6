"""The form by which a clerk registers a matter for somebody, and what it registers."""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Literal

from pydantic import Field

from onewindow.errors import BadInput
from onewindow.i18n import _
from onewindow.office.types import PartyRole
from onewindow.registry.intake import PartyInput, Registration
from onewindow.web.intake import FALLBACK_CATEGORY, CallLine, ExternalLine, PageForm, extra, pairs
from onewindow.web.labels import LABELS

_SERVE = _("联系、送达文书")
_HELP = _("安排无障碍协助")
_COMMA = re.compile(r"[,，、;；\t]")


class PartyLine(PageForm):
    """A party as the clerk enters it."""

    role: PartyRole = Field(
        title=_("身份"), json_schema_extra=extra(choices=pairs("party_role", *(role.value for role in PartyRole)))
    )
    kind: Literal["person", "organisation"] = Field(
        title=_("个人或单位"),
        json_schema_extra=extra(
            choices=[
                {"value": "person", "label": str(_("个人"))},
                {"value": "organisation", "label": str(_("单位"))},
            ]
        ),
    )
    name: str = Field("", title=_("姓名或名称"), max_length=100, json_schema_extra=extra(personal=_SERVE))
    phone: str = Field("", title=_("电话"), max_length=30, json_schema_extra=extra(personal=_SERVE))
    id_number: str = Field(
        "", title=_("证件号"), max_length=30, json_schema_extra=extra(personal=_("法律要求核验身份时"))
    )
    address: str = Field("", title=_("地址"), max_length=200, json_schema_extra=extra(personal=_SERVE))
    representative: bool = Field(False, title=_("代表"), json_schema_extra=extra(rare=True))
    contact_way: Literal["any", "sms", "call", "post", "not_home", "third", "none"] = Field(
        "any",
        title=_("怎样联系才安全"),
        json_schema_extra=extra(rare=True, choices=pairs("contact_way", *LABELS["contact_way"])),
    )
    contact: str = Field(
        "",
        title=_("联系时要注意什么"),
        max_length=200,
        json_schema_extra=extra(rare=True, personal=_SERVE, hint=_("例如只发短信、找谁转告")),
    )
    authorisation: Literal["written", "guardian", "lawyer", "oral", "pending"] | None = Field(
        None,
        title=_("代理凭据"),
        json_schema_extra=extra(rare=True, choices=pairs("authorisation", *LABELS["authorisation"])),
    )
    authorisation_note: str = Field(
        "", title=_("授权说明"), max_length=200, json_schema_extra=extra(rare=True, hint=_("授权的人、事项和权限"))
    )
    minor: bool = Field(False, title=_("未成年人"), json_schema_extra=extra(rare=True, personal=_HELP))
    needs: list[str] = Field(
        default_factory=list,
        title=_("无障碍需要"),
        json_schema_extra=extra(rare=True, choices=pairs("need", *LABELS["need"]), personal=_HELP),
    )


class Entry(PageForm):
    """A matter as the clerk registers it for somebody."""

    channel: str = Field(
        title=_("来源渠道"),
        json_schema_extra=extra(choices=pairs("channel", "visit", "letter", "call", "room")),
    )
    received_on: date = Field(title=_("收到日期"), json_schema_extra=extra(hint=_("来信、转送以实际收到的日子为准")))
    track: str = Field(title=_("事项轨"), json_schema_extra=extra(choices=pairs("track", *LABELS["track"])))
    category: str | None = Field(None, title=_("事项类别"), json_schema_extra=extra(widget="category"))
    text: str = Field(
        title=_("诉求（来访人原话）"), min_length=2, max_length=10_000, json_schema_extra=extra(multiline=True)
    )
    request: str = Field("", title=_("请求事项"), max_length=2_000, json_schema_extra=extra(multiline=True))
    place: str = Field("", title=_("发生地点"), max_length=200)
    place_unit: str | None = Field(None, title=_("村、社区"), json_schema_extra=extra(widget="place"))
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
    anonymous: bool = Field(False, title=_("来访人匿名或不愿留联系方式"))
    parties: list[PartyLine] = Field(default_factory=list, title=_("当事人和代理人"), max_length=50)
    people: str = Field(
        "",
        title=_("其他来访人，每行一人"),
        max_length=5_000,
        json_schema_extra=extra(
            multiline=True,
            personal=_SERVE,
            hint=_("姓名，电话（可不填），用逗号隔开。每人都有自己的查询码；代表在上面“当事人”里填写"),
        ),
    )
    group_size: int | None = Field(
        None, title=_("一共多少人"), ge=2, le=100_000, json_schema_extra=extra(hint=_("集体来访不是紧急情况"))
    )
    no_contact_reason: str = Field("", title=_("不留联系方式的原因"), max_length=200)
    may_disclose: bool = Field(
        False, title=_("来访人同意让对方知道是谁反映的"), json_schema_extra=extra(hint=_("不勾选就是不同意"))
    )
    pending: list[str] = Field(
        default_factory=list,
        title=_("这件事是否正在别处办理"),
        json_schema_extra=extra(choices=pairs("pending", *LABELS["pending"]), hint=_("照常登记，不因此拒收")),
    )
    files: list[str] = Field(
        default_factory=list, title=_("扫描件、照片"), max_length=20, json_schema_extra=extra(widget="attachments")
    )
    written_for: bool = Field(False, title=_("由窗口代书"))
    read_back: bool = Field(False, title=_("已读给本人听，本人确认"))
    danger: Literal["persons", "public", "minor"] | None = Field(
        None,
        title=_("什么危险"),
        json_schema_extra=extra(
            choices=pairs("danger", *LABELS["danger"]), hint=_("只看有没有危险；来的人多、集体来访不是紧急情况")
        ),
    )
    calls: list[CallLine] = Field(default_factory=list, title=_("已经呼叫"), max_length=20)
    report: str = Field(
        "",
        title=_("值班首报"),
        max_length=2_000,
        json_schema_extra=extra(multiline=True, hint=_("一小时内报出：什么事、什么地方、已经怎样处置")),
    )
    related: list[str] = Field(
        default_factory=list,
        title=_("相关事项的编号"),
        max_length=10,
        json_schema_extra=extra(hint=_("只能关联您能看到的事项")),
    )
    external: list[ExternalLine] = Field(default_factory=list, title=_("其他系统的编号"), max_length=10)


def entered(given: Entry, township: str, received_at: Any) -> Registration:
    """What the clerk's form registers.

    Raises:
        BadInput: nobody brings the matter.
    """
    parties: list[dict[str, Any]] = [line.model_dump() for line in given.parties]
    parties += listed(given.people)
    brings = {PartyRole.APPLICANT, PartyRole.AGENT}
    if given.anonymous:
        parties = [p for p in parties if p.get("role", PartyRole.APPLICANT) is not PartyRole.APPLICANT]
        parties.insert(0, PartyInput(anonymous=True).model_dump())
    elif not any(p.get("role", PartyRole.APPLICANT) in brings and (p["name"] or p["phone"]) for p in parties):
        raise BadInput(_("请填写来访人，或者选择匿名"), field="parties")
    danger = {"danger": given.danger, "calls": [call.model_dump() for call in given.calls], "report": given.report}
    return Registration.model_validate(
        {
            "township": township,
            "text": given.text,
            "request": given.request,
            "place": given.place,
            "place_unit": given.place_unit,
            "category": given.category or FALLBACK_CATEGORY,
            "track": given.track,
            "channel": given.channel,
            "received_at": received_at,
            "parties": parties,
            "about": [given.respondent_unit] if given.respondent_unit else [],
            "about_leader": given.about_leader,
            "group_size": given.group_size,
            "no_contact_reason": given.no_contact_reason,
            "may_disclose": given.may_disclose,
            "pending": given.pending,
            "written_for": given.written_for,
            "read_back": given.read_back,
            "emergency": danger if given.danger else None,
            "related": [text for text in given.related if text],
            "external": [line.model_dump() for line in given.external],
        }
    )


def listed(text: str) -> list[dict[str, Any]]:
    """The people of a list, one a line: name, telephone, and what they themselves say; the last two may be missing.

    Raises:
        BadInput: a line without a name.
    """
    found = []
    for line in filter(None, (each.strip() for each in text.splitlines())):
        parts = [part.strip() for part in _COMMA.split(line, maxsplit=2)]
        if not parts[0]:
            raise BadInput(_("有一行没有姓名"), field="people", remedy=_("每行先写姓名"))
        found.append({"name": parts[0], "phone": "", "statement": ""} | _rest(parts[1:]))
    return found


def _rest(parts: Sequence[str]) -> dict[str, str]:
    if not parts:
        return {}
    if not re.search(r"\d", parts[0]):
        return {"statement": "，".join(part for part in parts if part)}
    return {"phone": parts[0]} | ({"statement": parts[1]} if len(parts) > 1 else {})


def in_form(errors: Mapping[str, str], given: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, str]:
    """Errors of a registration by the names that its fields have in a form. Those of people who were written into the
    list, which have no field of their own, belong to the list."""
    found: dict[str, str] = {}
    own = len(given.get("parties") or ())
    for name, text in errors.items():
        head, _sep, rest = name.partition(".")
        if name.startswith("parties.") and rest.partition(".")[0].isdigit() and int(rest.partition(".")[0]) >= own:
            found.setdefault("people", text)
        elif head == "emergency":
            found.setdefault(rest if rest in ("danger", "report") else "calls", text)
        else:
            found.setdefault(names.get(name, name), text)
    return found
