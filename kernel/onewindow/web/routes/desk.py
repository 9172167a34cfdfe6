"""The registry's desk: its lists, and registering a matter for somebody who came."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any
from urllib.parse import urlencode

from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import Response

from onewindow.access import guard
from onewindow.access.actions import Action
from onewindow.access.policy import may_ever
from onewindow.access.principal import Principal, Target
from onewindow.errors import BadInput, Conflict, Forbidden
from onewindow.i18n import Message, _
from onewindow.office.types import SHANGHAI, TownshipCode, law_day, new_id
from onewindow.registry.catalogue import categories
from onewindow.registry.catalogue import sealed as is_sealed
from onewindow.registry.intake import Registration
from onewindow.routing.enclosing import emergencies
from onewindow.routing.filing import file_matter
from onewindow.routing.listing import PAGE, Filters
from onewindow.web import formatting, forms, registering, uploads
from onewindow.web.intake import FALLBACK_CATEGORY
from onewindow.web.messages import by_field
from onewindow.web.present import Presenter, choices, summaries
from onewindow.web.routes.context import Handler, Visit, Web, text_of
from onewindow.web.routes.public import keep_receipt

STATUSES = ("open", "closed", "archived")
SEALED_SUMMARY = _("（密件，打开后查看）")


@dataclass(frozen=True, slots=True)
class Listing:
    """One of the desk's lists and the permission that shows it."""

    key: str
    title: Message
    action: Action


LISTS = (
    Listing("all", _("全部登记"), Action.CASE_LIST),
    Listing("window", _("窗口待办"), Action.CASE_TRIAGE),
    Listing("unsigned", _("24 小时未签收"), Action.ASSIGNMENT_REASSIGN),
    Listing("nudged", _("当事人催办"), Action.CASE_LIST),
    Listing("withdrawals", _("撤回待核实"), Action.CASE_FOLLOW_UP),
    Listing("reopenings", _("申请重启"), Action.CASE_REOPEN),
    Listing("objections", _("退回异议待裁定"), Action.ASSIGNMENT_RULE_OBJECTION),
)


# Lists whose rows are cases; those of the others are about one.
BY_CASE = frozenset({"all", "window", "nudged", "withdrawals", "reopenings"})


def routes(web: Web) -> list[tuple[str, tuple[str, ...], Handler]]:
    """The addresses of this module."""
    pages = DeskPages(web)
    return [
        ("/desk", ("GET",), pages.desk),
        ("/register", ("GET",), pages.register),
        ("/register", ("POST",), pages.submit),
    ]


def address(path: str, **query: str | None) -> str:
    """A path with those parts of its query that say something."""
    said = {name: value for name, value in query.items() if value}
    return f"{path}?{urlencode(said)}" if said else path


class DeskPages:
    """What the registry works with."""

    def __init__(self, web: Web) -> None:
        self.web = web
        self.centre = web.centre
        self._files = uploads.Waiting(web)

    # Lists -----------------------------------------------------------------------------------------------------------

    async def desk(self, request: Request) -> Response:
        visit = await self.web.staff(request)
        who = visit.principal
        assert who is not None
        if not may_ever(who, Action.CASE_LIST):
            raise Forbidden()
        query = request.query_params
        known = Presenter(self.centre, visit.lang)
        lists = [one for one in LISTS if may_ever(who, one.action)]
        chosen = next((one for one in lists if one.key == query.get("list")), lists[0])
        waiting = await self._waiting(who)
        status = query.get("status", "")
        status = status if status in STATUSES else ""
        category = query.get("category", "")
        category = category if category in categories() else ""
        pages: dict[str, str | None] = {"previous": None, "next": None}
        rows: Sequence[Mapping[str, Any]]
        if chosen.key == "all":
            filters = Filters(state=status or None, category=category or None)
            after, before = query.get("after"), query.get("before")
            found = await self.centre.desk.cases(who, filters, after=after, before=before)
            rows = found.rows
            same = {"status": status, "category": category}
            pages = {
                "previous": address("/desk", before=found.prev, **same) if found.prev else None,
                "next": address("/desk", after=found.next, **same) if found.next else None,
            }
        else:
            rows = [row for row in waiting[chosen.key] if _fits(row, status, category)]
        return self.web.page(
            visit,
            "desk.html",
            lists=[
                {
                    "title": one.title,
                    "href": address("/desk", list=one.key if one.key != "all" else None),
                    "current": one is chosen,
                    "figure": _figure(waiting.get(one.key)),
                }
                for one in lists
            ],
            list_key=chosen.key,
            status=status,
            statuses=choices("case", *STATUSES),
            category=category,
            categories=known.categories(),
            rows=await self._rows(known, chosen.key, rows),
            page=pages,
            saved=[
                {"name": one.name, "href": address("/search", **one.chosen.said())}
                for one in await self.centre.saved.mine(who)
            ],
            may_register=may_ever(who, Action.CASE_REGISTER),
        )

    async def _waiting(self, who: Principal) -> dict[str, list[Mapping[str, Any]]]:
        """What waits at the windows that somebody answers for."""
        found: dict[str, list[Mapping[str, Any]]] = {
            name: [] for name in ("window", "unsigned", "objections", "nudged", "withdrawals", "reopenings")
        }
        for township in sorted(who.townships | who.fallback_for):
            there = await self.centre.desk.window(who, township)
            found["window"] += there["queue"].rows
            # These come by person, so they are the same for each township.
            found["unsigned"] = list(there["unsigned"])
            found["objections"] += there["objections"]
            for name, rows in (await self.centre.counter.waiting(who, township)).items():
                found[name] += rows
        return found

    async def _rows(self, known: Presenter, listed: str, rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        key = "id" if listed in BY_CASE else "case_id"
        words = await summaries(self.centre, rows, key=key)
        urgent = await self.centre.store.read(lambda c: emergencies(c, [row[key] for row in rows]))
        shown = [self._row(known, listed, row, words) for row in rows]
        for line, row in zip(shown, rows, strict=True):
            if row[key] in urgent:
                line["note"] = known.say(_("紧急情况"))
        return shown

    def _row(self, known: Presenter, listed: str, row: Mapping[str, Any], words: Mapping[str, str]) -> dict[str, Any]:
        case_id = row["id"] if listed in BY_CASE else row["case_id"]
        holder = row.get("holder") if listed in BY_CASE else row.get("unit_id")
        state, phase, note = row.get("state", "open"), row.get("phase"), None
        if listed == "nudged":
            note = known.say(_("{day} 催办"), day=formatting.day(row["nudged_at"], known.lang))
        elif listed == "unsigned":
            state, note = "open", known.say(_("签收已超过 24 小时"))
        elif listed == "objections":
            state, phase = "open", "in_hand"
            note = known.say(_("{who} 提出"), who=known.staff_with_unit(row["lodged_by"])) if row["lodged_by"] else None
            holder = known.unit_of(row["lodged_by"])
        return {
            "number": row["number"],
            "href": f"/case/{row['number']}",
            "category_title": None if row["category"] == FALLBACK_CATEGORY else known.category(row["category"]),
            "summary": known.say(SEALED_SUMMARY) if row["sealed"] else words.get(case_id, ""),
            "phase": phase,
            "state": state,
            "holder": known.unit(holder) or None,
            "due": known.due({**row, "state": state}) if "due_at" in row else None,
            "registered_at": row.get("registered_at") or row.get("sent_at") or row.get("lodged_at"),
            "sealed": row["sealed"],
            "note": note,
        }

    # Registering -----------------------------------------------------------------------------------------------------

    def _places(self, who: Principal) -> list[TownshipCode]:
        """The townships where somebody registers matters."""
        found = []
        for township in sorted(who.townships):
            unit = next((post.unit_id for post in who.own_posts if post.township == township), None)
            if guard.permits(who, Action.CASE_REGISTER, Target(township=township, registered_unit=unit)):
                found.append(township)
        return found

    async def register(self, request: Request) -> Response:
        visit = await self.web.staff(request)
        today = law_day(self.centre.now())
        begun = {"role": "applicant", "kind": "person"}
        values = {"received_on": today.isoformat(), "channel": "visit", "parties": [begun]}
        return self._register(visit, values, {})

    def _register(
        self,
        visit: Visit,
        values: Mapping[str, Any],
        errors: Mapping[str, str],
        key: str = "",
        status: int = 200,
        *,
        similar: bool = False,
    ) -> Response:
        assert visit.principal is not None
        places = self._places(visit.principal)
        if not places:
            raise Forbidden()
        known = Presenter(self.centre, visit.lang)
        view = forms.view(
            registering.Entry.model_json_schema(),
            values,
            errors,
            choices={
                "category": known.categories(),
                "unit": known.units(places[0]),
                "place": known.places(places[0]),
            },
        )
        return self.web.page(
            visit, "register.html", status_code=status, form=view, key=key or new_id(), similar=similar
        )

    async def submit(self, request: Request) -> Response:
        form = await request.form()
        visit = await self.web.staff(request, form)
        assert visit.principal is not None
        schema = registering.Entry.model_json_schema()
        values = forms.parse(schema, form)
        key = text_of(form, "idempotency_key")[:64]
        places = self._places(visit.principal)
        if not places:
            raise Forbidden()
        try:
            values = forms.parse(schema, await self._files.posted(form))
            given = registering.Entry.model_validate(values)
            files = self._files.files(given.files, field="files")
            registration = registering.entered(given, places[0], self._received(given.received_on))
            if not text_of(form, "asked") and await self._already(visit.principal, registration):
                # Asked once, before anything is done: the clerk asks the person, and registers all the same.
                return self._register(visit, values, {}, key, similar=True)
            done = await file_matter(self.centre.registrar, visit.principal, registration, key=key or None, files=files)
        except (ValidationError, BadInput) as error:
            return self._register(visit, values, _named(by_field(error, visit.lang), values), key, 422)
        except Conflict:
            again = visit.say(_("这张表已经登记过一次。内容有改动，确实是另一件事的，请再提交一次"))
            return self._register(visit, values, {"": again}, status=409)
        response = self.web.go("/receipt")
        await keep_receipt(self.web, response, done.codes.values())
        return response

    async def _already(self, who: Principal, given: Registration) -> bool:
        if is_sealed(given.decided_track(), given.category):
            return False
        words = {"text": given.text, "place": given.place}
        return await self.centre.likely.already(who, given.township, given.category, words)

    def _received(self, on: date) -> datetime | None:
        """The moment of receipt; of today, now."""
        today = law_day(self.centre.now())
        if on > today:
            raise BadInput(_("收到日期不能晚于今天"), field="received_on")
        return None if on == today else datetime.combine(on, time(12), SHANGHAI).astimezone(UTC)


def _fits(row: Mapping[str, Any], status: str, category: str) -> bool:
    """The filters, for lists that are short enough to be read whole."""
    return (not category or row["category"] == category) and status in ("", "open")


def _figure(rows: Sequence[Any] | None) -> int | str | None:
    if rows is None:
        return None
    return len(rows) if len(rows) < PAGE else f"{PAGE}+"


def _named(errors: Mapping[str, str], values: Mapping[str, Any]) -> dict[str, str]:
    """Errors of the registration by the names that they have in the clerk's form."""
    names = {"about": "respondent_unit", "received_at": "received_on"}
    return registering.in_form(errors, values, names)
