"""Replacing a lost code at the window: find the case, compare the person's document, print the new code."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from pydantic import BaseModel, ValidationError
from starlette.requests import Request
from starlette.responses import Response

from onewindow.access.actions import Action
from onewindow.access.policy import may_ever
from onewindow.errors import BadInput, Forbidden, NotFound, OneWindowError
from onewindow.i18n import _
from onewindow.office.types import TownshipCode, law_day
from onewindow.routing.lostcodes import Shown
from onewindow.web import forms, own_forms
from onewindow.web.messages import by_field
from onewindow.web.operations import Operations, Retry
from onewindow.web.present import Presenter
from onewindow.web.routes.context import Handler, Visit, Web
from onewindow.web.routes.public import RECEIPT_COOKIE, RECEIPT_SECONDS
from onewindow.web.schema import Choice
from onewindow.web.templates import Problem

HERE = "/lost-codes"


def routes(web: Web) -> list[tuple[str, tuple[str, ...], Handler]]:
    """The addresses of this module."""
    pages = LostCodes(web)
    return [
        (HERE, ("GET",), pages.show),
        (f"{HERE}/number", ("POST",), pages.by_number),
        (f"{HERE}/description", ("POST",), pages.by_description),
        (f"{HERE}/{{number}}", ("GET",), pages.holders),
        (f"{HERE}/{{number}}/{{party}}", ("POST",), pages.renew),
    ]


class LostCodes:
    """The window's pages about lost codes."""

    def __init__(self, web: Web) -> None:
        self.web = web
        self.centre = web.centre

    async def show(self, request: Request) -> Response:
        """Two ways to the case: its number, or what it is about. None of them goes by a person."""
        return self._find(await self._staff(request), None)

    async def _staff(self, request: Request, form: Any = None) -> Visit:
        visit = await self.web.staff(request, form)
        if visit.principal is None or not may_ever(visit.principal, Action.CODE_RENEW):
            raise Forbidden()
        return visit

    def _find(
        self,
        visit: Visit,
        retry: Retry | None,
        rows: list[dict[str, Any]] | None = None,
        values: Mapping[str, Any] | None = None,
        trouble: Problem | None = None,
        status: int = 200,
    ) -> Response:
        assert visit.principal is not None
        known = Presenter(self.centre, visit.lang)
        places = sorted(visit.principal.townships | visit.principal.fallback_for)
        choices = {
            "township": tuple(Choice(code, known.township(TownshipCode(code))) for code in places),
            "category": known.categories(sealed=False),
        }
        make, today = Operations(choices, retry), law_day(self.centre.now())
        begun = {
            "township": places[0] if len(places) == 1 else None,
            "registered_from": (today - timedelta(days=90)).isoformat(),
            "registered_to": today.isoformat(),
        }
        return self.web.page(
            visit,
            "lost.html",
            status_code=status,
            path=HERE,
            trouble=trouble,
            by_number=make.make("number", _("按编号找"), f"{HERE}/number", own_forms.FindByNumber),
            by_description=make.make(
                "description",
                _("按地点、类别、日期找"),
                f"{HERE}/description",
                own_forms.FindByDescription,
                values=values or begun,
            ),
            rows=rows,
        )

    async def by_number(self, request: Request) -> Response:
        form = await request.form()
        visit = await self._staff(request, form)
        values = forms.parse(own_forms.FindByNumber.model_json_schema(), form)
        try:
            given = own_forms.FindByNumber.model_validate(values)
        except ValidationError as error:
            return self._find(visit, Retry("number", values, by_field(error, visit.lang)), status=422)
        if not given.number.replace("-", "").replace("密", "").isalnum():
            raise NotFound()
        return self.web.go(f"{HERE}/{given.number}")

    async def by_description(self, request: Request) -> Response:
        form = await request.form()
        visit = await self._staff(request, form)
        values = forms.parse(own_forms.FindByDescription.model_json_schema(), form)
        try:
            given = own_forms.FindByDescription.model_validate(values)
            found = await self.centre.counter.find(visit.principal, **given.model_dump())
        except (ValidationError, BadInput) as error:
            return self._find(visit, Retry("description", values, by_field(error, visit.lang)), status=422)
        known = Presenter(self.centre, visit.lang)
        rows = [
            {
                "number": row["number"],
                "href": f"{HERE}/{row['number']}",
                "category_title": known.category(row["category"]),
                "registered_at": row["registered_at"],
            }
            for row in found
        ]
        return self._find(visit, None, rows, values)

    async def holders(self, request: Request) -> Response:
        return await self._holders(await self._staff(request), request.path_params["number"])

    async def _holders(
        self, visit: Visit, number: str, retry: Retry | None = None, trouble: Problem | None = None, status: int = 200
    ) -> Response:
        found = await self.centre.counter.holders(visit.principal, number)
        known, make = Presenter(self.centre, visit.lang), Operations({}, retry)
        parties = [
            {
                "shown": known.party(party, None),
                "operation": make.make(
                    f"renew:{party.id}",
                    _("补发查询码"),
                    f"{HERE}/{number}/{party.id}",
                    own_forms.RenewCode,
                    tone="primary",
                ),
            }
            for party in found.parties
        ]
        return self.web.page(
            visit,
            "lost-holders.html",
            status_code=status,
            path=f"{HERE}/{number}",
            trouble=trouble,
            number=found.number,
            category_title=known.category(found.category),
            registered_at=found.registered_at,
            place=found.place,
            parties=parties,
        )

    async def renew(self, request: Request) -> Response:
        """Void the old code and show the new one, to be printed and handed over."""
        form = await request.form()
        visit = await self._staff(request, form)
        number, party = request.path_params["number"], request.path_params["party"]
        values = forms.parse(own_forms.RenewCode.model_json_schema(), form)
        name = f"renew:{party}"
        try:
            given = own_forms.RenewCode.model_validate(values)
            done = await self.centre.counter.renew_code(
                visit.principal,
                number,
                party,
                shown=_shown(given),
                last_digits=given.last_digits,
                matches=given.matches,
            )
        except (ValidationError, BadInput) as error:
            return await self._holders(visit, number, Retry(name, values, by_field(error, visit.lang)), status=422)
        except OneWindowError as error:
            if error.status in (401, 403, 404):
                raise
            trouble = self.web.problem(request, error)
            return await self._holders(visit, number, trouble=trouble, status=error.status)
        response = self.web.go("/receipt")
        sealed = self.web.seal("receipt", [done.code.replace("-", "")])
        self.web.set_cookie(response, RECEIPT_COOKIE, sealed, RECEIPT_SECONDS, path="/receipt")
        return response


def _shown(given: BaseModel) -> Shown:
    try:
        return Shown(getattr(given, "shown", ""))
    except ValueError:
        raise BadInput(_("请选择出示的证件"), field="shown") from None
