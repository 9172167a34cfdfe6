"""Filled contexts for the pages about units, people and imports."""

from datetime import date
from types import SimpleNamespace
from typing import Any

from onewindow.organisation.importing import PERSON_FIELDS, UNIT_FIELDS, Kind, Mode
from onewindow.routing.roster import Issued
from onewindow.web import authority
from onewindow.web.schema import Choice
from onewindow.web.templates import Frame
from tests.unit.web.samples import NOW, form_of, frame, operation


def pages() -> dict[str, tuple[str, Frame, dict[str, Any]]]:
    """These pages by the names of their pictures."""
    unit = {
        "href": "/admin/units/1",
        "title": "平川镇新建村",
        "code": "370101001001",
        "kind": "room",
        "township": "平川镇",
        "parent": "平川镇人民政府",
        "office": None,
        "people": 2,
    }
    paper = {
        "number": "平授〔2026〕3号",
        "holder": "钱主任",
        "to": "孙副主任",
        "post": "平川镇综治中心 · 主任",
        "powers": ["签批催办单", "批准办结"],
        "from": date(2026, 11, 1),
        "to_day": date(2026, 12, 1),
        "operations": [operation("撤销授权", confirm="从此刻起不能再签。")],
    }
    report = {
        "applied": True,
        "counts": {"account": 2, "refused": 1},
        "ignored": ("备注",),
        "refused": [
            {
                "line": 4,
                "code": "wang.er",
                "name": "王二",
                "field": "单位代码",
                "reason": "没有单位代码 9",
                "remedy": "改正代码",
            }
        ],
        "more": 3,
        "issued": (Issued("li.si", "李四", "kavi-beru-nasu-timu-4821"),),
    }
    return {
        "units": (
            "admin/units.html",
            frame(path="/admin/units", staff=True),
            {
                "units": [unit],
                "townships": [Choice("370101001", "平川镇")],
                "township": "370101001",
                "q": "新建",
                "operations": [operation("登记单位", form_of(authority.UnitEntry), open=True)],
                "may_import": True,
                "page": {"previous": None, "next": "/admin/units?after=1"},
            },
        ),
        "unit": (
            "admin/unit.html",
            frame(path="/admin/units/1", staff=True),
            {
                "unit": {**unit, "organ": "平川镇人民政府", "since": date(2026, 1, 1), "ended": None},
                "line": [{"title": "平川镇人民政府", "href": "/admin/units/0"}],
                "below": [unit],
                "posts": [
                    {"name": "钱主任", "href": "/p/1", "role": "director", "since": date(2026, 1, 1), "away": True},
                    {"name": "孙副主任", "href": "/p/2", "role": "deputy", "since": date(2026, 1, 1), "away": False},
                ],
                "signing": [
                    {"title": "签批催办单", "people": [{"name": "孙副主任", "basis": "delegation", "number": "3号"}]},
                    {"title": "审签答复", "people": []},
                ],
                "operations": [operation("撤销单位", confirm="从今天起撤销。")],
            },
        ),
        "person": (
            "admin/person.html",
            frame(path="/admin/users/1", staff=True),
            {
                "person": {"name": "钱主任", "login": "qian", "active": True, "must_change": True, "left": None},
                "posts": [
                    {
                        "title": "平川镇综治中心 · 主任",
                        "href": "/admin/units/1",
                        "since": date(2026, 1, 1),
                        "until": None,
                        "operations": [operation("登记授权", form_of(authority.DelegationEntry), open=True)],
                    }
                ],
                "given": [paper],
                "received": [],
                "absences": [{"from": NOW, "to": None, "now": True, "substitute": None, "operations": []}],
                "work": [{"number": "370101001-2026-000001", "href": "/case/1", "state": "received"}],
                "operations": [operation("办理离任", form_of(authority.LeavingEntry), confirm="账号即刻关闭。")],
            },
        ),
        "log": (
            "admin/log.html",
            frame(path="/admin/log", staff=True),
            {
                "entries": [
                    {
                        "at": NOW,
                        "actor": "系统员",
                        "what": "password.reset",
                        "subject": "李承办",
                        "href": "/admin/users/2",
                    },
                    {"at": NOW, "actor": "local", "what": "units.imported", "subject": "示范区", "href": None},
                ],
                "page": {"previous": None, "next": None},
            },
        ),
        "import": (
            "admin/import.html",
            frame(path="/admin/import", staff=True),
            {
                "kinds": [Kind.UNITS, Kind.PEOPLE],
                "kind": Kind.PEOPLE,
                "mode": Mode.ROWS,
                "dry_run": False,
                "key": "k-1",
                "fields": {"units": UNIT_FIELDS, "people": PERSON_FIELDS},
                "report": SimpleNamespace(**report),
                "download": "data:text/csv;base64,YQ==",
            },
        ),
    }
