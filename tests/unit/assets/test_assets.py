"""The browser libraries are there, compressed, with the integrity that a page will state."""

import base64
import gzip
import hashlib
import json

import pytest

import onewindow_assets as assets


@pytest.mark.parametrize("name", ["bootstrap.css", "bootstrap.js", "echarts.js", "htmx.js", "htmx-sse.js"])
def test_each_file_is_what_its_name_and_integrity_say(name: str) -> None:
    path, integrity = assets.url(name, base="/static/lib/")
    file = assets.folder() / path.removeprefix("/static/lib/")
    content = file.read_bytes()
    assert integrity == "sha384-" + base64.b64encode(hashlib.sha384(content).digest()).decode()
    assert hashlib.sha256(content).hexdigest()[:12] in file.name
    assert gzip.decompress(file.with_name(file.name + ".gz").read_bytes()) == content
    assert b"sourceMappingURL" not in content[-200:]


def test_an_unknown_name_says_which_there_are() -> None:
    with pytest.raises(LookupError, match=r"jquery\.js.*htmx\.js"):
        assets.url("jquery.js")


def test_every_library_brings_its_licence() -> None:
    licences = {path.name.split(".")[0] for path in (assets.folder() / "licences").iterdir()}
    manifest = json.loads((assets.folder() / "manifest.json").read_text("utf-8"))
    assert {name.split(".")[0] for name in manifest["files"]} <= licences
