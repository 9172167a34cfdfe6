"""What sets a case right: another track, a registration that was a mistake, somebody who steps aside."""

from starlette.requests import Request
from starlette.responses import Response

from onewindow.i18n import _
from onewindow.office.types import Track
from onewindow.routing.retrack import Change
from onewindow.web import changes
from onewindow.web.routes.cases import CASE, CasePages
from onewindow.web.routes.context import Handler, Visit, Web


def routes(web: Web) -> list[tuple[str, tuple[str, ...], Handler]]:
    """The addresses of this module."""
    pages = CorrectionPages(web)
    return [
        (f"{CASE}/track", ("POST",), pages.track),
        (f"{CASE}/void", ("POST",), pages.void),
        (f"{CASE}/recusals/{{recusal}}", ("POST",), pages.recusal),
    ]


class CorrectionPages(CasePages):
    """The same page of a case, for these steps."""

    async def track(self, request: Request) -> Response:
        """Another track; who may see the case no more goes to the desk."""

        async def step(visit: Visit, given: changes.Retrack) -> str:
            about = (given.respondent_unit,) if given.respondent_unit else ()
            change = Change(Track(given.track), given.reason, given.category, about, given.about_leader)
            now_on = await self.centre.handling.change_track(visit.principal, request.path_params["number"], change)
            return f"/case/{now_on}" if now_on else "/desk"

        return await self.step(request, "track", changes.Retrack, step, _("事项轨已变更，按新的事项轨重新交办"))

    async def recusal(self, request: Request) -> Response:
        async def step(visit: Visit, given: changes.Recusal) -> None:
            granted, recusal = given.outcome == "grant", request.path_params["recusal"]
            officer = given.officer if granted else None
            await self.centre.handling.decide_recusal(
                visit.principal, recusal, granted=granted, reason=given.reason, officer=officer
            )

        return await self.step(request, "recusal:{recusal}", changes.Recusal, step, _("已决定"))

    async def void(self, request: Request) -> Response:
        async def step(visit: Visit, given: changes.Voiding) -> None:
            await self.centre.handling.void(visit.principal, request.path_params["number"], given.reason)

        return await self.step(request, "void", changes.Voiding, step, _("已作废，编号不再使用"))
