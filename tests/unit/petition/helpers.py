"""What the petition tests have in common: forms filled in as a caseworker would."""

from typing import Any

from onewindow.testing import Walk, context, party
from onewindow_petition.accusation import Accusation
from onewindow_petition.claim import Claim
from onewindow_petition.suggestion import Suggestion

APPLICANT = party(name="王一", contact="13800000000")
PLACE = {"organ": "区仲裁院", "address": "政务路6号", "phone": "0531-00000000", "hours": "工作日"}
REVIEW = {"organ": "区人民政府", "address": "政务路1号"}
ACCEPT = {"requests": ["公布补偿标准", "补发青苗费"], "no_other_way": True, "phone": "0531-1"}
REDIRECT = {**PLACE, "way": "2", "reason": "劳动争议应当先行仲裁"}
OBJECTION = {"reason": "不属于本机关职权", "duty": "职责清单第12项"}
RECEIPT = {"receipt_no": "收字1号", "received_on": "2026-03-05"}
REQUEST = {"requested_on": "2026-03-02", "request": "重新调查"}
FILE = {"organ": "区人民政府", "papers": [{"title": "处理意见书", "pages": 3}]}
POINT = {"opinion": "support", "reason": "应当公布", "law": "《土地管理法》", "article": "第四十八条"}
DRAFT: dict[str, Any] = {
    "findings": "经查,标准尚未公布。",
    "points": [{"request": "公布补偿标准", **POINT}, {"request": "补发青苗费", **POINT, "opinion": "deny"}],
    "tasks": [{"unit": "自然资源所", "task": "公布", "due_on": "2026-05-01"}],
    "review_place": REVIEW,
}
HAND_OVER = {"organ": "区纪委监委", "address": "政务路2号", "independent": True, "papers": ["登记表"]}
ASIDE = {"ground": "kin", "reason": "当事人是我的亲属"}
SIMPLE = {"reason": "事实清楚,当场可以核实"}
MEDIATE = {"reason": "双方愿意调解", "applicant": True, "respondent": "yes", "asked_on": "2026-03-02"}
SUGGESTION_REPLY = {"result": "partly", "study": "已现场查看", "opinion": "七月起设站"}


def opinion(result: str) -> dict[str, str]:
    return {"result": result, "number": "复字1号", "decided_on": "2026-03-01", "served_on": "2026-03-02"}


def claim(**values: Any) -> Walk:
    return Walk(Claim(), context(**values))


def accepted(**values: Any) -> Walk:
    return claim(**values).do("accept", ACCEPT)


def drafted(**values: Any) -> Walk:
    return accepted(**values).do("draft", DRAFT).do("submit")


def replied(**values: Any) -> Walk:
    return drafted(**values).do("approve", {"legal_note": "合法"}, by="organ_head")


def reviewing(**values: Any) -> Walk:
    return replied(**values).do("request_review", REQUEST)


def suggestion(**values: Any) -> Walk:
    return Walk(Suggestion(), context(**{"track": "D", **values}))


def accusation(**values: Any) -> Walk:
    return Walk(Accusation(), context(**{"track": "E", "sealed": True, "roles": "designated", **values}))


def filled(action: str) -> list[dict[str, Any]]:
    """Forms of this action that fit, for walks that should get somewhere."""
    known: dict[str, list[dict[str, Any]]] = {
        "accept": [ACCEPT],
        "refuse": [{**PLACE, "ground": "not_ours", "reason": "不属于本机关"}],
        "redirect": [REDIRECT, {**REDIRECT, "mode": "transfer"}],
        "receipt": [RECEIPT],
        "objection": [OBJECTION],
        "suspend": [{"cause": "appraisal"}],
        "extend": [{"days": 30, "reason": "案情复杂"}],
        "mediate": [MEDIATE, {**MEDIATE, "applicant": False}],
        "propose_settlement": [{"terms": "补发"}],
        "agree": [{"party": "applicant"}, {"party": "respondent"}],
        "decline": [{}],
        "draft": [DRAFT],
        "send_back": [{"reason": "说理不够"}],
        "approve": [{"legal_note": "合法"}],
        "request_review": [REQUEST],
        "send_file": [FILE],
        "review_result": [opinion(result) for result in ("upheld", "changed", "revoked", "declined")],
        "request_recheck": [REQUEST],
        "recheck_result": [opinion("upheld"), opinion("revoked")],
        "take_up": [{"phone": "0531-1"}],
        "reply": [SUGGESTION_REPLY],
        "step_aside": [ASIDE],
        "ask_aside": [ASIDE],
        "simplify": [SIMPLE],
        "ordinary": [{"reason": "案情并不简单"}],
        "hand_over": [HAND_OVER, {**HAND_OVER, "leaders": True}],
    }
    return known.get(action, [{}])
