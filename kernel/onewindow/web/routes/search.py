"""Finding matters by number, words and filters; the code of whoever brings it; and filters saved for oneself."""

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import Response

from onewindow.access.actions import Action
from onewindow.access.policy import may_ever
from onewindow.access.principal import Principal
from onewindow.errors import BadInput, Boundary, Conflict, Forbidden, OneWindowError, Refused
from onewindow.i18n import _
from onewindow.office.types import TownshipCode
from onewindow.registry.search.text import Part
from onewindow.routing.asking import is_code
from onewindow.routing.listing import Page
from onewindow.routing.saved import Chosen, Naming, Saving
from onewindow.routing.searching import Found
from onewindow.web.intake import FALLBACK_CATEGORY
from onewindow.web.messages import by_field
from onewindow.web.present import Presenter, choices
from onewindow.web.routes.context import Handler, Visit, Web, text_of
from onewindow.web.routes.desk import STATUSES, address
from onewindow.web.schema import Choice
from onewindow.web.templates import Flash

PHASES = ("in_hand", "waiting_for_you", "suspended", "answered", "redirected", "ended")
COLOURS = ("green", "amber", "red")
_NOTHING = Page()
CHANNELS = ("visit", "letter", "call", "web", "room", "api", "import")


def routes(web: Web) -> list[tuple[str, tuple[str, ...], Handler]]:
    """The addresses of this module."""
    pages = SearchPages(web)
    return [
        ("/search", ("GET",), pages.search),
        ("/search", ("POST",), pages.quick),
        ("/filters", ("POST",), pages.save),
        ("/filters/{filter}", ("POST",), pages.change),
    ]


class SearchPages:
    """The search, for staff."""

    def __init__(self, web: Web) -> None:
        self.web = web
        self.centre = web.centre

    async def search(self, request: Request) -> Response:
        visit = await self._visit(request)
        given = {name: value for name, value in request.query_params.items() if name in Chosen.model_fields}
        errors: dict[str, str] = {}
        found = Found(page=_NOTHING)
        try:
            chosen = Chosen.model_validate(given)
        except ValidationError as error:
            chosen, errors = Chosen(), dict(by_field(error, visit.lang))
        after, before = request.query_params.get("after"), request.query_params.get("before")
        if chosen.said():
            try:
                found = await self._find(visit, chosen, after, before)
            except (BadInput, Boundary) as error:
                errors = self._said(visit, error)
        return await self._page(visit, chosen, found, errors=errors, given=given)

    async def _find(self, visit: Visit, chosen: Chosen, after: str | None, before: str | None) -> Found:
        filters = chosen.filters(self.centre.organisation.current)
        return await self.centre.search.find(
            visit.principal, chosen.q, place=chosen.place, filters=filters, after=after, before=before
        )

    async def quick(self, request: Request) -> Response:
        """The box in the head of every page, and the one for codes: a code must not stand in an address."""
        form = await request.form()
        visit = await self._visit(request, form)
        text = text_of(form, "q")
        if "code" in form or is_code(text):
            return await self._by_code(visit, text_of(form, "code") or text)
        try:
            chosen = Chosen(q=text[:200])
            if chosen.q:
                found = await self._find(visit, chosen, None, None)
                if len(found.page.rows) == 1 and not found.snippets:
                    return self.web.go(f"/case/{found.page.rows[0]['number']}")
        except ValidationError as error:
            return await self._page(visit, Chosen(), errors=dict(by_field(error, visit.lang)), status=422)
        except (BadInput, Boundary) as error:
            # Whatever was typed stays out of the address: it may be somebody's number.
            return await self._page(visit, Chosen(), errors=self._said(visit, error), status=422)
        return self.web.go(address("/search", **chosen.said()))

    async def _by_code(self, visit: Visit, code: str) -> Response:
        try:
            seen = await self.centre.search.by_code(visit.principal, code, address=visit.address)
        except OneWindowError as error:
            said = self._said(visit, error)
            return await self._page(visit, Chosen(), errors={"code": " ".join(said.values())}, status=error.status)
        if seen.readable:
            return self.web.go(f"/case/{seen.case['number']}")
        known = Presenter(self.centre, visit.lang)
        return await self._page(visit, Chosen(), by_code=self._row(known, seen.case, ()) | {"href": None})

    def _said(self, visit: Visit, error: OneWindowError) -> dict[str, str]:
        told = [visit.say(str(error.message), **error.params)]
        if error.remedy:
            told.append(visit.say(str(error.remedy), **error.params))
        field = next(iter(getattr(error, "fields", {})), "q")
        return {field: "。".join(told)}

    # Saved filters ---------------------------------------------------------------------------------------------------

    async def save(self, request: Request) -> Response:
        form = await request.form()
        visit = await self._visit(request, form)
        given = {name: text_of(form, name) for name in Chosen.model_fields if text_of(form, name)}
        try:
            saving = Saving.model_validate({"name": text_of(form, "name"), "chosen": given})
            await self.centre.saved.save(visit.principal, saving)
        except ValidationError as error:
            return await self._again(visit, given, dict(by_field(error, visit.lang)))
        except (BadInput, Boundary, Conflict, Refused) as error:
            return await self._again(visit, given, {"name": " ".join(self._said(visit, error).values())})
        return self.web.go(address("/search", **given), Flash(_("已保存查找条件"), "success"))

    async def _again(self, visit: Visit, given: Mapping[str, str], errors: dict[str, str]) -> Response:
        try:
            chosen = Chosen.model_validate(given)
            found = await self._find(visit, chosen, None, None)
        except (ValidationError, BadInput, Boundary):
            chosen, found = Chosen(), Found(page=_NOTHING)
        return await self._page(visit, chosen, found, errors=errors, status=422)

    async def change(self, request: Request) -> Response:
        form = await request.form()
        visit = await self._visit(request, form)
        which = request.path_params["filter"]
        if text_of(form, "do") == "delete":
            await self.centre.saved.delete(visit.principal, which)
            return self.web.go("/search", Flash(_("已删除查找条件"), "success"))
        try:
            name = Naming(name=text_of(form, "name")).name
            await self.centre.saved.rename(visit.principal, which, name)
        except ValidationError as error:
            return await self._page(visit, Chosen(), errors={"saved": " ".join(by_field(error, visit.lang).values())})
        except (BadInput, Boundary, Conflict) as error:
            said = " ".join(self._said(visit, error).values())
            return await self._page(visit, Chosen(), errors={"saved": said}, status=error.status)
        return self.web.go("/search", Flash(_("已改名"), "success"))

    # Drawing ---------------------------------------------------------------------------------------------------------

    async def _visit(self, request: Request, form: Any = None) -> Visit:
        visit = await self.web.staff(request, form)
        assert visit.principal is not None
        if not may_ever(visit.principal, Action.CASE_LIST):
            raise Forbidden()
        return visit

    async def _page(
        self,
        visit: Visit,
        chosen: Chosen,
        found: Found | None = None,
        *,
        errors: Mapping[str, str] | None = None,
        given: Mapping[str, str] | None = None,
        by_code: Mapping[str, Any] | None = None,
        status: int = 200,
    ) -> Response:
        assert visit.principal is not None
        known = Presenter(self.centre, visit.lang)
        page = (found or Found(page=_NOTHING)).page
        snippets = found.snippets if found else {}
        said = chosen.said()
        return self.web.page(
            visit,
            "search.html",
            status_code=status,
            path=address("/search", **said),
            chosen={**{name: "" for name in Chosen.model_fields}, **(given or {}), **said},
            options=self._options(known, visit.principal),
            errors=dict(errors or {}),
            asked=bool(said),
            rows=[self._row(known, row, snippets.get(row["id"], ())) for row in page.rows],
            by_code=by_code,
            saved=[
                {"id": one.id, "name": one.name, "href": address("/search", **one.chosen.said())}
                for one in await self.centre.saved.mine(visit.principal)
            ],
            said=said,
            may_use_codes=may_ever(visit.principal, Action.CASE_BY_CODE),
            page={
                "previous": address("/search", before=page.prev, **said) if page.prev else None,
                "next": address("/search", after=page.next, **said) if page.next else None,
            },
        )

    def _options(self, known: Presenter, who: Principal) -> dict[str, tuple[Choice, ...]]:
        organisation = self.centre.organisation.current
        townships = sorted(who.townships | who.fallback_for) or [TownshipCode("")]
        offices = self.centre.book.current.known
        return {
            "category": known.categories(),
            "office": tuple(Choice(one.id, known.office(one.id)) for one in offices.values()),
            "phase": choices("phase", *PHASES),
            "state": choices("case", *STATUSES),
            "colour": choices("colour", *COLOURS),
            "channel": choices("channel", *CHANNELS),
            "place_unit": tuple(
                Choice(unit.id, unit.name, group=known.township(code))
                for code in townships
                for unit in organisation.units_in(code, self.centre.now())
            ),
        }

    def _row(self, known: Presenter, row: Mapping[str, Any], snippet: tuple[Part, ...]) -> dict[str, Any]:
        return {
            "number": row["number"],
            "href": f"/case/{row['number']}",
            "category_title": None if row["category"] == FALLBACK_CATEGORY else known.category(row["category"]),
            "snippet": snippet,
            "phase": row["phase"],
            "state": row["state"],
            "holder": known.unit(row["holder"]) or None,
            "due": known.due(row),
            "registered_at": row["registered_at"],
            "sealed": row["sealed"],
        }
