"""What lies on the disk is sealed, is what its name says, and is found damaged when it is."""

import hashlib
from pathlib import Path

import pytest

from onewindow.access.vault import Key, Vault
from onewindow.documents.files import Damaged, FileStore

PLAIN = "林秋禾请求公布补偿标准".encode() * 50


@pytest.fixture
def files(tmp_path: Path) -> FileStore:
    root = tmp_path / "files"
    root.mkdir()
    return FileStore(root, Vault.of(Key.fresh()))


def stored(files: FileStore) -> list[Path]:
    return [path for path in files.root.rglob("*") if path.is_file()]


def test_a_file_is_named_by_its_plain_bytes_and_comes_back(files: FileStore) -> None:
    name = files.put(PLAIN)
    assert name == hashlib.sha256(PLAIN).hexdigest()
    assert files.get(name) == PLAIN


def test_a_file_on_the_disk_holds_no_plain_text(files: FileStore) -> None:
    files.put(PLAIN)
    (path,) = stored(files)
    assert "林秋禾".encode() not in path.read_bytes()
    assert path.stat().st_mode & 0o077 == 0


def test_writing_the_same_again_leaves_the_first_file(files: FileStore) -> None:
    files.put(PLAIN)
    (path,) = stored(files)
    before = path.read_bytes()
    files.put(PLAIN)
    assert stored(files) == [path] and path.read_bytes() == before


def test_a_flipped_byte_is_found(files: FileStore) -> None:
    name = files.put(PLAIN)
    (path,) = stored(files)
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    with pytest.raises(Damaged):
        files.get(name)


def test_a_file_under_another_files_name_is_found(files: FileStore) -> None:
    name, other = files.put(PLAIN), files.put(PLAIN + b"!")
    files._path(name).write_bytes(files._path(other).read_bytes())
    with pytest.raises(Damaged):
        files.get(name)


def test_a_damaged_file_is_mended_by_writing_it_again(files: FileStore) -> None:
    name = files.put(PLAIN)
    files._path(name).write_bytes(b"")
    assert files.get(files.put(PLAIN)) == PLAIN


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "A" * 64, "0" * 63, "0" * 64])
def test_a_name_that_is_none_is_not_looked_for(name: str, files: FileStore) -> None:
    with pytest.raises(Damaged):
        files.get(name)
