"""Queues: an office's, a person's own, and the window's."""

from typing import Annotated

from fastapi import APIRouter, Query

from onewindow.access.guard import require_staff
from onewindow.api import models as out
from onewindow.api.auth import At, Who
from onewindow.api.parts import PREFIX, Code, Cursor, Limit, Show
from onewindow.api.problems import documented

router = APIRouter(prefix=PREFIX, tags=["queues"])


@router.get(
    "/queue",
    responses=documented(401, 403, 422),
    operation_id="listQueue",
    summary="科室办件 · The queue of assignments",
)
async def queue(
    centre: At,
    who: Who,
    show: Show,
    office: Annotated[str | None, Query(max_length=40)] = None,
    township: Annotated[str | None, Query(max_length=12)] = None,
    state: Annotated[str | None, Query(max_length=10, description="without one: whatever is open")] = None,
    mine: Annotated[bool, Query(description="only what names you as its officer")] = False,
    after: Cursor = None,
    before: Cursor = None,
    limit: Limit = 50,
) -> out.Listed[out.AssignmentLine]:
    """The assignments that you may see, from the kernel's mirror: the office need not answer for it."""
    officer = require_staff(who).staff_id if mine else None
    page = await centre.desk.queue(
        who, office=office, township=township, state=state, mine=officer, after=after, before=before, limit=limit
    )
    items = [show.queue_line(row) for row in page.rows]
    return out.Listed[out.AssignmentLine](items=items, next=page.next, prev=page.prev)


@router.get(
    "/townships/{township}/window",
    responses=documented(401, 403, 422),
    operation_id="getWindow",
    summary="窗口待办 · What waits at the window",
)
async def window(centre: At, who: Who, show: Show, township: Code) -> out.WindowOut:
    """What lies with the window itself, what nobody signed for, and objections that wait for a ruling."""
    found = await centre.desk.window(who, township)
    return out.WindowOut(
        queue=[show.case_line(row) for row in found["queue"].rows],
        unsigned=[show.queue_line(row) for row in found["unsigned"]],
        objections=[show.objection(row) for row in found["objections"]],
    )
