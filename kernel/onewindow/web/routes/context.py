"""What every route of the pages shares: who comes, the frame around the page, flashes, forms and error pages."""

import json
import secrets
import traceback
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import structlog
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from onewindow.access import guard
from onewindow.access.policy import may_ever
from onewindow.access.principal import PartyKey, Principal
from onewindow.access.vault import CannotOpen
from onewindow.api import problems
from onewindow.api.auth import PARTY_COOKIE, Door, Entered
from onewindow.api.language import language
from onewindow.centre import Centre
from onewindow.errors import OneWindowError, Unauthenticated
from onewindow.i18n import _, translate
from onewindow.office.types import TownshipCode
from onewindow.web.labels import label
from onewindow.web.nav import menu
from onewindow.web.templates import Flash, Frame, Pages, Problem, Viewer

VISIT_COOKIE = "ow_visit"
FLASH_COOKIE = "ow_flash"
FLASH_SECONDS = 120
CSRF_FIELD = "csrf_token"
log = structlog.get_logger(__name__)


class Elsewhere(Exception):
    """Go to another page of ours instead."""

    def __init__(self, path: str, flash: Flash | None = None) -> None:
        self.path = path
        self.flash = flash
        super().__init__(path)


@dataclass(slots=True)
class Visit:
    """One request: who comes, in which language, and the token that their forms carry."""

    request: Request
    lang: str
    entered: Entered | None
    csrf: str
    party: PartyKey | None = None
    flashes: tuple[Flash, ...] = ()
    cookies: list[tuple[str, str, int | None]] = field(default_factory=list)

    @property
    def principal(self) -> Principal | None:
        return self.entered.principal if self.entered else None

    @property
    def address(self) -> str:
        client = self.request.client
        return client.host if client else ""

    def say(self, msgid: str, **params: Any) -> str:
        """A message in this visitor's language."""
        return translate(msgid, self.lang, **params)


class Web:
    """The pages of one centre."""

    def __init__(self, centre: Centre, door: Door, pages: Pages | None = None) -> None:
        self.centre = centre
        self.door = door
        self.pages = pages or Pages()

    # Who comes -------------------------------------------------------------------------------------------------------

    async def visit(self, request: Request, form: FormData | None = None) -> Visit:
        """Whoever comes to a page for everybody. With a form: its token is checked.

        Raises:
            Forbidden: a form without the token of the page that it was on.
        """
        given = _token(form)
        entered = await self.door.enter(request.scope, form_token=given)
        if entered is not None:
            return self._visit(request, entered, entered.caller.csrf)
        cookie = request.cookies.get(VISIT_COOKIE, "")
        fresh = not (16 <= len(cookie) <= 64 and cookie.isascii())
        if fresh:
            cookie = secrets.token_urlsafe(24)
        csrf = self.centre.vault.digest("visit-csrf", cookie)
        guard.require_token(request.method, "" if fresh else csrf, given)
        visit = self._visit(request, None, csrf)
        if fresh:
            visit.cookies.append((VISIT_COOKIE, cookie, None))
        return visit

    async def staff(self, request: Request, form: FormData | None = None) -> Visit:
        """Somebody of the staff with a password of their own.

        Raises:
            Unauthenticated, Forbidden: nobody is logged in, or the form lacks its token.
            Elsewhere: they have to change their password first.
        """
        entered = await self.door.enter(request.scope, form_token=_token(form))
        if entered is None:
            raise Unauthenticated()
        if entered.principal.must_change:
            raise Elsewhere("/password")
        return self._visit(request, entered, entered.caller.csrf)

    async def by_code(self, request: Request, form: FormData | None = None) -> Visit:
        """A party who came with their code a short while ago.

        Raises:
            Elsewhere: nobody did.
            Forbidden: the form lacks its token.
        """
        try:
            key = self.door.party(request.scope, form_token=_token(form))
        except Unauthenticated:
            raise Elsewhere("/track", Flash(_("请输入查询码"), "info")) from None
        visit = self._visit(request, None, self.door.party_csrf(request.cookies.get(PARTY_COOKIE, "")))
        visit.party = key
        return visit

    def _visit(self, request: Request, entered: Entered | None, csrf: str) -> Visit:
        return Visit(request, language(request.scope), entered, csrf, flashes=self._flashes(request))

    # Pages -----------------------------------------------------------------------------------------------------------

    def frame(self, visit: Visit, *, path: str | None = None, problem: Problem | None = None) -> Frame:
        """The frame around a page; `path` is where the page can be got again."""
        url = visit.request.url
        here = path or url.path + (f"?{url.query}" if url.query else "")
        who = visit.principal
        may = None if who is None else (lambda action: not who.must_change and may_ever(who, action))
        nav = menu(visit.request.url.path if path is None else path, may)
        viewer = None if who is None else Viewer(who.name, self._posts(who, visit.lang))
        place = self._place(visit)
        return Frame(self.centre.now(), visit.lang, here, place, visit.csrf, viewer, nav, visit.flashes, problem)

    def _place(self, visit: Visit) -> str:
        townships = self.centre.organisation.current.townships
        code = None
        if visit.party is not None:
            code = visit.party.township
        elif visit.principal is not None and visit.principal.own_posts:
            code = visit.principal.own_posts[0].township
        row = townships.get(TownshipCode(code)) if code else None
        return row.name if row else self.centre.settings.district_name

    def _posts(self, who: Principal, lang: str) -> tuple[str, ...]:
        organisation = self.centre.organisation.current
        found = []
        for post in who.posts:
            unit = organisation.title(post.unit_id)
            title = translate(label(post.role, "role"), lang)
            found.append(f"{unit} · {title}" if unit else title)
        return tuple(dict.fromkeys(found))

    def page(
        self,
        visit: Visit,
        template: str,
        *,
        status_code: int = 200,
        path: str | None = None,
        trouble: Problem | None = None,
        **context: Any,
    ) -> Response:
        """A page; nothing that anybody sees here may be kept by a browser or a proxy."""
        html = self.pages.render(template, self.frame(visit, path=path, problem=trouble), **context)
        kept_nowhere = {"Cache-Control": "no-store", "Vary": "Cookie, Accept-Language"}
        response = HTMLResponse(html, status_code, headers=kept_nowhere)
        if visit.flashes:
            response.delete_cookie(FLASH_COOKIE, path="/", httponly=True)
        return self._with_cookies(visit, response)

    def _with_cookies(self, visit: Visit, response: Response) -> Response:
        for name, value, seconds in visit.cookies:
            self.set_cookie(response, name, value, seconds)
        return response

    def set_cookie(
        self, response: Response, name: str, value: str, seconds: int | None = None, *, path: str = "/"
    ) -> None:
        """A cookie that scripts cannot read."""
        secure = self.centre.settings.secure_cookies
        response.set_cookie(name, value, max_age=seconds, path=path, secure=secure, httponly=True, samesite="lax")

    def go(self, path: str, flash: Flash | None = None) -> Response:
        """Go to another page, which says what happened."""
        response = RedirectResponse(path, 303, headers={"Cache-Control": "no-store"})
        if flash is not None:
            kept = self.seal("flash", [flash.message, flash.kind])
            self.set_cookie(response, FLASH_COOKIE, kept, FLASH_SECONDS)
        return response

    def _flashes(self, request: Request) -> tuple[Flash, ...]:
        kept = self.unseal("flash", request.cookies.get(FLASH_COOKIE, ""))
        return (Flash(kept[0], kept[1]),) if isinstance(kept, list) and len(kept) == 2 else ()

    # What a browser carries for us -----------------------------------------------------------------------------------

    def seal(self, purpose: str, value: Any) -> str:
        """A value that a cookie may carry: nobody reads or changes it."""
        sealed = self.centre.vault.seal(f"web-{purpose}", json.dumps(value, ensure_ascii=False).encode())
        return urlsafe_b64encode(sealed).rstrip(b"=").decode()

    def unseal(self, purpose: str, text: str) -> Any:
        """What `seal` made, or None."""
        if not text:
            return None
        try:
            plain = self.centre.vault.open(f"web-{purpose}", urlsafe_b64decode(text + "=" * (-len(text) % 4)))
            return json.loads(plain)
        except (CannotOpen, ValueError):
            return None

    # Errors ----------------------------------------------------------------------------------------------------------

    def problem(self, request: Request, error: Exception) -> Problem:
        """What went wrong, as a page says it."""
        lang = language(request.scope)
        if isinstance(error, OneWindowError):
            said = problems.of_error(error, lang)
        else:
            said = problems.of_status(getattr(error, "status_code", 500), lang)
        fields = "；".join(dict.fromkeys(one.detail for one in said.errors or ()))
        remedy = said.remedy or ""
        if said.status == 404 and not remedy:
            remedy = translate(_("核对编号或地址，或者回到清单"), lang)
        return Problem(said.status, said.title, said.detail or fields, remedy, request.scope.get("ow_request_id", ""))

    async def error_page(self, request: Request, error: Exception) -> Response:
        """The answer to an error for somebody with a browser."""
        if isinstance(error, Elsewhere):
            return self.go(error.path, error.flash)
        if isinstance(error, Unauthenticated) and request.url.path != "/login":
            here = request.url.path + (f"?{request.url.query}" if request.url.query else "")
            onward = f"?next={quote(here, safe='')}" if request.method == "GET" else ""
            return self.go(f"/login{onward}")
        problem = self.problem(request, error)
        try:
            entered = await self.door.enter({**request.scope, "method": "GET"})
        except OneWindowError:
            entered = None
        visit = self._visit(request, entered, entered.caller.csrf if entered else "")
        path = None if request.method == "GET" else "/"
        return self.page(visit, "error.html", status_code=problem.status, path=path, problem=problem)


Handler = Callable[[Request], Awaitable[Response]]


def quiet(web: Web, handler: Handler) -> Handler:
    """A handler whose unforeseen failure is a page for the reader, and a line without anybody's words for the log."""

    async def handle(request: Request) -> Response:
        try:
            return await handler(request)
        except (OneWindowError, HTTPException, Elsewhere) as error:
            return await web.error_page(request, error)
        except Exception as error:
            where = [f"{f.filename}:{f.lineno} {f.name}" for f in traceback.extract_tb(error.__traceback__)[-6:]]
            known = request.scope.get("ow_request_id", "")
            log.error("page.failed", request=known, error=type(error).__name__, at=where)
            return await web.error_page(request, HTTPException(500))
        finally:
            # The files of a form lie in temporary files that are ours to close.
            await request.close()

    return handle


def local(path: str | None, otherwise: str) -> str:
    """A path of our own that somebody may be sent to, else the other one."""
    text = path or ""
    inside = text.startswith("/") and not text.startswith("//") and "\\" not in text
    return text if inside and text.isprintable() and len(text) <= 500 else otherwise


def _token(form: FormData | None) -> str | None:
    """The token of a posted form; one that lacks it has the empty one, which never fits."""
    if form is None:
        return None
    value = form.get(CSRF_FIELD)
    return value if isinstance(value, str) else ""


def text_of(form: FormData, name: str) -> str:
    """A single text of a form."""
    value = form.get(name)
    return value.strip() if isinstance(value, str) else ""
