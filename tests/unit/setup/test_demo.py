"""The demo district keeps what it promises: three townships, every role, every way in, every phase, nothing half."""

import stat
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import pytest_asyncio
from sqlalchemy import Connection, select

from onewindow.access.principal import Principal, principal_for
from onewindow.access.tables import ACCOUNT
from onewindow.centre import Centre
from onewindow.clocks.tables import CLOCK
from onewindow.documents.tables import ATTACHMENT
from onewindow.errors import Misconfigured, NotFound, Refused
from onewindow.host.run import migrations_of
from onewindow.organisation.roles import KEEPERS, TITLES, Role
from onewindow.plugins.discovery import discover
from onewindow.registry.timeline import CASE
from onewindow.routing.assignments import ASSIGNMENT
from onewindow.settings import Settings
from onewindow.setup.demo import SINCE, DemoClock, demo_accounts, demo_codes, install_demo, matters, unfinished
from onewindow.setup.demo.making import COURSES, cast
from onewindow.setup.demo.plan import PLAN
from onewindow.setup.init import initialise

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def made(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Centre]:
    """A centre whose demo is there."""
    settings = Settings(data=tmp_path_factory.mktemp("demo"))
    initialise(settings, settings.now() - SINCE)
    (settings.data / "offices").mkdir()
    for found in discover():
        if found.office is not None:
            for one in migrations_of(found.office, settings.office_database(found.id)):
                one.upgrade()
    clock = DemoClock(settings.now)
    centre = Centre(settings, now=clock)
    await centre.start()
    try:
        await install_demo(centre, settings.data, clock)
        yield centre
    finally:
        await centre.stop()


async def who(centre: Centre, login: str) -> Principal:
    query = select(ACCOUNT.c.id, ACCOUNT.c.staff_id).where(ACCOUNT.c.login == login)
    account, staff = await centre.store.read(lambda c: c.execute(query).one())
    principal = principal_for(centre.organisation.current, account_id=account, staff_id=staff, at=centre.now())
    assert principal is not None
    return principal


async def column(centre: Centre, name: str) -> set[object]:
    return set(await centre.store.read(lambda c: c.execute(select(CASE.c[name])).scalars().all()))


async def test_three_townships_of_which_one_does_not_mediate(made: Centre) -> None:
    townships = [t for t in made.organisation.current.townships.values() if t.kind != "district"]
    assert len(townships) == 3 and all(t.live for t in townships)
    enabled = [made.book.current.enabled_in(t.code) for t in sorted(townships, key=lambda t: t.code)]
    assert [sorted(each) for each in enabled] == [["mediation", "petition"], ["mediation", "petition"], ["petition"]]
    villages = [u for u in made.organisation.current.units.values() if u.kind == "room"]
    assert len(villages) == 10 and all(u.code for u in villages)


async def test_every_role_has_an_account_and_only_its_owner_may_read_the_file(made: Centre) -> None:
    accounts = demo_accounts(made.settings.data)
    assert {a.role for a in accounts} == {str(TITLES[role]) for role in Role if role not in KEEPERS}
    for name in ("demo-accounts.json", "demo-codes.json"):
        assert stat.S_IMODE((made.settings.data / name).stat().st_mode) == 0o600
    first = accounts[0]
    assert await made.accounts.log_in(first.login, first.password, address="127.0.0.1", now=made.now())


async def test_matters_came_in_every_way_and_are_at_every_stage(made: Centre) -> None:
    assert matters() >= 190
    rows = await made.store.read(lambda c: c.execute(select(CASE.c.id)).all())
    assert len(rows) == matters()
    assert {"web", "visit", "letter", "call", "room", "api"} <= await column(made, "channel")
    assert {"in_hand", "waiting_for_you", "suspended", "answered", "redirected", "ended"} <= await column(made, "phase")
    assert {"open", "closed", "void"} <= await column(made, "state")
    assert {"green", "amber", "red"} <= await column(made, "colour")
    scans = await made.store.read(lambda c: c.execute(select(ATTACHMENT.c.id)).all())
    assert len(scans) > 10


async def test_some_are_overdue_and_none_is_of_tomorrow(made: Centre) -> None:
    def dates(conn: Connection) -> tuple[int, list[datetime]]:
        late = conn.execute(select(CLOCK.c.id).where(CLOCK.c.status == "running", CLOCK.c.lawful_at < made.now())).all()
        return len(late), list(conn.execute(select(CASE.c.registered_at)).scalars())

    late, came = await made.store.read(dates)
    assert late >= 5
    assert max(came) <= made.now()
    assert min(came) < made.now() - timedelta(days=80)


async def test_sealed_matters_are_there_and_nobody_else_knows(made: Centre) -> None:
    query = select(CASE.c.number).where(CASE.c.sealed)
    numbers = await made.store.read(lambda c: list(c.execute(query).scalars()))
    assert len(numbers) == 5
    director = await who(made, "director1")
    for number in numbers:
        with pytest.raises(NotFound):
            await made.desk.open(director, number)


async def test_every_chain_can_be_followed_back(made: Centre) -> None:
    people = [await who(made, f"deputy{digit}") for digit in "123"]
    unsealed = select(CASE.c.number, CASE.c.township).where(CASE.c.sealed.is_(False))
    for number, township in await made.store.read(lambda c: c.execute(unsealed).all()):
        verdict = await made.desk.verify(people[int(township[-1]) - 1], number)
        assert verdict.ok, number


async def test_mediation_was_agreed_kept_declined_and_failed(made: Centre) -> None:
    query = select(ASSIGNMENT.c.proceeding_state).where(ASSIGNMENT.c.office == "mediation")
    states = set(await made.store.read(lambda c: c.execute(query).scalars().all()))
    assert {"consenting", "accepted", "in_session", "signing", "performing", "performed", "broken", "declined",
            "failed", "unfit"} <= states  # fmt: skip


async def test_the_codes_to_try_open_what_they_say(made: Centre) -> None:
    codes = demo_codes(made.settings.data)
    assert len(codes) == 3
    for code in codes:
        key = await made.tracking.open(code.code, address="127.0.0.1")
        assert (await made.tracking.view(key)).number == code.number


async def test_it_is_not_made_over_what_is_there(made: Centre) -> None:
    with pytest.raises(Refused, match="已有镇街"):
        await install_demo(made, made.settings.data, DemoClock(made.settings.now))


async def test_the_cast_is_the_same_each_time_and_takes_every_course() -> None:
    assert cast() == cast()
    assert {each.course for each in PLAN} == set(COURSES)


async def test_what_was_interrupted_is_taken_away_and_settings_stay(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path)
    assert not unfinished.clear(settings, keep=False)
    unfinished.begin(settings)
    initialise(settings, settings.now())
    (tmp_path / "config.json").write_text("{}")
    assert unfinished.clear(settings, keep=False)
    assert [path.name for path in tmp_path.iterdir()] == ["config.json"]


async def test_a_database_of_its_own_server_is_never_emptied(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path, database="postgresql://127.0.0.1/nowhere")
    unfinished.begin(settings)
    with pytest.raises(Misconfigured, match="没有装完"):
        unfinished.clear(settings, keep=False)
    assert not unfinished.clear(settings, keep=True)
    assert not unfinished.clear(settings, keep=False)
