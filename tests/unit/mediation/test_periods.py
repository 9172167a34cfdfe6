"""Each period of people's mediation at its edge: the last lawful day, and the next one."""

from datetime import date
from typing import Any

import pytest

from onewindow.clocks.calendar import Calendar, YearPlan
from onewindow.clocks.compute import colour_at, compute, day_start
from onewindow.office import Start, Stop
from onewindow.office.manifest import ClockSpec
from onewindow.testing import Walk, clock
from onewindow_mediation.office import office
from tests.unit.mediation.helpers import AGREE, INVITE, SESSION, accepted, begun, in_force, talking, with_mediator

CLOCKS: dict[str, ClockSpec] = {spec.key: spec for spec in office.manifest().procedures[0].clocks}
# The first half of 2026 without its holidays would be another year: April's and May's stand here.
REST = ["2026-04-04", "2026-04-05", "2026-04-06", "2026-05-01", "2026-05-02", "2026-05-03", "2026-05-04", "2026-05-05"]
CALENDAR = Calendar({2026: YearPlan(2026, frozenset(map(date.fromisoformat, REST)), frozenset({date(2026, 5, 9)}))})


def last_day(key: str, begun_on: str) -> str:
    """The last lawful day of a period; checked to be green until then and red from its end."""
    span = CLOCKS[key].span
    assert span is not None
    due = compute(span.span(), date.fromisoformat(begun_on), CALENDAR)
    assert due.lawful is not None and due.lawful_at is not None
    assert colour_at(day_start(due.lawful), due.warn_at, due.lawful_at) != "red"
    assert colour_at(due.lawful_at, due.warn_at, due.lawful_at) == "red"
    return due.lawful.isoformat()


@pytest.mark.parametrize(
    ("key", "begun_on", "ends_on", "article"),
    [
        pytest.param("mediate_by", "2026-03-02", "2026-04-01", "第三十三条", id="work-provisions-art-33-one-month"),
        pytest.param("mediate_by", "2026-03-05", "2026-04-07", "第三十三条", id="civil-code-art-203-holiday-moves-it"),
        pytest.param("labour_by", "2026-03-02", "2026-03-17", "第十四条", id="labour-law-art-14-fifteen-days"),
        pytest.param("medical_by", "2026-03-02", "2026-04-14", "第三十八条", id="medical-art-38-thirty-working-days"),
        pytest.param("court_by", "2026-03-02", "2026-04-01", "第二十七条", id="invited-mediation-art-27-thirty-days"),
        pytest.param("court_ordinary_by", "2026-03-02", "2026-03-17", "第二十七条", id="art-27-ordinary-fifteen"),
        pytest.param("court_summary_by", "2026-03-02", "2026-03-09", "第二十七条", id="art-27-summary-seven"),
        pytest.param("court_accept_by", "2026-03-06", "2026-03-11", "第十二条", id="online-rules-three-working-days"),
        pytest.param("court_consult_by", "2026-03-06", "2026-03-11", "第十五条", id="online-rules-ask-other-side"),
        pytest.param("confirm_by", "2026-03-02", "2026-04-01", "第三十三条", id="mediation-law-art-33-thirty-days"),
    ],
)
def test_a_period_ends_on_its_last_lawful_day(key: str, begun_on: str, ends_on: str, article: str) -> None:
    assert last_day(key, begun_on) == ends_on
    assert CLOCKS[key].source.endswith(article)


@pytest.mark.parametrize(
    ("category", "key"),
    [
        ("0201", "mediate_by"),
        ("0601", "labour_by"),
        ("0602", "labour_by"),
        ("1001", "medical_by"),
        ("0701", "mediate_by"),
    ],
)
def test_the_category_decides_which_period_runs_from_acceptance(category: str, key: str) -> None:
    assert Start(key) in accepted(category=category).effects


@pytest.mark.parametrize(
    ("kind", "key"), [("before", "court_by"), ("ordinary", "court_ordinary_by"), ("summary", "court_summary_by")]
)
def test_art_27_a_courts_commission_brings_its_own_periods(kind: str, key: str) -> None:
    form = {"kind": kind, "court": "区法院", "court_case": "1号", "commissioned_on": "2026-03-01"}
    walk = begun().do("commission", form)
    assert walk.effects == (Start("court_accept_by", on=date(2026, 3, 1)),)
    walk.do("invite", INVITE)
    assert Start("court_consult_by") in walk.effects and walk.facts.source == "court"
    for who in ("applicant", "respondent"):
        walk.do("consent", party=who)
    assert Start(key) in walk.do("accept").effects


@pytest.mark.parametrize("walk", [accepted, with_mediator, talking])
def test_work_provisions_art_33_without_an_agreement_to_extend_it_ends_when_the_month_is_over(walk: Any) -> None:
    found: Walk = walk().at("2026-04-02").happen("due", "mediate_by")
    assert found.state == "timed_out"
    assert found.issued("termination_notice").text["why"] == "timeout"
    assert found.issued("termination_notice").text["ways"] == ["arbitration_agreed", "administrative", "court"]


def test_a_provisional_end_does_not_end_anything() -> None:
    assert talking().happen("due", "mediate_by", provisional=True).state == "in_session"


def test_an_agreement_that_waits_for_its_signatures_is_not_thrown_away_on_the_last_day() -> None:
    walk = talking().do("agree_written", AGREE).happen("due", "mediate_by")
    assert walk.state == "signing" and len(walk.effects) == 1


def test_labour_law_art_14_the_fifteen_days_cannot_be_extended_and_lead_to_arbitration() -> None:
    walk = accepted(category="0601")
    assert "不能延长" in walk.refusal("propose_longer", {"days": 5}).reason
    assert CLOCKS["labour_by"].extend is None
    ways = walk.happen("due", "labour_by").issued("termination_notice").text["ways"]
    assert ways == ["labour_arbitration", "labour_inspection", "court"]


def test_medical_art_38_an_appraisal_does_not_count() -> None:
    assert CLOCKS["medical_by"].pauses == {"鉴定": ("appraising",)}
    walk = talking(category="1001").do("wait_for_appraisal", {"what": "过错参与度"})
    assert walk.state == "appraising"
    assert walk.do("appraised").state == "in_session"


def test_art_33_the_thirty_days_to_the_court_run_from_the_effect_and_not_where_it_may_not_confirm() -> None:
    assert CLOCKS["confirm_by"].starts.of == ("confirmable_from",)
    assert in_force().facts.confirmable_from == date(2026, 3, 2)
    for excluded in ("identity", "rights", "special"):
        assert in_force({**AGREE, "excluded": excluded}).facts.confirmable_from is None


@pytest.mark.parametrize(("on", "late"), [("2026-04-01", False), ("2026-04-02", True)])
def test_art_33_asked_on_the_thirtieth_day_is_in_time_and_on_the_next_it_is_late_but_goes_to_the_court(
    on: str, late: bool
) -> None:
    walk = in_force().at(on, clocks=[clock("confirm_by", "2026-04-01")])
    for who in ("applicant", "respondent"):
        walk.do("ask_court", {"true": True}, party=who)
    walk.do("submitted", {"court": "区法院", "on": on})
    assert walk.facts.confirm_late is late and walk.facts.confirm_submitted_on == date.fromisoformat(on)


def test_art_31_each_promise_has_a_clock_of_its_own_that_warns_three_days_before() -> None:
    spec = CLOCKS["perform_by"]
    assert spec.warn is not None and (spec.warn.amount, spec.warn.unit) == (3, "days")
    due = compute(None, date(2026, 3, 20), CALENDAR, warn=spec.warn.span())
    assert due.lawful == date(2026, 3, 20) and due.warn_at == day_start(date(2026, 3, 17))
    walk = in_force()
    assert [e for e in walk.effects if isinstance(e, Start)] == [
        Start("perform_by", row="1", until=date(2026, 3, 20)),
        Start("perform_by", row="2", until=date(2026, 4, 20)),
    ]
    walk.at("2026-03-10").do("kept", {"promise": "1", "on": "2026-03-10"})
    assert walk.effects == (Stop("perform_by", row="1"),)


def test_art_31_nothing_counts_as_broken_on_its_last_day() -> None:
    walk = in_force().at("2026-03-20")
    assert "还没有届满" in walk.refusal("not_kept", {"promise": "1", "what": "没有清理"}).reason
    assert walk.at("2026-03-21").do("not_kept", {"promise": "1", "what": "没有清理"}).facts.promises[0].broken_on


def test_the_session_of_tomorrow_has_not_been_held() -> None:
    late = {**SESSION, "held_at": "2026-03-03T08:30:00+08:00"}
    assert with_mediator().refusal("hold", late).reason == "日期不能晚于今天"
