"""A backup is whole or refused: its keys, its parts, where it may be put back, and how many are kept."""

import json
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from onewindow.access.vault import Vault
from onewindow.cli.setting_up import make
from onewindow.documents.files import FileStore
from onewindow.settings import Settings
from tests.cli.conftest import Cli, Said

PASSPHRASE = "河西桥边老柳树下的小茶馆"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of a centre that was set up and never ran."""
    data = tmp_path_factory.mktemp("made") / "data"
    make(Settings(data=data, district="371700"))
    return data


@pytest.fixture
def centre(folder: Cli, made: Path) -> Cli:
    """A centre of one's own."""
    shutil.copytree(made, folder.data)
    return folder


@pytest.fixture
def shelf(tmp_path: Path) -> Path:
    """Where backups are put."""
    return tmp_path / "shelf"


def backed_up(centre: Cli, shelf: Path, *words: str, secret: str = PASSPHRASE) -> Path:
    said = centre("backup", "create", str(shelf), "--json", *words, stdin=secret + "\n")
    assert said.code == 0, said.err
    return Path(said.json["folder"])


def put_back(backup: Path, into: Path, *words: str, secret: str = PASSPHRASE) -> Said:
    return Cli(into, into.parent / "home")("restore", str(backup), *words, stdin=secret + "\n")


def manifest(backup: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((backup / "manifest.json").read_text("utf-8"))
    return found


def test_what_was_backed_up_comes_back(centre: Cli, shelf: Path, tmp_path: Path) -> None:
    assert centre("township", "add", "371700001", "甲镇", "--token", "jia").code == 0
    backup = backed_up(centre, shelf)
    again = Cli(tmp_path / "elsewhere", tmp_path / "home")
    said = put_back(backup, again.data)
    assert said.code == 0, said.err
    assert (again.data / "keys.json").read_bytes() == (centre.data / "keys.json").read_bytes()
    assert (again.data / "keys.json").stat().st_mode & 0o077 == 0
    assert "甲镇" in again("township", "list").out
    assert again("migrate", "--check").code == 0


def test_the_key_file_never_lies_in_a_backup_in_the_clear(centre: Cli, shelf: Path) -> None:
    backup = backed_up(centre, shelf)
    secrets = [entry["secret"] for entry in json.loads((centre.data / "keys.json").read_text())["keys"]]
    for path in backup.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            assert not any(secret.encode() in content for secret in secrets), path
            assert path.stat().st_mode & 0o077 == 0, path
    assert json.loads((backup / "keys.wrapped.json").read_text())["kdf"] == "argon2id"


def test_another_passphrase_is_refused_and_nothing_is_left_behind(centre: Cli, shelf: Path, tmp_path: Path) -> None:
    backup = backed_up(centre, shelf)
    said = put_back(backup, tmp_path / "elsewhere", secret="河东桥边老柳树下的小茶馆")
    assert (said.code, "口令" in said.err) == (1, True)
    assert not (tmp_path / "elsewhere").exists()


def test_a_short_passphrase_or_none_at_all_makes_no_backup(centre: Cli, shelf: Path) -> None:
    for secret, word in (("short", "12"), ("", "--without-keys")):
        said = centre("backup", "create", str(shelf), stdin=secret + "\n")
        assert (said.code, word in said.err) == (1, True), said.err
    assert not shelf.exists() or not list(shelf.glob("*onewindow-3*"))


def test_a_recovery_key_opens_what_its_public_half_wrapped(centre: Cli, shelf: Path, tmp_path: Path) -> None:
    private, public = tmp_path / "private.pem", tmp_path / "public.pem"
    made = centre("backup", "recovery-key", str(private), str(public), stdin=PASSPHRASE + "\n")
    assert made.code == 0, made.err
    assert private.stat().st_mode & 0o077 == 0
    assert b"ENCRYPTED" in private.read_bytes()
    centre.environment["ONEWINDOW_BACKUP_RECOVERY_KEY"] = str(public)
    backup = backed_up(centre, shelf, secret="")
    assert manifest(backup)["keys"] == "recovery-key"
    refused = put_back(backup, tmp_path / "a")
    assert (refused.code, "--recovery-key" in refused.err) == (1, True)
    wrong = put_back(backup, tmp_path / "a", "--recovery-key", str(private), secret="another passphrase")
    assert wrong.code == 1
    assert put_back(backup, tmp_path / "a", "--recovery-key", str(private)).code == 0
    Vault.load(tmp_path / "a" / "keys.json")


def test_a_recovery_key_is_never_overwritten(centre: Cli, tmp_path: Path) -> None:
    paths = [str(tmp_path / "private.pem"), str(tmp_path / "public.pem")]
    assert centre("backup", "recovery-key", *paths, stdin=PASSPHRASE + "\n").code == 0
    before = Path(paths[0]).read_bytes()
    assert centre("backup", "recovery-key", *paths, stdin=PASSPHRASE + "\n").code == 1
    assert Path(paths[0]).read_bytes() == before


def test_a_backup_without_keys_says_so_and_wants_the_right_ones(centre: Cli, shelf: Path, tmp_path: Path) -> None:
    said = centre("backup", "create", str(shelf), "--without-keys")
    assert (said.code, "密钥不在这份备份里" in said.err) == (0, True)
    backup = next(shelf.glob("onewindow-*"))
    assert not (backup / "keys.wrapped.json").exists()
    assert "--keys" in put_back(backup, tmp_path / "a").err
    Vault.create(tmp_path / "other.json")
    other = put_back(backup, tmp_path / "a", "--keys", str(tmp_path / "other.json"))
    assert (other.code, "不是做备份时用的密钥" in other.err) == (1, True)
    assert put_back(backup, tmp_path / "a", "--keys", str(centre.data / "keys.json")).code == 0


def test_a_folder_that_is_not_empty_is_left_alone(centre: Cli, shelf: Path) -> None:
    backup = backed_up(centre, shelf)
    before = {path: path.stat().st_mtime_ns for path in centre.data.rglob("*") if path.is_file()}
    said = put_back(backup, centre.data)
    assert (said.code, "不是空的" in said.err) == (1, True)
    assert {path: path.stat().st_mtime_ns for path in centre.data.rglob("*") if path.is_file()} == before


def flip(path: Path, at: int = -20) -> None:
    content = bytearray(path.read_bytes())
    content[at] ^= 1
    path.write_bytes(content)


DAMAGES: dict[str, Callable[[Path], object]] = {
    "a flipped bit": lambda backup: flip(backup / "kernel.db"),
    "a missing store": lambda backup: (backup / "kernel.db").unlink(),
    "a truncated store": lambda backup: (backup / "kernel.db").write_bytes((backup / "kernel.db").read_bytes()[:-4096]),
    "another key file": lambda backup: flip(backup / "keys.wrapped.json"),
    "a shorter list of documents": lambda backup: (backup / "documents.sha256").write_text("0" * 64 + "  x\n"),
    "no manifest to read": lambda backup: (backup / "manifest.json").write_text("{"),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_backup_is_found_out_and_refused(centre: Cli, shelf: Path, tmp_path: Path, damage: str) -> None:
    backup = backed_up(centre, shelf)
    assert centre("backup", "verify", str(backup)).code == 0
    DAMAGES[damage](backup)
    verified = centre("backup", "verify", str(backup))
    assert (verified.code, "换一份备份" in verified.err) == (1, True), verified
    said = put_back(backup, tmp_path / "elsewhere")
    assert (said.code, "换一份备份" in said.err) == (1, True), said.err
    assert not (tmp_path / "elsewhere").exists()


def test_a_manifest_that_somebody_rewrote_is_refused(centre: Cli, shelf: Path, tmp_path: Path) -> None:
    backup = backed_up(centre, shelf)
    changed = manifest(backup) | {"district_name": "别的区"}
    (backup / "manifest.json").write_text(json.dumps(changed))
    said = put_back(backup, tmp_path / "elsewhere")
    assert (said.code, "改动" in said.err) == (1, True), said.err


def test_a_newer_schema_is_refused_with_what_to_upgrade(centre: Cli, shelf: Path, tmp_path: Path) -> None:
    backup = backed_up(centre, shelf)
    made = manifest(backup)
    kernel = next(part for part in made["stores"] if part["name"] == "kernel")
    kernel["revisions"]["alembic_onewindow"] = "9999"
    (backup / "manifest.json").write_text(json.dumps(made))
    said = put_back(backup, tmp_path / "elsewhere")
    assert (said.code, "升级程序" in said.err, "9999" in said.err) == (1, True, True), said.err


def test_only_the_newest_backups_are_kept(centre: Cli, shelf: Path) -> None:
    shelf.mkdir()
    (shelf / "onewindow-notes").mkdir()
    made = []
    for shift in range(4):
        centre.environment["ONEWINDOW_TIME_SHIFT"] = str(shift * 86400)
        made.append(backed_up(centre, shelf, "--keep", "2"))
    assert sorted(path.name for path in shelf.glob("onewindow-*")) == sorted(
        ["onewindow-notes", made[2].name, made[3].name]
    )
    listed = centre("backup", "list", str(shelf), "--json").json
    assert [one["folder"] for one in listed] == [str(made[3]), str(made[2])]


def test_a_backup_is_never_overwritten_and_half_a_one_goes(centre: Cli, shelf: Path) -> None:
    first = backed_up(centre, shelf)
    left = shelf / ".onewindow-371700-20200101T000000Z.partial"
    left.mkdir()
    twin = shelf / first.name
    for second in range(3):  # the clock may have gone on by a second
        twin = twin.with_name(first.name[:-3] + f"{int(first.name[-3:-1]) + second:02d}Z")
        twin.mkdir(exist_ok=True)
    said = centre("backup", "create", str(shelf), "--without-keys")
    assert (said.code, "不会覆盖" in said.err) in ((1, True), (0, False))
    assert not left.exists()
    assert manifest(first)["id"]


def test_the_log_of_a_restored_store_is_in_a_new_epoch(centre: Cli, shelf: Path, tmp_path: Path) -> None:
    backup = backed_up(centre, shelf)
    kernel = next(part for part in manifest(backup)["stores"] if part["name"] == "kernel")
    assert put_back(backup, tmp_path / "elsewhere").code == 0
    with closing(sqlite3.connect(tmp_path / "elsewhere" / "kernel.db")) as conn:
        meta = dict(conn.execute("SELECT key, value FROM meta"))
    assert meta["epoch"] != kernel["epoch"]
    assert json.loads(meta["restored"])["backup"] == manifest(backup)["id"]


def test_one_office_comes_back_into_a_centre_that_has_the_rest(centre: Cli, shelf: Path) -> None:
    backup = backed_up(centre, shelf)
    store = centre.data / "offices" / "petition.db"
    words = ("restore", str(backup), "--only", "petition")
    said = centre(*words)
    assert (said.code, "不会覆盖" in said.err) == (1, True), said.err
    kept = store.with_name("petition.db.old")
    store.rename(kept)
    assert centre(*words).code == 0
    assert kept.exists()
    with closing(sqlite3.connect(store)) as conn:
        assert json.loads(dict(conn.execute("SELECT key, value FROM meta"))["behind"])["since"]


def test_doctor_tells_how_old_the_last_backup_is(centre: Cli, shelf: Path) -> None:
    def finding() -> dict[str, Any]:
        found: dict[str, Any] = next(one for one in centre("doctor", "--json").json if one["check"] == "backup")
        return found

    assert finding()["level"] == "warn"
    backed_up(centre, shelf)
    assert finding()["level"] == "ok"
    centre.environment["ONEWINDOW_TIME_SHIFT"] = str(40 * 3600)
    assert (finding()["level"], "40" in finding()["message"]) == ("warn", True)


def test_the_address_and_password_of_a_database_stay_out_of_a_backup(centre: Cli, shelf: Path) -> None:
    config = json.loads((centre.data / "config.json").read_text())
    secret = {**config, "nats": "nats://kernel:hidden-word@bus.example:4222"}
    (centre.data / "config.json").write_text(json.dumps(secret))
    backup = backed_up(centre, shelf)
    shutil.rmtree(centre.data)
    assert not any(b"hidden-word" in path.read_bytes() for path in backup.rglob("*") if path.is_file())


def test_a_damaged_document_is_reported_the_day_it_is_found(centre: Cli, shelf: Path, tmp_path: Path) -> None:
    files = FileStore(centre.data / "documents", Vault.load(centre.data / "keys.json"))
    whole, broken = files.put(b"%PDF-1.7 whole"), files.put(b"%PDF-1.7 broken")
    flip(centre.data / "documents" / broken[:2] / broken)
    said = centre("backup", "create", str(shelf), stdin=PASSPHRASE + "\n")
    assert (said.code, broken[:12] in said.err, whole[:12] in said.err) == (0, True, False), said.err
    (backup,) = shelf.glob("onewindow-*")
    assert manifest(backup)["documents"] == 2 and manifest(backup)["missing"] == [broken]
    flip(backup / "documents" / whole[:2] / whole)
    verified = centre("backup", "verify", str(backup), "--json")
    assert [fault["path"] for fault in verified.json["faults"]] == [f"documents/{whole[:2]}/{whole}"]
    assert put_back(backup, tmp_path / "elsewhere").code == 1
