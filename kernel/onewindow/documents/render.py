"""Rendering: a long-lived worker process behind one async function, with a time limit for each job."""

import asyncio
import base64
import contextlib
import json
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from onewindow.errors import OneWindowError, Unavailable
from onewindow.i18n import _

LIBRARY = "official.typ"
MAIN = "main.typ"
LINE_BYTES = 64 << 20
DATA_BYTES = 2 << 20
SYSTEM_FONTS = ("/usr/share/fonts/opentype/noto", "/usr/share/fonts/noto-cjk", "/usr/share/fonts/google-noto-cjk")
# Characters that are not seen but change what is seen: they have no place in an official document.
UNSEEN = re.compile(
    "[\\x00-\\x08\\x0b-\\x1f\\x7f-\\x9f\\xad\\u061c\\u200e\\u200f\\u202a-\\u202e\\u2066-\\u2069\\ufeff\\ud800-\\udfff]"
)


class CannotRender(OneWindowError):
    """A template and its data do not make a document; the message says where."""

    slug = "cannot-render"
    title = _("文书未能制成")

    def __init__(self, reason: str) -> None:
        super().__init__(_("文书未能制成：{reason}"), reason=reason)
        self.reason = reason


class TookTooLong(CannotRender):
    """The time for one document ran out; the worker was ended."""


@dataclass(frozen=True)
class Rendered:
    """A document's bytes, and the characters that no font had (printed as 〓, to be written in by hand)."""

    pdf: bytes
    missing: tuple[str, ...] = ()


@dataclass
class Renderer:
    """The worker, started when it is first needed, ended when it was idle, replaced when it overruns or dies."""

    seconds: float = 20.0
    idle_seconds: float = 120.0
    attempts: int = 2
    fonts: Sequence[str] | None = None
    jobs: int = 0
    starts: int = 0
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    _process: asyncio.subprocess.Process | None = None
    _folder: str | None = None
    _idle: asyncio.TimerHandle | None = None
    _resting: asyncio.Task[None] | None = None

    async def render(
        self, template: str, data: Mapping[str, Any], files: Mapping[str, bytes] | None = None, *, at: datetime
    ) -> Rendered:
        """The PDF/A-2b that `template` makes of `data`; `files` stand beside it. `at` is the document's own moment.

        Raises:
            CannotRender: what is wrong with the template or its data.
            Unavailable: the worker cannot be started at all.
        """
        job = {
            "main": MAIN,
            "files": {
                name: base64.b64encode(content).decode()
                for name, content in ({**(files or {}), LIBRARY: library(), MAIN: template.encode()}).items()
            },
            "data": encode(data),
            "timestamp": int(at.timestamp()),
            "seconds": max(1, int(self.seconds)),
        }
        line = json.dumps(job).encode() + b"\n"
        async with self._turn:
            self.jobs += 1
            if self._idle:
                self._idle.cancel()
            try:
                result = await self._attempt(line)
            finally:
                self._idle = asyncio.get_running_loop().call_later(self.idle_seconds, self._rest)
        if "error" in result:
            raise CannotRender(str(result["error"]))
        return Rendered(base64.b64decode(result["pdf"]), tuple(result.get("missing", ())))

    async def _attempt(self, line: bytes) -> dict[str, Any]:
        """One job, tried again with a fresh worker where the worker died under it (once: it may be the job's doing)."""
        for attempt in range(1, self.attempts + 1):
            process = await self._worker()
            assert process.stdin is not None and process.stdout is not None
            try:
                async with asyncio.timeout(self.seconds):
                    process.stdin.write(line)
                    await process.stdin.drain()
                    answer = await process.stdout.readline()
            except TimeoutError:
                await self._end()
                raise TookTooLong(f"超过 {self.seconds:g} 秒仍未完成") from None
            except (BrokenPipeError, ConnectionResetError):
                answer = b""
            except BaseException:  # cancelled in the middle: the answer would meet the next job
                await self._end()
                raise
            if answer.endswith(b"\n"):
                return dict(json.loads(answer))
            await self._end()
            if attempt == self.attempts:
                break
        raise CannotRender("排版进程意外退出（可能超出内存限额）")

    async def _worker(self) -> asyncio.subprocess.Process:
        if self._process is not None and self._process.returncode is None:
            return self._process
        await self._end()
        self._folder = tempfile.mkdtemp(prefix="onewindow-typst-")
        narrow, wide = font_places(self.fonts)
        try:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                *("-I", "-m", "onewindow.documents.worker"),
                *(self._folder, os.pathsep.join(narrow), os.pathsep.join(wide)),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,
                env=worker_environment(),
                cwd=self._folder,
                limit=LINE_BYTES,
            )
        except OSError as error:
            raise Unavailable(_("排版进程无法启动")) from error
        self.starts += 1
        return self._process

    def _rest(self) -> None:
        """Nothing to do for a while: give the memory back."""
        self._resting = asyncio.get_running_loop().create_task(self.close())

    @property
    def pid(self) -> int | None:
        """The worker's process, where one runs."""
        return self._process.pid if self._process is not None and self._process.returncode is None else None

    async def close(self) -> None:
        """End the worker and remove its folder."""
        async with self._turn:
            if self._idle:
                self._idle.cancel()
            await self._end()

    async def _end(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            if process.returncode is None:
                with contextlib.suppress(ProcessLookupError):
                    process.kill()
            await process.wait()
        folder, self._folder = self._folder, None
        if folder is not None:
            shutil.rmtree(folder, ignore_errors=True)


def worker_environment() -> dict[str, str]:
    """What the worker inherits: nothing but the place of the interpreter's libraries, and no way to the network."""
    nowhere = "http://127.0.0.1:9"
    kept = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH", "SYSTEMROOT") if name in os.environ}
    proxies = dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy"), nowhere)
    return {
        **kept,
        **proxies,
        "NO_PROXY": "",
        "RAYON_NUM_THREADS": "1",
        "RUST_BACKTRACE": "0",
        "LC_ALL": "C.UTF-8",
        "MALLOC_ARENA_MAX": "1",
    }


def font_places(given: Sequence[str] | None = None) -> tuple[list[str], list[str]]:
    """Where the fonts lie: those that every installation has, and those to look into for a rare character."""
    if given is not None:
        return list(given), []
    spec = find_spec("pylopdf_fonts_zh_cn")
    narrow = [str(Path(spec.origin).parent)] if spec and spec.origin else []
    return narrow, [place for place in SYSTEM_FONTS if Path(place).is_dir()]


@cache
def library() -> bytes:
    """The library that every template imports as `/official.typ`."""
    return (files("onewindow.documents") / "typst" / LIBRARY).read_bytes()


def encode(data: Mapping[str, Any]) -> str:
    """The data as JSON for Typst: printable text, no invisible control, bounded."""
    text = json.dumps(_clean(data), ensure_ascii=False)
    if len(text) > DATA_BYTES:
        raise CannotRender("内容过长")
    return text


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        return UNSEEN.sub("", value.replace("\r\n", "\n").replace("\r", "\n"))
    if isinstance(value, Mapping):
        return {str(key): _clean(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_clean(item) for item in value]
    return value
