"""Who comes to the door: staff by cookie or bearer, the operator of this machine, a party by their code."""

import base64
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request, Response
from starlette.types import Scope

from onewindow.access import guard, operator
from onewindow.access.guard import Caller, Via
from onewindow.access.principal import PartyKey, Principal
from onewindow.access.sessions import Session
from onewindow.access.vault import CannotOpen
from onewindow.api.language import cookie, header, language
from onewindow.centre import Centre
from onewindow.errors import Unauthenticated
from onewindow.i18n import _
from onewindow.office.types import CaseId, PartyId, TownshipCode

CSRF_HEADER = b"x-csrf-token"
PARTY_COOKIE = "ow_party"
PARTY_MARK = "p."
PURPOSE = "party-session"
PARTY_MINUTES = 30
LOOPBACK = frozenset({"127.0.0.1", "::1"})


@dataclass(frozen=True, slots=True)
class Entered:
    """Somebody of the staff with the session by which they came; the operator has none."""

    caller: Caller
    session: Session | None

    @property
    def principal(self) -> Principal:
        return self.caller.principal


class Door:
    """Recognises who comes; decides nothing. One for the application."""

    def __init__(self, centre: Centre, operator_token: str | None = None) -> None:
        self.centre = centre
        self._operator = operator_token

    # Staff ---------------------------------------------------------------------------------------------------------

    async def enter(self, scope: Scope, *, form_token: str | None = None) -> Entered | None:
        """Who of the staff this is, their CSRF token checked; None for nobody and for a party.

        Raises:
            Unauthenticated: a bearer token that is worth nothing.
            Forbidden: a write that came with a cookie only.
        """
        authorization = header(scope, b"authorization")
        if authorization:
            token = guard.bearer(authorization)
            if token is None:
                raise Unauthenticated()
            if token.startswith(PARTY_MARK):
                return None
            found = self._local(scope, token) or await self._session(scope, token, Via.BEARER)
            if found is None:
                raise Unauthenticated(_("登录已失效，请重新登录"))
            return found
        token = cookie(scope, guard.COOKIE)
        entered = await self._session(scope, token, Via.COOKIE) if token else None
        if entered is not None:
            given = form_token if form_token is not None else header(scope, CSRF_HEADER)
            guard.require_csrf(entered.caller, scope["method"], given)
        return entered

    def _local(self, scope: Scope, token: str) -> Entered | None:
        if address(scope) not in LOOPBACK or not operator.matches(token, self._operator):
            return None
        district = TownshipCode(self.centre.settings.district)
        principal = operator.local_operator(district, lang=language(scope))
        return Entered(Caller(principal, Via.LOCAL), None)

    async def _session(self, scope: Scope, token: str, via: Via) -> Entered | None:
        found = await self.centre.accounts.recognise(token, now=self.centre.now(), lang=language(scope))
        if found is None:
            return None
        principal, session = found
        return Entered(Caller(principal, via, session.csrf), session)

    def keep(self, response: Response, token: str) -> None:
        """Give a browser its session."""
        longest = self.centre.accounts.sessions.rules.longest
        self._set(response, guard.COOKIE, token, longest)

    def forget(self, response: Response) -> None:
        """Take a browser's sessions away."""
        for name in (guard.COOKIE, PARTY_COOKIE):
            response.delete_cookie(name, path="/", secure=self.centre.settings.secure_cookies, httponly=True)

    # Parties -------------------------------------------------------------------------------------------------------

    def admit(self, key: PartyKey) -> tuple[str, datetime]:
        """A token for a party who came with their code, and until when it is good; nothing is stored for it."""
        until = self.centre.now() + timedelta(minutes=PARTY_MINUTES)
        stamp = int(until.timestamp()).to_bytes(5, "big")
        people = UUID(key.case_id).bytes + UUID(key.party_id).bytes
        plain = stamp + people + bytes.fromhex(key.mark).rjust(4, b"\0") + key.township.encode()
        sealed = self.centre.vault.seal(PURPOSE, plain)
        return PARTY_MARK + base64.urlsafe_b64encode(sealed).rstrip(b"=").decode(), until

    def party(self, scope: Scope, *, form_token: str | None = None) -> PartyKey:
        """The party who comes with such a token.

        Raises:
            Unauthenticated: none, or it has run out.
            Forbidden: a write that came with a cookie only.
        """
        token = guard.bearer(header(scope, b"authorization"))
        from_cookie = False
        if token is None and (token := cookie(scope, PARTY_COOKIE)):
            from_cookie = True
        key = self._read(token or "", language(scope))
        if key is None:
            raise Unauthenticated(_("请输入查询码"), remedy=_("查询码印在登记回执上"))
        if from_cookie:
            given = form_token if form_token is not None else header(scope, CSRF_HEADER)
            guard.require_token(scope["method"], self.party_csrf(token or ""), given)
        return key

    def party_csrf(self, token: str) -> str:
        """The CSRF token that goes with a party's cookie."""
        return self.centre.vault.digest("party-csrf", token)

    def keep_party(self, response: Response, token: str) -> None:
        """Give a browser a party's token."""
        self._set(response, PARTY_COOKIE, token, timedelta(minutes=PARTY_MINUTES))

    def _read(self, token: str, lang: str) -> PartyKey | None:
        if not token.startswith(PARTY_MARK):
            return None
        text = token.removeprefix(PARTY_MARK)
        try:
            plain = self.centre.vault.open(PURPOSE, base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
            if int.from_bytes(plain[:5], "big") <= self.centre.now().timestamp():
                return None
            case, party = (str(UUID(bytes=plain[start : start + 16])) for start in (5, 21))
            return PartyKey(CaseId(case), PartyId(party), TownshipCode(plain[41:].decode()), lang, plain[37:41].hex())
        except (CannotOpen, ValueError):
            return None

    def _set(self, response: Response, name: str, value: str, age: timedelta) -> None:
        secure = self.centre.settings.secure_cookies
        seconds = int(age.total_seconds())
        response.set_cookie(name, value, max_age=seconds, path="/", secure=secure, httponly=True, samesite="lax")


def address(scope: Scope) -> str:
    """Where a request came from; behind a proxy the server has already put in whom the proxy names."""
    client = scope.get("client")
    return str(client[0]) if client else ""


# What operations declare that they need -----------------------------------------------------------------------------


def centre_of(request: Request) -> Centre:
    """The centre behind the application."""
    found: Centre = request.app.state.centre
    return found


def door_of(request: Request) -> Door:
    """The application's door."""
    found: Door = request.app.state.door
    return found


async def entered(request: Request) -> Entered | None:
    return await door_of(request).enter(request.scope)


async def somebody(request: Request) -> Principal | None:
    """Who of the staff comes, or None: then the policy says that they have to log in."""
    found = await door_of(request).enter(request.scope)
    return found.principal if found else None


async def required(request: Request) -> Entered:
    found = await door_of(request).enter(request.scope)
    if found is None:
        raise Unauthenticated()
    return found


async def party(request: Request) -> PartyKey:
    return door_of(request).party(request.scope)


async def _centre(request: Request) -> Centre:
    # Async, as all of these: FastAPI sends every other function to a thread.
    return centre_of(request)


async def _door(request: Request) -> Door:
    return door_of(request)


At = Annotated[Centre, Depends(_centre)]
DoorOf = Annotated[Door, Depends(_door)]
Who = Annotated[Principal | None, Depends(somebody)]
Required = Annotated[Entered, Depends(required)]
ByCode = Annotated[PartyKey, Depends(party)]
