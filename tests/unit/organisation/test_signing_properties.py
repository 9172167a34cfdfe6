"""At each moment exactly the holders who are there, their cover, and valid delegates sign; and the policy agrees."""

from dataclasses import replace
from datetime import date, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from onewindow.access.actions import Action
from onewindow.access.policy import decide
from onewindow.access.principal import Target, principal_for
from onewindow.office.types import StaffId, UnitId, law_day
from onewindow.organisation.powers import POWERS, powers_of
from onewindow.organisation.rows import Absence, Delegation
from onewindow.organisation.signing import Basis, who_may
from onewindow.organisation.snapshot import Organisation
from tests.support.district import EAST, NOW, PEOPLE, UNITS, post_of, rows

# Who holds the powers in the eastern township, and to whom something may be given there.
GIVERS = ("director", "deputy", "mayor", "head", "handler")
TAKERS = ("director", "deputy", "head", "handler", "colleague", "registrar", "spare", "stranger")
DAYS = st.integers(-3, 3)


@st.composite
def delegations(draw: st.DrawFn) -> Delegation:
    giver = draw(st.sampled_from(GIVERS))
    start = law_day(NOW) + timedelta(days=draw(DAYS))
    powers = draw(st.sets(st.sampled_from(powers_of(PEOPLE[giver][0][1])), min_size=1))
    to = draw(st.sampled_from([each for each in TAKERS if each != giver]))
    end = start + timedelta(days=draw(st.integers(1, 4)))
    return Delegation(start, end, f"d-{draw(st.integers())}", post_of(giver), StaffId(to), frozenset(powers), "授1号")


@st.composite
def absences(draw: st.DrawFn) -> Absence:
    away = draw(st.sampled_from(TAKERS))
    start = NOW + timedelta(hours=draw(st.integers(-72, 72)))
    end = draw(st.none() | st.integers(1, 96).map(lambda hours: start + timedelta(hours=hours)))
    cover = draw(st.none() | st.sampled_from([each for each in TAKERS if each != away]))
    return Absence(f"a-{draw(st.integers())}", StaffId(away), start, end, StaffId(cover) if cover else None)


@st.composite
def organisations(draw: st.DrawFn) -> Organisation:
    made = rows()
    made["delegations"] = draw(st.lists(delegations(), max_size=6))
    made["absences"] = draw(st.lists(absences(), max_size=4, unique_by=lambda row: row.staff))
    ended = draw(st.sets(st.sampled_from(GIVERS), max_size=2))
    gone = draw(st.sets(st.sampled_from(TAKERS), max_size=2))
    day = law_day(NOW) + timedelta(days=draw(DAYS))
    made["posts"] = [replace(p, valid_to=day) if p.staff in ended else p for p in made["posts"]]
    made["staff"] = [replace(p, valid_to=day) if p.id in gone else p for p in made["staff"]]
    return Organisation(**made)


MOMENTS = st.integers(-96, 96).map(lambda hours: NOW + timedelta(hours=hours))


def _there(organisation: Organisation, staff: str, at: datetime) -> bool:
    """Whether somebody is of the staff and present, told from the rows alone."""
    person = organisation.staff[StaffId(staff)]
    away = [row for row in organisation.absences if row.staff == staff and row.from_at <= at]
    return person.holds(law_day(at)) and not any(row.to_at is None or at < row.to_at for row in away)


def _expected(organisation: Organisation, power: str, units: set[str], at: datetime) -> set[str]:
    """Whoever signs for posts of these units, written out without the code under test."""
    day = law_day(at)
    found: set[str] = set()
    for post in organisation.posts.values():
        holder = organisation.staff[post.staff]
        if post.unit not in units or post.role not in POWERS[power].roles or not post.holds(day):
            continue
        if not holder.holds(day):
            continue
        if _there(organisation, post.staff, at):
            found.add(post.staff)
        for row in organisation.absences:
            covers = row.staff == post.staff and row.from_at <= at and (row.to_at is None or at < row.to_at)
            if covers and row.substitute is not None and _there(organisation, row.substitute, at):
                found.add(row.substitute)
        for paper in organisation.delegations:
            stands = paper.post == post.id and power in paper.powers and paper.holds(day)
            if stands and _there(organisation, paper.to, at):
                found.add(paper.to)
    return found


@settings(max_examples=300, deadline=None)
@given(organisations(), MOMENTS, st.sampled_from(["slip.sign", "case.close", "case.escalate"]))
def test_exactly_the_holders_their_cover_and_valid_delegates_sign(
    organisation: Organisation, at: datetime, power: str
) -> None:
    units = {key for key, (township, *_rest) in UNITS.items() if township == EAST}
    signatories = who_may(power, UnitId("east-petition"), at, organisation)
    assert {each.staff for each in signatories} == _expected(organisation, power, units, at)


@settings(max_examples=300, deadline=None)
@given(organisations(), MOMENTS, st.sampled_from(sorted(POWERS)), st.sampled_from(["east-petition", "east-centre"]))
def test_a_delegate_signs_by_a_paper_that_stands_and_carries_its_number(
    organisation: Organisation, at: datetime, power: str, unit: str
) -> None:
    for each in who_may(power, UnitId(unit), at, organisation):
        assert _there(organisation, each.staff, at)
        if each.basis is Basis.DELEGATION:
            papers = [row for row in organisation.delegations if row.to == each.staff and power in row.powers]
            assert any(row.holds(law_day(at)) and row.number == each.number for row in papers)


@settings(max_examples=200, deadline=None)
@given(organisations(), MOMENTS, st.sampled_from(["slip.sign", "answer.approve", "assignment.return", "case.close"]))
def test_the_policy_lets_sign_whom_the_function_names_and_nobody_else(
    organisation: Organisation, at: datetime, power: str
) -> None:
    unit = UnitId("east-petition")
    target = Target(township=EAST, unit_ids=frozenset({unit}))
    named = {each.staff for each in who_may(power, unit, at, organisation)}
    for staff in PEOPLE:
        principal = principal_for(organisation, account_id="a", staff_id=StaffId(staff), at=at)
        allowed = principal is not None and decide(principal, Action(power), target).allowed
        assert allowed == (staff in named)


@settings(max_examples=200, deadline=None)
@given(organisations(), MOMENTS, st.sampled_from(sorted(POWERS)), st.sets(st.sampled_from(TAKERS), max_size=3))
def test_whom_the_matter_concerns_signs_neither_themselves_nor_through_others(
    organisation: Organisation, at: datetime, power: str, recused: set[str]
) -> None:
    names = frozenset(StaffId(name) for name in recused)
    for each in who_may(power, UnitId("east-petition"), at, organisation, names):
        assert each.staff not in recused
        assert organisation.posts[each.post].staff not in recused


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(powers_of("director")), st.integers(0, 400))
def test_an_authorisation_that_has_ended_never_signs(power: str, days: int) -> None:
    made = rows()
    end = date(2026, 3, 2)
    paper = Delegation(date(2026, 1, 1), end, "d", post_of("director"), StaffId("deputy"), frozenset({power}), "1号")
    organisation = Organisation(**{**made, "delegations": [paper]})
    bases = who_may(power, UnitId("east-centre"), NOW + timedelta(days=days), organisation)
    assert all(each.basis is not Basis.DELEGATION for each in bases)
