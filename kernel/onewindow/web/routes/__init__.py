"""The pages' routes, mounted on the same application as the API."""

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route

from onewindow.api.auth import Door
from onewindow.centre import Centre
from onewindow.web.routes import (
    account,
    admin,
    cases,
    changes,
    corrections,
    desk,
    files,
    lost,
    own,
    people,
    person,
    public,
    queue,
    search,
    supplement,
    taking_in,
    tracked,
    units,
    wishes,
)
from onewindow.web.routes.context import Elsewhere, Web, quiet


def mount(app: FastAPI, centre: Centre) -> None:
    """Put the pages, their style sheets and their error page on an application."""
    door: Door = app.state.door
    web = Web(centre, door)
    modules = (
        public,
        tracked,
        own,
        lost,
        account,
        desk,
        search,
        queue,
        cases,
        wishes,
        corrections,
        supplement,
        admin,
        people,
        person,
        units,
        taking_in,
        changes,
    )
    for module in modules:
        for path, methods, handler in module.routes(web):
            app.router.routes.append(Route(path, quiet(web, handler), methods=list(methods), include_in_schema=False))
    for path, served in files.mounts():
        app.router.routes.append(Mount(path, served))
    app.state.error_page = web.error_page
    app.state.web = web

    async def elsewhere(request: Request, error: Exception) -> Response:
        return await web.error_page(request, error)

    app.add_exception_handler(Elsewhere, elsewhere)
