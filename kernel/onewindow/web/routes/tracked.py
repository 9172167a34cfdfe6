"""What a party sees and does with their code, for half an hour after they entered it."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from onewindow.api.auth import PARTY_COOKIE
from onewindow.api.routes.attachments import download
from onewindow.api.routes.documents import pdf
from onewindow.documents.attachments import Prepared, Purpose
from onewindow.documents.models import DocumentState
from onewindow.errors import BadInput, NotFound, OneWindowError
from onewindow.i18n import Message, _
from onewindow.routing.applicant import Standing
from onewindow.routing.nextstep import next_step
from onewindow.routing.tracking import Paper, Tracked
from onewindow.web import formatting, forms, ownpage, uploads
from onewindow.web.entries import Teller
from onewindow.web.messages import by_field
from onewindow.web.operations import Operations, Retry, errors_of
from onewindow.web.present import Presenter, clock_first
from onewindow.web.routes.context import Handler, Visit, Web, text_of
from onewindow.web.templates import Flash, Problem

HERE = "/tracked"


def say_step(known: Presenter, words: Message, params: Mapping[str, Any]) -> str:
    """The next step, its days in the reader's words."""
    told = {n: formatting.day(v, known.lang) if isinstance(v, date) else v for n, v in params.items()}
    return known.say(words, **told)


def routes(web: Web) -> list[tuple[str, tuple[str, ...], Handler]]:
    """The addresses of this module."""
    pages = TrackedPages(web)
    return [
        (HERE, ("GET",), pages.show),
        (f"{HERE}/leave", ("POST",), pages.leave),
        (f"{HERE}/act/{{assignment}}/{{action}}", ("POST",), pages.act),
        (f"{HERE}/unconfirmed/{{key}}", ("GET",), pages.unconfirmed),
        (f"{HERE}/documents/{{document}}.pdf", ("GET",), pages.document),
        (f"{HERE}/materials/{{attachment}}", ("GET",), pages.material),
    ]


class TrackedPages:
    """A party's own part of one case."""

    def __init__(self, web: Web) -> None:
        self.web = web
        self.centre = web.centre

    async def show(self, request: Request) -> Response:
        visit = await self.web.by_code(request)
        return await self.page(visit, pending=request.query_params.get("pending", "")[:64])

    async def page(
        self,
        visit: Visit,
        *,
        pending: str = "",
        retry: Retry | None = None,
        trouble: Problem | None = None,
        status: int = 200,
    ) -> Response:
        assert visit.party is not None
        try:
            seen = await self.centre.tracking.view(visit.party)
            standing = await self.centre.applicant.standing(visit.party)
        except NotFound:
            return self._left()
        known = Presenter(self.centre, visit.lang)
        waiting = await self._settled(visit, pending) if pending else None
        found = await self.centre.tracking.offers(visit.party)
        rows = [row for row, _description in found]
        operations = Operations({"party": ()}, retry)
        offices = []
        for row, description in found:
            offered = [
                operations.make(
                    f"act:{row['id']}:{offer.key}",
                    offer.title,
                    f"{HERE}/act/{row['id']}/{offer.key}",
                    _own(offer.form) if offer.form else None,
                    values=offer.values,
                    domain=row["office"],
                )
                for offer in description.actions
                if offer.refusal is None
            ]
            if offered:
                title = self.centre.book.current.known[row["office"]].title
                offices.append({"office": {"id": row["office"], "title": title}, "operations": offered})
        clocks = clock_first(seen.clocks)
        papers = [paper.document for paper in seen.papers]
        return self.web.page(
            visit,
            "tracked.html",
            status_code=status,
            path=f"{HERE}?pending={pending}" if waiting else HERE,
            trouble=trouble,
            case=self._case(seen, known),
            clocks=clocks,
            next_step=say_step(known, *next_step(seen)),
            own=ownpage.operations(standing, operations, known),
            notices=ownpage.notices(standing, known),
            entries=Teller(known, rows, seen.clocks, papers, for_party=True).tell(seen.entries),
            documents=[self._paper(paper, known, operations, standing) for paper in reversed(seen.papers)],
            materials=[known.material(one, HERE) for one in await self.centre.materials.of_party(visit.party)],
            looks=known.looks(seen.looks),
            offices=offices,
            unconfirmed=waiting,
        )

    def _paper(self, paper: Paper, known: Presenter, make: Operations, standing: Standing) -> dict[str, Any]:
        document, clock = paper.document, paper.clock
        href = f"{HERE}/documents/{document.id}"
        running = clock is not None and clock.status == "running"
        return {
            "title": known.say(document.title, domain=document.office),
            "number": document.number,
            "issued_at": document.issued_at,
            "served_on": paper.served_on,
            "href": f"{href}.pdf" if document.state in _READABLE else None,
            "received_by_opening": bool(standing.consent) and paper.served_on is None,
            "redress": paper.redress,
            "redress_clock": clock if running else None,
            "paper": make.make(f"paper:{document.id}", _("索取纸质文书"), f"{href}/paper")
            if standing.consent
            else None,
        }

    def _case(self, seen: Tracked, known: Presenter) -> dict[str, Any]:
        return {
            "number": seen.number,
            "category_title": known.category(seen.category, insider=False),
            "state": seen.state,
            "phase": seen.phase,
            "registered_at": seen.registered_at,
            "sealed": seen.sealed,
            "holder": seen.holder or None,
            "officer": None,
            "text": seen.words.get("text", ""),
            "request": seen.words.get("request", ""),
        }

    async def _settled(self, visit: Visit, key: str) -> str | None:
        """Where to ask on whether what this party did is confirmed; None once it is, with a word about it."""
        assert visit.party is not None
        try:
            state = await self.centre.tracking.command(visit.party, key)
        except NotFound:
            return None
        if state == "unconfirmed":
            return f"{HERE}/unconfirmed/{key}"
        told = Flash(visit.say(_("已经办好")) if state == "done" else visit.say(_("没有办成，请重新提交")),
                     "success" if state == "done" else "danger")  # fmt: skip
        visit.flashes = (*visit.flashes, told)
        return None

    async def unconfirmed(self, request: Request) -> Response:
        """Whether the page should be got anew: 204 while nothing is known yet."""
        visit = await self.web.by_code(request)
        assert visit.party is not None
        state = await self.centre.tracking.command(visit.party, request.path_params["key"])
        return Response(status_code=204, headers={} if state == "unconfirmed" else {"HX-Refresh": "true"})

    async def act(self, request: Request) -> Response:
        """Take an action that the office offers to parties."""
        form = await request.form()
        visit = await self.web.by_code(request, form)
        assert visit.party is not None
        assignment, action = request.path_params["assignment"], request.path_params["action"]
        found = {row["id"]: (row, said) for row, said in await self.centre.tracking.offers(visit.party)}
        row, said = found.get(assignment, (None, None))
        offer = next((one for one in said.actions if one.key == action), None) if said is not None else None
        if row is None or offer is None:
            trouble = self.web.problem(request, NotFound(_("这一步现在不能办理"), remedy=_("看下面的进度")))
            return await self.page(visit, trouble=trouble, status=409)
        values: dict[str, Any] = {}
        key = text_of(form, "idempotency_key")[:64]
        name = f"act:{assignment}:{action}"

        async def keep(files: list[Prepared], field: str) -> list[str]:
            assert visit.party is not None
            return await self.centre.materials.add_by_party(visit.party, files, purpose=Purpose.FORM, field=field)

        try:
            if offer.form:
                values = forms.parse(offer.form, form)
                values = forms.parse(offer.form, await uploads.for_case(form, keep, self.centre.materials))
            outcome = await self.centre.tracking.act(visit.party, assignment, action, values, command_key=key)
        except BadInput as error:
            return await self.page(visit, retry=Retry(name, values, by_field(error, visit.lang)), status=error.status)
        except OneWindowError as error:
            return await self.page(visit, trouble=self.web.problem(request, error), status=error.status)
        if outcome.done:
            return self.web.go(HERE, Flash(visit.say(_("已经办好"))))
        if outcome.fault is None:
            return self.web.go(f"{HERE}?pending={key}")
        retry = Retry(name, values, errors_of(outcome.fault, visit.lang, row["office"]))
        return await self.page(visit, retry=retry, status=422)

    async def document(self, request: Request) -> Response:
        """A document that was issued to this party; the look is logged."""
        visit = await self.web.by_code(request)
        assert visit.party is not None
        document, content = await self.centre.tracking.document(visit.party, request.path_params["document"])
        return pdf(document, content)

    async def material(self, request: Request) -> Response:
        """A piece of material that this party may read; the look is logged."""
        visit = await self.web.by_code(request)
        assert visit.party is not None
        return download(*await self.centre.materials.read_by_party(visit.party, request.path_params["attachment"]))

    async def leave(self, request: Request) -> Response:
        """Forget the code on this device."""
        await self.web.by_code(request, await request.form())
        return self._left()

    def _left(self) -> Response:
        response = self.web.go("/track")
        response.delete_cookie(PARTY_COOKIE, path="/", httponly=True)
        return response


_READABLE = (DocumentState.READY, DocumentState.PENDING, DocumentState.WAITING)


def _own(form: Mapping[str, Any]) -> dict[str, Any]:
    """A form as a party fills it in: which party it is says their code."""
    kept = {n: s for n, s in form.get("properties", {}).items() if s.get("x-widget") != "party"}
    return {**form, "properties": kept}
