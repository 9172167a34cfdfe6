"""人民调解: the procedure, put together from its stretches."""

from collections.abc import Sequence

from onewindow.office import Block, Context, Fields, Notice, Procedure, Table, fields_of
from onewindow_mediation import roster
from onewindow_mediation.aftermath import Aftermath
from onewindow_mediation.agreement import Agreement
from onewindow_mediation.facts import Dispute
from onewindow_mediation.opening import Opening
from onewindow_mediation.talks import Talks


class Mediation(Aftermath, Agreement, Talks, Opening, Procedure[Dispute]):
    """人民调解"""

    version = 1

    def panel(self, facts: Dispute, ctx: Context) -> Sequence[Block]:
        """What is known, who can be chosen while a mediator is still to be found, and how long the court is open."""
        blocks = list(fields_of(facts))
        clock = ctx.clocks.get("confirm_by")
        if clock and clock.status == "running" and clock.lawful_on:
            left = (clock.lawful_on - ctx.today).days
            blocks.insert(0, Fields(items=(("申请司法确认剩余天数", str(max(left, 0))),)))
            if left < 0:
                blocks.insert(1, Notice(text="申请司法确认的期限已届满", tone="warning"))
        if facts.accepted_on and facts.mediator is None:
            known = [e for staff, e in roster.on_duty(ctx).items() if staff not in facts.recused]
            rows = tuple((e.shown_name, e.committee, e.good_at) for e in known)
            blocks.append(Table(title="可以选择的调解员", columns=("姓名", "调解委员会", "擅长的纠纷"), rows=rows))
        return blocks
