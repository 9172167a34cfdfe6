"""The forms of the kernel's own pages, declared like an office's, so that they are drawn and read in the same way."""

from datetime import date
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from onewindow.i18n import _
from onewindow.office.types import PartyRole
from onewindow.web.labels import LABELS

_CONTACT = _("与您联系、送达文书")


class PageForm(BaseModel):
    """A form of a page; what it does not know is refused."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True, frozen=True)


def _pairs(family: str, *keys: str) -> list[dict[str, str]]:
    return [{"value": key, "label": str(LABELS[family][key])} for key in keys]


def _extra(**given: Any) -> dict[str, Any]:
    return {f"x-{name.replace('_', '-')}": value for name, value in given.items() if value not in (None, "")}


KINDS: tuple[tuple[str, str, str], ...] = (
    ("C", _("要求解决一个问题"), _("某个单位做了或者没做某件事，影响了我，请依法处理")),
    ("B", _("办事、求助"), _("需要帮助、服务，或者反映日常生活中的麻烦")),
    ("F", _("与别人有纠纷，希望调解"), _("邻里、家庭、合同、赔偿等，双方都同意才调解")),
    ("D", _("提建议、提意见"), _("对工作、政策有想法")),
    ("K", _("报告安全隐患"), _("某个地方有危险，只说地点和隐患")),
    ("A", _("咨询"), _("想问清楚怎么办、找谁")),
    (
        "E",
        _("检举、控告公职人员或单位"),
        _("内容密封，直接送指定人员和有权机关，被反映的人及其单位看不到"),
    ),
    ("M", _("报告正在侵害他人的违法行为，或者受害人求助"), _("内容密封，立即转公安机关")),
)
"""What a person may bring, in plain words, and the track that each kind takes."""

ROLES = tuple(key for key in LABELS["role"] if key not in ("other", "party"))
_KIND_CHOICES = [{"value": value, "label": str(label), "hint": str(hint)} for value, label, hint in KINDS]


class Filing(PageForm):
    """A matter as a person files it."""

    text: str = Field(
        title=_("发生了什么事"),
        min_length=5,
        max_length=10_000,
        json_schema_extra=_extra(multiline=True, hint=_("用自己的话写：什么时候、什么地方、谁、怎么回事")),
    )
    request: str = Field(
        "",
        title=_("您希望怎样解决"),
        max_length=2_000,
        json_schema_extra=_extra(multiline=True),
    )
    place: str = Field("", title=_("事情发生在哪里"), max_length=200)
    township: str = Field(
        title=_("归哪个镇街"),
        json_schema_extra=_extra(widget="township", hint=_("按事情发生的地方选，不确定就选您住的地方")),
    )
    track: Literal["A", "B", "C", "D", "E", "F", "K", "M"] = Field(
        title=_("您来办哪一类事"),
        json_schema_extra=_extra(widget="radio", choices=_KIND_CHOICES, hint=_("选最接近的一项；选错了也会为您登记")),
    )
    about_leader: bool = Field(
        False,
        title=_("检举、控告的是综治中心或镇街的负责人"),
        json_schema_extra=_extra(hint=_("直接送到区里，镇街看不到")),
    )
    category: str | None = Field(
        None, title=_("事项类别"), json_schema_extra=_extra(widget="category", hint=_("不确定可不选"))
    )
    anonymous: bool = Field(
        False,
        title=_("匿名反映，不留姓名和联系方式"),
        json_schema_extra=_extra(hint=_("匿名也会登记和办理，您凭查询码看进度；只是我们无法主动联系您")),
    )
    name: str = Field("", title=_("姓名"), max_length=50, json_schema_extra=_extra(personal=_CONTACT, widget="name"))
    phone: str = Field(
        "", title=_("联系电话"), max_length=30, json_schema_extra=_extra(personal=_CONTACT, widget="tel")
    )
    address: str = Field(
        "", title=_("联系地址"), max_length=200, json_schema_extra=_extra(personal=_CONTACT, widget="street-address")
    )

    @model_validator(mode="after")
    def _reachable_or_anonymous(self) -> Self:
        if self.anonymous and (self.name or self.phone or self.address):
            raise PydanticCustomError(
                "value_error", "", {"error": _("选择了匿名，请清空姓名、电话和地址，或者取消匿名")}
            )
        if not self.anonymous and not (self.name and (self.phone or self.address)):
            raise PydanticCustomError(
                "value_error", "", {"error": _("请留下姓名和电话（或地址）；不愿留的，请选择匿名反映")}
            )
        return self


class PartyLine(PageForm):
    """A party as the clerk enters it."""

    role: PartyRole = Field(
        title=_("身份"), json_schema_extra=_extra(choices=_pairs("party_role", *(role.value for role in PartyRole)))
    )
    kind: Literal["person", "organisation"] = Field(
        title=_("个人或单位"),
        json_schema_extra=_extra(
            choices=[
                {"value": "person", "label": str(_("个人"))},
                {"value": "organisation", "label": str(_("单位"))},
            ]
        ),
    )
    name: str = Field("", title=_("姓名或名称"), max_length=100, json_schema_extra=_extra(personal=_("联系、送达文书")))
    phone: str = Field("", title=_("电话"), max_length=30, json_schema_extra=_extra(personal=_("联系、送达文书")))
    id_number: str = Field(
        "", title=_("证件号"), max_length=30, json_schema_extra=_extra(personal=_("法律要求核验身份时"))
    )
    address: str = Field("", title=_("地址"), max_length=200, json_schema_extra=_extra(personal=_("联系、送达文书")))


class Registration(PageForm):
    """A matter as the clerk registers it for somebody."""

    channel: str = Field(
        title=_("来源渠道"),
        json_schema_extra=_extra(choices=_pairs("channel", "visit", "letter", "call", "room")),
    )
    received_on: date = Field(title=_("收到日期"), json_schema_extra=_extra(hint=_("来信、转送以实际收到的日子为准")))
    track: str = Field(title=_("事项轨"), json_schema_extra=_extra(choices=_pairs("track", *LABELS["track"])))
    category: str | None = Field(None, title=_("事项类别"), json_schema_extra=_extra(widget="category"))
    text: str = Field(
        title=_("诉求（来访人原话）"), min_length=2, max_length=10_000, json_schema_extra=_extra(multiline=True)
    )
    request: str = Field("", title=_("请求事项"), max_length=2_000, json_schema_extra=_extra(multiline=True))
    place: str = Field("", title=_("发生地点"), max_length=200)
    respondent_unit: str | None = Field(
        None,
        title=_("被反映的单位"),
        json_schema_extra=_extra(widget="unit", hint=_("选定后，该单位及其人员不能查看、签批、办理本件")),
    )
    about_leader: bool = Field(
        False,
        title=_("检举、控告的是综治中心或镇街的负责人"),
        json_schema_extra=_extra(hint=_("直接送到区里，镇街看不到")),
    )
    also_open_above: bool = Field(
        False, title=_("上级也在办理同一事项"), json_schema_extra=_extra(hint=_("照常登记，不因此拒收"))
    )
    anonymous: bool = Field(False, title=_("来访人匿名或不愿留联系方式"))
    parties: list[PartyLine] = Field(default_factory=list, title=_("当事人和代理人"), max_length=50)


class Tracking(PageForm):
    """A tracking code as a person enters it."""

    code: str = Field(
        title=_("查询码"),
        min_length=4,
        max_length=64,
        json_schema_extra=_extra(hint=_("印在登记回执上，大小写、空格都可以")),
    )


class Login(PageForm):
    """How staff log in."""

    login: str = Field(title=_("账号"), min_length=1, max_length=100, json_schema_extra=_extra(widget="username"))
    password: str = Field(
        title=_("密码"), min_length=1, max_length=200, json_schema_extra=_extra(widget="current-password")
    )


class NewPassword(PageForm):
    """How staff change their password."""

    current: str = Field(
        title=_("现在的密码"), min_length=1, max_length=200, json_schema_extra=_extra(widget="current-password")
    )
    fresh: str = Field(
        title=_("新密码"),
        min_length=12,
        max_length=200,
        json_schema_extra=_extra(widget="new-password", hint=_("至少 12 个字符，可以是一句话")),
    )
    again: str = Field(
        title=_("再输一遍新密码"), min_length=1, max_length=200, json_schema_extra=_extra(widget="new-password")
    )

    @model_validator(mode="after")
    def _typed_twice(self) -> Self:
        if self.fresh != self.again:
            raise PydanticCustomError("value_error", "", {"error": _("两次输入的新密码不一样")})
        return self


class Reveal(PageForm):
    """Why somebody looks at a personal field."""

    reason: str = Field(title=_("查看理由"), min_length=2, max_length=200)


class Assign(PageForm):
    """Handing a case to a unit."""

    unit: str = Field(title=_("交给哪个单位"), json_schema_extra=_extra(widget="unit"))
    officer: str | None = Field(
        None, title=_("承办人"), json_schema_extra=_extra(widget="staff", hint=_("不选则由该单位自己定"))
    )
    reason: str = Field(
        title=_("理由"), min_length=2, max_length=200, json_schema_extra=_extra(hint=_("写明依据的职责"))
    )


class Recall(PageForm):
    """Why an assignment is taken back."""

    reason: str = Field(title=_("收回的理由"), min_length=2, max_length=200)


class Correction(PageForm):
    """Correcting what was registered; the earlier words stay in the timeline."""

    text: str = Field(
        title=_("诉求（来访人原话）"), min_length=2, max_length=10_000, json_schema_extra=_extra(multiline=True)
    )
    request: str = Field("", title=_("请求事项"), max_length=2_000, json_schema_extra=_extra(multiline=True))
    place: str = Field("", title=_("发生地点"), max_length=200)
    category: str | None = Field(None, title=_("事项类别"), json_schema_extra=_extra(widget="category"))
    reason: str = Field(title=_("更正的理由"), min_length=2, max_length=200)


class PaperReceipt(PageForm):
    """The return slip of a unit that has no office in the system."""

    signed_for: str = Field(title=_("回执上的签收人"), min_length=1, max_length=100)


class PaperObjection(PageForm):
    """The objection of a unit that has no office in the system, entered at the window."""

    objected_on: date = Field(title=_("异议日期"), json_schema_extra=_extra(hint=_("以异议书上的日期为准")))

    reason: str = Field(
        title=_("退回理由"),
        min_length=5,
        max_length=2_000,
        json_schema_extra=_extra(multiline=True),
    )
    basis: str = Field(
        title=_("职责清单条目"),
        min_length=2,
        max_length=300,
        json_schema_extra=_extra(hint=_("引用三定方案或权责清单的条文")),
    )
    suggested: str | None = Field(None, title=_("建议改交的单位"), json_schema_extra=_extra(widget="unit"))


class Ruling(PageForm):
    """How the fallback rules on an objection."""

    outcome: Literal["uphold", "reassign"] = Field(
        title=_("裁定"),
        json_schema_extra=_extra(
            widget="radio",
            choices=[
                {"value": "uphold", "label": str(_("维持交办，不得再退"))},
                {"value": "reassign", "label": str(_("同意退回，改交其他单位"))},
            ],
        ),
    )
    unit: str | None = Field(None, title=_("改交哪个单位"), json_schema_extra=_extra(widget="unit"))
    reason: str = Field(title=_("裁定理由"), min_length=2, max_length=2_000, json_schema_extra=_extra(multiline=True))


class PaperAnswer(PageForm):
    """A paper answer of a unit that has no office in the system, entered at the window."""

    answered_on: date = Field(title=_("答复日期"))
    number: str = Field("", title=_("来文号"), max_length=100)
    text: str = Field(title=_("答复内容"), min_length=2, max_length=10_000, json_schema_extra=_extra(multiline=True))


class Service(PageForm):
    """How a document was served."""

    method: str = Field(title=_("送达方式"), json_schema_extra=_extra(choices=_pairs("service", *LABELS["service"])))
    served_on: date = Field(title=_("送达日期"), json_schema_extra=_extra(hint=_("以送达回证上的日期为准")))
    party: str | None = Field(None, title=_("受送达人"), json_schema_extra=_extra(widget="party"))
    received_by: str = Field(
        "",
        title=_("签收人"),
        max_length=100,
        json_schema_extra=_extra(hint=_("不是本人签收的才填，并写明与本人的关系")),
    )
    relation: str = Field("", title=_("与受送达人的关系"), max_length=100)
    place: str = Field("", title=_("送达地点"), max_length=200)
    tracking_no: str = Field("", title=_("邮件单号"), max_length=60)
    witnesses: list[str] = Field(default_factory=list, title=_("见证人"), max_length=5)
    note: str = Field("", title=_("说明"), max_length=500, json_schema_extra=_extra(multiline=True))
    proof: bool = Field(
        False,
        title=_("凭送达证明补登"),
        json_schema_extra=_extra(hint=_("延期告知书在到期以后才登记的，须由未经办的人员凭证明补登")),
    )


class NewUser(PageForm):
    """Somebody new with an account."""

    name: str = Field(title=_("姓名"), min_length=1, max_length=50)
    login: str = Field(
        title=_("账号"),
        min_length=2,
        max_length=50,
        json_schema_extra=_extra(hint=_("小写字母、数字、点、横线，如 wang.min")),
    )


class NewPost(PageForm):
    """A post for somebody."""

    unit: str = Field(title=_("单位"), json_schema_extra=_extra(widget="unit"))
    role: str = Field(title=_("岗位角色"), json_schema_extra=_extra(choices=_pairs("role", *ROLES)))


class NewTownship(PageForm):
    """A township of the district."""

    code: str = Field(title=_("区划代码"), pattern=r"^[0-9]{6,12}$", json_schema_extra=_extra(hint=_("6 至 12 位数字")))
    name: str = Field(title=_("名称"), min_length=2, max_length=50)
    token: str = Field(
        title=_("总线标识"), pattern=r"^[a-z0-9]{1,32}$", json_schema_extra=_extra(hint=_("小写字母和数字，定了不改"))
    )
    kind: Literal["town", "subdistrict"] = Field(
        title=_("类型"),
        json_schema_extra=_extra(
            choices=[
                {"value": "town", "label": str(_("镇、乡"))},
                {"value": "subdistrict", "label": str(_("街道"))},
            ]
        ),
    )


class NamedPersons(PageForm):
    """The two named persons of a township."""

    window_fallback: str | None = Field(
        None, title=_("窗口后备人"), json_schema_extra=_extra(widget="staff", hint=_("24 小时没有人签收的，到他这里"))
    )
    secret: str | None = Field(None, title=_("密件指定人"), json_schema_extra=_extra(widget="staff"))


class CalendarYear(PageForm):
    """A published working calendar."""

    year: int = Field(title=_("年份"), ge=2020, le=2100)
    text: str = Field(
        title=_("放假和调休安排"),
        min_length=10,
        max_length=50_000,
        json_schema_extra=_extra(
            multiline=True, hint=_("每行一天：日期,rest 或 work；第一行写 date,kind。只列放假日和周末上班日")
        ),
    )
    replace: bool = Field(
        False, title=_("替换已有的安排"), json_schema_extra=_extra(hint=_("只在更正时选；正在计时的期限会重新计算"))
    )
