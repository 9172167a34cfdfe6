"""Townships, units, the catalogue and users."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from onewindow.api import models_admin as out
from onewindow.api.auth import At, Who
from onewindow.api.models import Listed
from onewindow.api.parts import PREFIX, Code, Cursor, Id, Key, Limit, Show, page_of
from onewindow.api.problems import documented
from onewindow.i18n import translate
from onewindow.office.types import UnitId
from onewindow.organisation.rows import Township, TownshipKind, Unit, UnitKind
from onewindow.registry.catalogue import TRACKS, categories, shown_title
from onewindow.routing.administration import User

router = APIRouter(prefix=PREFIX)


class Body(BaseModel):
    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


# The catalogue -------------------------------------------------------------------------------------------------------


@router.get(
    "/catalogue",
    tags=["catalogue"],
    responses=documented(422),
    operation_id="getCatalogue",
    summary="事项轨与类别 · Tracks and categories",
)
async def catalogue(show: Show) -> out.CatalogueOut:
    """What a matter may be, for anybody."""
    return out.CatalogueOut(
        tracks=[out.TrackOut(code=track, title=translate(title, show.lang)) for track, title in TRACKS.items()],
        categories=[
            out.CategoryOut(
                code=each.code,
                title=translate(shown_title(each.code, insider=False), show.lang),
                group=translate(each.group, show.lang),
                track=each.track,
            )
            for each in categories().values()
        ],
    )


# Townships and units -------------------------------------------------------------------------------------------------


def _township(row: Township) -> out.TownshipOut:
    return out.TownshipOut(code=row.code, name=row.name, kind=row.kind.value, district=row.district_code, live=row.live)


def shown_unit(centre: At, row: Unit) -> out.UnitOut:
    """A unit as the API shows it."""
    return out.UnitOut(
        id=row.id,
        township=row.township,
        parent=row.parent,
        kind=row.kind.value,
        name=row.name,
        organ=row.organ,
        office=row.office,
        code=row.code,
        title=centre.organisation.current.title(row.id),
    )


@router.get(
    "/townships",
    tags=["townships"],
    responses=documented(422),
    operation_id="listTownships",
    summary="镇街 · Townships",
)
async def townships(centre: At, after: Cursor = None, limit: Limit = 50) -> Listed[out.TownshipOut]:
    """The townships of the district, for anybody."""
    rows, following = page_of(centre.administration.townships(after=after, limit=limit), limit, lambda row: row.code)
    return Listed[out.TownshipOut](items=[_township(row) for row in rows], next=following)


class NewTownship(Body):
    code: str = Field(pattern=r"^[0-9]{6,12}$")
    token: str = Field(pattern=r"^[a-z0-9]{1,32}$", description="its name on the bus")
    name: str = Field(min_length=1, max_length=100)
    kind: TownshipKind = TownshipKind.TOWN


@router.post(
    "/townships",
    tags=["townships"],
    status_code=201,
    responses=documented(401, 403, 404, 409, 413, 415, 422),
    operation_id="addTownship",
    summary="登记镇街 · Enter a township",
)
async def add_township(centre: At, who: Who, given: NewTownship, key: Key) -> out.Made:
    """It takes no matters until it goes live."""
    made = await centre.administration.add_township(
        who, code=given.code, token=given.token, name=given.name, kind=given.kind, key=key
    )
    return out.Made(id=made)


class TownshipChange(Body):
    live: bool | None = Field(None, description="whether it takes matters")
    window_fallback: str | None = Field(None, max_length=36, description="staff id: whom the window falls back on")
    secret: str | None = Field(None, max_length=36, description="staff id: who is designated for sealed matters")


@router.patch(
    "/townships/{township}",
    tags=["townships"],
    responses=documented(401, 403, 404, 409, 413, 415, 422),
    operation_id="changeTownship",
    summary="指定人员、启用镇街 · Name persons, go live",
)
async def change_township(centre: At, who: Who, township: Code, given: TownshipChange) -> out.TownshipOut:
    """A township goes live once somebody leads it and somebody catches what falls through."""
    return _township(await centre.administration.change_township(who, township, **given.model_dump()))


@router.get("/units", tags=["townships"], responses=documented(422), operation_id="listUnits", summary="单位 · Units")
async def units(
    centre: At,
    township: Annotated[str | None, Query(max_length=12)] = None,
    q: Annotated[str, Query(max_length=50, description="a part of its name, or how its code begins")] = "",
    kind: Annotated[UnitKind | None, Query()] = None,
    after: Cursor = None,
    limit: Limit = 50,
) -> Listed[out.UnitOut]:
    """The organisational units, for anybody: who may be complained about, whom a case may be handed to."""
    found = centre.administration.units(township=township, q=q, kind=kind, after=after, limit=limit)
    rows, following = page_of(found, limit, lambda row: row.id)
    return Listed[out.UnitOut](items=[shown_unit(centre, row) for row in rows], next=following)


class NewUnit(Body):
    township: str = Field(max_length=12)
    kind: UnitKind
    name: str = Field(min_length=1, max_length=100)
    organ: str = Field(min_length=1, max_length=100, description="the organ for which it acts")
    parent: str | None = Field(None, max_length=36)
    office: str | None = Field(None, max_length=32, description="the module that it works with; none: on paper")
    code: str | None = Field(None, pattern=r"^[0-9A-Za-z-]{2,24}$", description="what an import knows it by")


@router.post(
    "/units",
    tags=["townships"],
    status_code=201,
    responses=documented(401, 403, 404, 409, 413, 415, 422),
    operation_id="addUnit",
    summary="登记单位 · Enter a unit",
)
async def add_unit(centre: At, who: Who, given: NewUnit, key: Key) -> out.Made:
    return out.Made(id=await centre.administration.add_unit(who, **dict(given), key=key))


class UnitChange(Body):
    """What is not given stays as it is; `office: null` means that the unit works on paper."""

    office: str | None = Field(None, max_length=32)
    name: str | None = Field(None, min_length=1, max_length=100)
    organ: str | None = Field(None, min_length=1, max_length=100)
    code: str | None = Field(None, pattern=r"^[0-9A-Za-z-]{2,24}$")


@router.patch(
    "/units/{unit}",
    tags=["townships"],
    responses=documented(401, 403, 404, 409, 413, 415, 422),
    operation_id="changeUnit",
    summary="变更单位 · Change a unit",
)
async def change_unit(centre: At, who: Who, unit: Id, given: UnitChange) -> out.UnitOut:
    """Its name, the organ for which it acts, the code that it lacks, the module that it works with."""
    if given.model_fields_set - {"office"}:
        await centre.personnel.change_unit(who, unit, name=given.name, organ=given.organ, code=given.code)
    if "office" in given.model_fields_set:
        await centre.administration.set_unit_office(who, unit, given.office)
    return shown_unit(centre, centre.organisation.current.units[UnitId(unit)])


@router.delete(
    "/units/{unit}",
    tags=["townships"],
    status_code=204,
    responses=documented(401, 403, 404, 409, 422),
    operation_id="endUnit",
    summary="撤销单位 · Close a unit",
)
async def end_unit(centre: At, who: Who, unit: Id) -> None:
    """From today on; the row stays. Refused while somebody works there, a unit stands below, or something is open."""
    await centre.personnel.end_unit(who, unit)


# Users ---------------------------------------------------------------------------------------------------------------


def _user(centre: At, user: User) -> out.UserOut:
    known = centre.organisation.current.units
    login = user.login
    return out.UserOut(
        id=user.staff.id,
        name=user.staff.name,
        valid_from=user.staff.valid_from,
        valid_to=user.staff.valid_to,
        account=login.id if login else None,
        login=login.login if login else None,
        active=login.active if login else None,
        must_change=login.must_change if login else None,
        posts=[
            out.UserPostOut(
                id=post.id,
                unit=post.unit,
                unit_title=centre.organisation.current.title(post.unit),
                township=known[post.unit].township,
                role=post.role,
                valid_from=post.valid_from,
                valid_to=post.valid_to,
            )
            for post in user.posts
        ],
    )


@router.get(
    "/users",
    tags=["users"],
    responses=documented(401, 403, 404, 422),
    operation_id="listUsers",
    summary="人员与账号 · Users",
)
async def users(
    centre: At,
    who: Who,
    q: Annotated[str, Query(max_length=50, description="a part of the name or the login")] = "",
    after: Cursor = None,
    limit: Limit = 50,
) -> Listed[out.UserOut]:
    found = await centre.administration.users(who, q=q, after=after, limit=limit)
    rows, following = page_of(found, limit, lambda row: row.staff.id)
    return Listed[out.UserOut](items=[_user(centre, row) for row in rows], next=following)


class NewUser(Body):
    name: str = Field(min_length=1, max_length=100)
    login: str = Field(pattern=r"^[a-z0-9][a-z0-9._-]{1,49}$")


@router.post(
    "/users",
    tags=["users"],
    status_code=201,
    responses=documented(401, 403, 409, 413, 415, 422),
    operation_id="addUser",
    summary="新建人员与账号 · Enter a user",
)
async def add_user(centre: At, who: Who, given: NewUser, key: Key) -> out.UserMade:
    """The generated password is shown here once. Posts are given by somebody else (三员分立)."""
    made = await centre.administration.add_user(who, name=given.name, login=given.login, key=key)
    return out.UserMade(id=made.staff, account=made.account, login=made.login, password=made.password)


class UserChange(Body):
    active: bool


@router.patch(
    "/users/{user}",
    tags=["users"],
    status_code=204,
    responses=documented(401, 403, 404, 413, 415, 422),
    operation_id="changeUser",
    summary="停用或恢复账号 · Close or reopen an account",
)
async def change_user(centre: At, who: Who, user: Id, given: UserChange) -> Response:
    await centre.administration.set_active(who, user, given.active)
    return Response(status_code=204)


@router.post(
    "/users/{user}/password",
    tags=["users"],
    responses=documented(401, 403, 404, 422),
    operation_id="resetPassword",
    summary="重置密码 · Reset a password",
)
async def reset_password(centre: At, who: Who, user: Id) -> out.PasswordMade:
    """A generated password, shown once; every session of the account ends."""
    return out.PasswordMade(password=await centre.administration.reset_password(who, user))


class NewPost(Body):
    unit: str = Field(max_length=36)
    role: str = Field(max_length=40)
    valid_from: date | None = None


@router.post(
    "/users/{user}/posts",
    tags=["users"],
    status_code=201,
    responses=documented(401, 403, 404, 409, 413, 415, 422),
    operation_id="appoint",
    summary="任命岗位 · Give a post",
)
async def appoint(centre: At, who: Who, user: Id, given: NewPost, key: Key) -> out.Made:
    made = await centre.administration.appoint(
        who, staff=user, unit=given.unit, role=given.role, valid_from=given.valid_from, key=key
    )
    return out.Made(id=made)


@router.delete(
    "/users/{user}/posts/{post}",
    tags=["users"],
    status_code=204,
    responses=documented(401, 403, 404, 409, 422),
    operation_id="endPost",
    summary="免去岗位 · Take a post away",
)
async def end_post(centre: At, who: Who, user: Id, post: Id) -> None:
    await centre.administration.end_post(who, user, post)
