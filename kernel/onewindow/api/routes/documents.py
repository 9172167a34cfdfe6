"""Documents: their bytes, and how they were served."""

from datetime import date
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Header, Response
from pydantic import BaseModel, ConfigDict, Field

from onewindow.api import models as out
from onewindow.api.auth import At, Who
from onewindow.api.parts import PREFIX, Id, Key, etag_matches
from onewindow.api.problems import documented
from onewindow.documents.models import Document, ServiceMethod

router = APIRouter(prefix=PREFIX + "/documents", tags=["documents"])
PDF: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "the bytes, the same at each printing; their SHA-256 is the ETag",
        "content": {"application/pdf": {"schema": {"type": "string", "format": "binary"}}},
        "headers": {"ETag": {"schema": {"type": "string"}}},
    },
    304: {"description": "unchanged"},
}


def pdf(document: Document, content: bytes, if_none_match: str | None = None) -> Response:
    """A document as it was printed."""
    etag = f'"{document.sha256}"'
    if etag_matches(if_none_match, etag):
        return Response(status_code=304, headers={"ETag": etag})
    name = quote(f"{document.number}.pdf")
    headers = {"ETag": etag, "Content-Disposition": f"inline; filename*=UTF-8''{name}"}
    return Response(content, 200, headers, "application/pdf")


@router.get(
    "/{document}",
    response_class=Response,
    responses={**documented(401, 403, 404, 409, 422), **PDF},
    operation_id="getDocument",
    summary="下载文书 · A document as PDF",
)
async def read(
    centre: At, who: Who, document: Id, if_none_match: Annotated[str | None, Header(max_length=200)] = None
) -> Any:
    """The bytes of a document; the look is logged."""
    found, content = await centre.desk.document(who, document)
    return pdf(found, content, if_none_match)


class ServiceRequest(BaseModel):
    """How a document was served, as its proof says."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    method: ServiceMethod
    served_on: date
    party_id: str | None = Field(None, max_length=36)
    received_by: str = Field("", max_length=100)
    relation: str = Field("", max_length=100)
    place: str = Field("", max_length=200)
    witnesses: list[str] = Field(default_factory=list, max_length=5)
    note: str = Field("", max_length=500)
    tracking_no: str | None = Field(None, max_length=60)
    sent_on: date | None = Field(None, description="the day of posting, or of the public notice")
    period_days: int | None = Field(None, ge=1, le=365, description="how long a public notice runs; 30 if not said")
    recorded: bool = Field(False, description="pictures or a film show how it was done")
    scans: list[str] = Field(
        default_factory=list, max_length=10, description="pieces of the case's material that show the signed proof"
    )
    proof: bool = Field(False, description="entered late, with proof, by somebody who does not handle the case")


@router.post(
    "/{document}/services",
    status_code=201,
    responses=documented(401, 403, 404, 409, 413, 415, 422),
    operation_id="recordService",
    summary="登记送达 · Record a service",
)
async def serve(centre: At, who: Who, document: Id, given: ServiceRequest, key: Key) -> out.ServedOut:
    """Record how a document was served; the clocks that hang on it follow from the date."""
    values = given.model_dump()
    values |= {"witnesses": tuple(given.witnesses), "scans": tuple(given.scans)}
    done = await centre.handling.serve(who, document, values, key=key)
    return out.ServedOut(service=done.id, document=done.document.id, extension=done.extension)


class CorrectionRequest(BaseModel):
    """What was wrong about a recorded service, and how it really was; without `right` it was not served at all."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    reason: str = Field(min_length=2, max_length=200)
    right: ServiceRequest | None = None


@router.post(
    "/{document}/services/{service}/correction",
    status_code=201,
    responses=documented(401, 403, 404, 409, 413, 415, 422),
    operation_id="correctService",
    summary="更正送达记录 · Correct a recorded service",
)
async def correct(centre: At, who: Who, document: Id, service: Id, given: CorrectionRequest, key: Key) -> out.ServedOut:
    """By somebody who does not handle the case. The wrong record stays, void; clocks follow the right date."""
    right = None
    if given.right is not None:
        right = given.right.model_dump(exclude={"proof"})
        right |= {"witnesses": tuple(given.right.witnesses), "scans": tuple(given.right.scans)}
    done = await centre.counter.correct_service(who, document, service, right, reason=given.reason, key=key)
    return out.ServedOut(service=done.id, document=done.document.id, extension=done.extension)
