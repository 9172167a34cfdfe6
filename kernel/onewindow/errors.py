"""Every error that the kernel raises on purpose: what happened, to what, and what to do about it."""

from typing import Any, ClassVar

from onewindow.i18n import Message, _


class OneWindowError(Exception):
    """Something went wrong. The class docstring is for developers; `message` is what a person reads."""

    status: ClassVar[int] = 500
    slug: ClassVar[str] = "internal"
    title: ClassVar[Message] = _("系统出错")

    def __init__(self, message: str | Message | None = None, *, remedy: str | Message | None = None, **params: Any):
        self.message = message if message is not None else self.title
        self.remedy = remedy
        self.params = params
        super().__init__(str(self.message))


class BadInput(OneWindowError):
    """What was sent cannot be taken; names the field (a JSON pointer without the first slash) and the remedy."""

    status = 422
    slug = "bad-input"
    title = _("填写有误")

    def __init__(
        self,
        message: str | Message | None = None,
        *,
        field: str | None = None,
        fields: dict[str, str | Message] | None = None,
        remedy: str | Message | None = None,
        **params: Any,
    ):
        super().__init__(message, remedy=remedy, **params)
        self.fields: dict[str, str | Message] = dict(fields or {})
        if field is not None:
            self.fields.setdefault(field, self.message)


class Refused(OneWindowError):
    """A rule says no; nothing was changed."""

    status = 409
    slug = "refused"
    title = _("不能这样办理")

    def __init__(
        self,
        message: str | Message | None = None,
        *,
        rule: str = "",
        remedy: str | Message | None = None,
        **params: Any,
    ):
        super().__init__(message, remedy=remedy, **params)
        self.rule = rule


class Conflict(OneWindowError):
    """Somebody else changed it first, or the same key came with another body."""

    status = 409
    slug = "conflict"
    title = _("内容已被他人更新")


class Stale(Conflict):
    """The version in If-Match is not the one that stands."""

    status = 412
    slug = "stale"
    title = _("页面已过时，请刷新后再试")


class NotFound(OneWindowError):
    """No such thing, or none that this person may see."""

    status = 404
    slug = "not-found"
    title = _("没有找到")


class Unauthenticated(OneWindowError):
    """Nobody is logged in."""

    status = 401
    slug = "unauthenticated"
    title = _("请先登录")


class Forbidden(OneWindowError):
    """The person may see it but not do this."""

    status = 403
    slug = "forbidden"
    title = _("没有权限")


class TooMany(OneWindowError):
    """Attempts are limited; `retry_after` is in seconds."""

    status = 429
    slug = "too-many"
    title = _("尝试次数过多，请稍后再试")

    def __init__(self, message: str | Message | None = None, *, retry_after: int = 60, **params: Any):
        super().__init__(message, **params)
        self.retry_after = retry_after


class Unavailable(OneWindowError):
    """Something that this needs does not answer at the moment; nothing was changed."""

    status = 503
    slug = "unavailable"
    title = _("暂时无法办理")


class Unconfirmed(OneWindowError):
    """It was sent, and whether it was done is not known yet."""

    status = 503
    slug = "unconfirmed"
    title = _("是否办成尚待确认")


class Boundary(Refused):
    """The boundary register refuses: cases, not people."""

    status = 422
    slug = "boundary"
    title = _("超出系统边界")


class Misconfigured(OneWindowError):
    """The centre cannot start or go on as it is set up; says what to change."""

    slug = "misconfigured"
    title = _("配置有误")
