"""The parts that the sample pages are made of: cases, clocks, parties and forms, with people who do not exist."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

from onewindow.i18n import _
from onewindow.office.blocks import ActionButton, Chart, Fields, Link, Notice, Table
from onewindow.office.fields import Attachment, Form, Row, field
from onewindow.office.types import PartyId
from onewindow.web import forms, intake, own_forms
from onewindow.web.nav import menu
from onewindow.web.schema import Choice
from onewindow.web.templates import Flash, Frame, Problem, Viewer

NOW = datetime(2026, 11, 23, 6, 30, tzinfo=UTC)
TOWNSHIP = "平川镇综治中心"
CATEGORIES = (
    Choice("0203", "噪声", group="邻里"),
    Choice("0204", "养犬", group="邻里"),
    Choice("0401", "补偿标准", group="征地拆迁"),
    Choice("1801", "不作为", group="行政与作风"),
)
UNITS = (Choice("u1", "平川镇信访办"), Choice("u2", "平川镇农业综合服务中心"))


class Finding(Row):
    request: str = field("请求", max_length=200)
    result: str = field("处理", choices={"support": "支持", "explain": "解释", "reject": "不支持"})
    basis: str = field("依据", default="")


class Reply(Form):
    """The office's form that has everything: text, choices, rows, lists, a date, a party and a file."""

    facts: str = field("查明事实与证据", multiline=True, max_length=4000, hint="只写查证属实的")
    findings: list[Finding] = field("逐项处理意见", default_factory=list, hint="请求一项，答复一项")
    laws: list[str] = field("法律依据", default_factory=list)
    contact: str = field("执行联系人电话", default="", personal="告知执行进度", keep="case")
    by: date | None = field("执行期限", default=None)
    served_to: PartyId | None = field("送达给", default=None)
    ways: list[str] = field("可选的救济途径", default_factory=list, choices={"review": "复查", "suit": "诉讼"})
    heard: bool = field("已听取信访人意见", default=False)
    scan: Attachment | None = field("签批扫描件", default=None)


def frame(
    lang: str = "zh",
    path: str = "/",
    *,
    staff: bool = False,
    flashes: tuple[Flash, ...] = (),
    problem: Problem | None = None,
) -> Frame:
    viewer = Viewer("王登记", ("平川镇综治中心 · 登记员",)) if staff else None
    may = (lambda _action: True) if staff else None
    return Frame(NOW, lang, path, TOWNSHIP, "token-for-tests", viewer, menu(path, may), flashes, problem)


def clock(colour: str = "green", days: int = 12, **changes: Any) -> dict[str, Any]:
    lawful = datetime(2026, 11, 23, 16, tzinfo=UTC) + timedelta(days=days)
    return {
        "title": _("受理告知"),
        "office": None,
        "source": "信访工作条例 第二十三条",
        "colour": colour,
        "status": "running",
        "early_at": lawful - timedelta(days=2),
        "lawful_at": lawful,
        "provisional": False,
        "pending_calendar": False,
        "extended_days": 0,
        "protects": "person",
        "stopped_at": None,
    } | changes


def operation(title: str, form: forms.FormView | None = None, **changes: Any) -> dict[str, Any]:
    return {
        "title": title,
        "href": "/cases/1/act",
        "form": form,
        "key": "k-1",
        "version": 7,
        "tone": "outline-primary",
        "confirm": None,
        "refusal": None,
        "open": False,
    } | changes


CLOCKS = [
    clock("red", -3, title="受理告知"),
    clock("amber", 1, title="答复时限", source="信访工作条例 第三十四条", extended_days=30),
    clock("green", 60, title="办理期限", source="信访工作条例 第三十四条", provisional=True, protects="authority"),
    clock(
        "green",
        9,
        title="受理期限",
        lawful_at=None,
        pending_calendar=True,
        source="市场监督管理投诉举报处理暂行办法 第十四条",
    ),
    clock("green", 5, title="首次联系", status="stopped", stopped_at=NOW, source="内部时限"),
]
ENTRIES = [
    {"at": NOW, "title": "已签收", "text": "承办人 李承办", "actor": "平川镇信访办", "seq": 3, "readers": "office"},
    {"at": NOW - timedelta(hours=5), "title": "已交办", "text": None, "actor": None, "seq": 2, "readers": "office"},
    {
        "at": NOW - timedelta(days=1),
        "title": "已登记",
        "text": "来源：网上",
        "actor": "窗口",
        "seq": None,
        "readers": "parties",
    },
]
CASE = {
    "number": "平川〔2026〕000123号",
    "category_title": "补偿标准",
    "track": "C",
    "phase": "in_hand",
    "state": "open",
    "holder": "平川镇信访办",
    "officer": "李承办",
    "due": CLOCKS[1],
    "sealed": False,
    "registered_at": NOW - timedelta(days=1),
    "received_at": NOW - timedelta(days=2),
    "channel": "web",
    "text": "去年十月村里修路占了我家承包地 0.8 亩，说好年底给补偿，到现在没有给。\n多次去村委会问，都说等镇里。",
    "request": "按标准支付补偿款，并说明计算办法。",
    "place": "平川镇柳树村三组",
}


def rows(**extra: Any) -> list[dict[str, Any]]:
    base = {
        "href": "/cases/1",
        "phase": "in_hand",
        "state": "open",
        "sealed": False,
        "note": None,
        "state_title": "办理中",
        "assignment_state": "received",
        "role": "lead",
        "officer": "李承办",
        "sent_at": NOW,
    }
    return [
        base
        | {
            "number": "平川〔2026〕000123号",
            "category_title": "补偿标准",
            "holder": "平川镇信访办",
            "due": CLOCKS[0],
            "summary": "去年十月村里修路占了我家承包地 0.8 亩，说好年底给补偿，到现在没有给。多次去村委会问。",
            "registered_at": NOW,
            "assignment_state": "sent",
            "officer": None,
        },
        base
        | {
            "number": "平川〔2026〕000122号",
            "category_title": None,
            "holder": None,
            "due": CLOCKS[1],
            "summary": "小区门口的路灯坏了两个月",
            "registered_at": NOW,
            "note": "签收已超过 24 小时",
            "role": "joint",
        },
        base
        | {
            "number": "平川密〔2026〕000007号",
            "category_title": "党员干部问题",
            "holder": "区里",
            "due": CLOCKS[2],
            "summary": "(密件)",
            "registered_at": NOW,
            "sealed": True,
            "phase": None,
        },
        base
        | {
            "number": "平川〔2026〕000120号",
            "category_title": "噪声",
            "holder": "派出所",
            "due": None,
            "summary": "楼下棋牌室半夜吵闹",
            "registered_at": NOW,
            "state": "closed",
        },
    ]


def form_of(
    model: Any, values: Mapping[str, Any] | None = None, errors: Mapping[str, str] | None = None, **more: Any
) -> forms.FormView:
    known = {
        "category": CATEGORIES,
        "unit": UNITS,
        "staff": (Choice("s1", "李承办"),),
        "party": (Choice("p1", "来访人 张*"),),
    }
    known["township"] = (Choice("370101001", "平川镇"), Choice("370101002", "河口街道"))
    return forms.view(model.model_json_schema(), values, errors, choices=known, **more)


def reply(prefix: str = "act-reply", **more: Any) -> forms.FormView:
    found = {
        "facts": "",
        "findings": [{"request": "支付补偿款", "result": "support", "basis": "土地管理法 第四十八条"}],
    }
    return form_of(Reply, found, prefix=prefix, domain="petition", **more)


PARTIES = [
    {
        "role": "applicant",
        "kind": "person",
        "anonymous": False,
        "about": ["代表", "联系方式：只发短信"],
        "statement": "",
        "personal": [
            {"label": "姓名", "masked": "张*", "value": None, "reveal_href": "/cases/1/parties/p1/reveal?field=name"},
            {
                "label": "电话",
                "masked": "",
                "value": "13800001111",
                "reveal_href": "/cases/1/parties/p1/reveal?field=phone",
            },
            {"label": "地址", "masked": "平川镇****", "value": None, "reveal_href": None},
        ],
    },
    {
        "role": "respondent",
        "kind": "organisation",
        "anonymous": False,
        "about": ["代表", "联系方式：只发短信"],
        "statement": "",
        "personal": [{"label": "名称", "masked": "柳树村村民委员会", "value": None, "reveal_href": None}],
    },
    {"role": "witness", "kind": "person", "anonymous": True, "about": [], "statement": "", "personal": []},
]
BLOCKS = [
    Notice(text="信访人对同一事项正在上级办理，本级照常登记办理。", tone="info"),
    Fields(title="受理情况", items=(("收到日期", "2026年11月21日"), ("受理事项", "征地补偿款支付"), ("执行期限", ""))),
    Table(title="逐项处理", columns=("请求", "处理", "依据"), rows=(("支付补偿款", "支持", "土地管理法 第四十八条"),)),
    Table(title="听证", columns=("日期", "地点")),
    Chart(
        title="本年受理量",
        labels=tuple(f"{n}月" for n in range(1, 12)),
        values=(12, 9, 15, 22, 18, 30, 25, 19, 8, 14, 17),
        unit="件",
    ),
    Chart(title="平均办理天数", form="line", labels=("一季度", "二季度", "三季度"), values=(41, 36.5, 28)),
    Link(text="查看责任清单", href="/office/petition/duties"),
    ActionButton(action="extend"),
]


def case_page(**changes: Any) -> dict[str, Any]:
    refusal = {"message": "延期须由本机关负责人批准", "remedy": "请提交负责人"}
    return {
        "case": CASE,
        "clocks": CLOCKS,
        "parties": PARTIES,
        "entries": ENTRIES,
        "unconfirmed": None,
        "around": {
            "danger": "有人正受伤害或者有生命危险",
            "report_due": NOW,
            "disclose": False,
            "group_size": 40,
            "brought": 12,
            "no_contact_reason": "",
            "pending": ["上级正在办理"],
            "written_for": True,
            "external": [("12345 热线", "20261121-00871")],
            "related": [{"number": "370101001-2026-000002", "href": "/case/370101001-2026-000002"}],
            "place": "柳树村",
        },
        "around_operations": [operation("补充相关编号", form_of(intake.Relate, prefix="relate"))],
        "materials": [
            {
                "title": "征地公告.pdf",
                "purpose": "letter",
                "media": "application/pdf",
                "kilobytes": 812,
                "added_at": NOW,
                "adder": "王登记（综治中心）",
                "href": "/materials/1",
            },
            {
                "title": "证据材料",
                "purpose": "evidence",
                "media": "image/jpeg",
                "kilobytes": 240,
                "added_at": NOW,
                "adder": None,
                "href": None,
            },
        ],
        "material_operations": [operation("添加材料", form_of(intake.Material, prefix="material"))],
        "assignments": [
            {
                "unit": "平川镇信访办",
                "organ": "平川镇人民政府",
                "role": "lead",
                "state": "received",
                "officer": "李承办",
                "sent_at": NOW,
                "received_at": NOW,
                "purpose": "限期答复来访人",
                "round": 1,
                "answer": None,
                "paper": False,
                "letter_href": None,
                "operations": [operation("退回异议", form_of(intake.PaperObjection, prefix="return"))],
            },
            {
                "unit": "平川镇农业综合服务中心",
                "organ": "平川镇人民政府",
                "role": "joint",
                "state": "sent",
                "officer": None,
                "sent_at": NOW,
                "received_at": None,
                "purpose": "",
                "round": 1,
                "answer": "承包合同面积与实测相差 0.1 亩。",
                "paper": True,
                "letter_href": "/documents/2.pdf",
                "operations": [
                    operation("签收", tone="primary"),
                    operation("收回", confirm="收回后该单位不再办理。"),
                    operation("录入纸质答复", form_of(intake.PaperAnswer, prefix="paper")),
                ],
            },
        ],
        "window_operations": [operation("交办", form_of(intake.Assign, prefix="assign"))],
        "wishes": {
            "notices": ["来访人 张* 提出撤回，2026年11月30日 以前可以取消，尚未核实"],
            "operations": [operation("核实撤回", form_of(own_forms.Verification, prefix="verify"), tone="primary")],
        },
        "panel": {
            "office": {"id": "petition", "title": "信访办"},
            "state_title": "办理中",
            "away": False,
            "stale_at": None,
            "notice": "",
            "blocks": BLOCKS,
            "offers": {"extend": {"title": "延期", "href": "#", "refusal": refusal}},
            "operations": [
                operation(
                    "出具处理意见",
                    reply(errors={"facts": "请填写", "findings.0.basis": "最多填写 200 个字"}),
                    tone="primary",
                    open=True,
                ),
                operation("延期", refusal=refusal),
                operation("送复查机关", None),
            ],
        },
        "documents": [
            {
                "title": "受理告知书",
                "number": "370101001-SL-2026-0001",
                "state": "ready",
                "issued_at": NOW,
                "organ": "平川镇人民政府",
                "href": "/documents/1.pdf",
                "to_serve": True,
                "services": [],
                "operations": [operation("登记送达", form_of(own_forms.Service, prefix="serve"))],
            },
            {
                "title": "登记回执",
                "number": "370101001-HZ-2026-0123",
                "state": "pending",
                "issued_at": NOW,
                "organ": "平川镇综治中心",
                "href": None,
                "to_serve": False,
                "services": [
                    {
                        "method": "in_person",
                        "served_on": date(2026, 11, 22),
                        "recorded_by": "王登记",
                        "party": "来访人",
                        "scans": ["/materials/1"],
                    }
                ],
                "operations": [],
            },
        ],
    } | changes
