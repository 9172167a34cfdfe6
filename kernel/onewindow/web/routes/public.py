"""For everybody: the front page, bringing a matter, its receipt, and following it by code."""

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import Response

from onewindow.access import codes as tracking_codes
from onewindow.access.principal import PartyKey
from onewindow.api.language import COOKIE as LANGUAGE_COOKIE
from onewindow.api.routes.documents import pdf
from onewindow.errors import BadInput, Conflict, NotFound, OneWindowError, TooMany
from onewindow.i18n import LANGUAGES, _
from onewindow.office.types import new_id
from onewindow.routing.filing import file_matter
from onewindow.web import filing, forms, intake, uploads
from onewindow.web.intake import FALLBACK_CATEGORY
from onewindow.web.keeping import keep_codes, kept
from onewindow.web.messages import by_field
from onewindow.web.present import Presenter, clock_first
from onewindow.web.routes.context import Elsewhere, Handler, Visit, Web, local, text_of
from onewindow.web.templates import Flash

RECEIPT_COOKIE = "ow_receipt"
RECEIPT_SECONDS = 900
# A group and everybody in it: what a cookie can carry.
CODES_SHOWN = 100
_OWN = ("name", "phone", "address", "contact")
LANGUAGE_SECONDS = 365 * 86_400


def routes(web: Web) -> list[tuple[str, tuple[str, ...], Handler]]:
    """The addresses of this module."""
    pages = Public(web)
    return [
        ("/", ("GET",), pages.home),
        ("/language/{lang}", ("GET",), pages.language),
        ("/file", ("GET",), pages.file),
        ("/file", ("POST",), pages.submit),
        ("/receipt", ("GET",), pages.receipt),
        ("/receipt/{place:int}.pdf", ("GET",), pages.receipt_pdf),
        ("/track", ("GET",), pages.track),
        ("/track", ("POST",), pages.look_up),
    ]


async def keep_receipt(web: Web, response: Response, codes: Iterable[str]) -> None:
    """Let the browser that registered a matter show its receipts for a quarter of an hour."""
    shown = [code.replace("-", "") for code in list(codes)[:CODES_SHOWN]]
    web.set_cookie(response, RECEIPT_COOKIE, web.seal("receipt", shown), RECEIPT_SECONDS, path="/receipt")


class Public:
    """The pages that need no account."""

    def __init__(self, web: Web) -> None:
        self.web = web
        self.centre = web.centre
        self._waiting = uploads.Waiting(web)

    async def home(self, request: Request) -> Response:
        visit = await self.web.visit(request)
        names = [choice.label for choice in Presenter(self.centre, visit.lang).townships()]
        return self.web.page(visit, "home.html", township_names=names)

    async def language(self, request: Request) -> Response:
        """Read in another language from now on; back to where one was."""
        lang = request.path_params["lang"]
        response = self.web.go(local(request.query_params.get("next"), "/"))
        if lang in LANGUAGES:
            self.web.set_cookie(response, LANGUAGE_COOKIE, lang, LANGUAGE_SECONDS)
        return response

    # Bringing a matter -----------------------------------------------------------------------------------------------

    async def file(self, request: Request) -> Response:
        return self._file(await self.web.visit(request), {}, {})

    def _file(
        self, visit: Visit, values: Mapping[str, Any], errors: Mapping[str, str], key: str = "", status: int = 200
    ) -> Response:
        known = Presenter(self.centre, visit.lang)
        townships = known.townships()
        if not values and len(townships) == 1:
            values = {"township": townships[0].value}
        view = forms.view(
            filing.Filing.model_json_schema(),
            values or None,
            errors,
            choices={
                "township": townships,
                "category": known.categories(),
                "place": known.places(*(choice.value for choice in townships)),
            },
        )
        return self.web.page(visit, "file.html", status_code=status, form=view, key=key or new_id())

    async def submit(self, request: Request) -> Response:
        """Register what somebody brings; whoever is logged in brings it as anybody would."""
        form = await request.form()
        visit = await self.web.visit(request, form)
        schema = filing.Filing.model_json_schema()
        values = forms.parse(schema, form)
        key = text_of(form, "idempotency_key")[:64]
        try:
            values = forms.parse(schema, await self._waiting.posted(form))
            told = filing.Filing.model_validate(values)
            files = self._waiting.files(told.files, field="files")
            given = filing.filed(told)
            done = await file_matter(self.centre.registrar, None, given, key=key or None, files=files)
        except (ValidationError, BadInput) as error:
            return self._file(visit, values, _known(by_field(error, visit.lang)), key, 422)
        except Conflict:
            again = visit.say(_("这张表已经登记过一次。内容有改动，确实是另一件事的，请再提交一次"))
            return self._file(visit, values, {"": again}, status=409)
        response = self.web.go("/receipt")
        await keep_receipt(self.web, response, done.codes.values())
        return response

    # The receipt -----------------------------------------------------------------------------------------------------

    def _codes(self, request: Request) -> list[str]:
        kept = self.web.unseal("receipt", request.cookies.get(RECEIPT_COOKIE, ""))
        if not isinstance(kept, list) or not kept:
            raise Elsewhere("/track", Flash(_("回执只显示一次。请用回执上的查询码查询"), "info"))
        return [str(code) for code in kept]

    async def receipt(self, request: Request) -> Response:
        """The number, the code and the first date that the law sets."""
        visit = await self.web.visit(request)
        known = Presenter(self.centre, visit.lang)
        shown = []
        seen = None
        found = self._codes(request)
        for place, code in enumerate(found):
            key = await self.centre.tracking.open(code, address=visit.address, lang=visit.lang)
            own = await self.centre.tracking.view(key)
            seen = seen or own
            text = tracking_codes.show(code)
            shown.append(
                {
                    "code": text,
                    "holder": known.party_name(own.party) if len(found) > 1 else None,
                    # Behind the #: a browser tells it to no server, and the page takes it into its form.
                    "url": f"{request.base_url}track#{text}",
                    "pdf_href": f"/receipt/{place}.pdf",
                }
            )
        assert seen is not None
        clocks = [clock for clock in clock_first(seen.clocks) if clock.status == "running"]
        return self.web.page(
            visit,
            "receipt.html",
            number=seen.number,
            category_title=None if seen.category == FALLBACK_CATEGORY else known.category(seen.category, insider=False),
            registered_at=seen.registered_at,
            sealed=seen.sealed,
            codes=shown,
            due=clocks[0] if clocks else None,
        )

    async def receipt_pdf(self, request: Request) -> Response:
        """The receipt as it is printed."""
        visit = await self.web.visit(request)
        found, place = self._codes(request), int(request.path_params["place"])
        if place >= len(found):
            raise NotFound()
        document, content = await self.centre.receipts.print(found[place], address=visit.address)
        return pdf(document, content)

    # Following it ----------------------------------------------------------------------------------------------------

    async def track(self, request: Request) -> Response:
        return self._track(await self.web.visit(request), "", {})

    def _track(self, visit: Visit, code: str, errors: Mapping[str, str], status: int = 200) -> Response:
        view = forms.view(intake.Tracking.model_json_schema(), {"code": code}, errors)
        mine = len(kept(self.web, visit.request))
        return self.web.page(visit, "track.html", status_code=status, form=view, mine=mine)

    async def look_up(self, request: Request) -> Response:
        """Open a matter to whoever has its code, for half an hour."""
        form = await request.form()
        visit = await self.web.visit(request, form)
        code, keep = text_of(form, "code")[:200], text_of(form, "keep") == "true"
        try:
            key = await self.centre.tracking.open(code, address=visit.address, lang=visit.lang)
        except (BadInput, NotFound, TooMany) as error:
            return self._track(visit, code, {"code": _told(visit, error)}, error.status)
        response = self._admitted(key)
        if keep:
            keep_codes(self.web, response, [*kept(self.web, request), tracking_codes.normalise(code)])
        return response

    def _admitted(self, key: PartyKey) -> Response:
        token, _until = self.web.door.admit(key)
        response = self.web.go("/tracked")
        self.web.door.keep_party(response, token)
        return response


def _told(visit: Visit, error: OneWindowError) -> str:
    words = [visit.say(error.message, **error.params)]
    if error.remedy:
        words.append(visit.say(error.remedy, **error.params))
    return "。".join(words) if visit.lang == "zh" else ". ".join(words)


def _known(errors: Mapping[str, str]) -> dict[str, str]:
    """Errors of the registration by the names that they have in the form of filing."""
    found: dict[str, str] = {}
    for name, text in errors.items():
        if name == "parties":
            found.setdefault("others", text)
            continue
        last = name.rpartition(".")[2]
        found.setdefault(last if name.startswith("parties.") and last in _OWN else name, text)
    return found
