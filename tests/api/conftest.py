"""A centre behind a real HTTP server in a thread of its own, for tools that speak HTTP and nothing else."""

import asyncio
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import uvicorn

from tests.support.centre import EAST, OPERATOR, Arranged, make_centre, matter

ROLES = ("deputy", "handler", "sysadmin", "district_admin")


@dataclass
class Served:
    """Where the centre listens, tokens by role, and real values for what an address names."""

    url: str = ""
    tokens: dict[str, str] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The centre, until the module's tests are done."""
    found, ready, stop = Served(), threading.Event(), threading.Event()
    failures: list[BaseException] = []
    folder = tmp_path_factory.mktemp("served")

    def run() -> None:
        try:
            asyncio.run(_serve(folder, found, ready, stop))
        except BaseException as error:
            failures.append(error)
        finally:
            ready.set()

    thread = threading.Thread(target=run, name="centre")
    thread.start()
    ready.wait(60)
    if failures:
        raise failures[0]
    yield found
    stop.set()
    thread.join(30)


async def _serve(folder: Path, found: Served, ready: threading.Event, stop: threading.Event) -> None:
    async with make_centre(folder, pages=False) as here:
        config = uvicorn.Config(here.app, port=0, lifespan="off", log_config=None, access_log=False, ws="none")
        server = uvicorn.Server(config)
        server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]
        serving = asyncio.create_task(server._serve())
        while not server.started:
            await asyncio.sleep(0.01)
        port = server.servers[0].sockets[0].getsockname()[1]
        found.url = f"http://127.0.0.1:{port}"
        await _arrange(here, found)
        ready.set()
        while not stop.is_set():
            await asyncio.sleep(0.05)
        server.should_exit = True
        await serving


async def _arrange(here: Arranged, found: Served) -> None:
    """One matter that the handler has signed for, and who may ask about it."""
    made = await here.register()
    handler = await here.client("handler")
    row = (await handler.get("/api/v1/queue")).json()["items"][0]
    await handler.post(f"/api/v1/cases/{made['number']}/assignments/{row['id']}/signature")
    paper = await here.register(**matter(category="0801", track="B"))
    party = await here.party(made["code"])
    found.tokens = {role: await here.token(role) for role in ROLES}
    found.tokens |= {"party": party.headers["Authorization"].removeprefix("Bearer "), "operator": OPERATOR}
    found.names = {
        "number": made["number"],
        "paper": paper["number"],
        "assignment": row["id"],
        "party": next(iter(made["codes"])),
        "action": "accept",
        "township": EAST,
        "office": "petition",
        "unit": here.units["east-market"],
        "user": here.staff["west_handler"],
    }
