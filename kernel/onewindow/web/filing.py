"""The form by which a person brings a matter themselves, and what it registers."""

from typing import Any, Literal, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from onewindow.i18n import _
from onewindow.registry.intake import Channel, Registration
from onewindow.web.intake import FALLBACK_CATEGORY, PageForm, extra, pairs
from onewindow.web.labels import LABELS

_CONTACT = _("与您联系、送达文书")
_HELP = _("安排无障碍协助")

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

_KIND_CHOICES = [{"value": value, "label": str(label), "hint": str(hint)} for value, label, hint in KINDS]


class Other(PageForm):
    """Another representative of a group."""

    name: str = Field("", title=_("姓名"), max_length=50, json_schema_extra=extra(personal=_CONTACT))
    phone: str = Field("", title=_("电话"), max_length=30, json_schema_extra=extra(personal=_CONTACT, widget="tel"))


class Filing(PageForm):
    """A matter as a person files it."""

    text: str = Field(
        title=_("发生了什么事"),
        min_length=5,
        max_length=10_000,
        json_schema_extra=extra(multiline=True, hint=_("用自己的话写：什么时候、什么地方、谁、怎么回事")),
    )
    request: str = Field(
        "",
        title=_("您希望怎样解决"),
        max_length=2_000,
        json_schema_extra=extra(multiline=True),
    )
    place: str = Field("", title=_("事情发生在哪里"), max_length=200)
    place_unit: str | None = Field(
        None, title=_("哪个村、社区"), json_schema_extra=extra(widget="place", hint=_("不确定可不选"))
    )
    township: str = Field(
        title=_("归哪个镇街"),
        json_schema_extra=extra(widget="township", hint=_("按事情发生的地方选，不确定就选您住的地方")),
    )
    track: Literal["A", "B", "C", "D", "E", "F", "K", "M"] = Field(
        title=_("您来办哪一类事"),
        json_schema_extra=extra(widget="radio", choices=_KIND_CHOICES, hint=_("选最接近的一项；选错了也会为您登记")),
    )
    about_leader: bool = Field(
        False,
        title=_("检举、控告的是综治中心或镇街的负责人"),
        json_schema_extra=extra(hint=_("直接送到区里，镇街看不到")),
    )
    category: str | None = Field(
        None, title=_("事项类别"), json_schema_extra=extra(widget="category", hint=_("不确定可不选"))
    )
    anonymous: bool = Field(
        False,
        title=_("匿名反映，不留姓名和联系方式"),
        json_schema_extra=extra(hint=_("匿名也会登记和办理，您凭查询码看进度；只是我们无法主动联系您")),
    )
    name: str = Field("", title=_("姓名"), max_length=50, json_schema_extra=extra(personal=_CONTACT, widget="name"))
    phone: str = Field("", title=_("联系电话"), max_length=30, json_schema_extra=extra(personal=_CONTACT, widget="tel"))
    address: str = Field(
        "", title=_("联系地址"), max_length=200, json_schema_extra=extra(personal=_CONTACT, widget="street-address")
    )

    files: list[str] = Field(
        default_factory=list, title=_("照片、材料"), max_length=20, json_schema_extra=extra(widget="attachments")
    )
    for_whom: Literal["self", "agent", "group"] = Field(
        "self",
        title=_("为谁反映"),
        json_schema_extra=extra(
            widget="radio",
            choices=[
                {"value": "self", "label": str(_("为自己"))},
                {"value": "agent", "label": str(_("代别人反映"))},
                {"value": "group", "label": str(_("和大家一起反映"))},
            ],
        ),
    )
    applicant_name: str = Field("", title=_("您代谁反映"), max_length=50, json_schema_extra=extra(personal=_CONTACT))
    authorisation: Literal["written", "guardian", "lawyer", "oral"] | None = Field(
        None,
        title=_("凭什么代办"),
        json_schema_extra=extra(
            choices=pairs("authorisation", "written", "guardian", "lawyer", "oral"), hint=_("没有的可以以后补")
        ),
    )
    group_size: int | None = Field(None, title=_("一共多少人"), ge=2, le=100_000)
    others: list[Other] = Field(
        default_factory=list,
        title=_("其他代表"),
        max_length=20,
        json_schema_extra=extra(hint=_("连您在内，代表最多五人（信访工作条例第二十条）")),
    )
    contact_way: Literal["any", "sms", "call", "post", "not_home", "third"] = Field(
        "any",
        title=_("怎样联系您才安全"),
        json_schema_extra=extra(choices=pairs("contact_way", "any", "sms", "call", "post", "not_home", "third")),
    )
    contact: str = Field(
        "",
        title=_("联系时要注意什么"),
        max_length=200,
        json_schema_extra=extra(personal=_CONTACT, hint=_("例如：只发短信；不要打家里电话；找我妹妹转告")),
    )
    no_contact_reason: str = Field(
        "",
        title=_("不愿留联系方式的原因"),
        max_length=200,
        json_schema_extra=extra(hint=_("留了姓名、不留联系方式的才填")),
    )
    may_disclose: bool = Field(
        False, title=_("可以让对方知道是我反映的"), json_schema_extra=extra(hint=_("不勾选就不会告诉对方"))
    )
    needs: list[str] = Field(
        default_factory=list,
        title=_("需要的帮助"),
        json_schema_extra=extra(choices=pairs("need", *LABELS["need"]), personal=_HELP),
    )
    minor: bool = Field(False, title=_("我未满十八周岁"), json_schema_extra=extra(personal=_HELP))
    pending: list[str] = Field(
        default_factory=list,
        title=_("这件事是否正在别处办理"),
        json_schema_extra=extra(choices=pairs("pending", *LABELS["pending"]), hint=_("照常登记，不因此拒收")),
    )
    danger: Literal["persons", "public", "minor"] | None = Field(
        None,
        title=_("是否正在发生危险"),
        json_schema_extra=extra(choices=pairs("danger", *LABELS["danger"]), hint=_("请先打 110、119 或者 120")),
    )

    @model_validator(mode="after")
    def _reachable_or_anonymous(self) -> Self:
        if self.anonymous and (self.name or self.phone or self.address or self.contact):
            raise PydanticCustomError(
                "value_error", "", {"error": _("选择了匿名，请清空姓名、电话和地址，或者取消匿名")}
            )
        reachable = self.phone or self.address or self.contact or self.no_contact_reason
        if not self.anonymous and not (self.name and reachable):
            raise PydanticCustomError(
                "value_error", "", {"error": _("请留下姓名和电话（或地址）；不愿留的，请选择匿名反映")}
            )
        return self

    @model_validator(mode="after")
    def _for_somebody(self) -> Self:
        if self.for_whom == "agent" and not self.applicant_name:
            raise PydanticCustomError("value_error", "", {"error": _("请写明您代谁反映")})
        if self.for_whom == "group" and self.anonymous:
            raise PydanticCustomError("value_error", "", {"error": _("和大家一起反映的，请至少留一位代表的姓名")})
        return self


def filed(filing: Filing) -> Registration:
    """What a person's own form registers."""
    agent, group = filing.for_whom == "agent", filing.for_whom == "group"
    own: dict[str, Any] = {"anonymous": True}
    if not filing.anonymous:
        names = ("name", "phone", "address", "contact_way", "contact")
        own = {name: getattr(filing, name) for name in names}
    own |= {"needs": filing.needs, "minor": filing.minor}
    parties: list[dict[str, Any]] = [own]
    if agent:
        own |= {"role": "agent", "authorisation": filing.authorisation}
        parties.insert(0, {"name": filing.applicant_name})
    if group:
        own["representative"] = True
        parties += [{**other.model_dump(), "representative": True} for other in filing.others if other.name]
    return Registration.model_validate(
        {
            "township": filing.township,
            "text": filing.text,
            "request": filing.request,
            "place": filing.place,
            "place_unit": filing.place_unit,
            "category": filing.category or FALLBACK_CATEGORY,
            "track": filing.track,
            "channel": Channel.WEB,
            "parties": parties,
            "about_leader": filing.about_leader,
            "group_size": filing.group_size if group else None,
            "no_contact_reason": "" if filing.anonymous else filing.no_contact_reason,
            "may_disclose": filing.may_disclose,
            "pending": filing.pending,
            "emergency": {"danger": filing.danger} if filing.danger else None,
        }
    )
