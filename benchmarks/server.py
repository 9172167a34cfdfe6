"""The centre under measurement: `benchmarks/server.py DATA` is `onewindow serve` plus one route that stores
nothing, which shows what the same server does with the same validated body."""

import asyncio
import contextlib
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import uvicorn
import uvloop
from fastapi import APIRouter, Request, Response

from onewindow.api import create_app
from onewindow.api.parts import LeanRoute
from onewindow.centre import Centre
from onewindow.cli import running
from onewindow.cli.serving import SWITCH_SECONDS
from onewindow.registry.intake import Registration
from onewindow.settings import Settings

bare = APIRouter(route_class=LeanRoute)
_ANSWER = b'{"number": "none"}' + b" " * 500


@bare.post("/bench/bare", status_code=201)
async def validate_only(request: Request) -> Response:
    Registration.model_validate_json(await request.body())
    return Response(_ANSWER, 201, {"location": "/"}, "application/json")


class _Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


async def serve(data: Path) -> None:
    settings = Settings(data=data)
    centre = Centre(settings)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for sign in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(sign, stop.set)
    await centre.start()
    try:
        app = create_app(centre)
        app.include_router(bare)
        config = uvicorn.Config(
            app, port=0, http="httptools", ws="none", lifespan="off", log_config=None, access_log=False,
            server_header=False,
        )  # fmt: skip
        server = _Server(config)
        serving = asyncio.create_task(server.serve())
        while not server.started:
            await asyncio.sleep(0.01)
        port = server.servers[0].sockets[0].getsockname()[1]
        running.announce(settings, f"http://127.0.0.1:{port}")
        await stop.wait()
        server.should_exit = True
        await serving
    finally:
        await centre.stop()


def main() -> None:
    sys.setswitchinterval(SWITCH_SECONDS)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(serve(Path(sys.argv[1])))


if __name__ == "__main__":
    main()
