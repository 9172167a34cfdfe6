"""The forms of what people do by their own code, and of what the window does for them."""

from datetime import date
from typing import Literal

from pydantic import Field

from onewindow.i18n import _
from onewindow.web.intake import PageForm, extra, pairs
from onewindow.web.labels import LABELS


class Material(PageForm):
    """What somebody adds to their matter."""

    text: str = Field(
        "",
        title=_("补充的内容"),
        max_length=5_000,
        json_schema_extra=extra(multiline=True, hint=_("承办单位马上可以看到")),
    )
    files: list[str] = Field(
        default_factory=list,
        title=_("照片、扫描件"),
        max_length=20,
        json_schema_extra=extra(widget="attachments", hint=_("照片里的拍摄地点等信息会去掉")),
    )


class Withdraw(PageForm):
    """Withdrawing one's matter."""

    reason: str = Field(
        "", title=_("撤回的原因"), max_length=500, json_schema_extra=extra(multiline=True, hint=_("可以不填"))
    )


class Rate(PageForm):
    """How satisfied somebody is."""

    score: Literal["satisfied", "fairly", "dissatisfied"] = Field(
        title=_("您满意吗"), json_schema_extra=extra(widget="radio", choices=pairs("score", *LABELS["score"]))
    )
    reason: str = Field(
        "", title=_("原因"), max_length=500, json_schema_extra=extra(multiline=True, hint=_("可以不填"))
    )


class AskReopening(PageForm):
    """Why a closed matter should be taken up again."""

    reason: str = Field(
        title=_("申请重启的理由"),
        min_length=2,
        max_length=2_000,
        json_schema_extra=extra(multiline=True, hint=_("例如：有新的事实、答应的没有履行、生效裁判改变了结论")),
    )


class FindByNumber(PageForm):
    """The case of a lost code, by its number."""

    number: str = Field(
        title=_("事项编号"), min_length=5, max_length=64, json_schema_extra=extra(hint=_("印在回执和各种文书上"))
    )


class FindByDescription(PageForm):
    """The case of a lost code, by what it is about; never by a person."""

    township: str = Field(title=_("镇街"), json_schema_extra=extra(widget="township"))
    category: str = Field(title=_("事项类别"), json_schema_extra=extra(widget="category"))
    registered_from: date = Field(title=_("登记日期从"))
    registered_to: date = Field(title=_("登记日期到"), json_schema_extra=extra(hint=_("最长三个月")))
    place: str = Field("", title=_("发生地点"), max_length=50, json_schema_extra=extra(hint=_("写地名的一部分即可")))


class RenewCode(PageForm):
    """What the clerk compared before a code is replaced."""

    shown: str = Field(title=_("出示的证件"), json_schema_extra=extra(choices=pairs("shown", *LABELS["shown"])))
    last_digits: str = Field(
        "",
        title=_("证件号末四位"),
        max_length=4,
        json_schema_extra=extra(hint=_("登记时留了证件号的必填；只用于核对，不保存")),
    )
    matches: bool = Field(False, title=_("已核对：证件是本人的，姓名与登记的一致"))


class WrittenWithdrawal(PageForm):
    """A signed withdrawal that was handed in."""

    party: str = Field(title=_("撤回人"), json_schema_extra=extra(widget="party"))
    asked_on: date = Field(title=_("撤回书上的日期"))
    reason: str = Field("", title=_("撤回的原因"), max_length=500, json_schema_extra=extra(multiline=True))


class OneParty(PageForm):
    """Which party it is about."""

    party: str = Field(title=_("当事人"), json_schema_extra=extra(widget="party"))


class Verification(PageForm):
    """What the person said when they were called back about their withdrawal."""

    party: str = Field(title=_("撤回人"), json_schema_extra=extra(widget="party"))
    own_will: Literal["yes", "no"] = Field(
        title=_("是不是本人自愿"),
        json_schema_extra=extra(
            widget="radio",
            choices=[
                {"value": "yes", "label": str(_("是本人自愿撤回"))},
                {"value": "no", "label": str(_("不是本人意愿，或者本人不撤了"))},
            ],
        ),
    )
    told: str = Field(title=_("回访情况"), min_length=2, max_length=200)
    ex_officio: bool = Field(
        False,
        title=_("涉及未成年人保护或者涉嫌犯罪"),
        json_schema_extra=extra(hint=_("选了以后，本人撤回，事项仍依职权继续办理")),
    )


class PaperConsent(PageForm):
    """A signed consent to electronic service."""

    party: str = Field(title=_("当事人"), json_schema_extra=extra(widget="party"))
    agreed: Literal["yes", "no"] = Field(
        title=_("电子送达"),
        json_schema_extra=extra(
            widget="radio",
            choices=[
                {"value": "yes", "label": str(_("书面同意电子送达"))},
                {"value": "no", "label": str(_("书面表示不再同意"))},
            ],
        ),
    )


class ReopeningDecision(PageForm):
    """What the director decides about a wish to reopen."""

    outcome: Literal["grant", "refuse"] = Field(
        title=_("决定"),
        json_schema_extra=extra(
            widget="radio",
            choices=[
                {"value": "grant", "label": str(_("同意重启，交原承办单位办理"))},
                {"value": "refuse", "label": str(_("不同意，理由告知本人"))},
            ],
        ),
    )
    reason: str = Field(title=_("理由"), min_length=2, max_length=200)


class Service(PageForm):
    """How a document was served."""

    method: str = Field(title=_("送达方式"), json_schema_extra=extra(choices=pairs("service", *LABELS["service"])))
    served_on: date = Field(title=_("送达日期"), json_schema_extra=extra(hint=_("以送达回证上的日期为准")))
    party: str | None = Field(None, title=_("受送达人"), json_schema_extra=extra(widget="party"))
    received_by: str = Field(
        "",
        title=_("签收人"),
        max_length=100,
        json_schema_extra=extra(hint=_("不是本人签收的才填，并写明与本人的关系")),
    )
    relation: str = Field("", title=_("与受送达人的关系"), max_length=100)
    place: str = Field(
        "",
        title=_("送达地点"),
        max_length=200,
        json_schema_extra=extra(hint=_("电子送达的，写到达的邮箱或者号码；公告的，写公告的载体")),
    )
    tracking_no: str = Field("", title=_("邮件单号"), max_length=60, json_schema_extra=extra(hint=_("邮寄的必填")))
    sent_on: date | None = Field(
        None,
        title=_("交寄或者公告日期"),
        json_schema_extra=extra(hint=_("公告送达的必填；公告期满日为送达日期")),
    )
    period_days: int | None = Field(
        None, title=_("公告天数"), ge=30, le=365, json_schema_extra=extra(hint=_("不填按三十日"))
    )
    witnesses: list[str] = Field(default_factory=list, title=_("见证人"), max_length=5)
    recorded: bool = Field(False, title=_("送达过程已拍照、录像"))
    note: str = Field(
        "",
        title=_("说明"),
        max_length=500,
        json_schema_extra=extra(multiline=True, hint=_("留置、拒收、公告的，写明事由和经过")),
    )
    scans: list[str] = Field(
        default_factory=list,
        title=_("送达回证扫描件、送达过程照片"),
        max_length=10,
        json_schema_extra=extra(widget="attachments"),
    )
    proof: bool = Field(
        False,
        title=_("凭送达证明补登"),
        json_schema_extra=extra(hint=_("延期告知书在到期以后才登记的，须由未经办的人员凭证明补登")),
    )


class ServiceCorrection(Service):
    """How a document was really served, where it was recorded wrongly."""

    why: str = Field(title=_("更正的理由"), min_length=2, max_length=200)
    not_served: bool = Field(
        False,
        title=_("其实没有送达"),
        json_schema_extra=extra(hint=_("选了以后，上面各项不作数，期限退回没有送达时的样子")),
    )
