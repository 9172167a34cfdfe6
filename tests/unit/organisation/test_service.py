"""Changes to the organisation, on both databases."""

from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from onewindow.errors import BadInput, Conflict, NotFound, Refused
from onewindow.office.types import StaffId, TownshipCode, UnitId
from onewindow.organisation import service
from onewindow.organisation.cache import OrganisationCache
from onewindow.organisation.roles import Role
from onewindow.organisation.rows import TownshipKind, UnitKind
from onewindow.organisation.tables import POST
from onewindow.store import Store
from tests.support.district import NOW, START
from tests.unit.organisation.conftest import Entered

TODAY = date(2026, 3, 2)


async def test_what_was_entered_is_in_the_snapshot_at_once(cache: OrganisationCache, entered: Entered) -> None:
    people = cache.current
    assert people.units[entered.office].parent == entered.centre
    assert people.staff_with(entered.town, Role.DIRECTOR, NOW) == (entered.director,)
    assert people.version > 0


async def test_a_second_process_sees_a_change_after_the_recheck(
    store: Store, cache: OrganisationCache, entered: Entered
) -> None:
    ticks = [0.0]
    other = OrganisationCache(store, recheck=2.0, clock=lambda: ticks[0])
    before = await other.get()
    await cache.change(lambda tx: service.end_post(tx, entered.director_post, TODAY))
    assert await other.get() is before
    ticks[0] = 2.0
    assert (await other.get()).staff_with(entered.town, Role.DIRECTOR, NOW) == ()


async def test_an_unchanged_organisation_is_not_loaded_again(cache: OrganisationCache, entered: Entered) -> None:
    assert await cache.refresh() is cache.current


async def test_nothing_is_deleted_when_a_post_ends(store: Store, cache: OrganisationCache, entered: Entered) -> None:
    await cache.change(lambda tx: service.end_post(tx, entered.director_post, TODAY))
    assert await store.read(lambda conn: conn.scalar(select(func.count()).select_from(POST))) == 3
    yesterday = NOW - timedelta(days=1)
    assert cache.current.staff_with(entered.town, Role.DIRECTOR, yesterday) == (entered.director,)
    with pytest.raises(Refused):
        await cache.change(lambda tx: service.end_post(tx, entered.director_post, TODAY))


async def test_a_township_without_a_head_or_a_fallback_does_not_go_live(
    cache: OrganisationCache, entered: Entered
) -> None:
    with pytest.raises(Refused, match="兜底"):
        await cache.change(lambda tx: service.go_live(tx, entered.town, NOW))
    await cache.change(lambda tx: service.name_persons(tx, entered.town, window_fallback=entered.deputy))
    with pytest.raises(Refused, match="密件"):
        await cache.change(lambda tx: service.go_live(tx, entered.town, NOW))
    await cache.change(lambda tx: service.name_persons(tx, entered.district, secret=entered.handler))
    await cache.change(lambda tx: service.end_post(tx, entered.director_post, TODAY))
    with pytest.raises(Refused, match="负责人"):
        await cache.change(lambda tx: service.go_live(tx, entered.town, NOW))
    await cache.change(
        lambda tx: service.appoint(tx, staff=entered.deputy, unit=entered.centre, role=Role.DIRECTOR, valid_from=TODAY)
    )
    await cache.change(lambda tx: service.go_live(tx, entered.town, NOW))
    assert cache.current.live(entered.town)
    await cache.change(lambda tx: service.suspend(tx, entered.town))
    assert not cache.current.live(entered.town)


@pytest.mark.parametrize("keeper", [Role.SYSADMIN, Role.SECADMIN, Role.AUDITOR])
async def test_whoever_keeps_the_system_holds_no_other_post(
    cache: OrganisationCache, entered: Entered, keeper: Role
) -> None:
    with pytest.raises(Refused, match="分设"):
        await cache.change(
            lambda tx: service.appoint(tx, staff=entered.handler, unit=entered.centre, role=keeper, valid_from=TODAY)
        )
    with pytest.raises(Refused, match="分设"):
        await cache.change(lambda tx: _keeper_and(tx, entered, keeper))


def _keeper_and(tx: object, entered: Entered, keeper: Role) -> None:
    other = Role.AUDITOR if keeper is not Role.AUDITOR else Role.SYSADMIN
    staff = service.add_staff(tx, name="管理员", valid_from=START)  # type: ignore[arg-type]
    for role in (keeper, other):
        service.appoint(tx, staff=staff, unit=entered.centre, role=role, valid_from=START)  # type: ignore[arg-type]


async def test_the_same_post_is_not_given_twice(cache: OrganisationCache, entered: Entered) -> None:
    with pytest.raises(Conflict):
        await cache.change(
            lambda tx: service.appoint(
                tx, staff=entered.director, unit=entered.centre, role=Role.DIRECTOR, valid_from=TODAY
            )
        )


async def test_a_unit_ends_only_when_it_is_empty(cache: OrganisationCache, entered: Entered) -> None:
    with pytest.raises(Refused, match="在任"):
        await cache.change(lambda tx: service.end_unit(tx, entered.office, TODAY))
    await cache.change(lambda tx: service.end_staff(tx, entered.handler, TODAY))
    await cache.change(lambda tx: service.end_staff(tx, entered.director, TODAY))
    await cache.change(lambda tx: service.end_staff(tx, entered.deputy, TODAY))
    with pytest.raises(Refused, match="下级"):
        await cache.change(lambda tx: service.end_unit(tx, entered.centre, TODAY))
    await cache.change(lambda tx: service.end_unit(tx, entered.office, TODAY))
    assert [unit.id for unit in cache.current.units_in(entered.town, NOW)] == [entered.centre]


async def test_only_a_power_of_the_post_is_delegated_and_never_without_an_end(
    cache: OrganisationCache, entered: Entered
) -> None:
    def give(*powers: str, to: StaffId = entered.deputy, until: date = date(2026, 12, 31)) -> object:
        return cache.change(
            lambda tx: service.delegate(
                tx,
                post=entered.director_post,
                to=to,
                powers=powers,
                number="东授〔2026〕1号",
                valid_from=TODAY,
                valid_to=until,
            )
        )

    for bad in (give("extension.approve"), give("case.read"), give(), give("slip.sign", until=TODAY)):
        with pytest.raises(BadInput):
            await bad  # type: ignore[misc]
    with pytest.raises(BadInput):
        await give("slip.sign", to=entered.director)  # type: ignore[misc]
    await give("slip.sign")  # type: ignore[misc]
    assert any(view.number for view in cache.current.views_of(entered.deputy, NOW))


async def test_a_keeper_takes_neither_a_delegation_nor_a_cover(cache: OrganisationCache, entered: Entered) -> None:
    def keeper(tx: object) -> StaffId:
        staff = service.add_staff(tx, name="系统管理员", valid_from=START)  # type: ignore[arg-type]
        service.appoint(tx, staff=staff, unit=entered.centre, role=Role.SYSADMIN, valid_from=START)  # type: ignore[arg-type]
        return staff

    sysadmin = await cache.change(keeper)
    with pytest.raises(Refused):
        await cache.change(
            lambda tx: service.delegate(
                tx,
                post=entered.director_post,
                to=sysadmin,
                powers=["slip.sign"],
                number="1",
                valid_from=TODAY,
                valid_to=date(2027, 1, 1),
            )
        )
    with pytest.raises(Refused):
        await cache.change(
            lambda tx: service.note_absence(tx, staff=entered.director, from_at=NOW, to_at=None, substitute=sysadmin)
        )


async def test_absences_do_not_overlap_and_can_end_early(cache: OrganisationCache, entered: Entered) -> None:
    away = await cache.change(
        lambda tx: service.note_absence(tx, staff=entered.director, from_at=NOW, to_at=None, substitute=entered.deputy)
    )
    with pytest.raises(Conflict):
        await cache.change(
            lambda tx: service.note_absence(
                tx,
                staff=entered.director,
                from_at=NOW - timedelta(days=1),
                to_at=NOW + timedelta(days=1),
                substitute=None,
            )
        )
    assert cache.current.absence(entered.director, NOW + timedelta(days=2)) is not None
    await cache.change(lambda tx: service.end_absence(tx, away, NOW + timedelta(days=1)))
    assert cache.current.absence(entered.director, NOW + timedelta(days=2)) is None


async def test_a_duty_is_struck_and_the_row_stays(cache: OrganisationCache, entered: Entered) -> None:
    duty = await cache.change(
        lambda tx: service.add_duty(tx, township=entered.town, category="1801", unit=entered.office, role="lead")
    )
    assert len(cache.current.duties(entered.town, "1801")) == 1
    await cache.change(lambda tx: service.end_duty(tx, duty, NOW))
    assert cache.current.duties(entered.town, "1801") == ()


async def test_wrong_entries_are_refused_by_field(cache: OrganisationCache, entered: Entered) -> None:
    def town(code: str = "990100009", token: str = "nan", district: str = "990100") -> object:
        return cache.change(
            lambda tx: service.add_township(
                tx,
                code=TownshipCode(code),
                token=token,
                name="南镇",
                district=TownshipCode(district),
                kind=TownshipKind.TOWN,
            )
        )

    for bad, error in (
        (town(code="abc"), BadInput),
        (town(token="Nan.镇"), BadInput),
        (town(district="880100"), NotFound),
        (town(code="990100001"), Conflict),
        (town(token="dong"), Conflict),
    ):
        with pytest.raises(error):
            await bad  # type: ignore[misc]
    with pytest.raises(NotFound):
        await cache.change(
            lambda tx: service.add_unit(
                tx,
                township=entered.town,
                kind=UnitKind.ROOM,
                name="村居工作室",
                organ="东镇人民政府",
                valid_from=TODAY,
                parent=UnitId("nowhere"),
            )
        )
