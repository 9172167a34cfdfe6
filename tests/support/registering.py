"""A kernel in a process of its own that registers matters until it is killed, and says each number it has answered."""

import argparse
import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from sqlalchemy.exc import IntegrityError

from onewindow.office.types import TownshipCode
from tests.support.path import Running, Time, Town, kernel_alone, settings_of

SIDE_BY_SIDE = 48
# One of so many is refused by the database in the middle of its transaction.
FAILING = 20


async def register_many(path: Running, code: TownshipCode, count: int, say: list[str]) -> int:
    """Register so many matters side by side, of which one in twenty fails; how many failed."""
    town = Town(path, code, "")
    places = asyncio.Semaphore(SIDE_BY_SIDE)

    async def one(number: int) -> bool:
        async with places:
            source = f"the same {id(path)}" if number % FAILING == 0 else None
            try:
                done = await path.centre.registrar.register(town.registration(), source=source)
            except IntegrityError:
                return False
            say.append(done.number)
            return True

    return (await asyncio.gather(*(one(number) for number in range(count)))).count(False)


class Aloud(list[str]):
    """Says what is put into it."""

    def append(self, item: str) -> None:
        os.write(1, item.encode() + b"\n")


@asynccontextmanager
async def registering(folder: Path, database: str, code: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """The process; killed at the end."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.support.registering", str(folder), database, code,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL, limit=1 << 24,
    )  # fmt: skip
    try:
        yield process
    finally:
        with suppress(ProcessLookupError):
            process.send_signal(signal.SIGKILL)
        await process.wait()


async def serve(folder: Path, database: str, code: str) -> None:
    async with kernel_alone(settings_of(folder, database=database), Time()) as path:
        while True:
            await register_many(path, TownshipCode(code), 400, Aloud())


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    for name in ("folder", "database", "code"):
        parser.add_argument(name)
    args = parser.parse_args()
    asyncio.run(serve(Path(args.folder), args.database, args.code))
