"""Importing a ledger that was kept elsewhere: rows by the hundred, each once."""

from collections.abc import Sequence

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from onewindow.api.auth import At, Who
from onewindow.api.models import Out
from onewindow.api.parts import PREFIX, Show
from onewindow.api.problems import documented
from onewindow.i18n import translate
from onewindow.routing.ledger import MOST, ColumnMapping, RowResult
from onewindow.web.messages import MESSAGES, say

router = APIRouter(prefix=PREFIX + "/imports", tags=["import"])


class Rows(BaseModel):
    """Some rows of a ledger with the mapping of its columns; `first` is the number of the first of them."""

    model_config = ConfigDict(extra="forbid")

    mapping: ColumnMapping
    rows: list[dict[str, str]] = Field(max_length=MOST)
    first: int = Field(1, ge=1, le=100_000_000)


class RowOut(Out):
    """What became of a row: registered, known from an earlier run, fit (in a dry run), or refused with the reason."""

    row: int
    outcome: str
    number: str
    field: str
    reason: str


class ReportOut(Out):
    rows: list[RowOut]


@router.post(
    "",
    responses=documented(401, 403, 413, 415, 422),
    operation_id="importRows",
    summary="导入台账 · Import rows of a ledger",
)
async def take(centre: At, who: Who, show: Show, given: Rows) -> ReportOut:
    """Each row is registered by itself, once: the same rows again change nothing."""
    found = await centre.ledger.take(who, given.mapping, given.rows, first=given.first)
    return ReportOut(rows=_told(found, show.lang))


def _told(found: Sequence[RowResult], lang: str) -> list[RowOut]:
    return [
        RowOut(row=each.row, outcome=each.outcome, number=each.number, field=each.field, reason=_reason(each, lang))
        for each in found
    ]


def _reason(found: RowResult, lang: str) -> str:
    if not found.reason:
        return ""
    if found.reason in MESSAGES or found.reason.isascii():
        return say(found.reason, dict(found.params), lang)
    return translate(found.reason, lang, **found.params)
