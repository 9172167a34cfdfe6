"""The web application of a centre: REST v1, the pages, and the layer around both."""

import re
from importlib.util import find_spec
from typing import Any

import orjson
from fastapi import FastAPI, Request, Response
from starlette.routing import BaseRoute

from onewindow import __version__
from onewindow.access import operator
from onewindow.api import openapi, problems
from onewindow.api.auth import Door
from onewindow.api.parts import PREFIX
from onewindow.api.routes import (
    assignments,
    attachments,
    bus,
    cases,
    counter,
    documents,
    filters,
    health,
    imports,
    lists,
    organisation,
    own,
    people,
    recusals,
    registrations,
    sessions,
    supplement,
    tracking,
    upkeep,
)
from onewindow.api.shell import Shell
from onewindow.centre import Centre

OPERATOR_FILE = "operator.token"
# A file of five hundred rows, or somebody's photographs, is longer than a form.
CAPS = {f"{PREFIX}/imports": 32 << 20, "/admin/import": 8 << 20}
# Forms that carry files.
UPLOADS = tuple(
    re.compile(pattern)
    for pattern in (
        rf"{PREFIX}/cases/[^/]+/attachments",
        rf"{PREFIX}/tracking/attachments",
        r"/(?:file|register)",
        r"/case/[^/]+/(?:materials|act/[^/]+/[^/]+)",
        r"/case/[^/]+/documents/[^/]+/(?:serve|services/[^/]+)",
        r"/tracked/(?:materials?|act/[^/]+/[^/]+)",
    )
)
PAGES = "onewindow.web.routes"


def create_app(centre: Centre, *, pages: bool = True, operator_token: str | None = None) -> FastAPI:
    """The application of a centre that is started and stopped by whoever made it.

    Each application issues the token of the operator at this machine anew, unless it is given one.
    """
    settings = centre.settings
    app = FastAPI(
        title="OneWindow",
        version=__version__,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        # Nothing here is traced: looking for a provider costs every request.
        telemetry={"tracing": False, "metrics": False, "logs": False},
    )
    app.state.centre = centre
    app.state.door = Door(centre, operator_token or operator.issue(settings.data / OPERATOR_FILE))
    problems.install(app)
    app.router.routes += [*rest_v1(), *health.router.routes]
    _publish(app, centre)
    if pages and find_spec(PAGES) is not None:
        from importlib import import_module

        import_module(PAGES).mount(app, centre)
    app.add_middleware(
        Shell, caps=CAPS, uploads=UPLOADS, secure=settings.secure_cookies, default_language=settings.language
    )
    return app


def rest_v1() -> list[BaseRoute]:
    """The operations of REST v1, the busiest first. In one list: a request looks for its route once, where included
    routers would each look, and look again when they have found it."""
    modules = (
        assignments,
        registrations,
        recusals,
        lists,
        filters,
        documents,
        attachments,
        tracking,
        own,
        counter,
        sessions,
        people,
        organisation,
        upkeep,
        imports,
        bus,
    )
    others = (*(module.router for module in modules), attachments.by_code, counter.lost)
    return [route for router in (cases.lean, supplement.router, cases.router, *others) for route in router.routes]


def _publish(app: FastAPI, centre: Centre) -> None:
    """Serve the OpenAPI text, made anew when other offices are enabled."""
    made: dict[int, bytes] = {}

    def text() -> dict[str, Any]:
        return openapi.document(app, centre)

    async def send(_request: Request) -> Response:
        version = centre.book.current.version
        if version not in made:
            made.clear()
            made[version] = orjson.dumps(text())
        return Response(made[version], media_type="application/json")

    app.openapi = text  # type: ignore[method-assign]  # FastAPI documents this way
    app.add_route(f"{PREFIX}/openapi.json", send, include_in_schema=False)
