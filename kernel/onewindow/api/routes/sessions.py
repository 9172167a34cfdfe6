"""Sessions: logging in and out, who one is, one's own password."""

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field

from onewindow.access.accounts import Accounts
from onewindow.access.actions import Action
from onewindow.access.policy import may_ever
from onewindow.access.sessions import Session
from onewindow.api import models_admin as out
from onewindow.api.auth import At, Entered, Required, address
from onewindow.api.parts import PREFIX
from onewindow.api.problems import documented
from onewindow.errors import Forbidden
from onewindow.i18n import _, translate
from onewindow.organisation.roles import role_title

router = APIRouter(prefix=PREFIX, tags=["sessions"])


class LoginRequest(BaseModel):
    model_config = ConfigDict(extra="forbid")

    login: str = Field(min_length=1, max_length=100)
    password: str = Field(min_length=1, max_length=200)


@router.post(
    "/sessions",
    status_code=201,
    responses=documented(401, 413, 415, 422, 429),
    operation_id="logIn",
    summary="登录 · Log in",
)
async def log_in(centre: At, request: Request, given: LoginRequest) -> out.SessionOut:
    """A session's token. Failures are limited by login and address."""
    now, accounts = centre.now(), centre.accounts
    token = await accounts.log_in(given.login, given.password, address=address(request.scope), now=now)
    session = await _opened(accounts, token, centre)
    return out.SessionOut(token=token, expires_at=session.expires_at, must_change=session.must_change)


async def _opened(accounts: Accounts, token: str, centre: At) -> Session:
    session = await accounts.sessions.find(token, centre.now())
    assert session is not None
    return session


@router.delete(
    "/sessions/current",
    status_code=204,
    responses=documented(401, 403),
    operation_id="logOut",
    summary="退出 · Log out",
)
async def log_out(centre: At, entered: Required) -> None:
    await centre.accounts.log_out(_session(entered))


@router.get(
    "/me",
    responses=documented(401, 403),
    operation_id="getMe",
    summary="我是谁 · Who is logged in",
)
async def me(centre: At, entered: Required) -> out.MeOut:
    """One's posts, and the permissions that one has for anything at all."""
    who, organisation = entered.principal, centre.organisation.current
    posts = [
        out.PostOut(
            unit=post.unit_id,
            unit_title=organisation.title(post.unit_id),
            township=post.township,
            office=post.office,
            role=post.role,
            role_title=translate(role_title(post.role), who.lang),
            stands_for=post.stands_for,
            powers=sorted(post.powers) if post.powers is not None else None,
        )
        for post in who.posts
    ]
    return out.MeOut(
        account=who.account_id,
        staff=who.staff_id,
        name=who.name,
        login=entered.session.login if entered.session else None,
        must_change=who.must_change,
        csrf=entered.session.csrf if entered.session else None,
        posts=posts,
        may=[] if who.must_change else [action.value for action in Action if may_ever(who, action)],
    )


class PasswordRequest(BaseModel):
    model_config = ConfigDict(extra="forbid")

    old: str = Field(min_length=1, max_length=200)
    password: str = Field(min_length=1, max_length=200)


@router.put(
    "/me/password",
    status_code=204,
    responses=documented(401, 403, 413, 415, 422, 429),
    operation_id="changePassword",
    summary="修改密码 · Change one's password",
)
async def change_password(centre: At, entered: Required, request: Request, given: PasswordRequest) -> None:
    """Every other session of the account ends."""
    await centre.accounts.change_password(
        _session(entered), given.old, given.password, address=address(request.scope), now=centre.now()
    )


def _session(entered: Entered) -> Session:
    if entered.session is None:
        raise Forbidden(_("本机操作员没有账号"), remedy=_("用自己的账号登录"))
    return entered.session
