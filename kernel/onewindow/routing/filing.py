"""Filing: who may bring a matter in, by which channel; the same for the API, the pages and the import."""

from collections.abc import Sequence

from onewindow.access import guard
from onewindow.access.actions import Action
from onewindow.access.principal import Principal, Target
from onewindow.documents.attachments import Prepared, Purpose
from onewindow.errors import BadInput
from onewindow.i18n import _
from onewindow.office.types import TownshipCode
from onewindow.registry.intake import Channel, Registration
from onewindow.routing.enclosing import Enclosed
from onewindow.routing.register import Registered, Registrar

PUBLIC = frozenset({Channel.WEB, Channel.API})


async def file_matter(
    registrar: Registrar,
    principal: Principal | None,
    given: Registration,
    *,
    key: str | None = None,
    files: Sequence[Prepared] = (),
) -> Registered:
    """Register a matter for whoever brings it: anybody by themselves, staff for those who come to them.

    Raises:
        BadInput: somebody by themselves says how or when the authority received it, or names related matters; or a
            member of staff names one that they may not see, which is answered as one that does not exist.
        Forbidden: this member of staff does not register there.
    """
    if principal is None:
        if given.channel not in PUBLIC:
            raise BadInput(_("自行提交的事项，渠道只能是网上"), field="channel", remedy=_("不填渠道"))
        if given.received_at is not None:
            raise BadInput(_("自行提交的事项，收到时间由系统记录"), field="received_at", remedy=_("不填收到时间"))
        if given.related:
            raise BadInput(_("相关事项由窗口登记"), field="related", remedy=_("在内容里写明，或者到窗口办理"))
        return await registrar.register(given, key=key, enclosed=Enclosed(tuple(files)))
    township = TownshipCode(given.township)
    unit = next((post.unit_id for post in principal.own_posts if post.township == township), None)
    guard.require(principal, Action.CASE_REGISTER, Target(township=township, registered_unit=unit))
    related = await registrar.related(principal, given.related)
    purpose = Purpose.LETTER if given.channel is Channel.LETTER else Purpose.EVIDENCE
    enclosed = Enclosed(tuple(files), related, purpose)
    return await registrar.register(given, staff_id=principal.staff_id, key=key, enclosed=enclosed)
