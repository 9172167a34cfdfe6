"""Provincial values are a profile that is off until the district has chosen it."""

from datetime import date

from onewindow.office.manifest import ClockSpec, MomentSpec, SpanSpec
from onewindow.routing.deadlines import applicable


def _clock(key: str, *, profile: str = "", since: date | None = None, tracks: tuple[str, ...] = ()) -> ClockSpec:
    return ClockSpec(
        key=key,
        title=key,
        span=SpanSpec(amount=3, unit="working_days"),
        source="某条例 第一条",
        starts=MomentSpec(fact="received"),
        stops=(MomentSpec(fact="served"),),
        profile=profile,
        since=since,
        tracks=tracks,
    )


NATIONAL = _clock("national")
PROVINCIAL = _clock("provincial", profile="shandong")


def test_without_a_chosen_profile_national_law_alone_runs() -> None:
    assert applicable([NATIONAL, PROVINCIAL], "C", date(2026, 3, 2)) == [NATIONAL]


def test_a_chosen_profile_runs_beside_national_law() -> None:
    assert applicable([NATIONAL, PROVINCIAL], "C", date(2026, 3, 2), "shandong") == [NATIONAL, PROVINCIAL]


def test_another_provinces_profile_does_not_run() -> None:
    assert applicable([PROVINCIAL], "C", date(2026, 3, 2), "zhejiang") == []


def test_a_rule_does_not_run_before_it_is_in_force() -> None:
    future = _clock("future", since=date(2027, 1, 1))
    assert applicable([future], "C", date(2026, 12, 31)) == []
    assert applicable([future], "C", date(2027, 1, 1)) == [future]


def test_a_clock_of_other_tracks_does_not_run() -> None:
    assert applicable([_clock("claims", tracks=("C",))], "D", date(2026, 3, 2)) == []
