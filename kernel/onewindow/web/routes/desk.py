"""Being written."""

from onewindow.web.routes.context import Handler, Web


def routes(web: Web) -> list[tuple[str, tuple[str, ...], Handler]]:
    return []
