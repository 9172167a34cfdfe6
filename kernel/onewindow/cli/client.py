"""The CLI's way to a centre: over the network while it runs, in process while it does not; always through the API."""

import asyncio
import contextlib
import secrets
from collections.abc import AsyncIterator, Mapping
from typing import Any

import httpx
import typer

from onewindow.cli import running, sessions
from onewindow.cli.context import Context
from onewindow.cli.exits import of_status
from onewindow.errors import Misconfigured, Unavailable
from onewindow.i18n import _
from onewindow.office.types import new_id
from onewindow.setup.init import is_initialised

API = "/api/v1"
TIMEOUT = 60.0


class Client:
    """Asks the API as the user, or as the operator of this machine."""

    def __init__(self, context: Context, http: httpx.AsyncClient, *, place: str, operator: str | None):
        self._context = context
        self._http = http
        self._operator = operator
        self.place = place
        self.session = sessions.token(place)

    async def get(self, path: str, *, admin: bool = False, **params: Any) -> Any:
        return await self.send("GET", path, admin=admin, params=params)

    async def post(self, path: str, body: Mapping[str, Any] | None = None, *, admin: bool = False, **more: Any) -> Any:
        return await self.send("POST", path, admin=admin, body=body or {}, **more)

    async def send(
        self,
        method: str,
        path: str,
        *,
        admin: bool = False,
        body: Any = None,
        params: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        anonymous: bool = False,
    ) -> Any:
        """One request; what comes back, decoded. A refusal ends the command with its reason and its exit code."""
        answer = await self.answer(
            method, path, admin=admin, body=body, params=params, headers=headers, anonymous=anonymous
        )
        if answer.status_code >= 400:
            self.refused(answer)
        if answer.headers.get("content-type", "").split(";")[0].endswith("json"):
            return answer.json() if answer.content else None
        return answer.content or None

    async def answer(
        self,
        method: str,
        path: str,
        *,
        admin: bool = False,
        body: Any = None,
        params: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        anonymous: bool = False,
    ) -> httpx.Response:
        """The same, as it was answered. Administration comes as the operator, then as the user if that is refused."""
        key = {} if method == "GET" else {"Idempotency-Key": new_id()}
        sent = {"Accept-Language": self._context.lang, **key, **(headers or {})}
        tokens = [self._operator, self.session] if admin else [self.session]
        known: list[str | None] = [] if anonymous else [token for token in tokens if token]
        given = {name: value for name, value in (params or {}).items() if value is not None}
        first: httpx.Response | None = None
        for token in known or [None]:
            with_token = {**sent, "Authorization": f"Bearer {token}"} if token else sent
            try:
                answer = await self._http.request(method, API + path, params=given, json=body, headers=with_token)
            except httpx.TransportError as error:
                raise Unavailable(
                    _("连不上中心 {url}"), remedy=_("确认它在运行：onewindow doctor"), url=self.place
                ) from error
            if answer.status_code not in (401, 403):
                return answer
            first = first or answer
        assert first is not None
        return first

    def refused(self, answer: httpx.Response) -> None:
        """Say what the API answered and end."""
        try:
            problem = answer.json()
        except ValueError:
            problem = {}
        context = self._context
        title = problem.get("title") or f"HTTP {answer.status_code}"
        detail = problem.get("detail") or ""
        context.note(_("{title}：{detail}") if detail and detail != title else "{title}", title=title, detail=detail)
        for field, why in _fields(problem):
            context.note(f"  {field}: {why}")
        if problem.get("remedy"):
            context.note("→ " + str(problem["remedy"]))
        elif answer.status_code == 401:
            context.note(_("→ 先登录：onewindow login"))
        raise typer.Exit(int(of_status(answer.status_code)))

    async def pages(self, path: str, *, admin: bool = False, most: int = 1000, **params: Any) -> list[dict[str, Any]]:
        """All items of a list, page by page."""
        found: list[dict[str, Any]] = []
        after: str | None = None
        while True:
            page = await self.get(path, admin=admin, after=after, **params)
            if isinstance(page, list):
                return page
            found += page["items"]
            after = page.get("next")
            if not after or len(found) >= most:
                return found[:most]


def _fields(problem: Mapping[str, Any]) -> list[tuple[str, str]]:
    found = []
    for entry in problem.get("errors") or []:
        if isinstance(entry, Mapping):
            where = str(entry.get("pointer") or entry.get("field") or "").lstrip("#/")
            found.append((where, str(entry.get("detail") or entry.get("message") or "")))
    return found


@contextlib.asynccontextmanager
async def connect(context: Context) -> AsyncIterator[Client]:
    """A client of the centre: the one at `--url`, the one that runs on the data folder, or one in this process."""
    settings = context.settings
    if context.url:
        async with httpx.AsyncClient(base_url=context.url, timeout=TIMEOUT) as http:
            yield Client(context, http, place=context.url, operator=None)
        return
    place = f"data:{settings.data.absolute()}"
    found = running.find(settings)
    if found is not None:
        # Never through a proxy: this is the same machine.
        async with httpx.AsyncClient(base_url=found.url, timeout=TIMEOUT, trust_env=False) as http:
            yield Client(context, http, place=place, operator=running.operator_token(settings))
        return
    if not is_initialised(settings):
        raise Misconfigured(
            _("{data} 里没有中心的数据"),
            remedy=_("先运行 onewindow init，或用 --data、--url 指明中心"),
            data=str(settings.data),
        )
    async with _in_process(context) as http_:
        http, token = http_
        yield Client(context, http, place=place, operator=token)


@contextlib.asynccontextmanager
async def _in_process(context: Context) -> AsyncIterator[tuple[httpx.AsyncClient, str]]:
    from onewindow.api import create_app
    from onewindow.centre import Centre

    centre = Centre(context.settings)
    await centre.start()
    try:
        token = secrets.token_urlsafe(32)
        transport = httpx.ASGITransport(app=create_app(centre, pages=False, operator_token=token))
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1", timeout=TIMEOUT) as http:
            yield http, token
    finally:
        await asyncio.shield(centre.stop())
