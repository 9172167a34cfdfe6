"""The outermost layer of the web: request ids, limits on bodies, security headers, and errors that nobody caught."""

import re
import traceback
from collections.abc import Mapping, Sequence

import structlog
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from onewindow.api import problems
from onewindow.api.language import language
from onewindow.office.types import new_id

log = structlog.get_logger(__name__)

POLICY = "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'"
SECURITY = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
}
HSTS = {"strict-transport-security": "max-age=31536000"}
BODY_CAP = 1 << 20
UPLOAD_CAP = 32 << 20
"""All the files of one form together, with the form around them."""
API = "/api/"
_WITH_BODY = frozenset({"POST", "PUT", "PATCH"})
_ID = re.compile(rb"[A-Za-z0-9-]{8,64}")
# What some operation can answer with; whoever takes none of it is told so before anything is done.
_OFFERED = (b"*/*", b"application/*", b"json", b"pdf", b"text/*", b"text/plain")


class Shell:
    """Wraps the application. `caps` raises the limit of a body under a path (imports); `uploads` are paths whose forms
    carry files."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        cap: int = BODY_CAP,
        caps: Mapping[str, int] | None = None,
        uploads: Sequence[re.Pattern[str]] = (),
        secure: bool = False,
        default_language: str = "zh",
    ) -> None:
        self.app = app
        self._cap = cap
        self._caps = dict(caps or {})
        self._uploads = tuple(uploads)
        self._lang = default_language
        found = {**SECURITY, **(HSTS if secure else {})}
        self._headers = [(name.encode(), value.encode()) for name, value in found.items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        scope["ow_default_lang"] = self._lang
        length: bytes | None = None
        kind = accept = b""
        request_id = b""
        for name, value in scope["headers"]:
            if name == b"content-length":
                length = value
            elif name == b"content-type":
                kind = value
            elif name == b"accept":
                accept = value
            elif name == b"x-request-id" and _ID.fullmatch(value):
                request_id = value
        request_id = request_id or new_id().encode()
        scope["ow_request_id"] = request_id.decode()
        started = False

        async def sending(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                headers = message["headers"] = list(message.get("headers", ()))
                if not any(name == b"cache-control" for name, _value in headers):
                    headers.append((b"cache-control", b"no-store"))
                headers += self._headers
                headers.append((b"x-request-id", request_id))
            await send(message)

        refused = self._refused(scope, length, kind, accept)
        if refused:
            await problems.of_status(refused, language(scope)).response()(scope, receive, sending)
            return
        if length is None and scope["method"] in _WITH_BODY:
            receive = self._capped(scope, receive)
        try:
            await self.app(scope, receive, sending)
        except Exception as error:
            # The message of an exception may quote what somebody wrote: the log gets its kind and its place.
            where = [f"{f.filename}:{f.lineno} {f.name}" for f in traceback.extract_tb(error.__traceback__)[-6:]]
            route = getattr(scope.get("route"), "path", None)
            known = {"request": scope["ow_request_id"], "error": type(error).__name__, "at": where, "route": route}
            log.error("request.failed", **known)
            if started:
                raise
            await problems.of_status(500, language(scope)).response()(scope, receive, sending)

    def _limit(self, path: str) -> int:
        if self._takes_files(path):
            return UPLOAD_CAP
        return next((cap for prefix, cap in self._caps.items() if path.startswith(prefix)), self._cap)

    def _takes_files(self, path: str) -> bool:
        return any(pattern.fullmatch(path) for pattern in self._uploads)

    def _refused(self, scope: Scope, length: bytes | None, kind: bytes, accept: bytes) -> int:
        """The status with which a request is refused unread, or 0."""
        path = scope["path"]
        if length is not None and length != b"0" and (not length.isdigit() or int(length) > self._limit(path)):
            return 413
        if not path.startswith(API):
            return 0
        if accept and not any(offered in accept for offered in _OFFERED):
            return 406
        carries = scope["method"] in _WITH_BODY and length != b"0" and (length is not None or bool(kind))
        if carries and not _is_json(kind) and not any(path.startswith(prefix) for prefix in self._caps):
            return 0 if self._takes_files(path) and _is_form(kind) else 415
        return 0

    def _capped(self, scope: Scope, receive: Receive) -> Receive:
        """A body without a declared length, counted as it comes."""
        left = self._limit(scope["path"])

        async def receiving() -> Message:
            nonlocal left
            message = await receive()
            left -= len(message.get("body", b""))
            if left < 0:
                raise HTTPException(413)
            return message

        return receiving


def _is_json(kind: bytes) -> bool:
    essence = kind.partition(b";")[0].strip().lower()
    return essence == b"application/json" or (essence.startswith(b"application/") and essence.endswith(b"+json"))


def _is_form(kind: bytes) -> bool:
    return kind.partition(b";")[0].strip().lower() == b"multipart/form-data"
