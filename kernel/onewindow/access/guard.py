"""The one place that API and pages ask before they do anything; it knows nothing of HTTP frameworks."""

import hmac
import re
from dataclasses import dataclass
from enum import StrEnum

from onewindow.access.actions import RULES, Action
from onewindow.access.policy import decide
from onewindow.access.principal import ANYWHERE, PartyKey, Principal, Target
from onewindow.errors import BadInput, Forbidden, NotFound, Unauthenticated
from onewindow.i18n import _
from onewindow.office.types import CaseId, TownshipCode

COOKIE = "ow_session"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_BEARER = re.compile(r"(?i:bearer) +([A-Za-z0-9_\-.~+/]{16,200}=*)")
REASON_LENGTH = (2, 200)


class Via(StrEnum):
    """How somebody came in. Only a cookie travels by itself, so only it needs a CSRF token."""

    COOKIE = "cookie"
    BEARER = "bearer"
    LOCAL = "local"


@dataclass(frozen=True, slots=True)
class Caller:
    """A principal and the way they came in."""

    principal: Principal
    via: Via
    csrf: str = ""


def require(
    principal: Principal | None, action: Action, target: Target = ANYWHERE, *, reason: str | None = None
) -> Principal:
    """Go on only if this person may do this; the principal comes back known not to be None.

    Raises:
        Unauthenticated: nobody is logged in.
        NotFound: they may not even know of it.
        Forbidden: they may see it but not do this, or still have their first password.
        BadInput: the action wants a reason and none was given.
    """
    principal = require_staff(principal)
    decision = decide(principal, action, target)
    if not decision.visible:
        raise NotFound()
    if not decision.allowed:
        raise Forbidden(decision.reason)
    if RULES[action].needs_reason:
        require_reason(reason)
    return principal


def require_staff(principal: Principal | None) -> Principal:
    """Go on only if somebody is logged in with a password of their own.

    Raises:
        Unauthenticated, Forbidden: nobody is, or with their first password.
    """
    if principal is None:
        raise Unauthenticated()
    if principal.must_change:
        raise Forbidden(_("请先修改初始密码"), remedy=_("在“修改密码”中设置自己的密码"))
    return principal


def permits(principal: Principal | None, action: Action, target: Target = ANYWHERE) -> bool:
    """The same as a question: what a page offers."""
    return principal is not None and not principal.must_change and decide(principal, action, target).allowed


def require_two(first: Principal, second: Principal, action: Action, target: Target = ANYWHERE) -> None:
    """Go on only if two different persons, each of whom may, agree."""
    require(first, action, target, reason=_("双人办理"))
    require(second, action, target, reason=_("双人办理"))
    if first.staff_id == second.staff_id:
        raise Forbidden(_("须由两人分别确认"))


def require_reason(reason: str | None) -> str:
    """The reason for a look or a step, in words; not a full stop."""
    text = " ".join((reason or "").split())
    shortest, longest = REASON_LENGTH
    if len(re.sub(r"[\W_]", "", text)) < shortest:
        raise BadInput(_("请写明理由"), field="reason", remedy=_("例如：电话回访、核对送达地址"))
    if len(text) > longest:
        raise BadInput(_("理由请控制在 200 字以内"), field="reason")
    return text


def require_party(party: PartyKey | None, case_id: CaseId) -> PartyKey:
    """Go on only if a party came with the code of this very case."""
    if party is None or party.case_id != case_id:
        raise NotFound()
    return party


def require_live(township: TownshipCode, live: bool) -> None:
    """Nothing comes in for a township that has not gone live: it is as if it were not there."""
    if not live:
        raise NotFound(_("该镇街尚未启用"))


def reveal_action(target: Target) -> Action:
    """Which permission a look at the personal fields of a case needs."""
    return Action.CASE_REVEAL_SEALED if target.sealed else Action.CASE_REVEAL


def bearer(authorization: str | None) -> str | None:
    """The token of an Authorization header."""
    match = _BEARER.fullmatch((authorization or "").strip())
    return match[1] if match else None


def require_csrf(caller: Caller, method: str, given: str | None) -> None:
    """A write that came with a cookie must carry the session's CSRF token too."""
    if caller.via is Via.COOKIE:
        require_token(method, caller.csrf, given)


def require_token(method: str, expected: str, given: str | None) -> None:
    """A write must carry the token that goes with the cookie by which it came."""
    if method.upper() in SAFE_METHODS:
        return
    if not expected or not hmac.compare_digest(expected.encode(), (given or "").encode()):
        raise Forbidden(_("页面已失效，请刷新后重新提交"))
