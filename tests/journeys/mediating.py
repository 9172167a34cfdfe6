"""The stretches of a mediation that its journeys share, over the API."""

import re
from datetime import timedelta
from typing import Any

from onewindow.api import models as out
from tests.journeys.steps import words
from tests.support.arrangements import Township
from tests.support.clients import Caller, Citizen, today

CODE = re.compile(r"[0-9A-HJKMNP-TV-Z]{4}(?:-[0-9A-HJKMNP-TV-Z]{4}){3}")
TEXT = "邻居砌墙时把两家之间的排水沟填了,一下雨我家院里就积水。"
PARTIES = [
    {"name": "宁采微", "phone": "12012345678", "address": "东村12号"},
    {"role": "respondent", "name": "卓远航", "phone": "12087654321", "address": "东村13号"},
]
INVITE: dict[str, Any] = {"subject": TEXT, "claims": ["恢复排水沟"], "told": True, "willing": True}


def session() -> dict[str, Any]:
    return {
        "held_at": f"{today() - timedelta(days=1)}T09:00:00+08:00",
        "place": "调解室",
        "recorder": "安若谷",
        "attending": "双方当事人",
        "told": True,
        "statements": [{"side": "applicant", "said": "水沟被填了", "wants": "恢复"}],
        "undisputed": ["水沟被填"],
        "outcome": "对方愿意恢复",
    }


def agreement() -> dict[str, Any]:
    due = str(today() + timedelta(days=20))
    return {
        "facts": "水沟被填",
        "duties": "由卓远航恢复",
        "terms": "卓远航恢复水沟,并支付清淤费用",
        "promises": [{"side": "respondent", "what": "支付清淤费用", "amount": "1050.50", "due_on": due}],
    }


def respondents_code(township: Township, number: str) -> str:
    """The code on the letter that the window hands to the other party."""
    letter = township.deputy.document(number, "admission")
    found = CODE.search(words(township.deputy.read(letter)))
    assert found is not None
    return found[0]


def enters(township: Township, code: str) -> Caller:
    """A party as their code lets them in."""
    door = Caller(township.centre.http)
    return door.as_who(door.ask("POST", "/tracking", {"code": code}).json()["token"])


def says(party: Caller, action: str, **form: Any) -> None:
    """What a party does with their own code."""
    found = party.several(out.OffersOut, "/tracking/actions")
    offer = next(o for o in found if any(a.key == action for a in o.actions))
    party.act(f"/tracking/assignments/{offer.assignment}/actions/{action}", form)


def invited(township: Township) -> tuple[Citizen, Caller]:
    """Two neighbours at the window; the application taken, the other side asked."""
    citizen = township.bring(TEXT, track="F", category="0201", parties=PARTIES, request="恢复排水沟", by={})
    township.mediator.sign(citizen.number)
    township.mediator.take(citizen.number, "invite", **INVITE)
    return citizen, enters(township, respondents_code(township, citizen.number))


def in_force(township: Township) -> tuple[Citizen, Caller]:
    """From the window to an agreement in force."""
    citizen, other = invited(township)
    number, mediator, head = citizen.number, township.mediator, township.mhead
    citizen.act("consent")
    says(other, "consent")
    mediator.take(number, "accept")
    staff = mediator.ask("GET", "/me").json()["staff"]
    head.take(number, "enrol", staff_id=staff, shown_name="庄向晚", good_at="邻里")
    head.take(number, "appoint", mediator=staff)
    mediator.take(number, "hold", **session())
    mediator.take(number, "agree_written", **agreement())
    for party in mediator.case(number).parties:
        mediator.take(number, "party_signs", party=party.id, how="signature", on=str(today()))
    mediator.take(number, "mediator_signs", on=str(today()))
    head.take(number, "stamp", on=str(today()))
    return citizen, other
