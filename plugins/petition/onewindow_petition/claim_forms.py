"""What is known of a claim, and what each step of it asks."""

from datetime import date

from onewindow.office import Form, PartyId, Row, field
from onewindow_petition.ledger import Place
from onewindow_petition.mediating import OUTCOMES, WISHES
from onewindow_petition.ways import OnItsWay

FOR = "答复信访人"
OPINIONS = {"support": "支持", "explain": "解释说明", "deny": "不支持"}
# The closed list. That the same matter is open higher up is no ground: 第十九条 binds the higher organ, not this one.
GROUNDS = {
    "rechecked": "复核意见作出后，以同一事实和理由再次提出（第三十六条第三款）",
    "not_ours": "完全不属于本机关职权，应向其他机关提出（第二十三条）",
}
# None of these stops the clock: 第三十四条 knows no suspension.
PAUSES = {
    "appraisal": "等待鉴定",
    "decision": "等待司法或者行政结论",
    "material": "等待补充材料",
    "force_majeure": "不可抗力",
    "request": "申请人书面请求",
}
RESULTS = {"upheld": "维持", "changed": "变更", "revoked": "撤销，责令重新办理", "declined": "不予受理"}


class Point(Row):
    """One of the person's requests with its answer."""

    request: str = field("诉求", multiline=True, min_length=2, max_length=500, personal=FOR, keep="case")
    opinion: str = field("处理意见", choices=OPINIONS, default="")
    reason: str = field("理由", multiline=True, default="", max_length=3000, personal=FOR, keep="case")
    law: str = field("依据的法律法规", default="", max_length=100)
    article: str = field("条款", default="", max_length=60)

    @property
    def answered(self) -> bool:
        return bool(self.opinion and self.reason and self.law and self.article)


class Task(Row):
    """What somebody has to do so that the reply comes true."""

    unit: str = field("执行单位", min_length=2, max_length=100)
    task: str = field("事项", default="", max_length=300)
    due_on: date | None = field("完成期限", default=None)


class Paper(Row):
    """One paper of the file that goes up."""

    title: str = field("材料名称", min_length=1, max_length=200)
    number: str = field("编号", default="", max_length=100)
    dated: date | None = field("日期", default=None)
    pages: int = field("页数", default=1, ge=1, le=9999)
    kind: str = field("形式", choices=["原件", "复印件", "电子件"], default="原件")


class Petition(OnItsWay):
    """What is known of a claim."""

    points: list[Point] = field("诉求和答复", default_factory=list)
    accepted_on: date | None = field("受理日期", default=None, listed=True)
    simple_from: date | None = field("适用简易办理，收到日期", default=None, listed=True)
    simple_accepted_on: date | None = field("简易办理受理日期", default=None, listed=True)
    also_open_at: str = field("同时受理的上级机关", default="")
    phone: str = field("承办人联系电话", default="")
    refused_for: str = field("不予受理理由", choices=GROUNDS, default="", listed=True)
    suspended_for: str = field("中止原因", choices=PAUSES, default="", listed=True)
    extension: str = field(
        "延期", choices={"asked": "待送达", "effective": "已生效", "void": "未生效"}, default="", listed=True
    )
    mediation: str = field("调解情况", choices=OUTCOMES, default="", listed=True)
    respondent_wish: str = field("对方是否愿意调解", choices=WISHES, default="")
    wishes_asked_on: date | None = field("询问是否愿意调解的日期", default=None, listed=True)
    settlement: str = field("和解内容", default="", personal=FOR, keep="case")
    agreed: list[PartyId] = field("已同意的当事人", default_factory=list)
    settled_on: date | None = field("达成和解日期", default=None, listed=True)
    findings: str = field("查明的事实", default="", personal=FOR, keep="case")
    evidence: list[str] = field("证据", default_factory=list, personal=FOR, keep="case")
    tasks: list[Task] = field("执行", default_factory=list)
    review_place: Place = field("复查机关", default_factory=Place)
    legal_note: str = field("合法性审查意见", default="")
    replied_on: date | None = field("答复日期", default=None, listed=True)
    reply_served_on: date | None = field("答复送达日期", default=None, listed=True)
    review_requested_on: date | None = field("请求复查日期", default=None, listed=True)
    review_request: str = field("复查请求", default="", personal=FOR, keep="case")
    review_late: bool = field("逾期提出", default=False)
    file_sent_on: date | None = field("案卷移送日期", default=None, listed=True)
    review_result: str = field("复查结果", choices=RESULTS, default="", listed=True)
    review_number: str = field("复查意见书文号", default="")
    review_decided_on: date | None = field("复查意见日期", default=None, listed=True)
    review_served_on: date | None = field("复查意见送达日期", default=None, listed=True)
    recheck_requested_on: date | None = field("请求复核日期", default=None, listed=True)
    recheck_result: str = field("复核结果", choices=RESULTS, default="", listed=True)
    recheck_number: str = field("复核意见书文号", default="")
    recheck_decided_on: date | None = field("复核意见日期", default=None, listed=True)


class Accept(Form):
    requests: list[str] = field("逐项诉求", min_length=1, max_length=30, personal=FOR, keep="case")
    no_other_way: bool = field("已判断：不属于第三十一条（一）至（五）项的法定途径", default=False)
    hearing: bool = field("重大、复杂、疑难，可以听证", default=False)
    also_open_at: str = field("同时受理的上级机关", default="", max_length=100, hint="上级在办的，本机关照样受理")
    phone: str = field("承办人联系电话", max_length=60)


class Refuse(Place):
    ground: str = field("不予受理理由", choices=GROUNDS)
    reason: str = field("说明", multiline=True, min_length=2, max_length=2000, personal=FOR, keep="case")
    recheck_number: str = field("复核意见书文号", default="", max_length=100)


class Suspend(Form):
    cause: str = field("中止原因", choices=PAUSES)
    note: str = field("说明", multiline=True, default="", max_length=1000, personal=FOR, keep="case")


class Extension(Form):
    days: int = field("延长天数", ge=1, le=30)
    reason: str = field("延期理由", multiline=True, min_length=2, max_length=2000, personal=FOR, keep="case")


class Settlement(Form):
    terms: str = field("和解内容", multiline=True, min_length=2, max_length=3000, personal=FOR, keep="case")


class Consent(Form):
    party: PartyId | None = field("表示意见的当事人", default=None, hint="本人凭查询码办理时不用填")


class Draft(Form):
    findings: str = field("查明的事实", multiline=True, max_length=8000, personal=FOR, keep="case")
    evidence: list[str] = field("证据", default_factory=list, max_length=50, personal=FOR, keep="case")
    points: list[Point] = field("诉求和答复", default_factory=list, max_length=30)
    tasks: list[Task] = field("执行", default_factory=list, max_length=30)
    review_place: Place = field("复查机关", default_factory=Place)


class Approval(Form):
    legal_note: str = field("合法性审查意见", multiline=True, min_length=2, max_length=2000)


class Request(Form):
    requested_on: date = field("提出日期")
    request: str = field("请求", multiline=True, default="", max_length=3000, personal=FOR, keep="case")


class SendFile(Form):
    organ: str = field("接收机关", min_length=2, max_length=100)
    papers: list[Paper] = field("案卷材料", min_length=1, max_length=200)


class Opinion(Form):
    """The opinion of the reviewing organ, registered here and never made here."""

    result: str = field("结果", choices=RESULTS)
    number: str = field("文号", min_length=1, max_length=100)
    decided_on: date = field("作出日期")
    served_on: date = field("送达信访人日期")
