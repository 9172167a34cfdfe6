"""The worker takes what comes: hostile data, hostile templates, its own death."""

import asyncio
import hashlib
import json
import os
import re
import signal
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from onewindow.documents.bundle import kernel_bundle, open_bundle, template
from onewindow.documents.render import CannotRender, Renderer, TookTooLong, encode, worker_environment
from tests.unit.documents.conftest import NOW, sample, words_of

PLAIN = '#import "/official.typ": *\n#show: official\n#data.words.text'
ENDLESS = "#for i in range(1000000) { for j in range(1000000) { let k = i * j } }"


def data(text: str = "", **more: Any) -> dict[str, Any]:
    document = {
        "number": "1-2026-1",
        "title": "样本",
        "issued_on": "2026-03-09",
        "organ": "青石镇人民政府",
        "kind": "x",
    }
    return {"document": document, "words": {"text": text, **more}, "lang": "zh"}


HOSTILE = [
    '#read("/etc/passwd")',
    "*粗* _斜_ = 标题 $x^2$ `code` @ref <label> // 注释 /* 块 */",
    '#eval("1+1") #panic() #import "x"',
    "\\ \\u{41} ] } ) \" ' ~ -- --- ...",
    "</text><script>alert(1)</script> {{7*7}} {% x %} ${jndi:x}",
]


@pytest.mark.parametrize("text", HOSTILE)
async def test_markup_in_data_is_printed_as_it_is(text: str, renderer: Renderer) -> None:
    made = await renderer.render(PLAIN, data(text), at=NOW)
    assert "".join(text.split()) in words_of(made.pdf).replace("\u200b", "")


@pytest.mark.parametrize(
    "reading",
    [
        '#read("/etc/passwd")',
        '#read("/../../../../../../etc/passwd")',
        '#read("../../../etc/passwd")',
        '#image("/proc/self/environ")',
        '#json("file:///etc/passwd")',
        '#import "../official.typ": *',
        '#import "@preview/cetz:0.3.0"',
        '#import ("@pre" + "view/cetz:0.3.0")',
        '#plugin("/x.wasm")',
    ],
)
async def test_a_template_reads_nothing_outside_its_root(reading: str, renderer: Renderer) -> None:
    with pytest.raises(CannotRender) as refused:
        await renderer.render(reading, data(), at=NOW)
    assert "root:" not in refused.value.reason
    assert "onewindow-typst-" not in refused.value.reason


async def test_a_template_reads_the_files_it_was_given(renderer: Renderer) -> None:
    made = await renderer.render(
        '#import "common.typ": hello\n#hello', data(), {"common.typ": b"#let hello = [abc]"}, at=NOW
    )
    assert "abc" in words_of(made.pdf)


async def test_one_documents_files_are_not_there_for_the_next(renderer: Renderer) -> None:
    await renderer.render('#read("a.json")', data(), {"a.json": b"1"}, at=NOW)
    with pytest.raises(CannotRender):
        await renderer.render('#read("a.json")', data(), at=NOW)


async def test_no_word_of_a_document_is_written_to_the_workers_folder(renderer: Renderer) -> None:
    await renderer.render(PLAIN, data("林秋禾"), at=NOW)
    assert renderer._folder is not None
    written = [path for path in Path(renderer._folder).rglob("*") if path.is_file()]
    assert written
    assert not [path for path in written if "林秋禾".encode() in path.read_bytes()]


async def test_an_error_in_a_template_names_the_line_and_the_worker_goes_on(renderer: Renderer) -> None:
    with pytest.raises(CannotRender) as refused:
        await renderer.render("first\n\n#data.nothing", data(), at=NOW)
    assert re.match(r"main\.typ:3: ", refused.value.reason)
    before = renderer.pid
    await renderer.render(PLAIN, data("甲"), at=NOW)
    assert renderer.pid == before


async def test_a_template_without_end_is_ended_and_the_next_document_is_made() -> None:
    renderer = Renderer(seconds=1)
    try:
        with pytest.raises(TookTooLong):
            await renderer.render(ENDLESS, data(), at=NOW)
        assert renderer.pid is None
        await renderer.render(PLAIN, data("甲"), at=NOW)
        assert renderer.starts == 2
    finally:
        await renderer.close()


async def test_a_template_that_eats_memory_is_ended(renderer: Renderer) -> None:
    with pytest.raises(CannotRender) as refused:
        await renderer.render('#let x = "a" * 3000000000', data(), at=NOW)
    assert "内存" in refused.value.reason
    await renderer.render(PLAIN, data("甲"), at=NOW)


async def test_a_worker_that_was_killed_is_replaced(renderer: Renderer) -> None:
    await renderer.render(PLAIN, data("甲"), at=NOW)
    assert renderer.pid is not None
    os.kill(renderer.pid, signal.SIGKILL)
    made = await renderer.render(PLAIN, data("乙"), at=NOW)
    assert "乙" in words_of(made.pdf)


async def test_an_idle_worker_is_ended_and_its_folder_is_gone() -> None:
    renderer = Renderer(idle_seconds=0.05)
    await renderer.render(PLAIN, data("甲"), at=NOW)
    folder, pid = renderer._folder, renderer.pid
    assert folder is not None and pid is not None
    for _ in range(100):
        if not Path(folder).exists():
            break
        await asyncio.sleep(0.05)
    assert not Path(folder).exists()
    assert renderer.pid is None
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    await renderer.render(PLAIN, data("甲"), at=NOW)
    await renderer.close()


async def test_cancelling_a_render_does_not_give_its_answer_to_the_next(renderer: Renderer) -> None:
    first = asyncio.create_task(renderer.render(PLAIN, data("第一件"), at=NOW))
    while renderer.starts == 0:
        await asyncio.sleep(0.001)
    first.cancel()
    await asyncio.gather(first, return_exceptions=True)
    made = await renderer.render(PLAIN, data("第二件"), at=NOW)
    assert "第二件" in words_of(made.pdf)


async def test_the_same_input_gives_the_same_bytes_from_another_worker_too(renderer: Renderer) -> None:
    source = template(open_bundle(kernel_bundle().data), "receipt").source
    at = datetime(2026, 3, 2, tzinfo=UTC)
    first = await renderer.render(source, sample("receipt"), at=at)
    await renderer.close()
    second = await renderer.render(source, sample("receipt"), at=at)
    assert hashlib.sha256(first.pdf).hexdigest() == hashlib.sha256(second.pdf).hexdigest()


async def test_a_character_that_no_font_has_leaves_a_mark_and_is_reported(renderer: Renderer) -> None:
    made = await renderer.render(PLAIN, data("王\ue000某\ue000😀(字)"), at=NOW)
    assert "王〓某〓〓" in words_of(made.pdf)
    assert set(made.missing) == {"\ue000", "😀"}


async def test_a_long_run_stays_on_the_page(renderer: Renderer) -> None:
    made = await renderer.render(PLAIN, data("A" * 300), at=NOW)
    assert "A" * 300 in words_of(made.pdf).replace("\u200b", "")


def test_what_is_not_seen_is_not_printed() -> None:
    assert json.loads(encode({"a": "x\u202ey\x00z\r\n", "b": ["\ud800"], "c": 1})) == {"a": "xyz\n", "b": [""], "c": 1}


def test_data_without_bounds_is_refused() -> None:
    with pytest.raises(CannotRender):
        encode({"a": "字" * 3_000_000})


def test_the_worker_inherits_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ONEWINDOW_TOKEN", "x")
    assert "ONEWINDOW_TOKEN" not in worker_environment()


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="reads /proc")
async def test_the_worker_is_small_and_imports_nothing_of_ours(renderer: Renderer) -> None:
    for name in ("receipt", "service_proof", "paper_letter"):
        await renderer.render(template(open_bundle(kernel_bundle().data), name).source, sample(name), at=NOW)
    status = Path(f"/proc/{renderer.pid}/status").read_text()
    resident = re.search(r"VmRSS:\s+(\d+) kB", status)
    assert resident is not None and int(resident[1]) < 80 << 10
