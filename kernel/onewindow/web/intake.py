"""The forms of the kernel's own pages, declared like an office's, so that they are drawn and read in the same way."""

from datetime import date, datetime
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from onewindow.i18n import _
from onewindow.web.labels import LABELS

FALLBACK_CATEGORY = "9900"
"""Not decided yet what it is about."""


class PageForm(BaseModel):
    """A form of a page; what it does not know is refused."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True, frozen=True)


def pairs(family: str, *keys: str) -> list[dict[str, str]]:
    return [{"value": key, "label": str(LABELS[family][key])} for key in keys]


def extra(**given: Any) -> dict[str, Any]:
    return {f"x-{name.replace('_', '-')}": value for name, value in given.items() if value not in (None, "")}


ROLES = tuple(key for key in LABELS["role"] if key not in ("other", "party"))


class Tracking(PageForm):
    """A tracking code as a person enters it."""

    code: str = Field(
        title=_("查询码"),
        min_length=4,
        max_length=64,
        json_schema_extra=extra(hint=_("印在登记回执上，大小写、空格都可以")),
    )
    keep: bool = Field(
        False,
        title=_("记在这台设备上，和我的其他事项放在一起看"),
        json_schema_extra=extra(hint=_("只记在您的浏览器里，系统不保存。公用电脑、别人的手机上不要勾选")),
    )


class Login(PageForm):
    """How staff log in."""

    login: str = Field(title=_("账号"), min_length=1, max_length=100, json_schema_extra=extra(widget="username"))
    password: str = Field(
        title=_("密码"), min_length=1, max_length=200, json_schema_extra=extra(widget="current-password")
    )


class NewPassword(PageForm):
    """How staff change their password."""

    current: str = Field(
        title=_("现在的密码"), min_length=1, max_length=200, json_schema_extra=extra(widget="current-password")
    )
    fresh: str = Field(
        title=_("新密码"),
        min_length=12,
        max_length=200,
        json_schema_extra=extra(widget="new-password", hint=_("至少 12 个字符，可以是一句话")),
    )
    again: str = Field(
        title=_("再输一遍新密码"), min_length=1, max_length=200, json_schema_extra=extra(widget="new-password")
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

    unit: str = Field(title=_("交给哪个单位"), json_schema_extra=extra(widget="unit"))
    officer: str | None = Field(
        None, title=_("承办人"), json_schema_extra=extra(widget="staff", hint=_("不选则由该单位自己定"))
    )
    reason: str = Field(
        title=_("理由"), min_length=2, max_length=200, json_schema_extra=extra(hint=_("写明依据的职责"))
    )


class Recall(PageForm):
    """Why an assignment is taken back."""

    reason: str = Field(title=_("收回的理由"), min_length=2, max_length=200)


class Correction(PageForm):
    """Correcting what was registered; the earlier words stay in the timeline."""

    text: str = Field(
        title=_("诉求（来访人原话）"), min_length=2, max_length=10_000, json_schema_extra=extra(multiline=True)
    )
    request: str = Field("", title=_("请求事项"), max_length=2_000, json_schema_extra=extra(multiline=True))
    place: str = Field("", title=_("发生地点"), max_length=200)
    category: str | None = Field(None, title=_("事项类别"), json_schema_extra=extra(widget="category"))
    reason: str = Field(title=_("更正的理由"), min_length=2, max_length=200)


class CallLine(PageForm):
    """A call for help, as the clerk enters it."""

    line: Literal["110", "119", "120"] = Field(
        title=_("呼叫"), json_schema_extra=extra(choices=pairs("call", *LABELS["call"]))
    )
    at: datetime = Field(title=_("时间"))
    by: str = Field("", title=_("谁打的"), max_length=50)


class Danger(PageForm):
    """Danger, what was called, and the first report."""

    danger: Literal["persons", "public", "minor"] = Field(
        title=_("什么危险"),
        json_schema_extra=extra(
            widget="radio",
            choices=pairs("danger", *LABELS["danger"]),
            hint=_("只看有没有危险；来的人多、集体来访不是紧急情况"),
        ),
    )
    calls: list[CallLine] = Field(default_factory=list, title=_("已经呼叫"), max_length=20)
    report: str = Field(
        "",
        title=_("值班首报"),
        max_length=2_000,
        json_schema_extra=extra(multiline=True, hint=_("一小时内报出：什么事、什么地方、已经怎样处置")),
    )


class ExternalLine(PageForm):
    """The number that a matter has in another system."""

    system: str = Field(title=_("系统"), json_schema_extra=extra(choices=pairs("system", *LABELS["system"])))
    number: str = Field(title=_("编号"), min_length=2, max_length=60)


class Relate(PageForm):
    """Related matters and numbers elsewhere."""

    related: list[str] = Field(
        default_factory=list,
        title=_("相关事项的编号"),
        max_length=10,
        json_schema_extra=extra(hint=_("只能关联您能看到的事项")),
    )
    external: list[ExternalLine] = Field(default_factory=list, title=_("其他系统的编号"), max_length=10)


class Join(PageForm):
    """Others who bring the same matter."""

    people: str = Field(
        title=_("来访人，每行一人"),
        min_length=2,
        max_length=5_000,
        json_schema_extra=extra(
            multiline=True,
            personal=_("联系、送达文书"),
            hint=_(
                "姓名，电话（可不填），本人的话（可不填），用逗号隔开。每人各有自己的查询码，只看得到与自己有关的内容"
            ),
        ),
    )
    same: bool = Field(title=_("已向来访人核对，确实是同一件事"))


class Material(PageForm):
    """Scans and photographs added to a case."""

    files: list[str] = Field(
        title=_("文件"), min_length=1, max_length=20, json_schema_extra=extra(widget="attachments")
    )
    purpose: Literal["letter", "evidence", "authorisation", "read_back"] = Field(
        "evidence",
        title=_("是什么材料"),
        json_schema_extra=extra(choices=pairs("material", "letter", "evidence", "authorisation", "read_back")),
    )
    party: str | None = Field(
        None,
        title=_("谁提供的"),
        json_schema_extra=extra(widget="party", hint=_("选定的人凭查询码也能看到；不选的只有办理人员能看到")),
    )


class PaperReceipt(PageForm):
    """The return slip of a unit that has no office in the system."""

    signed_for: str = Field(title=_("回执上的签收人"), min_length=1, max_length=100)


class PaperObjection(PageForm):
    """The objection of a unit that has no office in the system, entered at the window."""

    objected_on: date = Field(title=_("异议日期"), json_schema_extra=extra(hint=_("以异议书上的日期为准")))

    reason: str = Field(
        title=_("退回理由"),
        min_length=5,
        max_length=2_000,
        json_schema_extra=extra(multiline=True),
    )
    basis: str = Field(
        title=_("职责清单条目"),
        min_length=2,
        max_length=300,
        json_schema_extra=extra(hint=_("引用三定方案或权责清单的条文")),
    )
    suggested: str | None = Field(None, title=_("建议改交的单位"), json_schema_extra=extra(widget="unit"))


class Ruling(PageForm):
    """How the fallback rules on an objection."""

    outcome: Literal["uphold", "reassign"] = Field(
        title=_("裁定"),
        json_schema_extra=extra(
            widget="radio",
            choices=[
                {"value": "uphold", "label": str(_("维持交办，不得再退"))},
                {"value": "reassign", "label": str(_("同意退回，改交其他单位"))},
            ],
        ),
    )
    unit: str | None = Field(None, title=_("改交哪个单位"), json_schema_extra=extra(widget="unit"))
    reason: str = Field(title=_("裁定理由"), min_length=2, max_length=2_000, json_schema_extra=extra(multiline=True))


class PaperAnswer(PageForm):
    """A paper answer of a unit that has no office in the system, entered at the window."""

    answered_on: date = Field(title=_("答复日期"))
    number: str = Field("", title=_("来文号"), max_length=100)
    text: str = Field(title=_("答复内容"), min_length=2, max_length=10_000, json_schema_extra=extra(multiline=True))


class NewUser(PageForm):
    """Somebody new with an account."""

    name: str = Field(title=_("姓名"), min_length=1, max_length=50)
    login: str = Field(
        title=_("账号"),
        min_length=2,
        max_length=50,
        json_schema_extra=extra(hint=_("小写字母、数字、点、横线，如 wang.min")),
    )


class NewPost(PageForm):
    """A post for somebody."""

    unit: str = Field(title=_("单位"), json_schema_extra=extra(widget="unit"))
    role: str = Field(title=_("岗位角色"), json_schema_extra=extra(choices=pairs("role", *ROLES)))


class NewTownship(PageForm):
    """A township of the district."""

    code: str = Field(title=_("区划代码"), pattern=r"^[0-9]{6,12}$", json_schema_extra=extra(hint=_("6 至 12 位数字")))
    name: str = Field(title=_("名称"), min_length=2, max_length=50)
    token: str = Field(
        title=_("总线标识"), pattern=r"^[a-z0-9]{1,32}$", json_schema_extra=extra(hint=_("小写字母和数字，定了不改"))
    )
    kind: Literal["town", "subdistrict"] = Field(
        title=_("类型"),
        json_schema_extra=extra(
            choices=[
                {"value": "town", "label": str(_("镇、乡"))},
                {"value": "subdistrict", "label": str(_("街道"))},
            ]
        ),
    )


class NamedPersons(PageForm):
    """The two named persons of a township."""

    window_fallback: str | None = Field(
        None, title=_("窗口后备人"), json_schema_extra=extra(widget="staff", hint=_("24 小时没有人签收的，到他这里"))
    )
    secret: str | None = Field(None, title=_("密件指定人"), json_schema_extra=extra(widget="staff"))


class CalendarYear(PageForm):
    """A published working calendar."""

    year: int = Field(title=_("年份"), ge=2020, le=2100)
    text: str = Field(
        title=_("放假和调休安排"),
        min_length=10,
        max_length=50_000,
        json_schema_extra=extra(
            multiline=True, hint=_("每行一天：日期,rest 或 work；第一行写 date,kind。只列放假日和周末上班日")
        ),
    )
    replace: bool = Field(
        False, title=_("替换已有的安排"), json_schema_extra=extra(hint=_("只在更正时选；正在计时的期限会重新计算"))
    )
