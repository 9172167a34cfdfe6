"""Material in a case: adding files and getting them back, for staff and by code."""

from collections.abc import Iterable
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, File, Form, Response, UploadFile

from onewindow.api import models as out
from onewindow.api.auth import At, ByCode, Who
from onewindow.api.parts import PREFIX, Id, Number
from onewindow.api.problems import documented
from onewindow.centre import Centre
from onewindow.documents.attachments import Attachment, Prepared, Purpose, check_number

router = APIRouter(prefix=PREFIX, tags=["attachments"])
by_code = APIRouter(prefix=PREFIX + "/tracking", tags=["tracking"])

FILE: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "the bytes as they are kept: a PDF as it came, a picture encoded anew",
        "content": {kind: {"schema": {"type": "string", "format": "binary"}} for kind in
                    ("application/pdf", "image/jpeg", "image/png")},
    }
}  # fmt: skip
# Nothing that somebody handed in may act inside one of our pages.
SANDBOX = {"Content-Security-Policy": "sandbox; default-src 'none'"}
Files = Annotated[list[UploadFile], File(description="JPEG, PNG, WebP, GIF, BMP, TIFF or PDF; at most ten")]


def download(found: Attachment, content: bytes) -> Response:
    """A file as an attachment under a name of our own."""
    disposition = f"attachment; filename*=UTF-8''{quote(found.file_name)}"
    return Response(content, 200, {"Content-Disposition": disposition, **SANDBOX}, found.media)


async def taken(centre: Centre, files: Iterable[UploadFile]) -> list[Prepared]:
    """The files of a form, cleaned and on the disk."""
    given = list(files)
    check_number(len(given))
    return [await centre.materials.prepare(await one.read(), one.filename or "") for one in given]


def shown(found: Iterable[Attachment]) -> out.Listed[out.AttachmentOut]:
    return out.Listed[out.AttachmentOut](items=[out.AttachmentOut.of(one) for one in found])


@router.post(
    "/cases/{number}/attachments",
    status_code=201,
    responses=documented(401, 403, 404, 413, 415, 422),
    operation_id="addAttachments",
    summary="添加材料 · Add material to a case",
)
async def add(
    centre: At,
    who: Who,
    number: Number,
    files: Files,
    purpose: Annotated[Purpose, Form()] = Purpose.EVIDENCE,
    party: Annotated[str | None, Form(max_length=36)] = None,
) -> out.AttachmentsMade:
    """Files for a case, or for one party of it, who can then read them. The same bytes again are the same piece."""
    given = await taken(centre, files)
    return out.AttachmentsMade(
        attachments=await centre.materials.add(who, number, given, purpose=purpose, party_id=party)
    )


@router.get(
    "/cases/{number}/attachments",
    responses=documented(401, 403, 404, 422),
    operation_id="listAttachments",
    summary="材料清单 · The material of a case",
)
async def list_all(centre: At, who: Who, number: Number) -> out.Listed[out.AttachmentOut]:
    """What was handed in, in the order in which it came; all of it is one page."""
    return shown(await centre.materials.of_case(who, await centre.desk.open(who, number)))


@router.get(
    "/attachments/{attachment}",
    response_class=Response,
    responses={**documented(401, 403, 404, 422), **FILE},
    operation_id="getAttachment",
    summary="下载材料 · A piece of material",
)
async def read(centre: At, who: Who, attachment: Id) -> Any:
    """The bytes; the look is logged, and the person can see that."""
    return download(*await centre.materials.read(who, attachment))


@by_code.post(
    "/attachments",
    status_code=201,
    responses=documented(401, 404, 413, 415, 422),
    operation_id="addTrackedAttachments",
    summary="补交材料 · Add material with one's code",
)
async def add_by_code(centre: At, key: ByCode, files: Files) -> out.AttachmentsMade:
    """The offices that handle the matter and oneself read it, no other party."""
    return out.AttachmentsMade(attachments=await centre.materials.add_by_party(key, await taken(centre, files)))


@by_code.get(
    "/attachments",
    responses=documented(401, 404, 422),
    operation_id="listTrackedAttachments",
    summary="自己的材料 · The material that one added",
)
async def list_by_code(centre: At, key: ByCode) -> out.Listed[out.AttachmentOut]:
    return shown(await centre.materials.of_party(key))


@by_code.get(
    "/attachments/{attachment}",
    response_class=Response,
    responses={**documented(401, 404, 422), **FILE},
    operation_id="getTrackedAttachment",
    summary="下载自己的材料 · A piece of one's own material",
)
async def read_by_code(centre: At, key: ByCode, attachment: Id) -> Any:
    return download(*await centre.materials.read_by_party(key, attachment))
