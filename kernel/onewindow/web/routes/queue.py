"""An office's queue, from the kernel's mirror: it is there while the office is away."""

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from onewindow.access.actions import Action
from onewindow.access.policy import may_ever
from onewindow.access.principal import Principal
from onewindow.errors import Forbidden
from onewindow.i18n import _
from onewindow.office.types import OfficeId
from onewindow.web.intake import FALLBACK_CATEGORY
from onewindow.web.present import Presenter, choices, summaries
from onewindow.web.routes.context import Handler, Web
from onewindow.web.routes.desk import SEALED_SUMMARY, address

STATES = ("sent", "received", "done", "returned", "recalled")
NO_OFFICE = _("我的办件")


def routes(web: Web) -> list[tuple[str, tuple[str, ...], Handler]]:
    """The addresses of this module."""
    return [("/queue", ("GET",), QueuePages(web).queue)]


class QueuePages:
    """What was handed to somebody's unit."""

    def __init__(self, web: Web) -> None:
        self.web = web
        self.centre = web.centre

    async def queue(self, request: Request) -> Response:
        visit = await self.web.staff(request)
        who = visit.principal
        assert who is not None
        if not may_ever(who, Action.ASSIGNMENT_ACT):
            raise Forbidden()
        query = request.query_params
        known = Presenter(self.centre, visit.lang)
        state = query.get("state", "")
        state = state if state in STATES else ""
        office = self._office(who)
        found = await self.centre.desk.queue(
            who, office=office, state=state or None, after=query.get("after"), before=query.get("before")
        )
        words = await summaries(self.centre, found.rows, key="case_id")
        # What nobody has signed for comes first on each page; the sorting keeps the order otherwise.
        rows = [self._row(known, row, words) for row in found.rows]
        rows.sort(key=lambda row: bool(row["assignment_state"] != "sent"))
        title = self.centre.book.current.known[office].title if office else NO_OFFICE
        away = bool(office) and not self.centre.switchboard.is_answering(office or "")
        return self.web.page(
            visit,
            "queue.html",
            office={"id": office or "onewindow", "title": title, "away": away},
            township=known.township(who.own_posts[0].township) if who.own_posts else "",
            state=state,
            states=choices("assignment", *STATES),
            rows=rows,
            page={
                "previous": address("/queue", before=found.prev, state=state) if found.prev else None,
                "next": address("/queue", after=found.next, state=state) if found.next else None,
            },
        )

    def _office(self, who: Principal) -> OfficeId | None:
        """The office that somebody works in; None for a unit that works on paper, or for the window."""
        known = self.centre.book.current.known
        return next((post.office for post in who.posts if post.office and post.office in known), None)

    def _row(self, known: Presenter, row: Mapping[str, Any], words: Mapping[str, str]) -> dict[str, Any]:
        return {
            "number": row["number"],
            "href": f"/case/{row['number']}?assignment={row['id']}",
            "category_title": None if row["category"] == FALLBACK_CATEGORY else known.category(row["category"]),
            "summary": known.say(SEALED_SUMMARY) if row["sealed"] else words.get(row["case_id"], ""),
            "state_title": known.state(row),
            "assignment_state": row["state"],
            "role": row["role"],
            "due": known.due({**row, "state": None}) if row["state"] in ("sent", "received") else None,
            "officer": known.staff(row["officer"]) or None,
            "sent_at": row["sent_at"],
            "sealed": row["sealed"],
        }
