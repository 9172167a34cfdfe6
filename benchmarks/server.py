"""The centre under measurement: `benchmarks/server.py DATA` is `onewindow serve` plus one route that stores
nothing, which shows what the same server does with the same validated body."""

import sys
from pathlib import Path
from typing import Any

from fastapi import APIRouter, FastAPI, Request, Response

from onewindow.api import create_app
from onewindow.api.parts import LeanRoute
from onewindow.cli import serving
from onewindow.registry.intake import Registration
from onewindow.settings import Settings

bare = APIRouter(route_class=LeanRoute)
_ANSWER = b'{"number": "none"}' + b" " * 500


@bare.post("/bench/bare", status_code=201)
async def validate_only(request: Request) -> Response:
    Registration.model_validate_json(await request.body())
    return Response(_ANSWER, 201, {"location": "/"}, "application/json")


def _with_bare_route(*given: Any, **named: Any) -> FastAPI:
    app = create_app(*given, **named)
    app.router.routes += bare.routes
    return app


def main() -> None:
    settings = Settings(data=Path(sys.argv[1]), port=0)
    serving.run(settings, serving.listen(settings), door=_with_bare_route)


if __name__ == "__main__":
    main()
