"""What is known of a mediation: consents, mediators, sessions, the agreement and what became of it."""

from datetime import date
from decimal import Decimal

from onewindow.office import Facts, PartyId, Row, StaffId, field
from onewindow_mediation.matters import COURT_KINDS, GROUNDS

FOR = "调解本纠纷"
SOURCES = {
    "application": "当事人申请",
    "own": "调委会主动调解",
    "petition": "信访转来",
    "police": "公安机关转来",
    "court": "人民法院委派、委托",
}
SIDES = {"applicant": "申请人", "respondent": "被申请人"}
WAYS_TO_SAY = {"code": "本人凭查询码", "paper": "本人签名的书面材料"}
HOW_SIGNED = {"signature": "签名", "seal": "盖章", "pressed": "捺印", "electronic": "可靠的电子签名"}
EXCLUDED = {
    "identity": "涉及身份关系、收养关系、婚姻关系",
    "rights": "物权、知识产权确权",
    "special": "适用其他特别程序、公示催告、破产程序",
}
RESULTS = {"valid": "裁定有效", "refused": "裁定驳回", "withdrawn": "撤回申请"}
ENDINGS = {
    "declined": "有当事人不同意调解",
    "unfit": "不能调解",
    "stopped": "当事人要求终止",
    "failed": "调解不成",
    "timeout": "期限届满没有达成协议",
}
KEPT = {"all": "已全部履行", "part": "部分履行", "none": "没有履行", "not_due": "尚未到期"}
SATISFIED = {"yes": "满意", "fairly": "基本满意", "no": "不满意", "unsaid": "未表态"}


class Consent(Row):
    """What one party said, for themselves alone."""

    party: PartyId = field("当事人")
    on: date = field("表示日期")
    way: str = field("方式", choices=WAYS_TO_SAY)


class Wish(Row):
    """Which mediator one party would have."""

    party: PartyId = field("当事人")
    mediator: str = field("希望的调解员")


class Statement(Row):
    """What one side said in a session, and wants."""

    side: str = field("一方", choices=SIDES)
    said: str = field("陈述", multiline=True, min_length=2, max_length=5000, personal=FOR, keep="case")
    wants: str = field("请求", multiline=True, default="", max_length=2000, personal=FOR, keep="case")


class Session(Row):
    """One session; its record is a document."""

    held_on: date = field("日期")
    place: str = field("地点", max_length=200)
    outcome: str = field("结果", default="", max_length=2000, personal=FOR, keep="case")


class Promise(Row):
    """One thing that somebody has undertaken, with its day."""

    key: str = field("序号", default="")
    side: str = field("履行人", choices=SIDES)
    what: str = field("履行内容", min_length=2, max_length=1000, personal=FOR, keep="case")
    amount: Decimal = field("金额（元）", default=Decimal(0), ge=0)
    how: str = field("履行方式", default="", max_length=300, personal=FOR, keep="case")
    due_on: date | None = field("履行期限", default=None)
    kept_on: date | None = field("履行日期", default=None)
    broken_on: date | None = field("认定未履行日期", default=None)

    @property
    def open(self) -> bool:
        return self.kept_on is None and self.broken_on is None


class Signature(Row):
    """What a party set under the agreement, and when."""

    party: PartyId = field("当事人")
    how: str = field("方式", choices=HOW_SIGNED)
    on: date = field("日期")


class Visit(Row):
    """One follow-up; its record is a document."""

    on: date = field("回访日期")
    kept: str = field("履行情况", choices=KEPT)
    satisfied: str = field("满意程度", choices=SATISFIED, default="unsaid")


class Dispute(Facts):
    """What is known of a mediation."""

    source: str = field("来源", choices=SOURCES, default="", listed=True)
    court_kind: str = field("法院委派、委托", choices=COURT_KINDS, default="", listed=True)
    court: str = field("委派、委托的人民法院", default="")
    court_case: str = field("法院案号", default="")
    subject: str = field("纠纷简要情况", default="", personal=FOR, keep="case")
    claims: list[str] = field("申请事项", default_factory=list, personal=FOR, keep="case")
    consents: list[Consent] = field("同意调解", default_factory=list)
    accepted_on: date | None = field("受理日期", default=None, listed=True)
    period: str = field("适用的期限", default="")
    police_told_on: date | None = field("报告公安机关日期", default=None, listed=True)
    police_receipt: str = field("公安机关回执号", default="")

    wishes: list[Wish] = field("对调解员的选择", default_factory=list)
    mediator: StaffId | None = field("调解员", default=None)
    mediator_name: str = field("调解员姓名", default="", personal="公示调解员", keep="case")
    recused: list[StaffId] = field("已回避的调解员", default_factory=list)
    in_public: bool = field("公开调解", default=False)
    sessions: list[Session] = field("调解记录", default_factory=list)
    appraised_for: str = field("鉴定事项", default="")
    extra_days: int | None = field("拟延长天数", default=None)
    extension_agreed: list[PartyId] = field("同意延长的当事人", default_factory=list)

    form: str = field("协议形式", choices={"written": "书面", "oral": "口头"}, default="", listed=True)
    terms: str = field("协议内容", default="", personal=FOR, keep="case")
    promises: list[Promise] = field("履行事项", default_factory=list)
    excluded: str = field("不得司法确认的情形", choices=EXCLUDED, default="", listed=True)
    public_order: bool = field("涉及治安案件", default=False, listed=True)
    signatures: list[Signature] = field("当事人签章", default_factory=list)
    mediator_signed_on: date | None = field("调解员签名日期", default=None)
    stamped_on: date | None = field("调委会盖章日期", default=None)
    effective_on: date | None = field("协议生效日期", default=None, listed=True)

    confirmable_from: date | None = field("可以申请司法确认的起算日", default=None, listed=True)
    confirm_asked: list[PartyId] = field("申请司法确认的当事人", default_factory=list)
    confirm_court: str = field("司法确认法院", default="")
    confirm_submitted_on: date | None = field("申请司法确认日期", default=None, listed=True)
    confirm_late: bool = field("逾期申请司法确认", default=False)
    confirm_result: str = field("司法确认结果", choices=RESULTS, default="", listed=True)
    confirm_number: str = field("裁定书文号", default="")
    confirm_decided_on: date | None = field("裁定日期", default=None, listed=True)

    visits: list[Visit] = field("回访", default_factory=list)
    settled_for_police: bool = field("已出具和解书面申请", default=False, listed=True)
    unfit_for: str = field("不能调解的理由", choices=GROUNDS, default="", listed=True)
    ending: str = field("终止原因", choices=ENDINGS, default="", listed=True)
