"""The rendering worker: a process that turns a template and its data into PDF and can do nothing else.

JSON lines: a job comes in on stdin, its result goes out on stdout. It imports typst and the standard library only.
The data stays in memory; the folder that it is started with holds templates and their library, never words.
"""

import base64
import binascii
import hashlib
import json
import os
import re
import resource
import shutil
import sys
from pathlib import Path
from typing import Any

import typst

MEMORY_BYTES = 1 << 30
FILE_BYTES = 64 << 20
ROOTS_KEPT = 16
GAPS = 64
GAP = "〓"  # the printer's mark for a character that no font here has: to be written in by hand
MISSING = re.compile(r"the text `\"(?P<text>.+)\"` could not be displayed", re.DOTALL)
ESCAPE = re.compile(r"\\u\{([0-9a-f]+)\}")


class Worker:
    """Compiles jobs one after another, with the fonts kept from one to the next."""

    def __init__(self, folder: Path, narrow: list[str], wide: list[str]) -> None:
        self.folder = folder
        self.nowhere = folder / "packages"
        self.nowhere.mkdir(exist_ok=True)
        self.narrow, self.wide = narrow, wide
        self.fonts = self._fonts(narrow or wide)
        self.wide_fonts: typst.Fonts | None = None
        self.roots: list[str] = []

    @staticmethod
    def _fonts(places: list[str]) -> typst.Fonts:
        return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=places)

    def run(self, job: dict[str, Any]) -> dict[str, Any]:
        """The result of one job: `pdf`, or `error` with what the template's author needs to know."""
        root = self._root({name: base64.b64decode(text) for name, text in job["files"].items()})
        data = str(job["data"])
        missing: list[str] = []
        fonts = self.fonts
        while True:
            try:
                pdf = self._compile(root, job["main"], data, fonts, int(job["timestamp"]))
                return {"pdf": base64.b64encode(pdf).decode(), "missing": missing}
            except typst.TypstError as error:
                found = MISSING.search(error.message)
                if not found or len(missing) >= GAPS:
                    return {"error": explain(error, root)}
                if fonts is self.fonts and self.wide:
                    fonts = self.wide_fonts = self.wide_fonts or self._fonts([*self.narrow, *self.wide])
                    continue
                text = ESCAPE.sub(lambda m: chr(int(m[1], 16)), found["text"])
                cleaned = data if text.isascii() else data.replace(text, GAP)
                if cleaned == data:  # the template's own text, not a person's
                    return {"error": explain(error, root)}
                data = cleaned
                missing.append(text)

    def _compile(self, root: Path, main: str, data: str, fonts: typst.Fonts, timestamp: int) -> bytes:
        compiler = typst.Compiler(
            input=str(root / main),
            root=str(root),
            font_paths=fonts,
            ignore_system_fonts=True,
            sys_inputs={"data": data},
            package_path=str(self.nowhere),
            package_cache_path=str(self.nowhere),
        )
        made = compiler.compile(format="pdf", pdf_standards=["a-2b"], timestamp=timestamp)
        if not isinstance(made, bytes):
            raise TypeError("a PDF is one piece of bytes")
        return made

    def _root(self, files: dict[str, bytes]) -> Path:
        """A folder with exactly these files; the same files find the same folder again."""
        digest = hashlib.sha256()
        for name, content in sorted(files.items()):
            digest.update(f"{len(name)}:{name}:{len(content)}:".encode() + content)
        key = digest.hexdigest()
        root = self.folder / key
        if key not in self.roots:
            for name, content in files.items():
                place = root / name
                if ".." in Path(name).parts or not place.is_relative_to(root):
                    raise ValueError("a file outside the root")
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_bytes(content)
            self.roots.append(key)
            if len(self.roots) > ROOTS_KEPT:
                shutil.rmtree(self.folder / self.roots.pop(0), ignore_errors=True)
        return root


def explain(error: typst.TypstError, root: Path) -> str:
    """The message and its place, without this machine's paths."""
    place = re.search(r"┌─ (?P<file>\S+?):(?P<line>\d+):(?P<column>\d+)", error.diagnostic)
    text = error.message.replace(str(root), "")
    if place:
        text = f"{Path(place['file']).name}:{place['line']}: {text}"
    return "; ".join([text, *error.hints])[:800]


def limit(seconds: int) -> None:
    """Bounds that hold even when nobody watches: memory, files, and processor time for the next job."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (int(used.ru_utime + used.ru_stime) + seconds + 2, hard))


def main() -> None:
    """Serve jobs until stdin ends. Arguments: the folder, the narrow and the wide font folders (os.pathsep)."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_FSIZE, (FILE_BYTES, FILE_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    folder, narrow, wide = Path(sys.argv[1]), sys.argv[2], sys.argv[3]
    worker = Worker(folder, narrow.split(os.pathsep) if narrow else [], wide.split(os.pathsep) if wide else [])
    for line in sys.stdin.buffer:
        try:
            job = json.loads(line)
            limit(int(job["seconds"]))
            result = worker.run(job)
        except (ValueError, KeyError, TypeError, OSError, binascii.Error) as error:
            result = {"error": f"{type(error).__name__}: {error}"[:800]}
        sys.stdout.write(json.dumps(result) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
