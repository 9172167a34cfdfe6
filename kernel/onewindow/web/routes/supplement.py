"""What is added to a case after its registration: danger, numbers elsewhere, others who bring the same."""

from starlette.requests import Request
from starlette.responses import Response

from onewindow.errors import BadInput
from onewindow.i18n import _
from onewindow.registry.intake import Emergency, External, PartyInput
from onewindow.web import intake
from onewindow.web.registering import listed
from onewindow.web.routes.cases import CASE, CasePages
from onewindow.web.routes.context import Handler, Visit, Web, text_of
from onewindow.web.routes.public import keep_receipt


def routes(web: Web) -> list[tuple[str, tuple[str, ...], Handler]]:
    """The addresses of this module."""
    pages = SupplementPages(web)
    return [
        (f"{CASE}/emergency", ("POST",), pages.emergency),
        (f"{CASE}/relate", ("POST",), pages.relate),
        (f"{CASE}/join", ("POST",), pages.join),
    ]


class SupplementPages(CasePages):
    """Steps of a case's page."""

    async def emergency(self, request: Request) -> Response:
        async def step(visit: Visit, given: intake.Danger) -> None:
            await self.centre.supplement.emergency(
                visit.principal, request.path_params["number"], Emergency.model_validate(given.model_dump())
            )

        return await self.step(request, "emergency", intake.Danger, step, _("已标记为紧急情况"))

    async def relate(self, request: Request) -> Response:
        async def step(visit: Visit, given: intake.Relate) -> None:
            await self.centre.supplement.relate(
                visit.principal,
                request.path_params["number"],
                related=[text for text in given.related if text],
                external=[External.model_validate(line.model_dump()) for line in given.external],
            )

        return await self.step(request, "relate", intake.Relate, step, _("已补充"))

    async def join(self, request: Request) -> Response:
        """Let others join the matter; their codes are shown on the receipt, once."""
        codes: list[str] = []

        async def step(visit: Visit, given: intake.Join) -> None:
            if not given.same:
                raise BadInput(_("请先核对是不是同一件事"), field="same", remedy=_("不是同一件事的，另行登记"))
            people = [PartyInput.model_validate(person) for person in listed(given.people)]
            key = text_of(await request.form(), "idempotency_key")[:64]
            made = await self.centre.supplement.join(
                visit.principal, request.path_params["number"], people, key=key or None
            )
            codes.extend(made.values())

        response = await self.step(request, "join", intake.Join, step, _("已添加来访人"), onward="/receipt")
        if codes:
            await keep_receipt(self.web, response, codes)
        return response
