"""Sealing: what comes back, and what must not."""

import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onewindow.access.vault import CannotOpen, Key, Vault
from onewindow.errors import Misconfigured, Refused

VAULT = Vault.of(Key.fresh())


@given(plain=st.binary(max_size=200), purpose=st.text(max_size=20), context=st.text(max_size=40))
def test_what_was_sealed_opens_again(plain: bytes, purpose: str, context: str) -> None:
    sealed = VAULT.seal(purpose, plain, context=context)
    assert VAULT.open(purpose, sealed, context=context) == plain
    assert len(plain) < 4 or plain not in sealed


def test_the_same_value_never_looks_the_same() -> None:
    assert VAULT.seal("party", b"13800005678") != VAULT.seal("party", b"13800005678")


@pytest.mark.parametrize(("purpose", "context"), [("party", "row-2"), ("facts", "row-1"), ("party", "")])
def test_another_row_or_purpose_does_not_open_it(purpose: str, context: str) -> None:
    sealed = VAULT.seal("party", "张三".encode(), context="row-1")
    with pytest.raises(CannotOpen):
        VAULT.open(purpose, sealed, context=context)


def test_one_changed_byte_anywhere_is_noticed() -> None:
    sealed = VAULT.seal("party", b"x", context="row")
    for place in range(len(sealed)):
        changed = bytearray(sealed)
        changed[place] ^= 1
        with pytest.raises(CannotOpen):
            VAULT.open("party", bytes(changed), context="row")


@pytest.mark.parametrize("length", range(0, 33))
def test_a_cut_off_value_is_noticed(length: int) -> None:
    with pytest.raises(CannotOpen):
        VAULT.open("party", VAULT.seal("party", b"")[:length])


def test_another_districts_key_does_not_open_it() -> None:
    with pytest.raises(CannotOpen):
        Vault.of(Key.fresh()).open("party", VAULT.seal("party", b"x"))


def test_json_and_text_come_back() -> None:
    value = {"name": "张三", "phones": ["1"], "n": None}
    assert VAULT.open_json("party", VAULT.seal_json("party", value, context="r"), context="r") == value
    assert VAULT.open_text("note", VAULT.seal_text("note", "送达")) == "送达"


def test_the_key_file_is_private_and_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    made = Vault.create(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert Vault.load(path).open("p", made.seal("p", b"x")) == b"x"
    with pytest.raises(Refused):
        Vault.create(path)


def test_a_key_file_that_others_can_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    Vault.create(path)
    path.chmod(0o640)
    with pytest.raises(Misconfigured, match="他人"):
        Vault.load(path)


@pytest.mark.parametrize("content", ["", "{}", '{"keys": [], "current": "a", "anchor": "a"}', "[1]", '{"keys": 3}'])
def test_a_broken_key_file_says_what_to_do(tmp_path: Path, content: str) -> None:
    path = tmp_path / "keys.json"
    path.write_text(content)
    path.chmod(0o600)
    with pytest.raises(Misconfigured) as raised:
        Vault.load(path)
    assert raised.value.remedy
    with pytest.raises(Misconfigured):
        Vault.load(tmp_path / "none.json")


def test_after_a_rotation_old_values_open_codes_are_found_and_new_values_take_the_new_key(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    old = Vault.create(path)
    sealed, digest, child = old.seal("p", b"old"), old.digest("code", "ABCD"), old.child("office:petition")
    new = Vault.rotate(path)
    assert new.open("p", sealed) == b"old" and not new.is_current(sealed)
    assert new.digest("code", "ABCD") == digest and new.child("office:petition") == child
    fresh = new.seal("p", b"new")
    assert new.is_current(fresh)
    with pytest.raises(CannotOpen):
        old.open("p", fresh)
    assert Vault.load(path).open("p", fresh) == b"new"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [entry.name for entry in tmp_path.iterdir()] == ["keys.json"]


def test_an_office_has_a_vault_of_its_own_that_rotates_with_ours(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    before = Vault.create(path).child_vault("office:petition")
    sealed = before.seal("facts", b"x")
    after = Vault.rotate(path).child_vault("office:petition")
    assert after.open("facts", sealed) == b"x"
    for stranger in (Vault.load(path), Vault.load(path).child_vault("office:mediation")):
        with pytest.raises(CannotOpen):
            stranger.open("facts", sealed)


def test_digests_differ_by_purpose_and_by_key() -> None:
    assert VAULT.digest("code", "A") == VAULT.digest("code", "A")
    assert VAULT.digest("code", "A") != VAULT.digest("session", "A")
    assert VAULT.digest("code", "A") != Vault.of(Key.fresh()).digest("code", "A")


def test_no_secret_shows_in_a_repr() -> None:
    key = Key.fresh()
    assert key.secret.hex() not in repr(key) + repr(Vault.of(key))
    assert repr(key.secret) not in repr(key)
