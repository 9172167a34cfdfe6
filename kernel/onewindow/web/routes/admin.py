"""For administrators: offices, townships and the working calendar; permissions are asked where it is done."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, func, or_, select
from starlette.requests import Request
from starlette.responses import Response

from onewindow.access import guard
from onewindow.access.actions import Action
from onewindow.access.policy import may_ever
from onewindow.access.principal import Principal, Target
from onewindow.clocks.importing import FileFormat
from onewindow.clocks.tables import CLOCK
from onewindow.errors import Forbidden
from onewindow.i18n import Message, _
from onewindow.office.types import law_day
from onewindow.organisation import readiness
from onewindow.organisation.roles import Role
from onewindow.organisation.rows import Township, TownshipKind
from onewindow.plugins import service as office_rows
from onewindow.routing.upkeep import OfficeState
from onewindow.web import intake
from onewindow.web.labels import LABELS
from onewindow.web.operations import Operations, Retry
from onewindow.web.present import Presenter
from onewindow.web.routes.context import Handler, Visit, Web
from onewindow.web.routes.steps import Steps
from onewindow.web.templates import Problem

OFFICES, TOWNSHIPS, CALENDAR = "/admin/offices", "/admin/townships", "/admin/calendar"


def routes(web: Web) -> list[tuple[str, tuple[str, ...], Handler]]:
    """The addresses of this module."""
    pages = AdminPages(web)
    return [
        (OFFICES, ("GET",), pages.show(pages.offices)),
        (f"{OFFICES}/{{office}}/{{switch}}/{{township}}", ("POST",), pages.switch),
        (f"{OFFICES}/parked/{{parked:int}}/replay", ("POST",), pages.replay),
        (TOWNSHIPS, ("GET",), pages.show(pages.townships)),
        (TOWNSHIPS, ("POST",), pages.add_township),
        (f"{TOWNSHIPS}/{{township}}/persons", ("POST",), pages.name_persons),
        (f"{TOWNSHIPS}/{{township}}/{{live}}", ("POST",), pages.go_live),
        (CALENDAR, ("GET",), pages.show(pages.calendar)),
        (CALENDAR, ("POST",), pages.import_year),
    ]


class AdminPages(Steps):
    """What administrators see and change of the centre itself."""

    # Offices ---------------------------------------------------------------------------------------------------------

    async def offices(
        self, visit: Visit, *, retry: Retry | None = None, trouble: Problem | None = None, status: int = 200
    ) -> Response:
        who = guard.require_staff(visit.principal)
        known = Presenter(self.centre, visit.lang)
        states = await self.centre.upkeep.offices(who)
        history = await self.centre.store.read(office_rows.history)
        since = {(one.office, one.township): one for one in history}
        operations = Operations({}, retry)
        parked = await self.centre.upkeep.parked(who) if guard.permits(who, Action.PARKED_REPLAY) else []
        places = [t for t in self.centre.organisation.current.townships.values() if self._sees(who, t)]
        return self.web.page(
            visit,
            "admin/offices.html",
            status_code=status,
            path=OFFICES,
            trouble=trouble,
            offices=[
                {
                    "id": state.known.id,
                    "title": state.known.title,
                    "state": _office_state(state),
                    "version": state.known.version or None,
                    "where": self._where(state),
                    "seen_at": state.since or state.known.seen_at,
                    "quarantine": state.known.reason.text(visit.lang) if state.known.reason else None,
                    "procedures": self._procedures(state, known),
                    "townships": [
                        self._place(who, state, township, since, operations, known)
                        for township in sorted(places, key=lambda t: t.code)
                    ],
                }
                for state in states
            ],
            parked=[
                {
                    "peer": one.peer,
                    "subject": one.subject,
                    "reason": one.reason,
                    "at": one.at,
                    "operation": operations.make(
                        f"replay:{one.id}",
                        _("重放"),
                        f"{OFFICES}/parked/{one.id}/replay",
                        confirm=known.say(_("查明原因以后再重放")),
                    ),
                }
                for one in parked
            ],
            may_replay=guard.permits(who, Action.PARKED_REPLAY),
        )

    def _sees(self, who: Principal, township: Township) -> bool:
        return guard.permits(who, Action.OFFICE_READ, Target(township=township.code))

    def _where(self, state: OfficeState) -> Message | None:
        if state.known.reason is not None:
            return None
        return LABELS["where"][state.where]

    def _procedures(self, state: OfficeState, known: Presenter) -> list[str]:
        if state.known.manifest is None:
            return []
        found = state.known.manifest.procedures
        return [f"{known.say(p.title, domain=state.known.id)} v{p.version}" for p in found]

    def _place(
        self,
        who: Principal,
        state: OfficeState,
        township: Township,
        since: Mapping[Any, Any],
        operations: Operations,
        known: Presenter,
    ) -> dict[str, Any]:
        enabled = township.code in state.townships
        row = since.get((state.known.id, township.code))
        operation = None
        may = guard.permits(who, Action.OFFICE_ENABLE, Target(township=township.code))
        if may and (enabled or state.known.reason is None):
            switch, title = ("disable", _("停用")) if enabled else ("enable", _("启用"))
            stops = _("停用后，这个科室在本镇街的页面、接口和消息全部关闭；已有事项可以照常查看。")
            operation = operations.make(
                f"{switch}:{state.known.id}:{township.code}",
                title,
                f"{OFFICES}/{state.known.id}/{switch}/{township.code}",
                confirm=known.say(stops) if enabled else None,
            )
        by = (row.disabled_by if row.disabled_at else row.enabled_by) if row else None
        return {
            "name": township.name,
            "enabled": enabled,
            "since": (row.disabled_at or row.enabled_at) if row else None,
            "by": (known.staff(by) or by) if by else None,
            "operation": operation,
        }

    async def switch(self, request: Request) -> Response:
        office, switch, township = (request.path_params[name] for name in ("office", "switch", "township"))

        async def step(visit: Visit, _given: Any) -> None:
            await self.centre.upkeep.enable(visit.principal, office, township, switch == "enable")

        told = _("已启用") if switch == "enable" else _("已停用")
        return await self._step(request, self.offices, OFFICES, "", None, step, told)

    async def replay(self, request: Request) -> Response:
        async def step(visit: Visit, _given: Any) -> None:
            await self.centre.upkeep.replay(visit.principal, int(request.path_params["parked"]))

        return await self._step(request, self.offices, OFFICES, "", None, step, _("已重放"))

    # Townships -------------------------------------------------------------------------------------------------------

    async def townships(
        self, visit: Visit, *, retry: Retry | None = None, trouble: Problem | None = None, status: int = 200
    ) -> Response:
        who = guard.require_staff(visit.principal)
        if not may_ever(who, Action.TOWNSHIP_MANAGE):
            raise Forbidden()
        known = Presenter(self.centre, visit.lang)
        rows = self.centre.administration.townships(limit=500)
        found = [self._township(who, township, known, retry) for township in rows]
        add = Operations({}, retry).make("add", _("登记镇街"), TOWNSHIPS, intake.NewTownship)
        return self.web.page(
            visit,
            "admin/townships.html",
            status_code=status,
            path=TOWNSHIPS,
            trouble=trouble,
            townships=found,
            operations=[add] if guard.permits(who, Action.TOWNSHIP_MANAGE) else [],
        )

    def _township(self, who: Principal, row: Township, known: Presenter, retry: Retry | None) -> dict[str, Any]:
        organisation, now = self.centre.organisation.current, self.centre.now()
        heads = organisation.staff_with(row.code, Role.ORGAN_HEAD, now)
        missing = [known.say(lack.name) for lack in readiness.missing(organisation, row.code, now)]
        operations = []
        if guard.permits(who, Action.TOWNSHIP_MANAGE, Target(township=row.code)):
            make = Operations({"staff": known.people(row.code)}, retry).make
            here = f"{TOWNSHIPS}/{row.code}"
            values = {"window_fallback": row.window_fallback, "secret": row.secret}
            name, title = f"persons:{row.code}", _("指定人员")
            operations.append(make(name, title, f"{here}/persons", intake.NamedPersons, values=values))
            if row.live:
                stop = known.say(_("停止后不再接收新事项，在办的照常办理。"))
                operations.append(make(f"stop:{row.code}", _("停止接收"), f"{here}/stop", confirm=stop))
            else:
                lacking = known.say(_("、")).join(missing)
                refusal = {"message": known.say(_("还缺{what}"), what=lacking), "remedy": ""} if missing else None
                name, title = f"start:{row.code}", _("开通")
                operations.append(make(name, title, f"{here}/start", refusal=refusal, tone="primary"))
        return {
            "code": row.code,
            "href": f"/admin/units?township={row.code}",
            "name": row.name,
            "kind": row.kind.value,
            "live": row.live,
            "fallback": known.staff(row.window_fallback) or None,
            "designated": known.staff(row.secret) or None,
            "head": known.staff(heads[0]) if heads else None,
            "missing": missing,
            "operations": operations,
        }

    async def add_township(self, request: Request) -> Response:
        async def step(visit: Visit, given: intake.NewTownship) -> None:
            await self.centre.administration.add_township(
                visit.principal,
                code=given.code,
                token=given.token,
                name=given.name,
                kind=TownshipKind(given.kind),
                key=None,
            )

        return await self._step(request, self.townships, TOWNSHIPS, "add", intake.NewTownship, step, _("已登记"))

    async def name_persons(self, request: Request) -> Response:
        township = request.path_params["township"]

        async def step(visit: Visit, given: intake.NamedPersons) -> None:
            await self.centre.administration.change_township(
                visit.principal, township, window_fallback=given.window_fallback, secret=given.secret
            )

        name = f"persons:{township}"
        return await self._step(request, self.townships, TOWNSHIPS, name, intake.NamedPersons, step, _("已指定"))

    async def go_live(self, request: Request) -> Response:
        live = request.path_params["live"] == "start"

        async def step(visit: Visit, _given: Any) -> None:
            await self.centre.administration.change_township(
                visit.principal, request.path_params["township"], live=live
            )

        told = _("已开通") if live else _("已停止接收新事项")
        return await self._step(request, self.townships, TOWNSHIPS, "", None, step, told)

    # The calendar ----------------------------------------------------------------------------------------------------

    async def calendar(
        self, visit: Visit, *, retry: Retry | None = None, trouble: Problem | None = None, status: int = 200
    ) -> Response:
        who = guard.require_staff(visit.principal)
        if not may_ever(who, Action.CALENDAR_IMPORT):
            raise Forbidden()
        known = Presenter(self.centre, visit.lang)
        found = await self.centre.upkeep.calendars(who)
        this_year = law_day(self.centre.now()).year
        years = [
            {
                "year": year.plan.year,
                "status": "published" if year.published else "imported",
                "rest": len(year.plan.rest_days),
                "work": len(year.plan.work_days),
                "imported_at": year.imported_at,
                "imported_by": known.staff(year.imported_by) or None,
            }
            for year in found
            if year.plan.year >= this_year - 1
        ]
        there = {year["year"] for year in years}
        nothing = {"status": "unknown", "rest": None, "work": None, "imported_at": None, "imported_by": None}
        years += [{"year": year, **nothing} for year in (this_year, this_year + 1) if year not in there]
        years.sort(key=lambda one: int(str(one["year"])))
        values = {"year": next((y["year"] for y in years if y["status"] == "unknown"), this_year + 1)}
        take = Operations({}, retry).make("import", _("导入一年"), CALENDAR, intake.CalendarYear, values=values)
        may = guard.permits(who, Action.CALENDAR_IMPORT)
        return self.web.page(
            visit,
            "admin/calendar.html",
            status_code=status,
            path=CALENDAR,
            trouble=trouble,
            years=years,
            waiting=await self.centre.store.read(_waiting),
            operations=[take] if may else [],
        )

    async def import_year(self, request: Request) -> Response:
        async def step(visit: Visit, given: intake.CalendarYear) -> None:
            text = given.text
            kind: FileFormat = "json" if text.lstrip().startswith("[") else "csv"
            if kind == "csv" and not text.lstrip().lower().startswith("date"):
                text = f"date,kind\n{text}"
            await self.centre.upkeep.import_calendar(visit.principal, text, given.year, kind, replace=given.replace)

        told = _("已导入，正在计时的期限随即重新计算")
        return await self._step(request, self.calendar, CALENDAR, "import", intake.CalendarYear, step, told)


def _office_state(state: OfficeState) -> str:
    if state.known.reason is not None or state.known.manifest is None:
        return "quarantined"
    return "running" if state.answering else "away"


def _waiting(conn: Connection) -> int:
    """How many clocks wait for a calendar or stand provisionally."""
    query = select(func.count()).where(
        CLOCK.c.status != "stopped", or_(CLOCK.c.provisional.is_(True), CLOCK.c.pending_calendar.is_(True))
    )
    return int(conn.execute(query).scalar_one())
