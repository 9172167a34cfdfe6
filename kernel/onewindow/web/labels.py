"""What the closed sets are called on the pages; the words are those of the design's table."""

from collections.abc import Mapping
from enum import Enum

from onewindow.i18n import Message, _

LABELS: Mapping[str, Mapping[str, Message]] = {
    "phase": {
        "in_hand": _("办理中"),
        "waiting_for_you": _("等您回应"),
        "suspended": _("已中止"),
        "answered": _("已答复"),
        "redirected": _("已告知其他途径"),
        "ended": _("已结束"),
    },
    "case": {
        "open": _("在办"),
        "closed": _("已办结"),
        "archived": _("已归档"),
        "void": _("已作废"),
    },
    "assignment": {
        "sent": _("待签收"),
        "received": _("已签收"),
        "done": _("已办完"),
        "returned": _("已退回"),
        "recalled": _("已收回"),
        "objected": _("退回异议待裁定"),
    },
    "assignment_role": {
        "coordinate": _("协调"),
        "lead": _("主办"),
        "joint": _("协办"),
        "advise": _("提供意见"),
    },
    "party_role": {
        "applicant": _("来访人"),
        "respondent": _("被反映方"),
        "agent": _("代理人"),
        "witness": _("证人"),
    },
    "channel": {
        "window": _("窗口"),
        "web": _("网上"),
        "visit": _("来访"),
        "letter": _("来信"),
        "phone": _("电话"),
        "12345": _("12345 转来"),
        "110": _("110 转来"),
        "room": _("村居工作室"),
        "transfer": _("上级转送"),
        "open311": _("Open311 接口"),
        "import": _("台账导入"),
        "office": _("单位自办"),
    },
    "track": {
        "A": _("咨询即办"),
        "B": _("一般求助、服务"),
        "C": _("信访·申诉求决"),
        "D": _("信访·建议意见"),
        "E": _("信访·检举控告（密）"),
        "F": _("人民调解"),
        "G": _("镇街行政调解、权属处理"),
        "H": _("警务"),
        "I": _("法庭、司法确认引导"),
        "J": _("司法所服务"),
        "K": _("安全隐患"),
        "L": _("突发、预警"),
        "M": _("违法行为报案与受害人帮助（密）"),
    },
    "document": {"pending": _("正在生成"), "ready": _("已生成"), "failed": _("生成失败")},
    "service": {
        "in_person": _("当面送达"),
        "post": _("邮寄送达"),
        "electronic": _("电子送达"),
        "left": _("留置送达"),
        "refused": _("拒收记录"),
        "notice": _("公告送达"),
        "by_somebody": _("委托送达"),
    },
    "clock_status": {"running": _("计时中"), "paused": _("已暂停"), "stopped": _("已停止")},
    "colour": {"green": _("正常"), "amber": _("临近到期"), "red": _("已超期")},
    "office_state": {
        "running": _("运行中"),
        "away": _("暂无应答"),
        "starting": _("正在启动"),
        "quarantined": _("已隔离"),
        "disabled": _("未启用"),
    },
    "unit_kind": {
        "district": _("区"),
        "township": _("镇街"),
        "centre": _("综治中心"),
        "office": _("科室/所"),
        "station": _("社区工作站"),
        "room": _("村居工作室"),
        "bureau": _("部门"),
    },
    "role": {
        "district_admin": _("区管理员"),
        "director": _("主任"),
        "deputy": _("副主任"),
        "registrar": _("登记员"),
        "supervisor": _("督办员"),
        "handler": _("承办人"),
        "head": _("单位负责人"),
        "organ_head": _("本机关负责人"),
        "mediator": _("调解员"),
        "informant": _("信息员"),
        "auditor": _("审计员"),
        "sysadmin": _("系统管理员"),
        "secadmin": _("安全管理员"),
        "designated": _("密件指定人"),
        "other": _("非承办人"),
        "party": _("当事人"),
    },
    "calendar": {"published": _("已公布"), "imported": _("已导入"), "unknown": _("尚未公布")},
}


def label(value: object, family: str) -> str:
    """The msgid for a value of a closed set; an unknown value shows as it is."""
    key = str(value.value if isinstance(value, Enum) else value)
    return LABELS[family].get(key, key)
