"""Every action that the policy knows, with its title and the rules that hold whoever takes it."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from onewindow.i18n import Message, _


class Action(StrEnum):
    """What somebody may want to do."""

    CASE_REGISTER = "case.register"
    CASE_IMPORT = "case.import"
    CASE_LIST = "case.list"
    CASE_READ = "case.read"
    CASE_BY_CODE = "case.by_code"
    CASE_CORRECT = "case.correct"
    CASE_TRACK = "case.track"
    CASE_TRACK_SEALED = "case.track_sealed"
    CASE_VOID = "case.void"
    CASE_SUPPLEMENT = "case.supplement"
    CASE_EMERGENCY = "case.emergency"
    CASE_JOIN = "case.join"
    CASE_TRIAGE = "case.triage"
    CASE_REVEAL = "case.reveal"
    CASE_REVEAL_SEALED = "case.reveal_sealed"
    CASE_PARTY_PAPER = "case.party_paper"
    CASE_WITHDRAW = "case.withdraw"
    CODE_RENEW = "code.renew"
    CASE_FOLLOW_UP = "case.follow_up"
    CASE_SUPERVISE = "case.supervise"
    CASE_STUDY = "case.study"
    CASE_ESCALATE = "case.escalate"
    CASE_DISTRICT_ASSIGN = "case.district_assign"
    CASE_CLOSE = "case.close"
    CASE_REOPEN = "case.reopen"
    CASE_EXPORT = "case.export"
    SLIP_SIGN = "slip.sign"
    ASSIGNMENT_SIGN = "assignment.sign"
    ASSIGNMENT_ACT = "assignment.act"
    ASSIGNMENT_RETURN = "assignment.return"
    ASSIGNMENT_RECALL = "assignment.recall"
    ASSIGNMENT_REASSIGN = "assignment.reassign"
    ASSIGNMENT_REVIEW_OBJECTION = "assignment.review_objection"
    ASSIGNMENT_RULE_OBJECTION = "assignment.rule_objection"
    ASSIGNMENT_PAPER = "assignment.paper"
    RECUSAL_DECIDE = "recusal.decide"
    ANSWER_APPROVE = "answer.approve"
    EXTENSION_APPROVE = "extension.approve"
    ATTACHMENT_READ = "attachment.read"
    ATTACHMENT_ADD = "attachment.add"
    DOCUMENT_READ = "document.read"
    DOCUMENT_SERVE = "document.serve"
    DOCUMENT_SERVE_LATE = "document.serve_late"
    OFFICE_READ = "office.read"
    OFFICE_ENABLE = "office.enable"
    OFFICE_APPROVE = "office.approve"
    TOWNSHIP_MANAGE = "township.manage"
    USER_READ = "user.read"
    USER_MANAGE = "user.manage"
    STAFF_LEAVE = "staff.leave"
    POST_MANAGE = "post.manage"
    DELEGATION_MANAGE = "delegation.manage"
    ABSENCE_MANAGE = "absence.manage"
    DUTY_MANAGE = "duty.manage"
    CALENDAR_IMPORT = "calendar.import"
    SETTINGS_MANAGE = "settings.manage"
    PARKED_REPLAY = "parked.replay"
    AUDIT_READ = "audit.read"
    STATS_READ = "stats.read"
    HEALTH_READ = "health.read"


@dataclass(frozen=True, slots=True)
class Rule:
    """An action's title and what always holds: `on_case` for whatever shows or changes a case that exists,
    `looks` for what changes nothing."""

    title: Message
    on_case: bool = False
    by_non_handler: bool = False
    needs_reason: bool = False
    looks: bool = False
    by_two: bool = False


RULES: Mapping[Action, Rule] = MappingProxyType(
    {
        Action.CASE_REGISTER: Rule(_("登记事项")),
        Action.CASE_IMPORT: Rule(_("导入台账")),
        Action.CASE_LIST: Rule(_("查看事项列表"), on_case=True, looks=True),
        Action.CASE_READ: Rule(_("查看事项"), on_case=True, looks=True),
        Action.CASE_BY_CODE: Rule(_("凭来人的查询码查找事项"), on_case=True, looks=True),
        Action.CASE_CORRECT: Rule(_("更正登记内容"), on_case=True),
        Action.CASE_TRACK: Rule(_("变更事项轨"), on_case=True, needs_reason=True),
        Action.CASE_TRACK_SEALED: Rule(_("转为密件事项轨"), on_case=True, needs_reason=True),
        Action.CASE_VOID: Rule(_("作废误登记"), on_case=True, needs_reason=True),
        Action.CASE_SUPPLEMENT: Rule(_("补充登记情况"), on_case=True),
        Action.CASE_EMERGENCY: Rule(_("标记紧急情况"), on_case=True),
        Action.CASE_JOIN: Rule(_("添加来访人"), on_case=True),
        Action.CASE_TRIAGE: Rule(_("甄别拟办"), on_case=True),
        Action.CASE_REVEAL: Rule(_("查看完整个人信息"), on_case=True, needs_reason=True),
        Action.CASE_REVEAL_SEALED: Rule(_("查看密件完整内容"), on_case=True, needs_reason=True),
        Action.CASE_PARTY_PAPER: Rule(_("录入当事人签名材料"), on_case=True, by_non_handler=True),
        Action.CASE_WITHDRAW: Rule(_("登记撤回申请"), on_case=True, by_non_handler=True),
        Action.CODE_RENEW: Rule(_("补发查询码"), on_case=True),
        Action.CASE_FOLLOW_UP: Rule(_("回访"), on_case=True, by_non_handler=True),
        Action.CASE_SUPERVISE: Rule(_("督办"), on_case=True, by_non_handler=True),
        Action.CASE_STUDY: Rule(_("提请研究"), on_case=True),
        Action.CASE_ESCALATE: Rule(_("上报区级"), on_case=True),
        Action.CASE_DISTRICT_ASSIGN: Rule(_("区级批办"), on_case=True),
        Action.CASE_CLOSE: Rule(_("批准办结"), on_case=True),
        Action.CASE_REOPEN: Rule(_("重启事项"), on_case=True, needs_reason=True),
        Action.CASE_EXPORT: Rule(_("导出明细"), on_case=True, needs_reason=True, by_two=True),
        Action.SLIP_SIGN: Rule(_("签批催办单"), on_case=True),
        Action.ASSIGNMENT_SIGN: Rule(_("签收交办"), on_case=True),
        Action.ASSIGNMENT_ACT: Rule(_("办理"), on_case=True),
        Action.ASSIGNMENT_RETURN: Rule(_("提出退回异议"), on_case=True),
        Action.ASSIGNMENT_RECALL: Rule(_("撤回交办"), on_case=True),
        Action.ASSIGNMENT_REASSIGN: Rule(_("改派"), on_case=True),
        Action.ASSIGNMENT_REVIEW_OBJECTION: Rule(_("核查退回异议"), on_case=True),
        Action.ASSIGNMENT_RULE_OBJECTION: Rule(_("裁定退回异议"), on_case=True),
        Action.ASSIGNMENT_PAPER: Rule(_("录入纸质签收与答复"), on_case=True),
        Action.RECUSAL_DECIDE: Rule(_("决定回避"), on_case=True, needs_reason=True),
        Action.ANSWER_APPROVE: Rule(_("审签答复"), on_case=True),
        Action.EXTENSION_APPROVE: Rule(_("批准延期"), on_case=True),
        Action.ATTACHMENT_READ: Rule(_("查看材料"), on_case=True, looks=True),
        Action.ATTACHMENT_ADD: Rule(_("添加材料"), on_case=True),
        Action.DOCUMENT_READ: Rule(_("查看文书"), on_case=True, looks=True),
        Action.DOCUMENT_SERVE: Rule(_("登记送达"), on_case=True),
        Action.DOCUMENT_SERVE_LATE: Rule(_("凭证明补登送达"), on_case=True, by_non_handler=True),
        Action.OFFICE_READ: Rule(_("查看科室模块")),
        Action.OFFICE_ENABLE: Rule(_("启用或停用科室模块")),
        Action.OFFICE_APPROVE: Rule(_("安全审批科室模块"), by_two=True),
        Action.TOWNSHIP_MANAGE: Rule(_("管理镇街与单位")),
        Action.USER_READ: Rule(_("查看人员与岗位")),
        Action.USER_MANAGE: Rule(_("管理账号")),
        Action.STAFF_LEAVE: Rule(_("办理离任与移交")),
        Action.POST_MANAGE: Rule(_("任免岗位")),
        Action.DELEGATION_MANAGE: Rule(_("登记授权")),
        Action.ABSENCE_MANAGE: Rule(_("登记离岗与代岗")),
        Action.DUTY_MANAGE: Rule(_("维护职责清单")),
        Action.CALENDAR_IMPORT: Rule(_("导入工作日历")),
        Action.SETTINGS_MANAGE: Rule(_("维护期限与类别")),
        Action.PARKED_REPLAY: Rule(_("重放搁置消息")),
        Action.AUDIT_READ: Rule(_("查看审计日志")),
        Action.STATS_READ: Rule(_("查看统计")),
        Action.HEALTH_READ: Rule(_("查看运行状态")),
    }
)


def action_title(action: Action) -> Message:
    """The Chinese title, as a msgid."""
    return RULES[action].title
