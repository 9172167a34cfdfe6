"""What a party does on their own page, and several matters in one view that only their own device knows of."""

from collections.abc import Awaitable, Callable

from pydantic import BaseModel, ValidationError
from starlette.requests import Request
from starlette.responses import Response

from onewindow.errors import BadInput, Conflict, NotFound, OneWindowError
from onewindow.i18n import Message, _
from onewindow.routing.nextstep import next_step
from onewindow.routing.opinions import Score
from onewindow.web import forms, own_forms, uploads
from onewindow.web.keeping import keep_codes, kept
from onewindow.web.messages import by_field
from onewindow.web.operations import Retry
from onewindow.web.ownpage import HERE
from onewindow.web.present import Presenter
from onewindow.web.routes.context import Handler, Visit, Web, text_of
from onewindow.web.routes.tracked import TrackedPages, say_step
from onewindow.web.templates import Flash

MINE = "/mine"
Step = Callable[[Visit, BaseModel | None], Awaitable[None]]


def routes(web: Web) -> list[tuple[str, tuple[str, ...], Handler]]:
    """The addresses of this module."""
    pages = OwnPages(web)
    return [
        (f"{HERE}/material", ("POST",), pages.material),
        (f"{HERE}/nudge", ("POST",), pages.nudge),
        (f"{HERE}/withdraw", ("POST",), pages.withdraw),
        (f"{HERE}/revoke", ("POST",), pages.revoke),
        (f"{HERE}/rate", ("POST",), pages.rate),
        (f"{HERE}/consent/{{agreed}}", ("POST",), pages.consent),
        (f"{HERE}/reopen", ("POST",), pages.reopen),
        (f"{HERE}/documents/{{document}}/paper", ("POST",), pages.paper),
        (MINE, ("GET",), pages.mine),
        (f"{MINE}/open", ("POST",), pages.open),
        (f"{MINE}/forget", ("POST",), pages.forget),
    ]


class OwnPages:
    """A party's own acts; each comes back to their page."""

    def __init__(self, web: Web) -> None:
        self.web = web
        self.centre = web.centre
        self.tracked = TrackedPages(web)
        self.waiting = uploads.Waiting(web)

    async def material(self, request: Request) -> Response:
        key = ""

        async def step(visit: Visit, given: BaseModel | None) -> None:
            assert visit.party is not None and isinstance(given, own_forms.Material)
            files = self.waiting.files(given.files, field="files")
            await self.centre.applicant.add_material(visit.party, given.text, files, command_key=key or None)

        key = text_of(await request.form(), "idempotency_key")[:64]
        return await self._step(request, "material", own_forms.Material, step, _("已补充，承办单位可以看到"))

    async def nudge(self, request: Request) -> Response:
        async def step(visit: Visit, _given: BaseModel | None) -> None:
            assert visit.party is not None
            await self.centre.applicant.nudge(visit.party)

        return await self._step(request, "nudge", None, step, _("已催办，承办单位和窗口都会看到"))

    async def withdraw(self, request: Request) -> Response:
        async def step(visit: Visit, given: BaseModel | None) -> None:
            assert visit.party is not None and isinstance(given, own_forms.Withdraw)
            await self.centre.applicant.withdraw(visit.party, given.reason)

        told = _("已收到您的撤回。五个工作日内可以取消")
        return await self._step(request, "withdraw", own_forms.Withdraw, step, told)

    async def revoke(self, request: Request) -> Response:
        async def step(visit: Visit, _given: BaseModel | None) -> None:
            assert visit.party is not None
            await self.centre.applicant.revoke(visit.party)

        return await self._step(request, "revoke", None, step, _("撤回已取消，照常办理"))

    async def rate(self, request: Request) -> Response:
        async def step(visit: Visit, given: BaseModel | None) -> None:
            assert visit.party is not None and isinstance(given, own_forms.Rate)
            await self.centre.applicant.rate(visit.party, Score(given.score), given.reason)

        return await self._step(request, "rate", own_forms.Rate, step, _("谢谢您的评价"))

    async def consent(self, request: Request) -> Response:
        agreed = request.path_params["agreed"] == "yes"

        async def step(visit: Visit, _given: BaseModel | None) -> None:
            assert visit.party is not None
            await self.centre.applicant.consent(visit.party, agreed=agreed)

        told = _("已记录：您同意电子送达") if agreed else _("已记录：您不再同意电子送达")
        return await self._step(request, "consent", None, step, told)

    async def reopen(self, request: Request) -> Response:
        async def step(visit: Visit, given: BaseModel | None) -> None:
            assert visit.party is not None and isinstance(given, own_forms.AskReopening)
            await self.centre.applicant.ask_reopening(visit.party, given.reason)

        return await self._step(request, "reopen", own_forms.AskReopening, step, _("已申请重启，等待决定"))

    async def paper(self, request: Request) -> Response:
        async def step(visit: Visit, _given: BaseModel | None) -> None:
            assert visit.party is not None
            await self.centre.applicant.ask_paper(visit.party, request.path_params["document"])

        return await self._step(request, "paper", None, step, _("已记录，窗口会给您纸质文书"))

    async def _step(
        self, request: Request, name: str, model: type[BaseModel] | None, step: Step, told: Message
    ) -> Response:
        """Read the form, do the step, and show their page: done, or the same form with what is wrong."""
        form = await request.form()
        visit = await self.web.by_code(request, form)
        schema = model.model_json_schema() if model else None
        values = forms.parse(schema, form) if schema else {}
        try:
            if schema and uploads.files_of(form):
                values = forms.parse(schema, await self.waiting.posted(form))
            await step(visit, model.model_validate(values) if model else None)
        except (ValidationError, BadInput) as error:
            retry = Retry(name, values, by_field(error, visit.lang))
            return await self.tracked.page(visit, retry=retry, status=422)
        except NotFound as error:
            return await self.tracked.page(visit, trouble=self.web.problem(request, error), status=error.status)
        except OneWindowError as error:
            # What was typed stays, but for something that stands already.
            again = Retry(name, values) if values and not isinstance(error, Conflict) else None
            trouble = self.web.problem(request, error)
            return await self.tracked.page(visit, retry=again, trouble=trouble, status=error.status)
        return self.web.go(HERE, Flash(visit.say(told)))

    # Several matters on one device -----------------------------------------------------------------------------------

    async def mine(self, request: Request) -> Response:
        """The matters whose codes this device keeps; the server keeps nothing of it."""
        visit = await self.web.visit(request)
        known = Presenter(self.centre, visit.lang)
        codes = kept(self.web, request)
        rows = []
        for code, key in await self.centre.tracking.reopen(codes, visit.lang):
            seen = await self.centre.tracking.view(key)
            rows.append(
                {
                    "place": codes.index(code),
                    "number": seen.number,
                    "category_title": known.category(seen.category, insider=False),
                    "township": known.township(seen.township),
                    "phase": seen.phase,
                    "state": seen.state,
                    "due_on": seen.due_on if seen.state == "open" else None,
                    "next_step": say_step(known, *next_step(seen)),
                }
            )
        gone = len(codes) - len(rows)
        return self.web.page(visit, "mine.html", rows=rows, gone=gone)

    async def open(self, request: Request) -> Response:
        """Open one of them."""
        form = await request.form()
        visit = await self.web.visit(request, form)
        codes, place = kept(self.web, request), text_of(form, "place")
        chosen = [codes[int(place)]] if place.isascii() and place.isdigit() and int(place) < len(codes) else []
        found = await self.centre.tracking.reopen(chosen, visit.lang)
        if not found:
            return self.web.go(MINE, Flash(visit.say(_("这个查询码已经打不开")), "warning"))
        token, _until = self.web.door.admit(found[0][1])
        response = self.web.go(HERE)
        self.web.door.keep_party(response, token)
        return response

    async def forget(self, request: Request) -> Response:
        """Forget one of them on this device, or all."""
        form = await request.form()
        visit = await self.web.visit(request, form)
        codes, place = kept(self.web, request), text_of(form, "place")
        left = [] if place == "all" else [code for at, code in enumerate(codes) if str(at) != place]
        if place == "gone":
            left = [code for code, _key in await self.centre.tracking.reopen(codes, visit.lang)]
        response = self.web.go(MINE if left else "/track", Flash(visit.say(_("已从这台设备上移除"))))
        keep_codes(self.web, response, left)
        return response
