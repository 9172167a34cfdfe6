"""What the window does about the parties' wishes: paper withdrawals and their check, consents, corrected services."""

from starlette.requests import Request
from starlette.responses import Response

from onewindow.i18n import _
from onewindow.web import own_forms
from onewindow.web.routes.cases import CASE, CasePages, said_of
from onewindow.web.routes.context import Handler, Visit, Web, text_of


def routes(web: Web) -> list[tuple[str, tuple[str, ...], Handler]]:
    """The addresses of this module."""
    pages = WishesPages(web)
    return [
        (f"{CASE}/withdrawal", ("POST",), pages.withdraw),
        (f"{CASE}/withdrawal/revoke", ("POST",), pages.revoke),
        (f"{CASE}/withdrawal/verify", ("POST",), pages.verify),
        (f"{CASE}/consent", ("POST",), pages.consent),
        (f"{CASE}/reopening", ("POST",), pages.reopening),
        (f"{CASE}/documents/{{document}}/services/{{service}}", ("POST",), pages.correct_service),
    ]


class WishesPages(CasePages):
    """The same page of a case, for other steps."""

    async def withdraw(self, request: Request) -> Response:
        async def step(visit: Visit, given: own_forms.WrittenWithdrawal) -> None:
            number = request.path_params["number"]
            await self.centre.counter.withdraw(
                visit.principal, number, given.party, asked_on=given.asked_on, reason=given.reason
            )

        return await self.step(request, "withdraw", own_forms.WrittenWithdrawal, step, _("已登记书面撤回"))

    async def revoke(self, request: Request) -> Response:
        async def step(visit: Visit, given: own_forms.OneParty) -> None:
            await self.centre.counter.revoke(visit.principal, request.path_params["number"], given.party)

        return await self.step(request, "unwithdraw", own_forms.OneParty, step, _("已登记：撤回取消，照常办理"))

    async def verify(self, request: Request) -> Response:
        async def step(visit: Visit, given: own_forms.Verification) -> None:
            await self.centre.counter.verify_withdrawal(
                visit.principal,
                request.path_params["number"],
                given.party,
                own_will=given.own_will == "yes",
                told=given.told,
                ex_officio=given.ex_officio,
            )

        return await self.step(request, "verify", own_forms.Verification, step, _("已登记核实情况"))

    async def consent(self, request: Request) -> Response:
        async def step(visit: Visit, given: own_forms.PaperConsent) -> None:
            number = request.path_params["number"]
            await self.centre.counter.consent(visit.principal, number, given.party, agreed=given.agreed == "yes")

        return await self.step(request, "consent", own_forms.PaperConsent, step, _("已登记"))

    async def reopening(self, request: Request) -> Response:
        async def step(visit: Visit, given: own_forms.ReopeningDecision) -> None:
            number, granted = request.path_params["number"], given.outcome == "grant"
            await self.centre.counter.decide_reopening(visit.principal, number, granted=granted, reason=given.reason)

        return await self.step(request, "reopening", own_forms.ReopeningDecision, step, _("已决定，并告知本人"))

    async def correct_service(self, request: Request) -> Response:
        async def step(visit: Visit, given: own_forms.ServiceCorrection) -> None:
            right = None if given.not_served else said_of(given)
            key = text_of(await request.form(), "idempotency_key")[:64]
            params, scans = request.path_params, self._waiting.files(given.scans, field="scans")
            await self.centre.counter.correct_service(
                visit.principal,
                params["document"],
                params["service"],
                right,
                reason=given.why,
                scans=scans,
                key=key or None,
            )

        told = _("送达记录已更正，期限随之调整，原记录留在办理记录中")
        return await self.step(request, "unserve:{service}", own_forms.ServiceCorrection, step, told)
