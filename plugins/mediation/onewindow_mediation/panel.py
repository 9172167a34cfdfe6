"""What the case page shows of a mediation: words and days, sides instead of ids, and what the step at hand needs."""

from collections.abc import Sequence
from datetime import date

from onewindow.office import Block, Context, Facts, Fields, Notice, Table, fields_of
from onewindow_mediation import money, roster
from onewindow_mediation.facts import HOW_SIGNED, SIDES, WAYS_TO_SAY, Dispute

# What holds ids, or is shown as a table of its own.
APART = (
    "consents", "wishes", "mediator", "recused", "period", "extension_agreed", "promises", "signatures",
    "confirm_asked", "confirmable_from",
)  # fmt: skip


def panel(facts: Dispute, ctx: Context) -> Sequence[Block]:
    return [*_court(ctx), *_words(facts), *_parties(facts, ctx), *_promises(facts), *_mediators(facts, ctx)]


def _court(ctx: Context) -> list[Block]:
    """How long the court is open."""
    clock = ctx.clocks.get("confirm_by")
    if clock is None or clock.status != "running" or clock.lawful_on is None:
        return []
    left = (clock.lawful_on - ctx.today).days
    if left < 0:
        return [Notice(text="申请司法确认的期限已届满", tone="warning")]
    return [Fields(items=(("申请司法确认剩余天数", str(left)),))]


def _words(facts: Dispute) -> Sequence[Block]:
    empty: Facts = Dispute()
    return fields_of(facts.model_copy(update={name: getattr(empty, name) for name in APART}))


def _side(party: str, ctx: Context) -> str:
    """A party by their side, and by their name where this reader sees it."""
    found = next((p for p in ctx.case.parties if p.id == party), None)
    return " ".join(filter(None, (SIDES.get(found.role, ""), found.name))) if found else ""


def _parties(facts: Dispute, ctx: Context) -> list[Block]:
    """Who has said what, and who has signed."""
    blocks: list[Block] = []
    if facts.consents:
        rows = tuple((_side(c.party, ctx), str(c.on), WAYS_TO_SAY[c.way]) for c in facts.consents)
        blocks.append(Table(title="同意调解", columns=("当事人", "表示日期", "方式"), rows=rows))
    if facts.signatures:
        signed = tuple((_side(s.party, ctx), str(s.on), HOW_SIGNED[s.how]) for s in facts.signatures)
        blocks.append(Table(title="当事人签章", columns=("当事人", "日期", "方式"), rows=signed))
    for title, parties in (("同意延长的当事人", facts.extension_agreed), ("申请司法确认的当事人", facts.confirm_asked)):
        if parties:
            blocks.append(Table(title=title, columns=("当事人",), rows=tuple((_side(p, ctx),) for p in parties)))
    return blocks


def _promises(facts: Dispute) -> list[Block]:
    if not facts.promises:
        return []
    rows = tuple(
        (
            SIDES[p.side],
            " ".join(filter(None, (p.what, money.figures(p.amount) if p.amount else "", p.how))),
            _day(p.due_on),
            _day(p.kept_on) or (" ".join(("未履行", _day(p.broken_on))) if p.broken_on else ""),
        )
        for p in facts.promises
    )
    return [Table(title="履行事项", columns=("履行人", "履行内容", "履行期限", "履行情况"), rows=rows)]


def _mediators(facts: Dispute, ctx: Context) -> list[Block]:
    """Who can be chosen while a mediator is still to be found, and whom the parties would have."""
    if not facts.accepted_on or facts.mediator is not None:
        return []
    known = {staff: e for staff, e in roster.on_duty(ctx).items() if staff not in facts.recused}
    rows = tuple((e.shown_name, e.committee, e.good_at) for e in known.values())
    blocks: list[Block] = [Table(title="可以选择的调解员", columns=("姓名", "调解委员会", "擅长的纠纷"), rows=rows)]
    if facts.wishes:
        wished = tuple(
            (_side(w.party, ctx), known[w.mediator].shown_name if w.mediator in known else "") for w in facts.wishes
        )
        blocks.append(Table(title="对调解员的选择", columns=("当事人", "希望的调解员"), rows=wished))
    return blocks


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""
