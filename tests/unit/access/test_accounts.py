"""Logging in, staying in, and being put out; on both databases."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from onewindow.access import guard
from onewindow.access.accounts import Accounts, list_accounts
from onewindow.access.actions import Action
from onewindow.access.passwords import Passwords
from onewindow.access.sessions import Sessions, purge
from onewindow.access.tables import ACCOUNT, SESSION
from onewindow.access.vault import Vault
from onewindow.errors import BadInput, Conflict, NotFound, TooMany, Unauthenticated
from onewindow.office.types import StaffId
from onewindow.organisation import service
from onewindow.organisation.roles import Role
from onewindow.store import Store
from tests.support.district import NOW
from tests.unit.access.conftest import Desk

HERE = "10.0.0.1"


async def log_in(desk: Desk, password: str | None = None) -> str:
    return await desk.accounts.log_in(desk.login, password or desk.password, address=HERE, now=NOW)


async def test_a_login_becomes_a_principal_with_the_posts_of_the_moment(desk: Desk) -> None:
    found = await desk.accounts.recognise(await log_in(desk), now=NOW, lang="en")
    assert found is not None
    principal, session = found
    assert (principal.staff_id, principal.name, principal.lang) == (desk.staff, "李四", "en")
    assert principal.roles == {Role.DISTRICT_ADMIN}
    assert len(session.csrf) >= 32


@pytest.mark.parametrize(("login", "password"), [("li.si", "wrong"), ("nobody", "wrong"), ("", ""), ("x" * 9999, "y")])
async def test_a_wrong_login_does_not_say_what_was_wrong(desk: Desk, login: str, password: str) -> None:
    with pytest.raises(Unauthenticated, match="登录名或密码不正确"):
        await desk.accounts.log_in(login, password, address=HERE, now=NOW)


async def test_guessing_is_stopped_even_when_the_last_guess_is_right(desk: Desk) -> None:
    for _ in range(5):
        with pytest.raises(Unauthenticated):
            await log_in(desk, "wrong")
    with pytest.raises(TooMany):
        await log_in(desk)
    await desk.accounts.log_in(desk.login, desk.password, address="10.0.0.2", now=NOW)


async def test_a_success_clears_the_failures_of_that_name(desk: Desk) -> None:
    for _ in range(3):
        for _ in range(4):
            with pytest.raises(Unauthenticated):
                await log_in(desk, "wrong")
        await log_in(desk)


async def test_neither_token_nor_password_is_in_the_database(desk: Desk, store: Store) -> None:
    token = await log_in(desk)
    rows = await store.read(lambda conn: [*conn.execute(select(SESSION)), *conn.execute(select(ACCOUNT))])
    assert token not in str(rows) and desk.password not in str(rows)


@pytest.mark.parametrize("token", ["", "x", "x" * 500, "秘密"])
async def test_an_unknown_token_is_nobody(desk: Desk, token: str) -> None:
    assert await desk.accounts.recognise(token, now=NOW) is None


async def test_a_session_ends_when_it_is_not_used_and_at_the_latest_after_a_day_of_work(desk: Desk) -> None:
    rules = desk.accounts.sessions.rules
    unused = await log_in(desk)
    assert await desk.accounts.recognise(unused, now=NOW + rules.idle) is None

    token, moment = await log_in(desk), NOW
    while moment + timedelta(minutes=30) < NOW + rules.longest:
        moment += timedelta(minutes=30)
        assert await desk.accounts.recognise(token, now=moment) is not None
    assert await desk.accounts.recognise(token, now=NOW + rules.longest) is None


async def test_logging_out_holds_at_once_here_and_soon_in_another_process(
    desk: Desk, store: Store, vault: Vault
) -> None:
    token = await log_in(desk)
    other = Sessions(store, vault)
    session = await other.find(token, NOW)
    assert session is not None
    await desk.accounts.recognise(token, now=NOW)
    await desk.accounts.log_out(session)
    assert await desk.accounts.recognise(token, now=NOW) is None
    assert await other.find(token, NOW + other.rules.remember) is None
    assert other.rules.remember <= timedelta(seconds=5)


async def test_changing_the_password_ends_the_other_sessions_and_lifts_the_block(desk: Desk) -> None:
    password = await desk.accounts.reset_password(desk.account)
    first, second = await log_in(desk, password), await log_in(desk, password)
    found = await desk.accounts.recognise(first, now=NOW)
    assert found is not None and found[0].must_change
    with pytest.raises(BadInput) as raised:
        await desk.accounts.change_password(found[1], "wrong", "Kx7-maple-road", address=HERE, now=NOW)
    assert "old" in raised.value.fields
    for weak in ("12345678", password):
        with pytest.raises(BadInput) as raised:
            await desk.accounts.change_password(found[1], password, weak, address=HERE, now=NOW)
        assert "password" in raised.value.fields
    await desk.accounts.change_password(found[1], password, "Kx7-maple-road", address=HERE, now=NOW)
    kept = await desk.accounts.recognise(first, now=NOW)
    assert kept is not None and not kept[0].must_change
    assert await desk.accounts.recognise(second, now=NOW) is None
    with pytest.raises(Unauthenticated):
        await log_in(desk, password)


async def test_a_reset_puts_everybody_out_and_gives_a_first_password_that_opens_nothing(desk: Desk) -> None:
    token = await log_in(desk)
    password = await desk.accounts.reset_password(desk.account)
    assert await desk.accounts.recognise(token, now=NOW) is None
    with pytest.raises(Unauthenticated):
        await log_in(desk)
    found = await desk.accounts.recognise(await log_in(desk, password), now=NOW)
    assert found is not None
    assert not guard.permits(found[0], Action.CASE_LIST)


async def test_a_closed_account_is_out_at_once(desk: Desk) -> None:
    token = await log_in(desk)
    await desk.accounts.recognise(token, now=NOW)
    await desk.accounts.set_active(desk.account, False)
    assert await desk.accounts.recognise(token, now=NOW) is None
    with pytest.raises(Unauthenticated):
        await log_in(desk)
    await desk.accounts.set_active(desk.account, True)
    await log_in(desk)
    with pytest.raises(NotFound):
        await desk.accounts.set_active("nobody", False)


async def test_whoever_left_is_nobody_and_whoever_lost_a_post_has_no_rights(desk: Desk) -> None:
    token = await log_in(desk)
    post = desk.organisation.current.posts_of(desk.staff, NOW)[0]
    await desk.organisation.change(lambda tx: service.end_post(tx, post.id, date(2026, 3, 1)))
    found = await desk.accounts.recognise(token, now=NOW)
    assert found is not None and found[0].posts == ()
    await desk.organisation.change(lambda tx: service.end_staff(tx, desk.staff, date(2026, 3, 1)))
    assert await desk.accounts.recognise(token, now=NOW) is None
    with pytest.raises(Unauthenticated):
        await log_in(desk)


async def test_an_account_belongs_to_somebody_and_its_login_is_its_own(desk: Desk) -> None:
    with pytest.raises(Conflict):
        await desk.accounts.open(staff=desk.staff, login="li.si", at=NOW)
    with pytest.raises(NotFound):
        await desk.accounts.open(staff=StaffId("nobody"), login="new", at=NOW)
    for login in ("", "x", "有汉字", "a b", "-x", "x" * 51):
        with pytest.raises(BadInput):
            await desk.accounts.open(staff=desk.staff, login=login, at=NOW)


async def test_accounts_are_listed_without_their_hashes(desk: Desk, store: Store) -> None:
    (account,) = await store.read(list_accounts)
    assert account.login == "li.si" and not account.must_change
    assert not hasattr(account, "password_hash")
    assert await store.read(lambda conn: list_accounts(conn, after="li.si")) == []


async def test_a_hash_with_old_parameters_is_renewed_at_login(desk: Desk, store: Store, vault: Vault) -> None:
    stronger = Accounts(store, vault, desk.organisation, passwords=Passwords(time_cost=2, memory_kib=64))
    await stronger.log_in(desk.login, desk.password, address=HERE, now=NOW)
    stored = await store.read(lambda conn: conn.scalar(select(ACCOUNT.c.password_hash)))
    assert stored is not None and not stronger.passwords.is_outdated(stored)
    await stronger.log_in(desk.login, desk.password, address=HERE, now=NOW)


async def test_sessions_that_ended_are_purged(desk: Desk, store: Store) -> None:
    await log_in(desk)
    assert await store.write(lambda tx: purge(tx, NOW)) == 0
    assert await store.write(lambda tx: purge(tx, NOW + timedelta(hours=1))) == 1
