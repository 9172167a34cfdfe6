"""For administrators: people, their accounts and their posts."""

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import Response

from onewindow.access import guard
from onewindow.access.actions import Action
from onewindow.access.policy import may_ever
from onewindow.access.principal import Principal
from onewindow.errors import BadInput, OneWindowError
from onewindow.i18n import _
from onewindow.routing.administration import User
from onewindow.web import forms, intake
from onewindow.web.messages import by_field
from onewindow.web.operations import Operations, Retry
from onewindow.web.present import Presenter
from onewindow.web.routes.context import Handler, Visit, Web, text_of
from onewindow.web.routes.desk import address
from onewindow.web.routes.steps import Steps
from onewindow.web.templates import Problem

USERS = "/admin/users"
USERS_SHOWN = 50


def routes(web: Web) -> list[tuple[str, tuple[str, ...], Handler]]:
    """The addresses of this module."""
    pages = PeoplePages(web)
    return [
        (USERS, ("GET",), pages.show(pages.users)),
        (USERS, ("POST",), pages.add_user),
        (f"{USERS}/{{staff}}/reset", ("POST",), pages.reset),
        (f"{USERS}/{{staff}}/close", ("POST",), pages.set_active),
        (f"{USERS}/{{staff}}/open", ("POST",), pages.set_active),
    ]


class PeoplePages(Steps):
    """Who works here, with which account and in which posts."""

    async def users(
        self,
        visit: Visit,
        *,
        retry: Retry | None = None,
        trouble: Problem | None = None,
        status: int = 200,
        issued: Mapping[str, str] | None = None,
    ) -> Response:
        who = guard.require_staff(visit.principal)
        known = Presenter(self.centre, visit.lang)
        after = visit.request.query_params.get("after") if visit.request.method == "GET" else None
        q = visit.request.query_params.get("q", "").strip()[:50]
        found = await self.centre.administration.users(who, q=q, after=after, limit=USERS_SHOWN)
        more = len(found) > USERS_SHOWN
        found = found[:USERS_SHOWN]
        manages = guard.permits(who, Action.USER_MANAGE)
        operations = Operations({}, retry)
        add = operations.make("add", _("新增人员"), USERS, intake.NewUser, tone="primary")
        return self.web.page(
            visit,
            "admin/users.html",
            status_code=status,
            path=USERS,
            trouble=trouble,
            users=[self._user(who, user, known, operations, manages) for user in found],
            operations=[add] if manages else [],
            issued=issued,
            q=q,
            may_import=manages or may_ever(who, Action.POST_MANAGE),
            page={"previous": None, "next": address(USERS, q=q, after=found[-1].staff.id) if more else None},
        )

    def _user(
        self, who: Principal, user: User, known: Presenter, operations: Operations, manages: bool
    ) -> dict[str, Any]:
        here, name = f"{USERS}/{user.staff.id}", user.staff.id
        found = []
        if user.login is not None and manages:
            gone = known.say(_("原密码立即失效，所有登录都会退出。"))
            found.append(operations.make(f"reset:{name}", _("重置密码"), f"{here}/reset", confirm=gone))
            if user.login.active:
                found.append(operations.make(f"close:{name}", _("停用"), f"{here}/close", confirm=gone))
            else:
                found.append(operations.make(f"open:{name}", _("启用"), f"{here}/open"))
        return {
            "name": user.staff.name,
            "href": here,
            "login": user.login.login if user.login else "—",
            "active": user.login is None or user.login.active,
            "must_change": user.login is not None and user.login.must_change,
            "posts": [
                {"role": post.role, "unit": known.unit(post.unit), "until": post.valid_to} for post in user.posts
            ],
            "operations": found,
        }

    async def add_user(self, request: Request) -> Response:
        """Enter somebody; the password is on this one answer and nowhere else."""
        form = await request.form()
        visit = await self.web.staff(request, form)
        values = forms.parse(intake.NewUser.model_json_schema(), form)
        try:
            given = intake.NewUser.model_validate(values)
            key = text_of(form, "idempotency_key")[:64]
            made = await self.centre.administration.add_user(
                visit.principal, name=given.name, login=given.login, key=key or None
            )
        except ValidationError as error:
            return await self.users(visit, retry=Retry("add", values, by_field(error, visit.lang)), status=422)
        except OneWindowError as error:
            told = {"": visit.say(error.message, **error.params)}
            if isinstance(error, BadInput):
                told = by_field(error, visit.lang)
            return await self.users(visit, retry=Retry("add", values, told), status=error.status)
        return await self.users(visit, issued={"login": made.login, "password": made.password})

    async def reset(self, request: Request) -> Response:
        form = await request.form()
        visit = await self.web.staff(request, form)
        staff = request.path_params["staff"]
        password = await self.centre.administration.reset_password(visit.principal, staff)
        user = await self.centre.administration.user(visit.principal, staff)
        login = user.login.login if user.login else ""
        return await self.users(visit, issued={"login": login, "password": password})

    async def set_active(self, request: Request) -> Response:
        active = request.url.path.endswith("/open")

        async def step(visit: Visit, _given: Any) -> None:
            await self.centre.administration.set_active(visit.principal, request.path_params["staff"], active)

        told = _("已启用") if active else _("已停用")
        return await self._step(request, self.users, USERS, "", None, step, told)
