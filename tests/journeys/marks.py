"""Which arrangements a journey is made on; each keeps to one worker, whose centre it shares."""

import pytest

from tests.support.arrangements import CROSSES, DIAGONALS, FIRST, SECOND, Arrangement


def _on(*arrangements: Arrangement) -> pytest.MarkDecorator:
    params = []
    for each in arrangements:
        marks = [pytest.mark.xdist_group(each.name)]
        if each.store == "postgresql":
            marks.append(pytest.mark.postgres)
        params.append(pytest.param(each, id=each.name, marks=marks))
    return pytest.mark.parametrize("arranged", params, indirect=True)


on_both_diagonals = _on(*DIAGONALS)
on_the_first = _on(FIRST)
on_the_second = _on(SECOND)
on_each_cross = _on(*CROSSES)
on_sqlite_with_an_office_apart = _on(CROSSES[0])
