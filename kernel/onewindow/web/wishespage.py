"""What the people of a case wish, on the page of whoever works on it, and what may be done about it there."""

from collections.abc import Callable, Sequence
from typing import Any

from onewindow.access.actions import Action
from onewindow.documents.models import Document, Service
from onewindow.i18n import _
from onewindow.office.types import PartyRole, law_day
from onewindow.routing.casefile import CaseFile
from onewindow.routing.counter import Wishes
from onewindow.routing.withdrawals import WAITING
from onewindow.web import formatting, own_forms
from onewindow.web.operations import Operations
from onewindow.web.present import Presenter

STATES = {
    "asked": _("{who} 提出撤回，{day} 以前可以取消，尚未核实"),
    "verified": _("{who} 提出撤回，已核实，{day} 以前可以取消，期满生效"),
    "revoked": _("{who} 取消了撤回"),
    "refused": _("{who} 的撤回不是本人意愿，没有生效"),
    "effective": _("{who} 已撤回"),
    "continued": _("{who} 已撤回自己的请求，事项依职权继续办理"),
}


class WishesPart:
    """The part of a case's page about what its parties did by themselves."""

    def __init__(
        self,
        file: CaseFile,
        wishes: Wishes,
        known: Presenter,
        may: Callable[[Action], bool],
        make: Operations,
        href: str,
    ) -> None:
        self.file = file
        self.wishes = wishes
        self.known = known
        self.may = may
        self.make = make
        self.href = href

    def notices(self) -> list[str]:
        """What stands, in a sentence each."""
        say, lang = self.known.say, self.known.lang
        found = []
        now = self.known.centre.now()
        if (
            self.wishes.nudged_until is not None
            and now < self.wishes.nudged_until
            and self.file.case["state"] == "open"
        ):
            found.append(say(_("当事人催办：请尽快办理，或者在办理记录里说明进展")))
        for one in self.wishes.withdrawals:
            day = formatting.day(one.revocable_until, lang)
            found.append(say(STATES[one.state], who=self._who(one.party_id), day=day))
        if self.wishes.reopening is not None:
            found.append(say(_("{who} 申请重启，等待决定"), who=self._who(self.wishes.reopening["party_id"])))
        for party in sorted(self.wishes.consents):
            found.append(say(_("{who} 同意电子送达"), who=self._who(party)))
        for party, rated in self.wishes.ratings.items():
            score = self.known.label(rated.score.value, "score")
            told = say(_("{who} 评价：{score}"), who=self._who(party), score=score)
            found.append(f"{told}　{rated.reason}".strip())
        return found

    def operations(self) -> list[dict[str, Any]]:
        """What this reader may do about it."""
        make, found = self.make.make, []
        pending = [w for w in self.wishes.withdrawals if w.state in WAITING]
        alive = self.file.case["state"] == "open"
        if any(w.state == "asked" for w in pending) and self.may(Action.CASE_FOLLOW_UP):
            values = {"party": next(w.party_id for w in pending if w.state == "asked")}
            title, href = _("核实撤回"), f"{self.href}/withdrawal/verify"
            found.append(make("verify", title, href, own_forms.Verification, values=values, tone="primary"))
        if self.wishes.reopening is not None and self.may(Action.CASE_REOPEN):
            href = f"{self.href}/reopening"
            found.append(make("reopening", _("决定是否重启"), href, own_forms.ReopeningDecision, tone="primary"))
        if alive and self.may(Action.CASE_WITHDRAW):
            applicants = [p.id for p in self.file.parties if p.role == PartyRole.APPLICANT and not p.erased]
            only = applicants[0] if len(applicants) == 1 else None
            if pending:
                values = {"party": pending[0].party_id}
                href = f"{self.href}/withdrawal/revoke"
                found.append(make("unwithdraw", _("登记取消撤回"), href, own_forms.OneParty, values=values))
            elif applicants:
                today = law_day(self.known.centre.now()).isoformat()
                href, begun = f"{self.href}/withdrawal", {"party": only, "asked_on": today}
                found.append(make("withdraw", _("登记书面撤回"), href, own_forms.WrittenWithdrawal, values=begun))
        if self.may(Action.CASE_PARTY_PAPER) and any(not p.anonymous for p in self.file.parties):
            found.append(make("consent", _("登记电子送达同意书"), f"{self.href}/consent", own_forms.PaperConsent))
        return found

    def _who(self, party_id: str) -> str:
        party = next((p for p in self.file.parties if p.id == party_id), None)
        return self.known.party_name(party) if party else ""


def corrections(
    document: Document, services: Sequence[Service], make: Operations, href: str, title: Callable[[Service], str]
) -> list[dict[str, Any]]:
    """The form that corrects each service of a document."""
    found = []
    for one in services:
        values = {
            "method": one.method.value,
            "served_on": one.served_on.isoformat(),
            "party": one.party_id,
            "received_by": one.received_by,
            "relation": one.relation,
            "place": one.place,
            "witnesses": list(one.witnesses),
            "note": one.note,
            "tracking_no": one.tracking_no or "",
            "sent_on": one.sent_on.isoformat() if one.sent_on else None,
            "period_days": one.period_days,
            "recorded": one.recorded,
        }
        name = f"unserve:{one.id}"
        found.append(
            make.make(name, title(one), f"{href}/services/{one.id}", own_forms.ServiceCorrection, values=values)
        )
    return found
