"""The forms of what people do by their own code, and of what the window does for them."""

from datetime import date
from typing import Literal

from pydantic import Field

from onewindow.i18n import _
from onewindow.web.intake import PageForm, Service, _extra, _pairs
from onewindow.web.labels import LABELS


class Material(PageForm):
    """What somebody adds to their matter."""

    text: str = Field(
        title=_("补充的内容"),
        min_length=1,
        max_length=5_000,
        json_schema_extra=_extra(multiline=True, hint=_("承办单位马上可以看到")),
    )


class Withdraw(PageForm):
    """Withdrawing one's matter."""

    reason: str = Field(
        "", title=_("撤回的原因"), max_length=500, json_schema_extra=_extra(multiline=True, hint=_("可以不填"))
    )


class Rate(PageForm):
    """How satisfied somebody is."""

    score: Literal["satisfied", "fairly", "dissatisfied"] = Field(
        title=_("您满意吗"), json_schema_extra=_extra(widget="radio", choices=_pairs("score", *LABELS["score"]))
    )
    reason: str = Field(
        "", title=_("原因"), max_length=500, json_schema_extra=_extra(multiline=True, hint=_("可以不填"))
    )


class AskReopening(PageForm):
    """Why a closed matter should be taken up again."""

    reason: str = Field(
        title=_("申请重启的理由"),
        min_length=2,
        max_length=2_000,
        json_schema_extra=_extra(multiline=True, hint=_("例如：有新的事实、答应的没有履行、生效裁判改变了结论")),
    )


class FindByNumber(PageForm):
    """The case of a lost code, by its number."""

    number: str = Field(
        title=_("事项编号"), min_length=5, max_length=64, json_schema_extra=_extra(hint=_("印在回执和各种文书上"))
    )


class FindByDescription(PageForm):
    """The case of a lost code, by what it is about; never by a person."""

    township: str = Field(title=_("镇街"), json_schema_extra=_extra(widget="township"))
    category: str = Field(title=_("事项类别"), json_schema_extra=_extra(widget="category"))
    registered_from: date = Field(title=_("登记日期从"))
    registered_to: date = Field(title=_("登记日期到"), json_schema_extra=_extra(hint=_("最长三个月")))
    place: str = Field("", title=_("发生地点"), max_length=50, json_schema_extra=_extra(hint=_("写地名的一部分即可")))


class RenewCode(PageForm):
    """What the clerk compared before a code is replaced."""

    shown: str = Field(title=_("出示的证件"), json_schema_extra=_extra(choices=_pairs("shown", *LABELS["shown"])))
    last_digits: str = Field(
        "",
        title=_("证件号末四位"),
        max_length=4,
        json_schema_extra=_extra(hint=_("登记时留了证件号的必填；只用于核对，不保存")),
    )
    matches: bool = Field(False, title=_("已核对：证件是本人的，姓名与登记的一致"))


class WrittenWithdrawal(PageForm):
    """A signed withdrawal that was handed in."""

    party: str = Field(title=_("撤回人"), json_schema_extra=_extra(widget="party"))
    asked_on: date = Field(title=_("撤回书上的日期"))
    reason: str = Field("", title=_("撤回的原因"), max_length=500, json_schema_extra=_extra(multiline=True))


class OneParty(PageForm):
    """Which party it is about."""

    party: str = Field(title=_("当事人"), json_schema_extra=_extra(widget="party"))


class Verification(PageForm):
    """What the person said when they were called back about their withdrawal."""

    party: str = Field(title=_("撤回人"), json_schema_extra=_extra(widget="party"))
    own_will: Literal["yes", "no"] = Field(
        title=_("是不是本人自愿"),
        json_schema_extra=_extra(
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
        json_schema_extra=_extra(hint=_("选了以后，本人撤回，事项仍依职权继续办理")),
    )


class PaperConsent(PageForm):
    """A signed consent to electronic service."""

    party: str = Field(title=_("当事人"), json_schema_extra=_extra(widget="party"))
    agreed: Literal["yes", "no"] = Field(
        title=_("电子送达"),
        json_schema_extra=_extra(
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
        json_schema_extra=_extra(
            widget="radio",
            choices=[
                {"value": "grant", "label": str(_("同意重启，交原承办单位办理"))},
                {"value": "refuse", "label": str(_("不同意，理由告知本人"))},
            ],
        ),
    )
    reason: str = Field(title=_("理由"), min_length=2, max_length=200)


class ServiceCorrection(Service):
    """How a document was really served, where it was recorded wrongly."""

    why: str = Field(title=_("更正的理由"), min_length=2, max_length=200)
    not_served: bool = Field(
        False,
        title=_("其实没有送达"),
        json_schema_extra=_extra(hint=_("选了以后，上面各项不作数，期限退回没有送达时的样子")),
    )
