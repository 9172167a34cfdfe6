"""Files that only their owner may read, on the disk before anybody relies on them."""

import os
import stat
from pathlib import Path


def write_private(path: Path, content: bytes, *, replace: bool = False) -> None:
    """A file with mode 0600, synced; an existing one stays as it is unless it is to be replaced, in one step.

    Raises:
        FileExistsError: it is there already.
    """
    target = path.with_name(f".{path.name}.new") if replace else path
    if replace:
        target.unlink(missing_ok=True)
    with os.fdopen(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    if replace:
        os.replace(target, path)
    if os.name == "posix":
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def is_private(descriptor: int) -> bool:
    """Whether nobody but the owner may touch an open file."""
    return os.name != "posix" or not stat.S_IMODE(os.fstat(descriptor).st_mode) & 0o077
