"""人民调解: the procedure, put together from its stretches."""

from collections.abc import Sequence

from onewindow.office import Block, Context, Procedure
from onewindow_mediation.aftermath import Aftermath
from onewindow_mediation.agreement import Agreement
from onewindow_mediation.facts import Dispute
from onewindow_mediation.opening import Opening
from onewindow_mediation.panel import panel
from onewindow_mediation.talks import Talks


class Mediation(Aftermath, Agreement, Talks, Opening, Procedure[Dispute]):
    """人民调解"""

    version = 1

    def panel(self, facts: Dispute, ctx: Context) -> Sequence[Block]:
        return panel(facts, ctx)
