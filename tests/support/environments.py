"""Our distributions as wheels, and light isolated environments that hold chosen ones: as a department installs them.

Everybody else's packages are shared with the tests' own environment by links, so nothing is downloaded. Wheels and
environments are made once for each state of the sources, under a lock that the workers of a run share.
"""

import fcntl
import hashlib
import shutil
import subprocess
import sys
import sysconfig
import time
import venv
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HOME = ROOT / "build" / "environments"
SOURCES = {
    "onewindow-assets": "kernel/assets",
    "onewindow": "kernel",
    "onewindow-mediation": "plugins/mediation",
    "onewindow-petition": "plugins/petition",
}
KEPT_SECONDS = 24 * 3600
_NOT_SOURCES = frozenset({"__pycache__", "node_modules", "dist", "build"})


@dataclass(frozen=True)
class Environment:
    """A virtual environment with some of our distributions, installed from their wheels."""

    folder: Path

    @property
    def python(self) -> Path:
        return self.folder / "bin" / "python"

    @property
    def onewindow(self) -> Path:
        """The command."""
        return self.folder / "bin" / "onewindow"


def own() -> Environment:
    """The environment that the tests run in: every office is installed, from its sources."""
    return Environment(Path(sys.prefix))


def environment(*distributions: str) -> Environment:
    """An environment with these of our distributions and no other."""
    for name in distributions:
        if name not in SOURCES:
            raise ValueError(f"not a distribution of ours: {name}")
    folder = HOME / _digest()
    made = folder / "-".join(sorted(distributions))
    with _locked(folder):
        if not (made / "ready").exists():
            _make(made, [_wheel(folder, name) for name in distributions], _third_party(folder))
            (made / "ready").touch()
    return Environment(made)


def centre_without_offices() -> Environment:
    """The kernel and its assets: what a centre needs that runs none of its offices itself."""
    return environment("onewindow", "onewindow-assets")


def petition_alone() -> Environment:
    """The kernel and petition: what the petition office needs on a machine of its own."""
    return environment("onewindow", "onewindow-petition")


def mediation_alone() -> Environment:
    """The same for mediation."""
    return environment("onewindow", "onewindow-mediation")


# Making them -------------------------------------------------------------------------------------------------------


def _make(folder: Path, wheels: Iterable[Path], third_party: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    venv.EnvBuilder(symlinks=True, with_pip=False).create(folder)
    made = Environment(folder)
    python = f"python{sys.version_info.major}.{sys.version_info.minor}"
    (folder / "lib" / python / "site-packages" / "shared.pth").write_text(f"{third_party}\n")
    # The one program among the shared packages that ours call.
    program = Path(sysconfig.get_path("scripts")) / "nats-server"
    if program.exists():
        (folder / "bin" / program.name).symlink_to(program)
    pip = [sys.executable, "-m", "pip", "--python", str(made.python), "--disable-pip-version-check", "--quiet"]
    install = ["install", "--no-deps", "--no-index", "--no-compile", "--no-warn-script-location"]
    _run([*pip, *install, *map(str, wheels)])


def _third_party(folder: Path) -> Path:
    """Links to everything in the tests' environment that is not ours; what `.pth` files bring is left out with them."""
    shared = folder / "third-party"
    if not shared.exists():
        draft = folder / "third-party.new"
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir()
        for place in {Path(sysconfig.get_path("purelib")), Path(sysconfig.get_path("platlib"))}:
            for entry in place.iterdir():
                ours = entry.name.startswith(("onewindow", "__editable__"))
                if not ours and entry.suffix != ".pth" and entry.name != "__pycache__":
                    (draft / entry.name).symlink_to(entry)
        draft.rename(shared)
    return shared


def _wheel(folder: Path, name: str) -> Path:
    """The wheel of one of our distributions."""
    place = folder / "wheels" / name
    if not place.exists():
        draft = place.with_name(f"{name}.new")
        shutil.rmtree(draft, ignore_errors=True)
        _run([sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(draft)], ROOT / SOURCES[name])
        draft.rename(place)
    return next(place.glob("*.whl"))


def _run(command: list[str], folder: Path | None = None) -> None:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(f"failed: {' '.join(command)}\n{done.stdout}{done.stderr}")


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    folder.mkdir(parents=True, exist_ok=True)
    with (HOME / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        # Those of sources that are no more.
        for other in HOME.iterdir():
            if other.is_dir() and other != folder and time.time() - other.stat().st_mtime > KEPT_SECONDS:
                shutil.rmtree(other, ignore_errors=True)
        yield


def _digest() -> str:
    """A name for the sources as they are, and for the environment whose packages are shared."""
    digest = hashlib.sha256(f"{sys.version} {sys.prefix}".encode())
    for source in SOURCES.values():
        for path in _files(ROOT / source):
            status = path.stat()
            digest.update(f"{path}\0{status.st_mtime_ns}\0{status.st_size}\n".encode())
    shared = Path(sysconfig.get_path("purelib"))
    digest.update("\n".join(sorted(entry.name for entry in shared.iterdir())).encode())
    return digest.hexdigest()[:16]


def _files(folder: Path) -> Iterator[Path]:
    for entry in sorted(folder.iterdir()):
        if entry.is_dir():
            if entry.name not in _NOT_SOURCES and not (entry / "pyproject.toml").exists():
                yield from _files(entry)
        elif entry.suffix != ".pyc":
            yield entry
