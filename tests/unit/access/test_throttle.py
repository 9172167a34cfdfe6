"""Attempts are limited, and waiting always helps; on both databases."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from onewindow.access import throttle
from onewindow.access.tables import ATTEMPT
from onewindow.access.throttle import CODES_OF_ADDRESS, LOGIN_AT_ADDRESS, LOGINS_OF_ADDRESS, Throttle
from onewindow.access.vault import Vault
from onewindow.errors import TooMany
from onewindow.store import Store

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


async def taken(throttle_: Throttle, keys: tuple[throttle.Key, ...], times: int, now: datetime = NOW) -> int:
    """How many of so many attempts pass."""
    passed = 0
    for _ in range(times):
        try:
            await throttle_.take(keys, now)
            passed += 1
        except TooMany:
            pass
    return passed


async def test_after_the_limit_an_attempt_is_refused_and_says_how_long(store: Store, vault: Vault) -> None:
    limits, keys = Throttle(store), throttle.login_keys(vault, "li.si", "10.0.0.1")
    assert await taken(limits, keys, 8) == LOGIN_AT_ADDRESS.count
    with pytest.raises(TooMany) as raised:
        await limits.take(keys, NOW)
    wait = raised.value.retry_after
    assert 0 < wait <= 2 * LOGIN_AT_ADDRESS.window.total_seconds()
    await limits.take(keys, NOW + timedelta(seconds=wait))


async def test_an_attacker_does_not_lock_a_name_out_for_its_owner(store: Store, vault: Vault) -> None:
    limits = Throttle(store)
    attacker = throttle.login_keys(vault, "li.si", "203.0.113.9")
    moment = NOW
    for _ in range(20):
        await taken(limits, attacker, 3, moment)
        await limits.check(throttle.login_keys(vault, "LI.SI ", "10.0.0.1"), moment)
        moment += timedelta(minutes=1)


async def test_even_the_attackers_own_address_is_free_again_however_long_they_knocked(
    store: Store, vault: Vault
) -> None:
    limits, keys = Throttle(store), throttle.login_keys(vault, "li.si", "203.0.113.9")
    moment = NOW
    for _ in range(120):
        await taken(limits, keys, 1, moment)
        moment += timedelta(minutes=1)
    await limits.check(keys, moment + 2 * LOGIN_AT_ADDRESS.window)


async def test_guessing_at_many_names_from_one_address_is_limited_too(store: Store, vault: Vault) -> None:
    limits = Throttle(store)
    passed = 0
    for number in range(LOGINS_OF_ADDRESS.count + 10):
        passed += await taken(limits, throttle.login_keys(vault, f"user{number}", "203.0.113.9"), 1)
    assert passed == LOGINS_OF_ADDRESS.count


async def test_many_at_once_do_not_slip_through_together(store: Store, vault: Vault) -> None:
    limits, keys = Throttle(store), throttle.login_keys(vault, "li.si", "10.0.0.1")
    results = await asyncio.gather(*(limits.take(keys, NOW) for _ in range(40)), return_exceptions=True)
    assert sum(result is None for result in results) == LOGIN_AT_ADDRESS.count
    assert all(result is None or isinstance(result, TooMany) for result in results)


async def test_the_window_before_still_weighs(store: Store, vault: Vault) -> None:
    limits, keys = Throttle(store), throttle.login_keys(vault, "li.si", "10.0.0.1")
    last_second = NOW + LOGIN_AT_ADDRESS.window - timedelta(seconds=1)
    await taken(limits, keys, 5, last_second)
    with pytest.raises(TooMany):
        await limits.take(keys, last_second + timedelta(seconds=2))
    assert await taken(limits, keys, 9, last_second + LOGIN_AT_ADDRESS.window / 2) == 2


async def test_a_success_starts_over(store: Store, vault: Vault) -> None:
    limits, keys = Throttle(store), throttle.login_keys(vault, "li.si", "10.0.0.1")
    await taken(limits, keys, 4)
    await store.write(lambda tx: throttle.forget(tx, keys[:1]))
    await store.write(lambda tx: throttle.give_back(tx, keys[1:], NOW))
    assert await taken(limits, keys, 9) == LOGIN_AT_ADDRESS.count


async def test_wrong_codes_are_limited_by_address(store: Store, vault: Vault) -> None:
    limits, keys = Throttle(store), throttle.code_keys(vault, "203.0.113.9")
    for _ in range(CODES_OF_ADDRESS.count):
        await limits.check(keys, NOW)
        await limits.count(keys, NOW)
    with pytest.raises(TooMany):
        await limits.check(keys, NOW)
    await limits.check(throttle.code_keys(vault, "203.0.113.10"), NOW)


async def test_neither_names_nor_addresses_are_stored_and_old_rows_go(store: Store, vault: Vault) -> None:
    keys = throttle.login_keys(vault, "li.si", "203.0.113.9")
    await Throttle(store).count(keys, NOW)
    rows = await store.read(lambda conn: conn.execute(select(ATTEMPT)).all())
    assert len(rows) == 2
    assert "li.si" not in str(rows) and "203.0.113.9" not in str(rows)
    assert await store.write(lambda tx: throttle.purge(tx, NOW + timedelta(minutes=20))) == 0
    assert await store.write(lambda tx: throttle.purge(tx, NOW + timedelta(hours=1))) == 2
