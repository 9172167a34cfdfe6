"""An office in a process of its own, for tests: with a shifted clock, and killed on demand between commit and reply."""

import argparse
import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from onewindow.bus.credentials import Credentials
from onewindow.bus.service import Request
from onewindow.host import run
from onewindow.host.host import Host
from onewindow.host.run import run_office
from onewindow.plugins.discovery import discover

READY = b"ready\n"
READY_SECONDS = 30.0


class DyingHost(Host):
    """Dies after it has committed a command and before it has replied, if the file is there; once."""

    trap: Path

    async def _act(self, request: Request) -> bytes:
        reply = await super()._act(request)
        if self.trap.exists():
            self.trap.unlink()
            os.kill(os.getpid(), signal.SIGKILL)
        return reply


class OfficeProcess:
    """A running office: stop it, freeze it, let it go on, kill it."""

    def __init__(self, process: asyncio.subprocess.Process, trap: Path) -> None:
        self.process = process
        self.trap = trap

    def freeze(self) -> None:
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self.process.send_signal(signal.SIGCONT)

    def die_before_the_reply(self) -> None:
        """The next command is the last one that it takes."""
        self.trap.touch()

    async def stop(self) -> None:
        if self.process.returncode is None:
            with suppress(ProcessLookupError):
                self.thaw()
                self.process.terminate()
        await self.process.wait()


@asynccontextmanager
async def office_process(
    credentials: Credentials, folder: Path, *, url: str = "", shift: float = 0.0, office: str = "petition"
) -> AsyncIterator[OfficeProcess]:
    """Start the office and wait until the kernel has accepted it; its store stays in the folder."""
    folder.mkdir(exist_ok=True)
    paper, trap = folder / f"{office}.credentials", folder / f"{office}.trap"
    credentials.save(paper)
    url = url or f"sqlite:///{folder / f'{office}.db'}"
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.support.office_process", office, str(paper), url, str(trap), str(shift),
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    running = OfficeProcess(process, trap)
    try:
        assert process.stdout is not None
        async with asyncio.timeout(READY_SECONDS):
            while (line := await process.stdout.readline()) != READY:
                assert line, "the office ended before it was ready"
        yield running
    finally:
        await running.stop()


def main() -> None:
    parser = argparse.ArgumentParser()
    for name in ("office", "credentials", "url", "trap", "shift"):
        parser.add_argument(name)
    args = parser.parse_args()
    office = next(found.office for found in discover() if found.id == args.office)
    assert office is not None
    DyingHost.trap = Path(args.trap)
    vars(run)["Host"] = DyingHost
    ahead = timedelta(seconds=float(args.shift))
    asyncio.run(
        run_office(
            office,
            Credentials.load(Path(args.credentials)),
            args.url,
            lambda: datetime.now(UTC) + ahead,
            ready=lambda: print("ready", flush=True),
            reconcile_seconds=0.5,
        )
    )


if __name__ == "__main__":
    main()
