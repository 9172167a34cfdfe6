"""A process that registers and indexes until it is killed: python -m tests.search.worker DATA DATABASE TOWNSHIP."""

import asyncio
import itertools
import sys
from pathlib import Path

from onewindow.registry.intake import PartyInput, Registration
from tests.support.path import kernel_alone, settings_of


async def main(data: str, database: str, township: str) -> None:
    async with kernel_alone(settings_of(Path(data), database=database)) as path:
        centre = path.centre

        async def register() -> None:
            for serial in itertools.count():
                text = f"第{serial}次反映夜间噪音扰民"
                party = PartyInput(name="何满仓", phone="13905301234")
                await centre.registrar.register(Registration(township=township, text=text, parties=[party]))
                sys.stdout.write(f"{serial}\n")
                sys.stdout.flush()

        async def follow() -> None:
            while True:
                done, _coming = await centre.indexer._step()
                sys.stdout.write("indexed\n" * bool(done))
                sys.stdout.flush()
                await asyncio.sleep(0.01)

        await asyncio.gather(*(register() for _ in range(8)), follow())


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:4]))
