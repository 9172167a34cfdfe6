"""For administrators: the units of the district, found by name or code, each with its people and who may sign there."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from onewindow.access import guard
from onewindow.access.actions import Action
from onewindow.access.principal import Principal, Target
from onewindow.errors import NotFound
from onewindow.i18n import _
from onewindow.office.types import TownshipCode, UnitId, law_day
from onewindow.organisation.powers import POWERS, Reach
from onewindow.organisation.rows import Unit, UnitKind
from onewindow.web import authority
from onewindow.web.operations import Operations, Retry
from onewindow.web.present import Presenter
from onewindow.web.routes.context import Handler, Visit, Web
from onewindow.web.routes.desk import address
from onewindow.web.routes.steps import Steps
from onewindow.web.schema import Choice
from onewindow.web.templates import Problem

UNITS = "/admin/units"
SHOWN = 50


def routes(web: Web) -> list[tuple[str, tuple[str, ...], Handler]]:
    """The addresses of this module."""
    pages = UnitPages(web)
    return [
        (UNITS, ("GET",), pages.show(pages.units)),
        (f"{UNITS}/in/{{township}}", ("POST",), pages.add),
        (f"{UNITS}/{{unit}}", ("GET",), pages.show(pages.unit)),
        (f"{UNITS}/{{unit}}/facts", ("POST",), pages.change),
        (f"{UNITS}/{{unit}}/office", ("POST",), pages.office),
        (f"{UNITS}/{{unit}}/post", ("POST",), pages.appoint),
        (f"{UNITS}/{{unit}}/end", ("POST",), pages.end),
    ]


class UnitPages(Steps):
    """The organisation's tree, in pieces that fit on a telephone."""

    def _staff(self, visit: Visit) -> Principal:
        who = guard.require_staff(visit.principal)
        if not any(guard.permits(who, Action.USER_READ, Target.of_unit(p.township, p.unit_id)) for p in who.posts):
            guard.require(who, Action.USER_READ)
        return who

    async def units(
        self, visit: Visit, *, retry: Retry | None = None, trouble: Problem | None = None, status: int = 200
    ) -> Response:
        who = self._staff(visit)
        known, organisation = Presenter(self.centre, visit.lang), self.centre.organisation.current
        asked = visit.request.query_params
        township = asked.get("township") or visit.request.path_params.get("township") or ""
        if township not in organisation.townships:
            township = ""
        q = asked.get("q", "").strip()[:50]
        after = asked.get("after") if visit.request.method == "GET" else None
        found = self.centre.administration.units(township=township or None, q=q, after=after, limit=SHOWN)
        more, found = len(found) > SHOWN, found[:SHOWN]
        operations = []
        if township and guard.permits(who, Action.TOWNSHIP_MANAGE, Target(township=TownshipCode(township))):
            make = Operations({"unit": self._above(township), "office": self._offices(known)}, retry).make
            operations.append(make("add", _("登记单位"), f"{UNITS}/in/{township}", authority.UnitEntry, tone="primary"))
        places = sorted(organisation.townships.values(), key=lambda row: row.code)
        return self.web.page(
            visit,
            "admin/units.html",
            status_code=status,
            path=UNITS,
            trouble=trouble,
            units=[self._row(unit, known) for unit in found],
            townships=[Choice(row.code, row.name) for row in places],
            township=township,
            q=q,
            operations=operations,
            may_import=guard.permits(who, Action.TOWNSHIP_MANAGE),
            page={
                "previous": None,
                "next": address(UNITS, township=township, q=q, after=found[-1].id) if more else None,
            },
        )

    def _row(self, unit: Unit, known: Presenter) -> dict[str, Any]:
        day = law_day(self.centre.now())
        return {
            "href": f"{UNITS}/{unit.id}",
            "title": known.unit(unit.id),
            "code": unit.code,
            "kind": unit.kind.value,
            "township": known.township(unit.township),
            "parent": known.unit(unit.parent) or None,
            "office": known.office(unit.office) or None,
            "people": len(self.centre.organisation.current.seats(unit.id, day)),
        }

    def _above(self, township: str) -> tuple[Choice, ...]:
        organisation = self.centre.organisation.current
        units = organisation.units_in(TownshipCode(township), self.centre.now())
        return tuple(Choice(u.id, organisation.title(u.id)) for u in units if u.kind is not UnitKind.ROOM)

    def _offices(self, known: Presenter) -> tuple[Choice, ...]:
        return tuple(Choice(office, known.office(office)) for office in sorted(self.centre.book.current.known))

    async def unit(
        self, visit: Visit, *, retry: Retry | None = None, trouble: Problem | None = None, status: int = 200
    ) -> Response:
        who = guard.require_staff(visit.principal)
        organisation, day = self.centre.organisation.current, law_day(self.centre.now())
        unit = organisation.units.get(UnitId(visit.request.path_params["unit"]))
        if unit is None:
            raise NotFound()
        target = Target.of_unit(unit.township, unit.id)
        guard.require(who, Action.USER_READ, target)
        known = Presenter(self.centre, visit.lang)
        line = [{"title": known.unit(up.id), "href": f"{UNITS}/{up.id}"} for up in organisation.ancestry(unit.id)]
        return self.web.page(
            visit,
            "admin/unit.html",
            status_code=status,
            path=f"{UNITS}/{unit.id}",
            trouble=trouble,
            unit={**self._row(unit, known), "organ": unit.organ, "ended": unit.valid_to, "since": unit.valid_from},
            line=line[:0:-1],
            below=[self._row(child, known) for child in organisation.children(unit.id, day)],
            posts=[
                {
                    "name": known.staff(post.staff),
                    "href": f"/admin/users/{post.staff}",
                    "role": post.role,
                    "since": post.valid_from,
                    "away": organisation.absence(post.staff, self.centre.now()) is not None,
                }
                for post in organisation.seats(unit.id, day)
            ],
            signing=self._signing(who, unit, known),
            operations=self._operations(who, unit, target, known, retry),
        )

    def _signing(self, who: Principal, unit: Unit, known: Presenter) -> list[dict[str, Any]]:
        """Who may sign here now, for each power that concerns a unit of this kind."""
        district = unit.kind is UnitKind.DISTRICT
        found = []
        for key, power in POWERS.items():
            if (power.reach is Reach.DISTRICT) != district:
                continue
            signatories = self.centre.personnel.signatories(who, key, unit.id)
            people = [
                {"name": known.staff(each.staff), "basis": each.basis.value, "number": each.number}
                for each in signatories
            ]
            found.append({"title": power.title, "people": people})
        return found

    def _operations(
        self, who: Principal, unit: Unit, target: Target, known: Presenter, retry: Retry | None
    ) -> list[dict[str, Any]]:
        if unit.valid_to is not None:
            return []
        here, found = f"{UNITS}/{unit.id}", []
        make = Operations({"office": self._offices(known)}, retry).make
        if guard.permits(who, Action.POST_MANAGE, target):
            found.append(make("post", _("任命岗位"), f"{here}/post", authority.PostHere, tone="primary"))
        if guard.permits(who, Action.TOWNSHIP_MANAGE, target):
            facts = {"name": unit.name, "organ": unit.organ, "code": unit.code}
            found.append(make("facts", _("修改单位"), f"{here}/facts", authority.UnitFacts, values=facts))
            office = {"office": unit.office}
            found.append(make("office", _("科室模块"), f"{here}/office", authority.UnitOffice, values=office))
            gone = known.say(_("从今天起撤销；人员、下级单位和未办结的交办须先处理。记录都会保留。"))
            found.append(make("end", _("撤销单位"), f"{here}/end", confirm=gone))
        return found

    # Steps -----------------------------------------------------------------------------------------------------------

    async def add(self, request: Request) -> Response:
        township = request.path_params["township"]

        async def step(visit: Visit, given: authority.UnitEntry) -> None:
            await self.centre.administration.add_unit(
                visit.principal,
                township=township,
                kind=UnitKind(given.kind),
                name=given.name,
                organ=given.organ,
                parent=given.parent,
                office=given.office,
                code=given.code,
                key=None,
            )

        back = address(UNITS, township=township)
        return await self._step(request, self.units, back, "add", authority.UnitEntry, step, _("已登记"))

    async def change(self, request: Request) -> Response:
        unit = request.path_params["unit"]

        async def step(visit: Visit, given: authority.UnitFacts) -> None:
            await self.centre.personnel.change_unit(
                visit.principal, unit, name=given.name, organ=given.organ, code=given.code
            )

        here = f"{UNITS}/{unit}"
        return await self._step(request, self.unit, here, "facts", authority.UnitFacts, step, _("已修改"))

    async def office(self, request: Request) -> Response:
        unit = request.path_params["unit"]

        async def step(visit: Visit, given: authority.UnitOffice) -> None:
            await self.centre.administration.set_unit_office(visit.principal, unit, given.office)

        here = f"{UNITS}/{unit}"
        return await self._step(request, self.unit, here, "office", authority.UnitOffice, step, _("已修改"))

    async def appoint(self, request: Request) -> Response:
        unit = request.path_params["unit"]

        async def step(visit: Visit, given: authority.PostHere) -> None:
            staff = await self.centre.administration.staff_by_login(visit.principal, given.login)
            await self.centre.administration.appoint(
                visit.principal, staff=staff, unit=unit, role=given.role, valid_from=given.valid_from
            )

        here = f"{UNITS}/{unit}"
        return await self._step(request, self.unit, here, "post", authority.PostHere, step, _("已任命"))

    async def end(self, request: Request) -> Response:
        unit = request.path_params["unit"]

        async def step(visit: Visit, _given: Any) -> None:
            await self.centre.personnel.end_unit(visit.principal, unit)

        return await self._step(request, self.unit, f"{UNITS}/{unit}", "", None, step, _("单位已撤销"))
