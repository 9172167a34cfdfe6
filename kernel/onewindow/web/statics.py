"""Our own style sheet, script and pictures: where they lie, and addresses that change with their content."""

import hashlib
from importlib.resources import files
from importlib.resources.abc import Traversable

MOUNT = "/static"


def folder() -> Traversable:
    """The folder that the web server serves under `MOUNT`."""
    return files("onewindow.web") / "static"


class Statics:
    """The addresses of our own files; a file's content is in its address, so browsers may keep it for good."""

    def __init__(self, mount: str = MOUNT) -> None:
        self._mount = mount
        self._known: dict[str, str] = {}

    def url(self, name: str) -> str:
        """The address of a file.

        Raises:
            FileNotFoundError: if there is no such file.
        """
        if name not in self._known:
            digest = hashlib.sha256((folder() / name).read_bytes()).hexdigest()[:12]
            self._known[name] = f"{self._mount}/{name}?v={digest}"
        return self._known[name]
