"""A bundle is named by its bytes, and only harmless ones are kept."""

import gzip
import io
import tarfile
from collections.abc import Callable
from datetime import timedelta

import pytest

from onewindow.documents.bundle import (
    BadBundle,
    drop_bundles,
    keep_bundle,
    load_bundle,
    make_bundle,
    open_bundle,
    template,
)
from onewindow.errors import NotFound
from tests.unit.documents.conftest import NOW, Desk, both, office_files

FILES = {"documents/a.typ": b"// A\n// number: \xe7\x94\xb2\n", "locale/en.po": b'msgid ""\n'}


def packed(*entries: tuple[tarfile.TarInfo, bytes]) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as tar:
        for entry, content in entries:
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))
    return out.getvalue()


def linked() -> bytes:
    link = tarfile.TarInfo("documents/a.typ")
    link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
    return packed((link, b""))


def named(*names: str) -> Callable[[], bytes]:
    return lambda: packed(*((tarfile.TarInfo(name), b"x") for name in names))


BAD: dict[str, Callable[[], bytes]] = {
    "up": named("../a.typ"),
    "up inside": named("documents/../../a.typ"),
    "absolute": named("/a.typ"),
    "backslash": named("documents\\a.typ"),
    "hidden": named("documents/.a.typ"),
    "twice": named("documents/a.typ", "documents/A.typ"),
    "code": named("documents/a.py"),
    "wasm": named("documents/a.wasm"),
    "deep": named("/".join("abcdefgh") + "/a.typ"),
    "link": linked,
    "many": named(*(f"documents/a{i}.typ" for i in range(500))),
    "bomb": lambda: gzip.compress(bytes(40 << 20)),
    "trailing": lambda: make_bundle(FILES).data + b"x",
    "cut": lambda: make_bundle(FILES).data[:-10],
    "not gzip": lambda: b"PK\x03\x04",
    "not tar": lambda: gzip.compress(b"\x01" * 2000),
    "empty": lambda: b"",
}


def test_the_same_files_make_the_same_bundle_whatever_their_order() -> None:
    again = make_bundle(dict(reversed(FILES.items())))
    assert again == make_bundle(FILES)
    assert open_bundle(again.data, expect=again.hash) == FILES


def test_one_changed_byte_makes_another_bundle() -> None:
    assert make_bundle({**FILES, "documents/a.typ": b"// B"}).hash != make_bundle(FILES).hash


@pytest.mark.parametrize("name", BAD)
def test_a_harmful_bundle_is_refused(name: str) -> None:
    with pytest.raises(BadBundle):
        open_bundle(BAD[name]())


def test_a_bundle_under_another_name_is_refused() -> None:
    with pytest.raises(BadBundle):
        open_bundle(make_bundle(FILES).data, expect="0" * 64)


def test_a_bundle_that_could_not_be_opened_is_not_made() -> None:
    with pytest.raises(BadBundle):
        make_bundle({"../a.typ": b""})


def test_a_template_that_is_not_there_is_named() -> None:
    with pytest.raises(NotFound):
        template(FILES, "b")


def test_petitions_own_templates_are_a_bundle() -> None:
    assert open_bundle(make_bundle(office_files()).data) == office_files()


@both
async def test_a_bundle_is_kept_once_and_as_long_as_something_refers_to_it(desk: Desk) -> None:
    bundle, other = make_bundle(FILES), make_bundle({"documents/b.typ": b"// B"})
    for kept in (bundle, bundle, other):
        await desk.store.write(
            lambda tx, kept=kept: keep_bundle(tx, "petition", kept.data, now=NOW, expect=kept.hash)  # type: ignore[misc]
        )
    assert await desk.store.read(lambda conn: load_bundle(conn, bundle.hash)) == FILES
    await desk.store.write(
        lambda tx: desk.documents.issue(tx, desk.draft("a", {}, bundle=bundle.hash), now=NOW + timedelta(hours=1))
    )
    assert await desk.store.write(lambda tx: drop_bundles(tx, set())) == 2  # the kernel's own, still unused, as well
    assert await desk.store.read(lambda conn: load_bundle(conn, bundle.hash)) == FILES
    with pytest.raises(NotFound):
        await desk.store.read(lambda conn: load_bundle(conn, other.hash))
