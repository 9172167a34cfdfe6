"""Passwords: readable ones generated, weak ones refused."""

import re

import pytest

from onewindow.access import passwords
from onewindow.access.passwords import Passwords
from onewindow.errors import BadInput


def test_a_generated_password_can_be_read_out_and_passes_its_own_check() -> None:
    many = {passwords.generate() for _ in range(500)}
    assert len(many) == 500
    for password in many:
        assert re.fullmatch(r"(?:[b-z][aeiu][b-z][aeiu]-){4}[1-9][0-9]{3}", password)
        passwords.check_strength(password, login="zhang.san")


@pytest.mark.parametrize(
    "password",
    ["", "short1!", "1234567890", "aaaaaaaaaaaa1", "zhang.san2026", "password123456", "Admin888888", "qwertyuiop12",
     "abcdefghijkl", "onlyletters", "x" * 201, "9876543210ab"],
)  # fmt: skip
def test_a_weak_password_is_refused_with_what_to_change(password: str) -> None:
    with pytest.raises(BadInput) as raised:
        passwords.check_strength(password, login="zhang.san")
    assert raised.value.remedy


@pytest.mark.parametrize("password", ["correct horse battery", "Kx7-maple-road", "河边的柳树又绿了2026呀"])
def test_a_good_password_passes(password: str) -> None:
    passwords.check_strength(password, login="zhang.san")


async def test_a_password_verifies_and_another_does_not() -> None:
    hasher = Passwords.light()
    stored = await hasher.hash("Kx7-maple-road")
    assert stored.startswith("$argon2id$")
    assert await hasher.verify(stored, "Kx7-maple-road")
    assert not await hasher.verify(stored, "Kx7-maple-roae")
    assert not await hasher.verify(None, "Kx7-maple-road")
    assert not await hasher.verify("not a hash", "Kx7-maple-road")
    assert not await hasher.verify(stored, "x" * 100_000)


async def test_a_hash_with_old_parameters_is_known() -> None:
    stored = Passwords.light().hash_now("Kx7-maple-road")
    assert not Passwords.light().is_outdated(stored)
    assert Passwords(time_cost=2, memory_kib=64).is_outdated(stored)
