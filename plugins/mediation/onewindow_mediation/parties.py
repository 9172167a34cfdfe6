"""Who has a say: the applicants and the respondents, each for themselves."""

from datetime import date

from onewindow.office import Context, PartyId, Refusal
from onewindow_mediation.forms import Say


def sides(ctx: Context) -> set[str]:
    """Everybody whose consent is needed."""
    return {party.id for role in ("applicant", "respondent") for party in ctx.case.by_role(role)}


def speaker(form: Say, ctx: Context) -> PartyId | Refusal:
    """Whose word this is: the holder of the code, or the party named on a signed paper."""
    who = ctx.actor.party_id or form.party
    if who is None or who not in sides(ctx):
        return Refusal("请选择是哪一方当事人", rule="人民调解法 第三条")
    if ctx.actor.is_party:
        return PartyId(who)
    if form.signed_on is None:
        return Refusal("请填写书面材料的签名日期")
    return in_past(form.signed_on, ctx) or PartyId(who)


def said_on(form: Say, ctx: Context) -> date:
    """The day of a party's word."""
    return ctx.today if ctx.actor.is_party else form.signed_on or ctx.today


def in_past(day: date, ctx: Context) -> Refusal | None:
    """What has been done has not been done tomorrow."""
    return Refusal("日期不能晚于今天", remedy="核对日期") if day > ctx.today else None
