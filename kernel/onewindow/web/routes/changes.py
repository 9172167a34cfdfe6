"""For the auditor: what was done to the organisation, newest first."""

from typing import Any

from starlette.responses import Response

from onewindow.office.types import StaffId, TownshipCode, UnitId
from onewindow.organisation.log import Change
from onewindow.web.present import Presenter
from onewindow.web.routes.context import Handler, Visit, Web
from onewindow.web.routes.desk import address
from onewindow.web.routes.steps import Steps

LOG = "/admin/log"
SHOWN = 50


def routes(web: Web) -> list[tuple[str, tuple[str, ...], Handler]]:
    """The addresses of this module."""
    pages = ChangePages(web)
    return [(LOG, ("GET",), pages.show(pages.log))]


class ChangePages(Steps):
    """The log of the organisation."""

    async def log(self, visit: Visit) -> Response:
        after = visit.request.query_params.get("after")
        found = await self.centre.personnel.changes(visit.principal, after=after, limit=SHOWN)
        more, found = len(found) > SHOWN, found[:SHOWN]
        known = Presenter(self.centre, visit.lang)
        return self.web.page(
            visit,
            "admin/log.html",
            path=LOG,
            entries=[self._entry(change, known) for change in found],
            page={"previous": None, "next": address(LOG, after=found[-1].id) if more else None},
        )

    def _entry(self, change: Change, known: Presenter) -> dict[str, Any]:
        organisation = self.centre.organisation.current
        href: str | None = None
        if StaffId(change.subject) in organisation.staff:
            subject, href = known.staff(change.subject), f"/admin/users/{change.subject}"
        elif UnitId(change.subject) in organisation.units:
            subject, href = known.unit(change.subject), f"/admin/units/{change.subject}"
        elif TownshipCode(change.subject) in organisation.townships:
            subject = known.township(change.subject)
        else:
            post = organisation.posts.get(str(change.data.get("post", "")))
            subject = f"{known.unit(post.unit)} · {known.label(post.role, 'role')}" if post else change.subject
        return {
            "at": change.at,
            "actor": known.staff(change.actor) or change.actor,
            "what": change.what,
            "subject": subject,
            "href": href,
        }
