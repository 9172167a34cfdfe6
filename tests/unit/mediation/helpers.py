"""What the mediation tests have in common: two parties, a mediator, and forms filled in as a mediator would."""

from datetime import date
from typing import Any

from onewindow.testing import Drawer, Walk, context, party
from onewindow_mediation.mediation import Mediation
from onewindow_mediation.roster import RosterEntry

BOTH = (party(name="王一", contact="13800000000"), party("respondent", name="李二"))
INVITE: dict[str, Any] = {"subject": "两家为排水沟争执", "claims": ["恢复排水沟"], "told": True, "willing": True}
PAPER = {"party": "respondent", "signed_on": "2026-03-02"}
SESSION: dict[str, Any] = {
    "held_at": "2026-03-02T08:30:00+08:00",
    "place": "镇综治中心调解室",
    "recorder": "记录员",
    "attending": "王一，李二",
    "told": True,
    "statements": [
        {"side": "applicant", "said": "水沟被填了", "wants": "恢复"},
        {"side": "respondent", "said": "是填了"},
    ],
    "undisputed": ["水沟于正月被填"],
    "disputed": ["由谁出钱恢复"],
    "outcome": "约定再谈",
}
PROMISES = [
    {"side": "respondent", "what": "清理水沟", "due_on": "2026-03-20"},
    {"side": "respondent", "what": "支付石料款", "amount": "1050.50", "how": "银行转账", "due_on": "2026-04-20"},
]
AGREE: dict[str, Any] = {
    "facts": "水沟被填，雨水倒灌",
    "duties": "李二负责恢复",
    "terms": "李二恢复水沟并支付石料款",
    "promises": PROMISES,
}
ORAL = {**AGREE, "reached_on": "2026-03-02", "none_wants_paper": True}
FOLLOW_UP = {"on": "2026-03-02", "side": "applicant", "kept": "all", "satisfied": "yes"}


def roster() -> Drawer:
    """Two mediators: the one who acts in these tests, and another."""
    since = date(2025, 1, 1)
    return Drawer(
        [
            RosterEntry(id="0-1", staff_id="staff", shown_name="赵调解", good_at="邻里", since=since),
            RosterEntry(id="0-2", staff_id="staff-2", shown_name="钱调解", since=since),
        ]
    )


def begun(**values: Any) -> Walk:
    known = {"track": "F", "category": "0201", "parties": BOTH, "records": roster(), "text": "排水沟被填", **values}
    return Walk(Mediation(), context(**known))


def asked(**values: Any) -> Walk:
    return begun(**values).do("invite", INVITE)


def agreed_to_talk(**values: Any) -> Walk:
    """One party by code, the other on paper."""
    return asked(**values).do("consent", party="applicant").do("consent", PAPER, by="paper_entry")


def accepted(**values: Any) -> Walk:
    return agreed_to_talk(**values).do("accept")


def with_mediator(**values: Any) -> Walk:
    return accepted(**values).do("appoint", {"mediator": "staff"}, by="head")


def talking(**values: Any) -> Walk:
    return with_mediator(**values).do("hold", SESSION)


def signing(agree: dict[str, Any] | None = None, **values: Any) -> Walk:
    return talking(**values).do("agree_written", agree or AGREE)


def in_force(agree: dict[str, Any] | None = None, **values: Any) -> Walk:
    walk = signing(agree, **values)
    for who in ("applicant", "respondent"):
        walk.do("party_signs", {"party": who, "how": "signature", "on": "2026-03-02"})
    return walk.do("mediator_signs", {"on": "2026-03-02"}).do("stamp", {"on": "2026-03-02"}, by="head")


def filled(action: str) -> list[dict[str, Any]]:
    """Forms of this action that fit, for walks that should get somewhere."""
    who = [{"party": "applicant", "signed_on": "2026-03-02"}, PAPER]
    on = [{"on": "2026-03-02"}]
    kept = [{"promise": key, "on": "2026-03-02"} for key in "12"]
    known: dict[str, list[dict[str, Any]]] = {
        "commission": [
            {"kind": kind, "court": "区法院", "court_case": "1号", "commissioned_on": "2026-03-02"}
            for kind in ("before", "summary")
        ],
        "invite": [INVITE],
        "cannot": [{"ground": "barred"}, {"ground": "in_court", "note": "已经立案"}],
        "accept": [{}, {"in_public": True}],
        "tell_police": [{"what": "扬言动手", "told_on": "2026-03-02", "unit": unit} for unit in (None, "u")],
        "enrol": [{"staff_id": "staff-3", "shown_name": "孙调解"}],
        "leave": [{"mediator": "staff-2"}],
        "choose": [{**each, "mediator": mediator} for each in who for mediator in ("staff", "staff-2")],
        "appoint": [{"mediator": "staff"}, {"mediator": "staff-2"}],
        "hold": [SESSION],
        "wait_for_appraisal": [{"what": "损失价格"}],
        "propose_longer": [{"days": 10}],
        "agree_written": [AGREE, {**AGREE, "excluded": "identity"}, {**AGREE, "promises": []}],
        "agree_orally": [ORAL],
        "party_signs": [{"party": p, "how": "signature", "on": "2026-03-02"} for p in ("applicant", "respondent")],
        "mediator_signs": on,
        "stamp": on,
        "postpone": kept,
        "kept": kept,
        "not_kept": [{"promise": key, "what": "没有支付"} for key in "12"],
        "ask_court": [{**each, "true": True} for each in who],
        "submitted": [{"court": "区法院", "on": "2026-03-02"}],
        "court_said": [{"result": result, "number": "1号", "on": "2026-03-02"} for result in ("valid", "withdrawn")],
        "follow_up": [FOLLOW_UP],
    }  # fmt: skip
    return known.get(action, who if action in PARTY_ACTIONS else [{}])


PARTY_ACTIONS = {a.key for a in Mediation.actions.values() if "party" in a.by}
