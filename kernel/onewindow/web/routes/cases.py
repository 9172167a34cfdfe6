"""The page of one case and everything that is done on it."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from pydantic import BaseModel, ValidationError
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from onewindow.api.routes.attachments import download
from onewindow.api.routes.documents import pdf
from onewindow.documents.attachments import Prepared, Purpose
from onewindow.documents.models import ServiceMethod
from onewindow.errors import BadInput, Conflict, OneWindowError, Unauthenticated
from onewindow.i18n import Message, _
from onewindow.office.manifest import ActionSpec
from onewindow.registry.parties import PERSONAL
from onewindow.routing.window import PaperObjection
from onewindow.web import forms, intake, own_forms, uploads
from onewindow.web.casepage import CasePage, Revealed, read
from onewindow.web.messages import by_field
from onewindow.web.operations import Retry, errors_of
from onewindow.web.present import Presenter
from onewindow.web.routes.context import Handler, Visit, Web, text_of
from onewindow.web.templates import Flash, Problem

# What a step gives back is where it leads, if not to the case again.
Step = Callable[[Visit, Any], Awaitable[str | None]]
CASE = "/case/{number}"


def routes(web: Web) -> list[tuple[str, tuple[str, ...], Handler]]:
    """The addresses of this module."""
    pages = CasePages(web)
    there = f"{CASE}/assignments/{{assignment}}"
    return [
        (CASE, ("GET",), pages.show),
        (f"{CASE}/unconfirmed", ("GET",), pages.unconfirmed),
        (f"{CASE}/parties/{{party}}/reveal", ("POST",), pages.reveal),
        (f"{CASE}/act/{{assignment}}/{{action}}", ("POST",), pages.act),
        (f"{there}/sign", ("POST",), pages.sign),
        (f"{there}/recall", ("POST",), pages.recall),
        (f"{there}/letter", ("POST",), pages.letter),
        (f"{there}/receipt", ("POST",), pages.slip),
        (f"{there}/answer", ("POST",), pages.answer),
        (f"{there}/object", ("POST",), pages.object),
        (f"{CASE}/assign", ("POST",), pages.assign),
        (f"{CASE}/correct", ("POST",), pages.correct),
        (f"{CASE}/objections/{{objection}}/rule", ("POST",), pages.rule),
        (f"{CASE}/documents/{{document}}/serve", ("POST",), pages.serve),
        (f"{CASE}/documents/{{document}}/proof", ("POST",), pages.proof),
        ("/documents/{document}.pdf", ("GET",), pages.document),
        (f"{CASE}/materials", ("POST",), pages.add_material),
        ("/materials/{attachment}", ("GET",), pages.material),
    ]


class CasePages:
    """What staff see of a case and do about it; who may do what is decided where it is done."""

    def __init__(self, web: Web) -> None:
        self.web = web
        self.centre = web.centre
        self._waiting = uploads.Waiting(web)

    # Reading ---------------------------------------------------------------------------------------------------------

    async def show(self, request: Request) -> Response:
        visit = await self.web.staff(request)
        pending = request.query_params.get("pending", "")[:64]
        if pending:
            await self._told(visit, pending)
        return await self._page(visit, request.path_params["number"], chosen=request.query_params.get("assignment", ""))

    async def _page(
        self,
        visit: Visit,
        number: str,
        *,
        chosen: str = "",
        retry: Retry | None = None,
        revealed: Revealed | None = None,
        trouble: Problem | None = None,
        status: int = 200,
    ) -> Response:
        assert visit.principal is not None
        found = await read(self.centre, visit.principal, number, chosen)
        page = CasePage(self.centre, visit.principal, found, visit.lang, retry=retry, revealed=revealed)
        path = None if visit.request.method == "GET" else f"/case/{number}"
        return self.web.page(visit, "case.html", status_code=status, path=path, trouble=trouble, **page.context())

    async def _told(self, visit: Visit, key: str) -> None:
        """Say what became of one's own command that was not confirmed at once."""
        try:
            state = await self.centre.handling.command(visit.principal, key)
        except OneWindowError:
            return
        said = {"done": (_("已确认办好"), "success"), "not-done": (_("没有执行，请重新操作"), "danger")}.get(state)
        if said is not None:
            visit.flashes = (*visit.flashes, Flash(visit.say(said[0]), said[1]))

    async def unconfirmed(self, request: Request) -> Response:
        """Whether the page should be got anew: 204 while something on the case is not confirmed."""
        visit = await self.web.staff(request)
        file = await self.centre.desk.open(visit.principal, request.path_params["number"])
        waiting = await self.centre.handling.unconfirmed(file)
        return Response(status_code=204, headers={} if waiting else {"HX-Refresh": "true"})

    async def document(self, request: Request) -> Response:
        """A document as it was printed; the look is logged."""
        visit = await self.web.staff(request)
        document, content = await self.centre.desk.document(visit.principal, request.path_params["document"])
        return pdf(document, content)

    async def reveal(self, request: Request) -> Response:
        """One personal field in clear, for a reason that the person can read later."""
        form = await request.form()
        visit = await self.web.staff(request, form)
        number, party = request.path_params["number"], request.path_params["party"]
        name = request.query_params.get("field", "")
        name = name if name in PERSONAL else PERSONAL[0]
        status = 200
        try:
            values = await self.centre.desk.reveal(
                visit.principal, number, party, text_of(form, "reason"), fields=(name,)
            )
            revealed = Revealed(party, values={name: values[name]})
        except BadInput as error:
            told = [visit.say(text, **error.params) for text in (error.message, error.remedy) if text]
            revealed = Revealed(party, errors={name: "：".join(told)})
            status = 422
        if request.headers.get("hx-request") != "true":
            return await self._page(visit, number, revealed=revealed, status=status)
        file = await self.centre.desk.open(visit.principal, number)
        personal = Presenter(self.centre, visit.lang).personal(
            next(one for one in file.parties if one.id == party),
            name,
            request.url.path,
            value=revealed.values.get(name),
            error=revealed.errors.get(name, ""),
        )
        frame = self.web.frame(visit, path=f"/case/{number}")
        html = self.web.pages.fragment("macros/blocks.html", "masked", frame, personal)
        return HTMLResponse(html, status, headers={"Cache-Control": "no-store"})

    # The office's own steps ------------------------------------------------------------------------------------------

    async def act(self, request: Request) -> Response:
        """Take an action of the office's procedure."""
        form = await request.form()
        visit = await self.web.staff(request, form)
        params = request.path_params
        number, assignment, action = params["number"], params["assignment"], params["action"]
        file = await self.centre.desk.open(visit.principal, number)
        row = file.assignment(assignment)
        key = text_of(form, "idempotency_key")[:64]
        name = f"act:{assignment}:{action}"
        schema = self._schema(row, action)
        values: dict[str, Any] = {}

        async def keep(files: list[Prepared], field: str) -> list[str]:
            return await self.centre.materials.add(visit.principal, number, files, purpose=Purpose.FORM, field=field)

        try:
            values = forms.parse(schema, form) if schema else {}
            if schema:
                values = forms.parse(schema, await uploads.for_case(form, keep, self.centre.materials))
            outcome = await self.centre.handling.act(
                visit.principal, number, assignment, action, values, key=key or None, expect=_version(form)
            )
        except OneWindowError as error:
            return await self._refused(visit, number, error, Retry(name, values))
        if outcome.done:
            return self.web.go(f"/case/{number}?assignment={assignment}", Flash(self._done(visit, row, action)))
        if outcome.fault is None:
            return self.web.go(f"/case/{number}?assignment={assignment}&pending={key}")
        retry = Retry(name, values, errors_of(outcome.fault, visit.lang, row["office"]))
        trouble = None if schema else self._trouble(visit, outcome.fault.reason, outcome.fault.remedy, row["office"])
        if outcome.fault.rule == "stale":
            trouble = self._trouble(visit, outcome.fault.reason, outcome.fault.remedy, row["office"])
        status = 422 if outcome.fault.fields else 409
        return await self._page(visit, number, chosen=assignment, retry=retry, trouble=trouble, status=status)

    def _schema(self, row: Mapping[str, Any], action: str) -> Mapping[str, Any] | None:
        declared = self._declared(row, action)
        return declared.form if declared else None

    def _declared(self, row: Mapping[str, Any], action: str) -> ActionSpec | None:
        procedure = Presenter(self.centre, "").spec(row)
        return procedure.action(action) if procedure else None

    def _done(self, visit: Visit, row: Mapping[str, Any], action: str) -> str:
        declared = self._declared(row, action)
        title = visit.say(declared.title, domain=row["office"]) if declared else action
        return visit.say(_("已办理：{title}"), title=title)

    def _trouble(self, visit: Visit, reason: str, remedy: str, office: str) -> Problem:
        return Problem(
            409, visit.say(_("不能这样办理")), visit.say(reason, domain=office), visit.say(remedy, domain=office)
        )

    # The hand-over ---------------------------------------------------------------------------------------------------

    async def sign(self, request: Request) -> Response:
        async def step(visit: Visit, _given: Any) -> None:
            await self.centre.handling.sign(visit.principal, *_where(request))

        return await self.step(request, "sign:{assignment}", None, step, _("已签收"))

    async def recall(self, request: Request) -> Response:
        async def step(visit: Visit, given: intake.Recall) -> None:
            await self.centre.handling.recall(visit.principal, *_where(request), given.reason)

        return await self.step(request, "recall:{assignment}", intake.Recall, step, _("已收回"))

    async def letter(self, request: Request) -> Response:
        async def step(visit: Visit, _given: Any) -> None:
            await self.centre.handling.print_letter(visit.principal, *_where(request))

        return await self.step(request, "letter:{assignment}", None, step, _("转办单已出具，在“文书”中打印"))

    async def slip(self, request: Request) -> Response:
        async def step(visit: Visit, given: intake.PaperReceipt) -> None:
            await self.centre.handling.paper_receipt(visit.principal, *_where(request), given.signed_for)

        return await self.step(request, "slip:{assignment}", intake.PaperReceipt, step, _("已登记签收回执"))

    async def answer(self, request: Request) -> Response:
        async def step(visit: Visit, given: intake.PaperAnswer) -> None:
            text = f"{given.number}\n{given.text}" if given.number else given.text
            await self.centre.handling.paper_answer(visit.principal, *_where(request), text, given.answered_on)

        return await self.step(request, "answer:{assignment}", intake.PaperAnswer, step, _("已录入答复"))

    async def object(self, request: Request) -> Response:
        async def step(visit: Visit, given: intake.PaperObjection) -> None:
            entered = PaperObjection(given.reason, given.basis, given.objected_on, given.suggested)
            await self.centre.handling.paper_objection(visit.principal, *_where(request), entered)

        return await self.step(request, "object:{assignment}", intake.PaperObjection, step, _("已录入异议，等待裁定"))

    async def assign(self, request: Request) -> Response:
        async def step(visit: Visit, given: intake.Assign) -> None:
            number = request.path_params["number"]
            await self.centre.handling.reassign(visit.principal, number, given.unit, given.reason, given.officer)

        return await self.step(request, "assign", intake.Assign, step, _("已交办"))

    async def rule(self, request: Request) -> Response:
        """Rule an objection; where it is upheld, hand the case to the unit that was chosen."""

        async def step(visit: Visit, given: intake.Ruling) -> None:
            upheld = given.outcome == "reassign"
            objection = request.path_params["objection"]
            await self.centre.handling.rule_objection(visit.principal, objection, uphold=upheld, reason=given.reason)
            if upheld and given.unit:
                number = request.path_params["number"]
                await self.centre.handling.reassign(visit.principal, number, given.unit, given.reason)

        return await self.step(request, "rule:{objection}", intake.Ruling, step, _("已裁定"))

    async def correct(self, request: Request) -> Response:
        async def step(visit: Visit, given: intake.Correction) -> None:
            await self.centre.desk.correct(
                visit.principal,
                request.path_params["number"],
                reason=given.reason,
                expect=_version(await request.form()),
                words={"text": given.text, "request": given.request, "place": given.place},
                category=given.category,
            )

        return await self.step(request, "correct", intake.Correction, step, _("已更正，原来的内容留在办理记录中"))

    # Documents -------------------------------------------------------------------------------------------------------

    async def serve(self, request: Request) -> Response:
        async def step(visit: Visit, given: own_forms.Service) -> None:
            service = {**said_of(given), "proof": given.proof}
            key = text_of(await request.form(), "idempotency_key")[:64]
            document, scans = request.path_params["document"], self._waiting.files(given.scans, field="scans")
            await self.centre.handling.serve(visit.principal, document, service, scans=scans, key=key or None)

        return await self.step(request, "serve:{document}", own_forms.Service, step, _("已登记送达"))

    async def proof(self, request: Request) -> Response:
        async def step(visit: Visit, _given: Any) -> None:
            await self.centre.handling.proof(visit.principal, request.path_params["document"])

        return await self.step(request, "proof:{document}", None, step, _("送达回证已出具，在“文书”中打印"))

    # Material --------------------------------------------------------------------------------------------------------

    async def add_material(self, request: Request) -> Response:
        """Add scans and photographs to the case, for the file or for one of its parties."""

        async def step(visit: Visit, given: intake.Material) -> None:
            await self.centre.materials.add(
                visit.principal,
                request.path_params["number"],
                self._waiting.files(given.files, field="files"),
                purpose=Purpose(given.purpose),
                party_id=given.party,
                field="files",
            )

        return await self.step(request, "material", intake.Material, step, _("材料已添加"))

    async def material(self, request: Request) -> Response:
        """A piece of material; the look is logged."""
        visit = await self.web.staff(request)
        return download(*await self.centre.materials.read(visit.principal, request.path_params["attachment"]))

    # What they share -------------------------------------------------------------------------------------------------

    async def step(
        self,
        request: Request,
        name: str,
        form_model: type[BaseModel] | None,
        step: Step,
        told: Message,
        *,
        onward: str = "",
    ) -> Response:
        """Read the form, do the step, and show the case: done, or the same form with what is wrong."""
        form = await request.form()
        visit = await self.web.staff(request, form)
        number = request.path_params["number"]
        schema = form_model.model_json_schema() if form_model else None
        values = forms.parse(schema, form) if schema else {}
        name = name.format(**request.path_params)
        try:
            if schema and uploads.files_of(form):
                values = forms.parse(schema, await self._waiting.posted(form))
            goes_to = await step(visit, form_model.model_validate(values) if form_model else None)
        except ValidationError as error:
            known = set(form_model.model_fields) if form_model else set()
            found = by_field(error, visit.lang)
            # What is wrong with a value made of the form has no field of its own there.
            wrong = {n if n.partition(".")[0] in known else "": text for n, text in found.items()}
            return await self._again(visit, number, Retry(name, values, wrong), 422)
        except OneWindowError as error:
            return await self._refused(visit, number, error, Retry(name, values))
        return self.web.go(goes_to or onward or f"/case/{number}", Flash(visit.say(told)))

    async def _refused(self, visit: Visit, number: str, error: OneWindowError, retry: Retry) -> Response:
        """The case again, saying why not; what was typed stays. A case that they may not see stays unseen."""
        if isinstance(error, Unauthenticated):
            raise error
        trouble: Problem | None = self.web.problem(visit.request, error)
        if isinstance(error, BadInput) and error.fields:
            retry = Retry(retry.name, retry.values, by_field(error, visit.lang))
            trouble = None
        elif not isinstance(error, Conflict) and retry.values:
            retry = Retry(retry.name, retry.values, {})
        return await self._again(visit, number, retry, error.status, trouble)

    async def _again(
        self, visit: Visit, number: str, retry: Retry, status: int, trouble: Problem | None = None
    ) -> Response:
        return await self._page(visit, number, retry=retry, trouble=trouble, status=status)


def said_of(given: own_forms.Service) -> dict[str, Any]:
    """What the form says of a service, in the words of its record."""
    return {
        "method": ServiceMethod(given.method),
        "served_on": given.served_on,
        "party_id": given.party,
        "received_by": given.received_by,
        "relation": given.relation,
        "place": given.place,
        "witnesses": tuple(given.witnesses),
        "note": given.note,
        "tracking_no": given.tracking_no or None,
        "sent_on": given.sent_on,
        "period_days": given.period_days,
        "recorded": given.recorded,
    }


def _where(request: Request) -> tuple[str, str]:
    """The case and the assignment of an address."""
    return request.path_params["number"], request.path_params["assignment"]


def _version(form: FormData) -> int | None:
    text = text_of(form, "version")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 12 else None
