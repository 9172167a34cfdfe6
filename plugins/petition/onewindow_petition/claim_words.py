"""What the documents of a claim say: from its facts to the words of their templates."""

from datetime import date, timedelta
from typing import Any

from onewindow.office import Context
from onewindow_petition.claim_forms import Extension, Petition, Refuse, SendFile
from onewindow_petition.ledger import LEGAL_AID, REVIEW, look_up


def acceptance(facts: Petition, hearing: bool, ctx: Context) -> dict[str, Any]:
    aid = look_up(ctx, LEGAL_AID)
    return {
        "requests": [point.request for point in facts.points],
        "handler": {"unit": ctx.assignment.unit_title, **_contact(facts, ctx)},
        "hearing": hearing,
        "aid": aid.words() if aid else None,
    }


def refusal(form: Refuse, ctx: Context) -> dict[str, Any]:
    above = look_up(ctx, REVIEW)
    article = "第三十六条第三款" if form.ground == "rechecked" else "第二十三条"  # untranslated: for the notice
    return {
        "reason": form.reason,
        "article": f"《信访工作条例》{article}",
        "goes_to": [form.words()] if form.organ else [],
        "superior": above.words() if above else None,
    }


def extension(facts: Petition, form: Extension, ctx: Context) -> dict[str, Any]:
    """The new date is counted from the day before any rest days were added, so it is never promised too late."""
    clock = ctx.clocks.get("reply_by")
    new = clock.early_on + timedelta(days=form.days) if clock and clock.early_on else None
    return {
        "days": form.days,
        "reason": form.reason,
        "approved_by": {"name": ctx.actor.name},
        "new_due_on": _day(new),
        "contact": {"name": ctx.assignment.unit_title, "phone": facts.phone} if facts.phone else None,
    }


def reply(facts: Petition, ctx: Context) -> dict[str, Any]:
    bases = dict.fromkeys((point.law, point.article) for point in facts.points)
    place = facts.review_place
    return {
        "accepted_on": _day(facts.accepted_on),
        "requests": [point.request for point in facts.points],
        "facts": facts.findings,
        "evidence": facts.evidence,
        "bases": [{"title": law, "article": article} for law, article in bases],
        "opinions": [{"request": p.request, "result": p.opinion, "opinion": p.reason} for p in facts.points],
        "execution": [task.model_dump(mode="json") for task in facts.tasks],
        "review": {"organ": place.organ, "address": place.address, "phone": place.phone},
        "contact": {"name": ctx.assignment.unit_title, "phone": facts.phone} if facts.phone else None,
    }


def transfer(facts: Petition, form: SendFile, ctx: Context) -> dict[str, Any]:
    opinion = ctx.case.issued("reply")
    late = "信访人提出请求时已超过三十日，一并移送，是否受理请你机关审查。"  # untranslated: for the letter
    return {
        "to": form.organ,
        "opinion": opinion.model_dump(mode="json", include={"number", "issued_on", "served_on"}) if opinion else {},
        "request_on": _day(facts.review_requested_on),
        "request": facts.review_request,
        "files": [paper.model_dump(mode="json") for paper in form.papers],
        "note": late if facts.review_late else None,
    }


def _contact(facts: Petition, ctx: Context) -> dict[str, str]:
    return {"name": ctx.actor.name, "phone": facts.phone}


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None
