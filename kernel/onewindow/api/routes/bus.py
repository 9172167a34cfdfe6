"""The bus, for whoever runs the centre: sending the kernel's log again."""

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from onewindow.api.auth import At, Who
from onewindow.api.models import Out
from onewindow.api.parts import PREFIX
from onewindow.api.problems import documented

router = APIRouter(prefix=PREFIX + "/bus", tags=["bus"])


class Republish(BaseModel):
    """From where on; 0 is the whole log."""

    model_config = ConfigDict(extra="forbid")

    after: int = Field(0, ge=0, le=(1 << 63) - 1, description="a place in the kernel's log")


class RepublishedOut(Out):
    after: int
    reached: int


@router.post(
    "/republish",
    responses=documented(401, 403, 413, 415, 422),
    operation_id="republish",
    summary="重新发布消息 · Publish the kernel's log again",
)
async def republish(centre: At, who: Who, given: Republish) -> RepublishedOut:
    """For a bus that has lost its messages. Whoever has a message already leaves it alone."""
    return RepublishedOut(after=given.after, reached=await centre.upkeep.republish(who, given.after))
