"""Which arrangements a journey is made on; each keeps to one worker, whose centre it shares."""

import pytest

from tests.support.arrangements import CROSSES, DIAGONALS, FIRST, MEDIATION_APART, SECOND, Arrangement


def _on(*arrangements: Arrangement) -> pytest.MarkDecorator:
    # The first test on an arrangement waits for its centre, and for the wheels where the office has its own.
    patience = pytest.mark.timeout(300)
    marks = {"sqlite": [patience], "postgresql": [patience, pytest.mark.postgres]}
    params = [pytest.param(each, id=f"@{each.name}", marks=marks[each.store]) for each in arrangements]
    return pytest.mark.parametrize("arranged", params, indirect=True)


on_both_diagonals = _on(*DIAGONALS)
on_the_first = _on(FIRST)
on_the_second = _on(SECOND)
on_each_cross = _on(*CROSSES)
on_sqlite_with_an_office_apart = _on(CROSSES[0])
with_mediation_apart = _on(MEDIATION_APART)
