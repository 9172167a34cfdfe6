"""Staff: logging in and out, and one's own password."""

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import Response

from onewindow.access.actions import Action
from onewindow.access.policy import may_ever
from onewindow.access.principal import Principal
from onewindow.api.auth import Entered
from onewindow.errors import BadInput, TooMany, Unauthenticated
from onewindow.i18n import _
from onewindow.organisation.roles import Role
from onewindow.web import forms, intake
from onewindow.web.messages import by_field
from onewindow.web.nav import menu
from onewindow.web.routes.context import Elsewhere, Handler, Visit, Web, local, text_of
from onewindow.web.templates import Flash

# Whose work begins with what came to their unit, not with the register.
AT_THE_QUEUE = frozenset({Role.HANDLER, Role.HEAD, Role.MEDIATOR})
PASSWORD_FIELDS = {"old": "current", "password": "fresh"}


def routes(web: Web) -> list[tuple[str, tuple[str, ...], Handler]]:
    """The addresses of this module."""
    pages = Account(web)
    return [
        ("/login", ("GET",), pages.login),
        ("/login", ("POST",), pages.log_in),
        ("/logout", ("POST",), pages.log_out),
        ("/password", ("GET",), pages.password),
        ("/password", ("POST",), pages.change),
    ]


def first_page(who: Principal) -> str:
    """Where somebody's work begins."""
    if who.must_change:
        return "/password"
    if any(post.role in AT_THE_QUEUE for post in who.posts) and may_ever(who, Action.ASSIGNMENT_ACT):
        return "/queue"
    places = menu("/", lambda action: may_ever(who, action))
    return places[0].path if places else "/"


class Account:
    """The pages of somebody's own account."""

    def __init__(self, web: Web) -> None:
        self.web = web
        self.centre = web.centre

    async def login(self, request: Request) -> Response:
        visit = await self.web.visit(request)
        onward = local(request.query_params.get("next"), "")
        if visit.principal is not None:
            return self.web.go(onward or first_page(visit.principal))
        return self._login(visit, onward, {}, {})

    def _login(
        self, visit: Visit, onward: str, values: Mapping[str, Any], errors: Mapping[str, str], status: int = 200
    ) -> Response:
        view = forms.view(intake.Login.model_json_schema(), values, errors)
        return self.web.page(visit, "login.html", status_code=status, form=view, next=onward)

    async def log_in(self, request: Request) -> Response:
        form = await request.form()
        visit = await self.web.visit(request, form)
        onward = local(text_of(form, "next"), "")
        values = forms.parse(intake.Login.model_json_schema(), form)
        # A password may begin or end with a blank.
        values["password"] = str(form.get("password") or "")
        shown = {"login": values.get("login", "")}
        now = self.centre.now()
        try:
            given = intake.Login.model_validate(values)
            token = await self.centre.accounts.log_in(given.login, values["password"], address=visit.address, now=now)
        except ValidationError as error:
            return self._login(visit, onward, shown, by_field(error, visit.lang), 422)
        except (Unauthenticated, TooMany) as error:
            return self._login(visit, onward, shown, {"": visit.say(error.message, **error.params)}, error.status)
        found = await self.centre.accounts.recognise(token, now=now, lang=visit.lang)
        start = first_page(found[0]) if found else "/"
        response = self.web.go(start if start == "/password" else onward or start)
        self.web.door.keep(response, token)
        return response

    async def log_out(self, request: Request) -> Response:
        """End the session, here and for everybody who might have its cookie."""
        visit = await self.web.visit(request, await request.form())
        if visit.entered is not None and visit.entered.session is not None:
            await self.centre.accounts.log_out(visit.entered.session)
        response = self.web.go("/", Flash(visit.say(_("已经退出")), "info"))
        self.web.door.forget(response)
        return response

    async def password(self, request: Request) -> Response:
        visit = await self._own(request, None)
        return self._password(visit, {})

    def _password(self, visit: Visit, errors: Mapping[str, str], status: int = 200) -> Response:
        assert visit.principal is not None
        view = forms.view(intake.NewPassword.model_json_schema(), None, errors)
        return self.web.page(visit, "password.html", status_code=status, form=view, forced=visit.principal.must_change)

    async def change(self, request: Request) -> Response:
        form = await request.form()
        visit = await self._own(request, form)
        entered: Entered | None = visit.entered
        assert entered is not None
        assert entered.session is not None
        values = {name: str(form.get(name) or "") for name in ("current", "fresh", "again")}
        try:
            intake.NewPassword.model_validate(values)
            await self.centre.accounts.change_password(
                entered.session, values["current"], values["fresh"], address=visit.address, now=self.centre.now()
            )
        except ValidationError as error:
            return self._password(visit, by_field(error, visit.lang), 422)
        except BadInput as error:
            told = by_field(error, visit.lang)
            if error.remedy:
                told = {name: f"{text}：{visit.say(error.remedy, **error.params)}" for name, text in told.items()}
            return self._password(visit, {PASSWORD_FIELDS.get(name, name): text for name, text in told.items()}, 422)
        except TooMany as error:
            return self._password(visit, {"": visit.say(error.message, **error.params)}, 429)
        # The menu of somebody with a password of their own is another one.
        raise Elsewhere("/login", Flash(visit.say(_("密码已修改"))))

    async def _own(self, request: Request, form: Any) -> Visit:
        visit = await self.web.visit(request, form)
        if visit.entered is None or visit.entered.session is None:
            raise Unauthenticated()
        return visit
