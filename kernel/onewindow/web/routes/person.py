"""For whoever answers for people: one of the staff with posts, authorisations, absences, and how they leave."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from onewindow.access import guard
from onewindow.access.actions import Action
from onewindow.access.policy import may_ever
from onewindow.access.principal import Principal, Target
from onewindow.i18n import _
from onewindow.office.types import StaffId, law_day
from onewindow.organisation.powers import POWERS, powers_of
from onewindow.organisation.rows import Delegation, Post
from onewindow.routing.administration import User
from onewindow.web import authority, intake
from onewindow.web.operations import Operations, Retry
from onewindow.web.present import Presenter
from onewindow.web.routes.context import Handler, Visit, Web
from onewindow.web.routes.steps import Steps
from onewindow.web.schema import Choice
from onewindow.web.templates import Problem

USERS = "/admin/users"


def routes(web: Web) -> list[tuple[str, tuple[str, ...], Handler]]:
    """The addresses of this module."""
    pages = PersonPages(web)
    one = f"{USERS}/{{staff}}"
    return [
        (one, ("GET",), pages.show(pages.person)),
        (f"{one}/post", ("POST",), pages.appoint),
        (f"{one}/post/{{post}}/end", ("POST",), pages.end_post),
        (f"{one}/post/{{post}}/delegation", ("POST",), pages.delegate),
        (f"{one}/delegation/{{delegation}}/end", ("POST",), pages.end_delegation),
        (f"{one}/absence", ("POST",), pages.absence),
        (f"{one}/absence/{{absence}}/end", ("POST",), pages.end_absence),
        (f"{one}/leave", ("POST",), pages.leave),
    ]


class PersonPages(Steps):
    """One of the staff."""

    async def person(
        self, visit: Visit, *, retry: Retry | None = None, trouble: Problem | None = None, status: int = 200
    ) -> Response:
        staff = visit.request.path_params["staff"]
        who = guard.require_staff(visit.principal)
        user = await self.centre.administration.user(who, staff)
        known = Presenter(self.centre, visit.lang)
        at, organisation = self.centre.now(), self.centre.organisation.current
        here = f"{USERS}/{staff}"
        serves = organisation.serves(user.staff.id, at)
        work = await self.centre.personnel.in_hand(who, staff, limit=20)
        absences = self.centre.personnel.absences(who, staff=staff, limit=50)
        papers = self.centre.personnel.delegations(who, staff=staff, limit=100)
        return self.web.page(
            visit,
            "admin/person.html",
            status_code=status,
            path=here,
            trouble=trouble,
            person={
                "name": user.staff.name,
                "login": user.login.login if user.login else None,
                "active": user.login is not None and user.login.active,
                "must_change": user.login is not None and user.login.must_change,
                "left": None if serves else user.staff.valid_to,
            },
            posts=[self._post(who, post, here, known, retry) for post in user.posts],
            given=[self._paper(who, p, here, known) for p in papers if p.to != staff],
            received=[self._paper(who, p, here, known) for p in papers if p.to == staff],
            absences=[self._away(who, user, row, here, known, at) for row in absences],
            work=[
                {"number": row["number"], "href": f"/case/{row['number']}", "state": row["state"]} for row in work.rows
            ],
            operations=self._operations(who, user, here, known, retry) if serves else [],
        )

    def _post(self, who: Principal, post: Post, here: str, known: Presenter, retry: Retry | None) -> dict[str, Any]:
        unit = self.centre.organisation.current.units[post.unit]
        target, found = Target.of_unit(unit.township, unit.id), []
        title = f"{known.unit(unit.id)} · {known.label(post.role, 'role')}"
        powers = powers_of(post.role)
        if powers and guard.permits(who, Action.DELEGATION_MANAGE, target):
            people = tuple(c for c in known.people(unit.township) if c.value != post.staff)
            choices = {"staff": people, "powers": tuple(Choice(key, str(POWERS[key].title)) for key in powers)}
            make = Operations(choices, retry).make
            name = f"delegation:{post.id}"
            found.append(make(name, _("登记授权"), f"{here}/post/{post.id}/delegation", authority.DelegationEntry))
        if guard.permits(who, Action.POST_MANAGE, target):
            gone = known.say(_("从今天起免去这个岗位，它给出的授权随之终止。"))
            make = Operations({}, retry).make
            found.append(make(f"end:{post.id}", _("免去"), f"{here}/post/{post.id}/end", confirm=gone))
        return {
            "title": title,
            "href": f"/admin/units/{unit.id}",
            "since": post.valid_from,
            "until": post.valid_to,
            "operations": found,
        }

    def _paper(self, who: Principal, row: Delegation, here: str, known: Presenter) -> dict[str, Any]:
        post = self.centre.organisation.current.posts[row.post]
        unit = self.centre.organisation.current.units[post.unit]
        operations = []
        if guard.permits(who, Action.DELEGATION_MANAGE, Target.of_unit(unit.township, unit.id)):
            make = Operations({}, None).make
            gone = known.say(_("从此刻起，凭这份授权不能再签。"))
            operations.append(make(f"paper:{row.id}", _("撤销授权"), f"{here}/delegation/{row.id}/end", confirm=gone))
        return {
            "number": row.number,
            "holder": known.staff(post.staff),
            "to": known.staff(row.to),
            "post": f"{known.unit(post.unit)} · {known.label(post.role, 'role')}",
            "powers": [known.say(POWERS[key].title) for key in sorted(row.powers) if key in POWERS],
            "from": row.valid_from,
            "to_day": row.valid_to,
            "operations": operations,
        }

    def _away(self, who: Principal, user: User, row: Any, here: str, known: Presenter, at: datetime) -> dict[str, Any]:
        operations = []
        if self._manages(who, user, Action.ABSENCE_MANAGE):
            title = _("已返岗") if row.holds(at) else _("取消")
            operations.append(Operations({}, None).make(f"back:{row.id}", title, f"{here}/absence/{row.id}/end"))
        return {
            "from": row.from_at,
            "to": row.to_at,
            "now": row.holds(at),
            "substitute": known.staff(row.substitute) or None,
            "operations": operations,
        }

    def _manages(self, who: Principal, user: User, action: Action) -> bool:
        units = [self.centre.organisation.current.units[post.unit] for post in user.posts]
        if not units:
            return guard.permits(who, action)
        return all(guard.permits(who, action, Target.of_unit(unit.township, unit.id)) for unit in units)

    def _operations(
        self, who: Principal, user: User, here: str, known: Presenter, retry: Retry | None
    ) -> list[dict[str, Any]]:
        found = []
        if may_ever(who, Action.POST_MANAGE):
            make = Operations({"unit": self._units(who, known)}, retry).make
            found.append(make("post", _("任命岗位"), f"{here}/post", intake.NewPost, tone="primary"))
        if user.posts and self._manages(who, user, Action.ABSENCE_MANAGE):
            make = Operations({"staff": self._colleagues(user, known)}, retry).make
            found.append(make("absence", _("登记离岗"), f"{here}/absence", authority.AbsenceEntry))
        if guard.permits(who, Action.USER_MANAGE) and user.login is not None:
            gone = known.say(_("原密码立即失效，所有登录都会退出。"))
            make = Operations({}, retry).make
            found.append(make("reset", _("重置密码"), f"{here}/reset", confirm=gone))
        if guard.permits(who, Action.STAFF_LEAVE):
            make = Operations({"staff": self._heirs(user, known)}, retry).make
            gone = known.say(_("账号即刻关闭，岗位和授权终止，在办事项移交；记录都会保留，不能撤回。"))
            name, form = "leave", authority.LeavingEntry
            found.append(make(name, _("办理离任"), f"{here}/leave", form, confirm=gone))
        return found

    def _units(self, who: Principal, known: Presenter) -> tuple[Choice, ...]:
        organisation, day = self.centre.organisation.current, law_day(self.centre.now())
        units = sorted(organisation.units.values(), key=lambda unit: (unit.township, unit.id))
        return tuple(
            Choice(unit.id, organisation.title(unit.id), group=known.township(unit.township))
            for unit in units
            if unit.holds(day) and guard.permits(who, Action.POST_MANAGE, Target.of_unit(unit.township, unit.id))
        )

    def _colleagues(self, user: User, known: Presenter) -> tuple[Choice, ...]:
        township = self.centre.organisation.current.units[user.posts[0].unit].township
        return tuple(choice for choice in known.people(township) if choice.value != user.staff.id)

    def _heirs(self, user: User, known: Presenter) -> tuple[Choice, ...]:
        """Who works in the same units."""
        organisation, at = self.centre.organisation.current, self.centre.now()
        found: dict[StaffId, Choice] = {}
        for mine in user.posts:
            for post in organisation.posts_in(mine.unit, at):
                if post.staff != user.staff.id:
                    found.setdefault(
                        post.staff, Choice(post.staff, known.staff(post.staff), group=known.unit(post.unit))
                    )
        return tuple(found.values())

    # Steps -----------------------------------------------------------------------------------------------------------

    async def _on(self, request: Request, name: str, model: Any, step: Any, told: Any) -> Response:
        here = f"{USERS}/{request.path_params['staff']}"
        return await self._step(request, self.person, here, name, model, step, told)

    async def appoint(self, request: Request) -> Response:
        staff = request.path_params["staff"]

        async def step(visit: Visit, given: intake.NewPost) -> None:
            await self.centre.administration.appoint(
                visit.principal, staff=staff, unit=given.unit, role=given.role, valid_from=None
            )

        return await self._on(request, "post", intake.NewPost, step, _("已任命"))

    async def end_post(self, request: Request) -> Response:
        places: Mapping[str, str] = request.path_params

        async def step(visit: Visit, _given: Any) -> None:
            await self.centre.administration.end_post(visit.principal, places["staff"], places["post"])

        return await self._on(request, "", None, step, _("已免去"))

    async def delegate(self, request: Request) -> Response:
        post = request.path_params["post"]

        async def step(visit: Visit, given: authority.DelegationEntry) -> None:
            await self.centre.personnel.delegate(visit.principal, post=post, **dict(given))

        return await self._on(request, f"delegation:{post}", authority.DelegationEntry, step, _("授权已登记"))

    async def end_delegation(self, request: Request) -> Response:
        async def step(visit: Visit, _given: Any) -> None:
            await self.centre.personnel.end_delegation(visit.principal, request.path_params["delegation"])

        return await self._on(request, "", None, step, _("授权已撤销"))

    async def absence(self, request: Request) -> Response:
        staff = request.path_params["staff"]

        async def step(visit: Visit, given: authority.AbsenceEntry) -> None:
            await self.centre.personnel.note_absence(visit.principal, staff=staff, **dict(given))

        return await self._on(request, "absence", authority.AbsenceEntry, step, _("离岗已登记"))

    async def end_absence(self, request: Request) -> Response:
        async def step(visit: Visit, _given: Any) -> None:
            await self.centre.personnel.end_absence(visit.principal, request.path_params["absence"])

        return await self._on(request, "", None, step, _("已登记返岗"))

    async def leave(self, request: Request) -> Response:
        staff = request.path_params["staff"]

        async def step(visit: Visit, given: authority.LeavingEntry) -> None:
            await self.centre.personnel.leave(visit.principal, staff, successor=given.successor)

        return await self._on(
            request, "leave", authority.LeavingEntry, step, _("已办理离任，账号已关闭，在办事项已移交")
        )
