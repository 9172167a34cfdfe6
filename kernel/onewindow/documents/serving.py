"""What proves each method of service, and on which day the law sees a document served by it."""

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from onewindow.documents.models import Document, DocumentState, Service, ServiceMethod
from onewindow.errors import BadInput, Refused
from onewindow.i18n import Message, _
from onewindow.office.types import law_day

NOTICE_DAYS = 30


def notice_ends(service: Service) -> date:
    """The day on which a service by public notice counts as made: when its period is over (民事诉讼法 第九十五条)."""
    assert service.sent_on is not None
    return service.sent_on + timedelta(days=service.period_days or NOTICE_DAYS)


def check(service: Service, document: Document, now: datetime, *, consented: bool = True) -> None:
    """Refuse a service that its proof does not carry.

    Raises:
        Refused: the document is not made yet, or its addressee has not agreed to electronic service.
        BadInput: a field that this method needs is missing, or its dates don't fit; names each field.
    """
    if document.state is not DocumentState.READY:
        raise Refused(_("文书尚未制成，不能登记送达"), rule="service-needs-document")
    if service.method is ServiceMethod.ELECTRONIC and not consented:
        raise Refused(
            _("受送达人没有同意电子送达"),
            rule="民事诉讼法 第九十条",
            remedy=_("请本人凭查询码同意，或者登记其书面同意；也可以改用其他方式送达"),
        )
    if service.served_on < document.issued_on:
        raise BadInput(_("送达日期早于文书日期"), field="served_on", remedy=_("核对送达回证上的日期"))
    if service.served_on > law_day(now):
        raise BadInput(_("送达日期不能在今天之后"), field="served_on", remedy=_("送达之后再登记"))
    needed = _NEEDED.get(service.method)
    missing = needed(service) if needed else {}
    if missing:
        first = next(iter(missing.values()))
        raise BadInput(first, fields=missing, remedy=_("按送达回证逐项填写"))
    if service.sent_on is not None:
        _dates(service, document)


def _dates(service: Service, document: Document) -> None:
    assert service.sent_on is not None
    if service.sent_on < document.issued_on:
        raise BadInput(_("交寄或者公告的日期早于文书日期"), field="sent_on", remedy=_("核对送达回证上的日期"))
    if service.method is ServiceMethod.NOTICE:
        if (service.period_days or NOTICE_DAYS) < NOTICE_DAYS:
            raise BadInput(_("公告期不得少于三十日"), field="period_days", remedy=_("按公告载明的期间填写"))
        due = notice_ends(service)
        if service.served_on != due:
            raise BadInput(
                _("公告送达以公告期满为送达日期：{day}"),
                field="served_on",
                remedy=_("公告期满以后，按期满日登记"),
                day=due.isoformat(),
            )
    elif service.sent_on > service.served_on:
        raise BadInput(_("送达日期早于交寄日期"), field="served_on", remedy=_("以回执上注明的收件日期为准"))


Missing = dict[str, str | Message]


def _post(service: Service) -> Missing:
    """By post: the day of receipt on its return slip (民事诉讼法 第九十一条)."""
    return _without(service, {"tracking_no": _("邮寄送达须写明邮件单号")})


def _electronic(service: Service) -> Missing:
    """Electronically, with consent: the day on which it reached the system that was named (第九十条)."""
    return _without(
        service,
        {
            "party_id": _("电子送达须写明受送达人"),
            "place": _("电子送达须写明到达的系统、邮箱或者号码"),
        },
    )


def _left(service: Service) -> Missing:
    """Left at the dwelling after a refusal: witnesses, or a recording of how it was done (第八十九条)."""
    missing = _without(service, {"place": _("留置送达须写明留置的地点"), "note": _("留置送达须记明拒收的事由和经过")})
    if not service.witnesses and not service.recorded:
        missing["witnesses"] = _("留置送达须有见证人，或者拍照、录像记录送达过程")
    return missing


def _refused(service: Service) -> Missing:
    """Refused at the organ's own place, before witnesses who sign (民诉法解释 第一百三十一条)."""
    missing = _without(service, {"note": _("拒收须记明事由和经过")})
    if not service.witnesses:
        missing["witnesses"] = _("拒收须有见证人签名")
    return missing


def _by_somebody(service: Service) -> Missing:
    """Handed to an adult of the household or passed on by a unit (第八十八条、第九十二条至第九十四条)."""
    return _without(
        service,
        {"received_by": _("代收须写明代收人"), "relation": _("代收须写明与受送达人的关系")},
    )


def _notice(service: Service) -> Missing:
    """By public notice, where no other way is left; the reason and what was tried stay in the file (第九十五条)."""
    return _without(
        service,
        {
            "sent_on": _("公告送达须写明公告日期"),
            "place": _("公告送达须写明公告的载体或者张贴地点"),
            "note": _("公告送达须记明原因和经过"),
        },
    )


def _without(service: Service, needed: Mapping[str, Message]) -> Missing:
    values: Mapping[str, Any] = {name: getattr(service, name) for name in needed}
    return {name: words for name, words in needed.items() if not values[name]}


_NEEDED: Mapping[ServiceMethod, Callable[[Service], Missing]] = {
    ServiceMethod.POST: _post,
    ServiceMethod.ELECTRONIC: _electronic,
    ServiceMethod.LEFT: _left,
    ServiceMethod.REFUSED: _refused,
    ServiceMethod.BY_SOMEBODY: _by_somebody,
    ServiceMethod.NOTICE: _notice,
}
