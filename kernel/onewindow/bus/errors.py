"""What can go wrong on the bus, told apart by what the caller may conclude from it."""

from onewindow.errors import BadInput, OneWindowError, Unavailable
from onewindow.i18n import _


class BusUnavailable(Unavailable):
    """There is no connection to the bus at this moment; nothing was sent."""

    slug = "bus-unavailable"
    title = _("消息总线暂时不可用")


class NobodyAnswers(Unavailable):
    """Nobody listens on the subject; nothing was done and nothing will be."""

    slug = "nobody-answers"
    title = _("对方系统当前没有运行")


class StreamMissing(Unavailable):
    """JetStream keeps no stream for this subject (deleted, or not made yet); nothing was stored."""

    slug = "stream-missing"
    title = _("消息存储尚未就绪")


class TimedOut(OneWindowError):
    """It was sent and no answer came in time: whether it was done is not known yet."""

    status = 504
    slug = "unconfirmed"
    title = _("尚未得到对方系统确认")


class Unreadable(BadInput):
    """A message that is no event of ours, or stands on a subject where it has no business."""

    slug = "unreadable-message"
    title = _("收到无法识别的消息")


class NewerSchema(BadInput):
    """The sender is newer than this program; the message is kept until an upgrade can read it."""

    slug = "newer-schema"
    title = _("消息格式比本系统新，待升级后处理")


class BadToken(BadInput):
    """A name that cannot stand in a subject."""

    slug = "bad-token"
    title = _("标识只能由小写字母和数字组成")
