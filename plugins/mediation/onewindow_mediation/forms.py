"""What each step of a mediation asks."""

from datetime import date, datetime

from onewindow.office import Form, PartyId, UnitId, field
from onewindow_mediation.facts import (
    EXCLUDED,
    FOR,
    HOW_SIGNED,
    KEPT,
    RESULTS,
    SATISFIED,
    SIDES,
    SOURCES,
    Promise,
    Statement,
)
from onewindow_mediation.matters import COURT_KINDS, GROUNDS


class Commission(Form):
    """A court commissions the mediation."""

    kind: str = field("委派、委托的情形", choices=COURT_KINDS)
    court: str = field("人民法院", min_length=2, max_length=100)
    court_case: str = field("法院案号", min_length=1, max_length=100)
    commissioned_on: date = field("收到委派、委托的日期")


class Invite(Form):
    source: str = field("来源", choices=SOURCES, default="application")
    subject: str = field("纠纷简要情况", multiline=True, min_length=2, max_length=5000, personal=FOR, keep="case")
    claims: list[str] = field("申请事项", min_length=1, max_length=20, personal=FOR, keep="case")
    told: bool = field("已告知申请人：自愿、免费，可以随时终止，不影响诉讼和仲裁", default=False)
    willing: bool = field("申请人本人愿意调解，并同意通知对方", default=False)


class Unfit(Form):
    ground: str = field("不能调解的理由", choices=GROUNDS)
    note: str = field("说明", multiline=True, default="", max_length=2000, personal=FOR, keep="case")


class Say(Form):
    """What a party says: with their own code, or on paper that somebody enters who does not handle the case."""

    party: PartyId | None = field("表示意见的当事人", default=None, hint="本人凭查询码办理时不用填")
    signed_on: date | None = field("书面材料签名日期", default=None, hint="本人凭查询码办理时不用填")


class Accept(Form):
    in_public: bool = field("各方同意公开调解", default=False)


class Choose(Say):
    mediator: str = field("希望的调解员", max_length=40)


class Appoint(Form):
    mediator: str = field("调解员", max_length=40)


class Police(Form):
    what: str = field(
        "可能引发的治安、刑事问题",
        multiline=True,
        min_length=2,
        max_length=2000,
        personal="报告公安机关",
        keep="case",
    )
    told_on: date = field("报告日期")
    receipt: str = field("公安机关回执号", default="", max_length=100)
    unit: UnitId | None = field("接收单位（本系统内）", default=None)


class Hold(Form):
    held_at: datetime = field("调解时间")
    place: str = field("调解地点", min_length=2, max_length=200)
    recorder: str = field("经办人（记录）", min_length=2, max_length=60, personal="调解笔录", keep="case")
    attending: str = field("参加人和身份", multiline=True, min_length=2, max_length=1000, personal=FOR, keep="case")
    told: bool = field("已告知权利义务，询问是否申请回避", default=False)
    invited: str = field("邀请参与调解的人", default="", max_length=500, personal=FOR, keep="case")
    invited_agreed: bool = field("邀请他人已经双方同意", default=False)
    statements: list[Statement] = field("各方陈述和请求", min_length=1, max_length=20)
    undisputed: list[str] = field("无争议的事实", default_factory=list, max_length=50, personal=FOR, keep="case")
    disputed: list[str] = field("争议焦点", default_factory=list, max_length=50, personal=FOR, keep="case")
    plan: str = field("调解方案", multiline=True, default="", max_length=3000, personal=FOR, keep="case")
    outcome: str = field("结果", multiline=True, min_length=2, max_length=2000, personal=FOR, keep="case")


class Appraisal(Form):
    what: str = field("鉴定事项", min_length=2, max_length=300)


class Longer(Form):
    days: int = field("延长天数", ge=1, le=30)


class Agree(Form):
    """The content of an agreement, as article 29 lists it."""

    facts: str = field("主要事实", multiline=True, min_length=2, max_length=5000, personal=FOR, keep="case")
    duties: str = field("争议事项和各方责任", multiline=True, min_length=2, max_length=5000, personal=FOR, keep="case")
    terms: str = field("协议内容", multiline=True, min_length=2, max_length=5000, personal=FOR, keep="case")
    promises: list[Promise] = field("履行事项", default_factory=list, max_length=30)
    default_clause: str = field("不履行的处理", multiline=True, default="", max_length=2000, personal=FOR, keep="case")
    excluded: str = field("不得司法确认的情形", choices=EXCLUDED, default="")
    public_order: bool = field("涉及治安案件（治安管理处罚法第九条）", default=False)


class AgreeWritten(Agree):
    copies: int = field("份数", ge=2, le=20, default=3)


class AgreeOrally(Agree):
    reached_on: date = field("达成日期")
    none_wants_paper: bool = field("各方都认为不需要制作书面协议", default=False)


class Signs(Form):
    party: PartyId = field("签章的当事人")
    how: str = field("方式", choices=HOW_SIGNED)
    on: date = field("签章日期")


class On(Form):
    on: date = field("日期")


class Kept(Form):
    promise: str = field("履行事项", max_length=40)
    on: date = field("履行日期")


class Broken(Form):
    promise: str = field("履行事项", max_length=40)
    what: str = field("没有履行的情况", multiline=True, min_length=2, max_length=2000, personal=FOR, keep="case")


class AskCourt(Say):
    true: bool = field("承诺：自愿达成，内容真实，不损害他人利益", default=False)


class Submitted(Form):
    court: str = field("人民法院", min_length=2, max_length=100)
    on: date = field("提交日期")


class CourtSaid(Form):
    result: str = field("结果", choices=RESULTS)
    number: str = field("裁定书文号", default="", max_length=100)
    on: date = field("作出日期")


class ForPolice(Form):
    unit: UnitId | None = field("接收单位（本系统内）", default=None)


class FollowUp(Form):
    on: date = field("回访日期")
    way: str = field("方式", choices=["上门", "电话", "来所"], default="电话")
    tries: int = field("联系次数", ge=1, le=20, default=1)
    side: str = field("受访的一方", choices=SIDES)
    kept: str = field("履行情况", choices=KEPT)
    detail: str = field("说明", multiline=True, default="", max_length=2000, personal=FOR, keep="case")
    satisfied: str = field("满意程度", choices=SATISFIED, default="unsaid")
    why: str = field("原因", default="", max_length=1000, personal=FOR, keep="case")
    new_wish: str = field("新的诉求", multiline=True, default="", max_length=2000, personal=FOR, keep="case")
    measures: str = field("措施", multiline=True, default="", max_length=2000, personal=FOR, keep="case")
