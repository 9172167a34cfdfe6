"""Problem details (RFC 9457): every error as JSON, in the reader's language, with what to do about it."""

from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field, ValidationError
from starlette.exceptions import HTTPException
from starlette.routing import Match

from onewindow.api.language import language
from onewindow.bus.wire import Fault
from onewindow.errors import BadInput, NotFound, OneWindowError, TooMany, Unavailable
from onewindow.i18n import DEFAULT, Message, _, translate
from onewindow.web.messages import say

MEDIA_TYPE = "application/problem+json"
TYPE = "urn:onewindow:problem:"
RETRY_SECONDS = 5
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")

# What HTTP itself refuses, before anything of ours was asked.
STATUS: Mapping[int, tuple[str, Message]] = {
    400: ("bad-request", _("请求有误")),
    401: ("unauthenticated", _("请先登录")),
    403: ("forbidden", _("没有权限")),
    404: ("not-found", _("没有找到")),
    405: ("method-not-allowed", _("这个地址不支持这种方法")),
    406: ("not-acceptable", _("不能按所要求的格式回答")),
    409: ("conflict", _("内容已被他人更新")),
    412: ("stale", _("页面已过时，请刷新后再试")),
    413: ("too-large", _("提交的内容过大")),
    415: ("unsupported-media-type", _("不支持这种内容类型")),
    422: ("bad-input", _("填写有误")),
    428: ("precondition-required", _("请用 If-Match 注明所依据的版本")),
    429: ("too-many", _("尝试次数过多，请稍后再试")),
    500: ("internal", _("系统出错")),
    503: ("unavailable", _("暂时无法办理")),
}


class FieldProblem(BaseModel):
    """What is wrong with one field: a JSON pointer into the body, or the name of a parameter."""

    pointer: str | None = Field(None, examples=["/parties/0/name"])
    parameter: str | None = Field(None, examples=["limit"])
    detail: str


class Problem(BaseModel):
    """Problem details (RFC 9457)."""

    type: str = Field(examples=[TYPE + "bad-input"])
    title: str
    status: int
    detail: str | None = None
    remedy: str | None = Field(None, description="what to do about it")
    rule: str | None = Field(None, description="which rule refused")
    errors: list[FieldProblem] | None = None

    def response(self, headers: Mapping[str, str] | None = None) -> Response:
        """The answer that says so."""
        body = self.model_dump_json(exclude_none=True).encode()
        return Response(body, self.status, dict(headers or {}), MEDIA_TYPE)


def of_status(status: int, lang: str = DEFAULT, **more: Any) -> Problem:
    """A problem that HTTP itself has a name for."""
    slug, title = STATUS.get(status, STATUS[500] if status >= 500 else STATUS[400])
    return Problem(type=TYPE + slug, title=translate(title, lang), status=status, **more)


def of_error(error: OneWindowError, lang: str = DEFAULT) -> Problem:
    """One of our own errors. What went wrong inside is for the log, not for the reader."""
    if error.status >= 500 and error.status != Unavailable.status:
        return of_status(500, lang)
    title = translate(error.title, lang)
    detail = translate(error.message, lang, **error.params)
    fields = error.fields.items() if isinstance(error, BadInput) else ()
    return Problem(
        type=TYPE + error.slug,
        title=title,
        status=error.status,
        detail=detail if detail != title else None,
        remedy=translate(error.remedy, lang, **error.params) if error.remedy else None,
        rule=getattr(error, "rule", "") or None,
        errors=[FieldProblem(pointer="/" + name, detail=translate(text, lang, **error.params)) for name, text in fields]
        or None,
    )


def of_validation(errors: Sequence[Mapping[str, Any]], lang: str = DEFAULT, *, located: bool = False) -> Problem:
    """What Pydantic found, field by field; `located` where the first part says body, query or header."""
    found = []
    for one in errors:
        loc = [str(part) for part in one["loc"]]
        where = loc.pop(0) if located and loc else "body"
        detail = say(one["type"], one.get("ctx"), lang)
        if where == "body":
            # The position in broken JSON is no field.
            path = [] if one["type"] == "json_invalid" else loc
            found.append(FieldProblem(pointer="".join(f"/{_escaped(part)}" for part in path), detail=detail))
        else:
            found.append(FieldProblem(parameter=loc[-1] if loc else where, detail=detail))
    return of_status(422, lang, errors=found)


def _escaped(part: str) -> str:
    return part.replace("~", "~0").replace("/", "~1")


def of_fault(fault: Fault, lang: str = DEFAULT, *, office: str = "onewindow") -> Problem:
    """Why an office refused, in its own words; field by field where the form was at fault."""

    def told(text: str) -> str:
        return translate(text, lang, domain=office)

    fields = [
        FieldProblem(pointer="/form" + (f"/{name}" if name else ""), detail=say(kind, context, lang))
        for name, (kind, context) in fault.fields.items()
    ]
    return of_status(
        422 if fields else 409,
        lang,
        detail=told(fault.reason) or None,
        remedy=told(fault.remedy) or None,
        rule=fault.rule or None,
        errors=fields or None,
    ).model_copy(update={} if fields else {"type": TYPE + "refused", "title": told("不能这样办理")})


def headers_of(error: OneWindowError) -> dict[str, str]:
    """What an error says in headers."""
    if isinstance(error, TooMany):
        return {"Retry-After": str(error.retry_after)}
    if isinstance(error, Unavailable):
        return {"Retry-After": str(RETRY_SECONDS)}
    return {"WWW-Authenticate": "Bearer"} if error.status == 401 else {}


def answer(error: Exception, lang: str = DEFAULT) -> Response:
    """The answer to an error, for whoever caught it."""
    if isinstance(error, NotFound):
        # Whether there is none or one that they may not see: the same bytes.
        return of_error(error, lang).response()
    if isinstance(error, OneWindowError):
        return of_error(error, lang).response(headers_of(error))
    if isinstance(error, RequestValidationError):
        return of_validation(error.errors(), lang, located=True).response()
    if isinstance(error, ValidationError):
        return of_validation(error.errors(include_url=False, include_input=False), lang).response()
    if isinstance(error, HTTPException):
        # The framework says 400 of a body that it cannot even read; to a caller that is one more wrong body.
        status = 422 if error.status_code == 400 else error.status_code
        return of_status(status, lang).response(error.headers)
    return of_status(500, lang).response()


def install(app: FastAPI) -> None:
    """Answer every error of an application with a problem."""

    async def handle(request: Request, error: Exception) -> Response:
        page = getattr(request.app.state, "error_page", None)
        if page is not None and not request.url.path.startswith("/api/"):
            found: Response = await page(request, error)
            return found
        told = answer(error, language(request.scope))
        if told.status_code == 405:
            told.headers["Allow"] = ", ".join(_allowed(request))
        return told

    for kind in (OneWindowError, RequestValidationError, ValidationError, HTTPException):
        app.add_exception_handler(kind, handle)


def _allowed(request: Request) -> list[str]:
    """Every method that an address takes: several routes may share it."""
    found = []
    for method in METHODS:
        scope = {**request.scope, "method": method}
        if any(route.matches(scope)[0] is Match.FULL for route in request.app.router.routes):
            found.append(method)
    return found


def documented(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The responses of an operation that are problems, for its OpenAPI text."""
    schema = {"schema": {"$ref": "#/components/schemas/Problem"}}
    return {
        status: {"description": str(STATUS[status][1]), "content": {MEDIA_TYPE: schema}}
        for status in sorted({*statuses, 406, 500, 503})
    }
