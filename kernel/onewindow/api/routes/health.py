"""Whether the centre is alive and ready, for whoever watches it."""

from typing import Any

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from sqlalchemy import text

from onewindow.api import models_admin as out
from onewindow.api.auth import At

router = APIRouter(tags=["health"], include_in_schema=False)


@router.get("/healthz")
async def healthz() -> out.HealthOut:
    """The process answers."""
    return out.HealthOut(status="ok")


@router.get("/readyz")
async def readyz(centre: At) -> Any:
    """The store can be read and the bus is connected; an office that is away does not count against it."""
    try:
        store = bool(await centre.store.read(lambda c: c.execute(text("select 1")).scalar()))
    except Exception:
        store = False
    board = getattr(centre, "switchboard", None)
    bus = bool(board and board.connection.connected)
    offices = {str(o): bool(board and board.is_answering(o)) for o in sorted(centre.book.current.known)}
    ready = out.ReadyOut(status="ready" if store and bus else "not ready", store=store, bus=bus, offices=offices)
    return JSONResponse(ready.model_dump(), 200 if store and bus else 503)
