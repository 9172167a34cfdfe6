"""One filled context for every page, as the routes would build it."""

from datetime import date
from typing import Any

from onewindow.registry.search.text import Part
from onewindow.routing.saved import Chosen
from onewindow.web import filing, intake, own_forms, registering
from onewindow.web.schema import Choice
from onewindow.web.templates import Flash, Frame, Problem
from tests.unit.web import sample_organisation
from tests.unit.web.samples import (
    CASE,
    CATEGORIES,
    CLOCKS,
    ENTRIES,
    NOW,
    PARTIES,
    case_page,
    form_of,
    frame,
    operation,
    rows,
)

SNIPPET = (Part("楼下烧烤摊", False), Part("夜间噪音", True), Part("扰民…", False))


def pages() -> dict[str, tuple[str, Frame, dict[str, Any]]]:
    """Every page by the name of its picture: the template, its frame and its context."""
    said = {"": "请留下姓名和电话（或地址）；不愿留的，请选择匿名反映", "text": "请填写", "track": "请填写"}
    desk = {
        "lists": [
            {"title": "全部登记", "href": "/desk", "current": True, "figure": None},
            {"title": "窗口待办", "href": "/desk?list=window", "current": False, "figure": 3},
            {"title": "24 小时未签收", "href": "/desk?list=unsigned", "current": False, "figure": 1},
            {"title": "退回异议待裁定", "href": "/desk?list=objections", "current": False, "figure": 0},
        ],
        "status": "",
        "statuses": [Choice("open", "在办"), Choice("closed", "已办结")],
        "category": "0401",
        "categories": CATEGORIES,
        "list_key": "all",
        "rows": rows(),
        "page": {"previous": None, "next": "/desk?after=x"},
        "saved": [{"name": "本月噪音", "href": "/search?q=x"}],
        "may_register": True,
    }
    queue = {
        "office": {"id": "petition", "title": "信访办", "away": True},
        "township": "平川镇",
        "state": "",
        "states": [Choice("received", "已收到")],
        "rows": rows(),
        "page": {"previous": "/queue?before=a", "next": "/queue?after=x"},
    }
    chosen = dict.fromkeys(Chosen.model_fields, "") | {"q": "噪音 夜间", "category": "0401"}
    search = {
        "chosen": chosen,
        "options": {
            "category": CATEGORIES,
            **{name: [Choice("x", "甲")] for name in ("office", "phase", "state", "colour", "channel", "place_unit")},
        },
        "errors": {"place": "“村”只有一个字，请至少输入两个字", "name": "已有同名的查找条件"},
        "asked": True,
        "rows": [{**row, "snippet": SNIPPET} for row in rows()],
        "by_code": {**rows()[0], "snippet": (), "href": None},
        "saved": [{"id": "a", "name": "本月噪音", "href": "/search?q=x"}],
        "said": {"q": "噪音 夜间", "category": "0401"},
        "may_use_codes": True,
        "page": {"previous": None, "next": "/search?after=x"},
    }
    receipt = {
        "number": CASE["number"],
        "category_title": "补偿标准",
        "registered_at": NOW,
        "sealed": False,
        "due": CLOCKS[2],
        "codes": [
            {
                "code": "7K3M9QW2X4TB",
                "holder": None,
                "url": "http://127.0.0.1:8000/track#7K3M9QW2X4TB",
                "pdf_href": "/receipt/0.pdf",
            }
        ],
    }
    tracked = {
        "case": CASE,
        "clocks": CLOCKS[1:3],
        "next_step": "承办单位在期限内答复您",
        "entries": ENTRIES,
        "documents": [
            {
                "title": "受理告知书",
                "number": "370101001-SL-2026-0001",
                "issued_at": NOW,
                "served_on": date(2026, 11, 22),
                "href": "/documents/1.pdf",
                "received_by_opening": False,
                "redress": {"organ": "示范区人民政府", "address": "府前街1号", "phone": "0530-1234567"},
                "redress_clock": CLOCKS[1],
                "paper": operation("索取纸质文书"),
            }
        ],
        "own": [
            operation("补充材料", form_of(own_forms.Material, prefix="material")),
            operation("催一催", refusal={"message": "已经催过，2026年11月27日 起可以再催", "remedy": ""}),
            operation("评价", form_of(own_forms.Rate, prefix="rate")),
        ],
        "notices": ["您已提出撤回，2026年11月30日 以前可以取消。等待回访核实"],
        "looks": [{"at": NOW, "who": "李承办（信访办）", "what": "电话", "reason": "联系来访人核实"}],
        "offices": [
            {
                "office": {"id": "petition", "title": "信访办"},
                "operations": [operation("撤回", confirm="撤回后五个工作日内可以反悔。")],
            }
        ],
        "materials": [
            {
                "title": "欠条照片.jpg",
                "purpose": "evidence",
                "media": "image/jpeg",
                "kilobytes": 240,
                "added_at": NOW,
                "adder": None,
                "href": "/tracked/materials/1",
            }
        ],
        "unconfirmed": None,
    }
    offices = [
        {
            "id": "petition",
            "title": "信访办",
            "state": "running",
            "version": "0.1.0",
            "where": "中心进程内",
            "seen_at": NOW,
            "quarantine": None,
            "procedures": ["信访·申诉求决 v1"],
            "townships": [
                {
                    "name": "平川镇",
                    "enabled": True,
                    "since": NOW,
                    "by": "赵管理",
                    "operation": operation("停用", confirm="停用后该科室的页面、接口和消息全部关闭。"),
                },
                {"name": "河口街道", "enabled": False, "since": None, "by": None, "operation": operation("启用")},
            ],
        },
        {
            "id": "consumer",
            "title": "市场监管所",
            "state": "quarantined",
            "version": "3.0.0",
            "where": None,
            "seen_at": None,
            "quarantine": "需要 onewindow>=2，本中心是 0.1.0",
            "procedures": [],
            "townships": [],
        },
    ]
    users = [
        {
            "name": "王登记",
            "href": "/admin/users/1",
            "login": "wang",
            "active": True,
            "must_change": False,
            "posts": [{"role": "registrar", "unit": "平川镇综治中心", "until": None}],
            "operations": [operation("重置密码", confirm="原密码立即失效。")],
        },
        {
            "name": "李承办",
            "href": "/admin/users/2",
            "login": "li",
            "active": True,
            "must_change": True,
            "posts": [{"role": "handler", "unit": "平川镇信访办", "until": date(2027, 1, 1)}],
            "operations": [],
        },
        {
            "name": "孙离任",
            "href": "/admin/users/3",
            "login": "sun",
            "active": False,
            "must_change": False,
            "posts": [],
            "operations": [],
        },
    ]
    townships = [
        {
            "code": "370101001",
            "href": "/admin/units?township=370101001",
            "name": "平川镇",
            "kind": "township",
            "live": True,
            "fallback": "王登记",
            "designated": "周密件",
            "head": "郑镇长",
            "missing": [],
            "operations": [operation("停用")],
        },
        {
            "code": "370101002",
            "href": "/admin/units?township=370101002",
            "name": "河口街道",
            "kind": "township",
            "live": False,
            "fallback": None,
            "designated": None,
            "head": None,
            "missing": ["机关负责人", "窗口后备人"],
            "operations": [operation("开通", refusal={"message": "还缺机关负责人和窗口后备人", "remedy": None})],
        },
    ]
    years = [
        {"year": 2026, "status": "published", "rest": 33, "work": 6, "imported_at": None, "imported_by": None},
        {"year": 2027, "status": "unknown", "rest": None, "work": None, "imported_at": None, "imported_by": None},
    ]
    lost = Problem(
        404, "没有找到", "没有这件事项，或者您不能查看。", "核对编号，或者回到清单。", "urn:onewindow:problem:0192f"
    )
    nobody = {"previous": None, "next": None}
    parked = [
        {
            "peer": "petition",
            "subject": "ow.d1.t1.from.petition.changed",
            "reason": "未知的载荷版本 2",
            "at": NOW,
            "operation": operation("重放"),
        }
    ]
    staff = frame(staff=True, path="/desk")
    done = frame(staff=True, path="/cases/1", flashes=(Flash("已登记，编号见下方"), Flash("短信未发出", "warning")))
    return {
        "home": ("home.html", frame(), {"township_names": ["平川镇", "河口街道"]}),
        "file": ("file.html", frame(path="/file"), {"form": form_of(filing.Filing), "key": "k-3"}),
        "file-errors": (
            "file.html",
            frame(path="/file"),
            {"form": form_of(filing.Filing, {"name": "张三", "anonymous": False}, said), "key": "k-3"},
        ),
        "receipt": ("receipt.html", frame(), receipt),
        "track": (
            "track.html",
            frame(path="/track"),
            {"form": form_of(intake.Tracking, None, {"code": "查询码不对，请核对"}), "mine": 2},
        ),
        "mine": (
            "mine.html",
            frame(path="/mine"),
            {
                "rows": [
                    {
                        "place": 0,
                        "number": "370101001-2026-000123",
                        "category_title": "补偿标准",
                        "township": "平川镇",
                        "phase": "in_hand",
                        "state": "open",
                        "due_on": date(2026, 12, 14),
                        "next_step": "平川镇信访办正在办理",
                    }
                ],
                "gone": 1,
            },
        ),
        "lost": (
            "lost.html",
            frame(path="/lost-codes", staff=True),
            {
                "by_number": operation("按编号找", form_of(own_forms.FindByNumber, prefix="number")),
                "by_description": operation(
                    "按地点、类别、日期找", form_of(own_forms.FindByDescription, prefix="about")
                ),
                "rows": [
                    {
                        "number": "370101001-2026-000123",
                        "href": "/lost-codes/370101001-2026-000123",
                        "category_title": "补偿标准",
                        "registered_at": NOW,
                    }
                ],
            },
        ),
        "lost-holders": (
            "lost-holders.html",
            frame(path="/lost-codes/370101001-2026-000123", staff=True),
            {
                "number": "370101001-2026-000123",
                "category_title": "补偿标准",
                "registered_at": NOW,
                "place": "柳树村",
                "parties": [
                    {
                        "shown": PARTIES[0],
                        "operation": operation("补发查询码", form_of(own_forms.RenewCode, prefix="renew")),
                    }
                ],
            },
        ),
        "tracked": ("tracked.html", frame(path="/track"), tracked),
        "login": (
            "login.html",
            frame(path="/login"),
            {"form": form_of(intake.Login, {"login": "wang"}, {"": "账号或密码不对"}), "next": "/desk"},
        ),
        "password": (
            "password.html",
            frame(path="/password", staff=True),
            {"form": form_of(intake.NewPassword), "forced": True},
        ),
        "desk": ("desk.html", staff, desk),
        "desk-empty": ("desk.html", staff, desk | {"rows": [], "page": nobody, "may_register": False}),
        "register": (
            "register.html",
            frame(path="/register", staff=True),
            {
                "form": form_of(
                    registering.Entry,
                    {"received_on": "2026-11-23", "parties": [{"role": "applicant", "kind": "person", "name": "张三"}]},
                ),
                "key": "k-2",
                "similar": True,
            },
        ),
        "search": ("search.html", frame(path="/search", staff=True), search),
        "queue": ("queue.html", frame(path="/queue", staff=True), queue),
        "case": ("case.html", done, case_page()),
        "case-sealed": (
            "case.html",
            frame(path="/cases/2", staff=True, problem=lost),
            case_page(
                case=CASE
                | {"sealed": True, "phase": None, "due": None, "holder": None, "state": "void", "category_title": None},
                panel=None,
                assignments=[],
                documents=[],
                clocks=[],
                entries=[],
                parties=[],
                window_operations=[],
                unconfirmed={"title": "延期", "office": "petition", "sent_at": NOW, "poll": "/case/2/unconfirmed"},
            ),
        ),
        "offices": (
            "admin/offices.html",
            frame(path="/admin/offices", staff=True),
            {"offices": offices, "parked": parked},
        ),
        "townships": (
            "admin/townships.html",
            frame(path="/admin/townships", staff=True),
            {"townships": townships, "operations": []},
        ),
        "users": (
            "admin/users.html",
            frame(path="/admin/users", staff=True),
            {
                "users": users,
                "operations": [],
                "issued": {"login": "li", "password": "mist-otter-lamp-92"},
                "page": nobody,
                "q": "",
                "may_import": True,
            },
        ),
        **sample_organisation.pages(),
        "calendar": (
            "admin/calendar.html",
            frame(path="/admin/calendar", staff=True),
            {"years": years, "waiting": 12, "operations": [operation("导入一年", confirm="导入后重算。")]},
        ),
        "error": ("error.html", frame(path="/cases/9"), {"problem": lost}),
    }
