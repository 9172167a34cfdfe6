"""A process that writes until it is killed: python -m tests.unit.store.writer URL NAME, acknowledging each number."""

import asyncio
import sys

from sqlalchemy import Column, Integer, MetaData, String, Table

from onewindow.store import Store, Tx, counter_table, new_metadata


def declare() -> tuple[MetaData, Table]:
    metadata = new_metadata()
    counter_table(metadata)
    columns = Column("id", String, primary_key=True), Column("number", Integer), Column("series", String)
    return metadata, Table("matter", metadata, *columns)


async def main(url: str, name: str) -> None:
    metadata, matter = declare()
    store = Store.open(url, metadata=metadata, schema="window")

    async def one(worker: int) -> None:
        serial = 0
        while True:
            serial += 1
            # Two kernels take the series in opposite orders; that must not deadlock them.
            series = "ab" if name < "n" else "ba"
            row = f"{name}-{worker}-{serial}"

            def work(tx: Tx, series: str = series, row: str = row) -> list[str]:
                given = [(each, tx.number(each)) for each in series]
                for each, number in given:
                    tx.insert(matter, {"id": f"{row}-{each}", "number": number, "series": each})
                return [f"{each} {number}" for each, number in given]

            for line in await store.write(work, counters=list(series)):
                sys.stdout.write(line + "\n")
            sys.stdout.flush()

    await asyncio.gather(*(one(worker) for worker in range(40)))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2]))
