"""What the documents of a mediation say: from its facts and forms to the words of their templates."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from onewindow.office import Context
from onewindow_mediation import forms, matters, money
from onewindow_mediation.facts import KEPT, SATISFIED, Dispute, Promise


def application(facts: Dispute) -> dict[str, Any]:
    return {"subject": facts.subject, "claims": facts.claims}


def invitation(facts: Dispute) -> dict[str, Any]:
    return {"subject": facts.subject, "claims": facts.claims, "court": facts.court, "court_case": facts.court_case}


def acceptance(facts: Dispute, ctx: Context) -> dict[str, Any]:
    roles = {party.id: str(party.role) for party in ctx.case.parties}
    return {
        "source": facts.source,
        "subject": facts.subject,
        "accepted_on": _day(facts.accepted_on),
        "period": facts.period,
        "consents": [{"side": roles.get(c.party, ""), "on": _day(c.on), "way": c.way} for c in facts.consents],
        "registered_by": ctx.actor.name,
        "in_public": facts.in_public,
    }


def ending(facts: Dispute, category: str, note: str = "") -> dict[str, Any]:
    return {
        "why": facts.ending,
        "ground": facts.unfit_for,
        "note": note,
        "ways": matters.other_ways(category),
        "accepted_on": _day(facts.accepted_on),
    }


def record(facts: Dispute, form: forms.Hold) -> dict[str, Any]:
    said = form.model_dump(mode="json", include=set(forms.Hold.model_fields) - {"held_at", "told", "invited_agreed"})
    return {**said, "held_at": form.held_at.isoformat(), "nth": len(facts.sessions), "mediator": facts.mediator_name}


def _promises(facts: Dispute) -> list[dict[str, Any]]:
    return [
        {
            **promise.model_dump(mode="json", include={"side", "what", "how"}),
            "figures": money.figures(promise.amount) if promise.amount else "",
            "capitals": money.capitals(promise.amount) if promise.amount else "",
            "due_on": _day(promise.due_on),
        }
        for promise in facts.promises
    ]


def agreement(facts: Dispute, form: forms.Agree, copies: int) -> dict[str, Any]:
    return {
        "facts": form.facts,
        "duties": form.duties,
        "terms": form.terms,
        "promises": _promises(facts),
        "default_clause": form.default_clause,
        "copies": copies,
        "excluded": facts.excluded,
        "mediator": facts.mediator_name,
    }


def oral(facts: Dispute, form: forms.AgreeOrally) -> dict[str, Any]:
    return {**agreement(facts, form, 1), "reached_on": _day(form.reached_on)}


def confirmation(facts: Dispute, ctx: Context) -> dict[str, Any]:
    paper = ctx.case.issued("agreement" if facts.form == "written" else "oral_agreement")
    return {
        "agreed_on": _day(facts.effective_on),
        "number": paper.number if paper else "",
        "terms": facts.terms,
        "promises": _promises(facts),
        "oral": facts.form == "oral",
    }


def breach(facts: Dispute, promise: Promise, what: str) -> dict[str, Any]:
    return {
        "what": promise.what,
        "due_on": _day(promise.due_on),
        "happened": what,
        "confirmed": facts.confirm_result == "valid",
        "ruling": facts.confirm_number,
        "effective_on": _day(facts.effective_on),
    }


def settlement(facts: Dispute, ctx: Context) -> dict[str, Any]:
    return {**confirmation(facts, ctx), "subject": facts.subject}


def follow_up(facts: Dispute, form: forms.FollowUp, ctx: Context) -> dict[str, Any]:
    paper = ctx.case.issued("agreement" if facts.form == "written" else "oral_agreement")
    said = form.model_dump(mode="json")
    return {
        **said,
        "kept": KEPT[form.kept],
        "satisfied": SATISFIED[form.satisfied],
        "number": paper.number if paper else "",
        "visitor": ctx.actor.name,
    }


def titles(promises: Sequence[Promise]) -> dict[str, str]:
    """Promises to choose from: what, and by when."""
    return {p.key: " ".join(filter(None, (f"{p.key}.", p.what, str(p.due_on or "")))) for p in promises}


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None
