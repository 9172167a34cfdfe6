"""Tracking: what a person sees and does with their code. The code is never in an address."""

from typing import Annotated, Any

from fastapi import APIRouter, Header, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from onewindow.api import models as out
from onewindow.api import models_own as own_out
from onewindow.api.auth import At, ByCode, DoorOf, address
from onewindow.api.language import language
from onewindow.api.parts import PREFIX, Id, Key, Show
from onewindow.api.problems import documented
from onewindow.api.routes.assignments import UNCONFIRMED, ActionRequest, answered
from onewindow.api.routes.documents import PDF, pdf
from onewindow.office.types import new_id

router = APIRouter(prefix=PREFIX + "/tracking", tags=["tracking"])


class ByCodeRequest(BaseModel):
    """A tracking code as it is printed; any case, hyphens or spaces."""

    model_config = ConfigDict(extra="forbid")

    code: str = Field(min_length=1, max_length=64, examples=["7Q2M-0F4K-9XRT-3HWB"])


@router.post(
    "",
    status_code=201,
    responses=documented(404, 413, 415, 422, 429),
    operation_id="openTracking",
    summary="凭查询码进入 · Enter with a tracking code",
)
async def enter(centre: At, door: DoorOf, request: Request, given: ByCodeRequest) -> out.AdmittedOut:
    """A short-lived bearer token for the party whose code this is. Wrong codes are limited by address."""
    key = await centre.tracking.open(given.code, address=address(request.scope), lang=language(request.scope))
    seen = await centre.tracking.view(key)
    token, until = door.admit(key)
    return out.AdmittedOut(token=token, expires_at=until, number=seen.number)


@router.post(
    "/receipt",
    response_class=Response,
    responses={**documented(404, 409, 413, 415, 422, 429), **PDF},
    operation_id="printReceipt",
    summary="打印登记回执 · Print the receipt",
)
async def receipt(centre: At, request: Request, given: ByCodeRequest) -> Any:
    """The receipt with its QR code, for whoever holds the code; the same bytes at each printing."""
    document, content = await centre.receipts.print(given.code, address=address(request.scope))
    return pdf(document, content)


@router.get(
    "",
    responses=documented(401, 404, 422),
    operation_id="getTracked",
    summary="查询进度 · Follow one's matter",
)
async def view(centre: At, key: ByCode, show: Show) -> own_out.TrackedOut:
    """Where the matter is, who has it, when it is due, what was issued, and who looked at your data."""
    seen = await centre.tracking.view(key)
    return show.tracked(seen, await centre.applicant.standing(key))


@router.get(
    "/documents/{document}",
    response_class=Response,
    responses={**documented(401, 404, 409, 422), **PDF},
    operation_id="getTrackedDocument",
    summary="下载自己的文书 · One's own document as PDF",
)
async def document(
    centre: At, key: ByCode, document: Id, if_none_match: Annotated[str | None, Header(max_length=200)] = None
) -> Any:
    found, content = await centre.tracking.document(key, document)
    return pdf(found, content, if_none_match)


@router.get(
    "/actions",
    responses=documented(401, 404, 422),
    operation_id="listPartyActions",
    summary="本人可办理的操作 · What one may do oneself",
)
async def actions(centre: At, key: ByCode, show: Show) -> out.Listed[out.OffersOut]:
    """The actions that the office's procedure offers to a party, with their forms."""
    found = await centre.tracking.offers(key)
    return out.Listed[out.OffersOut](items=[show.offers(row, description) for row, description in found])


@router.post(
    "/assignments/{assignment}/actions/{action}",
    response_model=out.OutcomeOut,
    responses={**documented(401, 403, 404, 409, 413, 415, 422), **UNCONFIRMED},
    operation_id="takePartyAction",
    summary="本人办理 · Take such an action",
)
async def act(
    centre: At, key: ByCode, request: Request, assignment: Id, action: Id, given: ActionRequest, command_key: Key
) -> Any:
    outcome = await centre.tracking.act(key, assignment, action, given.form, command_key=command_key or new_id())
    office = await centre.handling.office_of(assignment)
    return answered(outcome, request, office, "/api/v1/tracking/commands")


@router.get(
    "/commands/{command}",
    responses=documented(401, 404, 422),
    operation_id="getPartyCommand",
    summary="本人操作结果 · What became of one's own unconfirmed command",
)
async def command(centre: At, key: ByCode, command: Id) -> out.OutcomeOut:
    return out.OutcomeOut(outcome=await centre.tracking.command(key, command), key=command)
