"""Saved filters: combinations of filters that somebody named for themselves; nobody else sees them."""

from fastapi import APIRouter

from onewindow.api import models as out
from onewindow.api.auth import At, Who
from onewindow.api.parts import PREFIX, Id, Show
from onewindow.api.problems import documented
from onewindow.routing.saved import Naming, Saving

router = APIRouter(prefix=f"{PREFIX}/filters", tags=["cases"])


@router.get(
    "",
    responses=documented(401, 403, 422),
    operation_id="listFilters",
    summary="我的查找条件 · Your saved filters",
)
async def list_filters(centre: At, who: Who, show: Show) -> out.Listed[out.SavedFilterOut]:
    """Your own, the oldest first."""
    return out.Listed[out.SavedFilterOut](items=[show.saved_filter(one) for one in await centre.saved.mine(who)])


@router.post(
    "",
    status_code=201,
    responses=documented(401, 403, 409, 413, 415, 422),
    operation_id="saveFilter",
    summary="保存查找条件 · Save a filter",
)
async def save_filter(centre: At, who: Who, show: Show, given: Saving) -> out.SavedFilterOut:
    """Save a combination of filters under a name. Neither may speak of a person."""
    return show.saved_filter(await centre.saved.save(who, given))


@router.patch(
    "/{filter}",
    responses=documented(401, 403, 404, 409, 413, 415, 422),
    operation_id="renameFilter",
    summary="改名 · Rename a filter",
)
async def rename_filter(centre: At, who: Who, show: Show, filter: Id, given: Naming) -> out.SavedFilterOut:
    """Give one of your filters another name."""
    return show.saved_filter(await centre.saved.rename(who, filter, given.name))


@router.delete(
    "/{filter}",
    status_code=204,
    responses=documented(401, 403, 404, 422),
    operation_id="deleteFilter",
    summary="删除查找条件 · Delete a filter",
)
async def delete_filter(centre: At, who: Who, filter: Id) -> None:
    """Delete one of your filters."""
    await centre.saved.delete(who, filter)
