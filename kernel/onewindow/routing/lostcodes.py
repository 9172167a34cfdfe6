"""A lost code (查询码补发): replaced at the window against the person's document; the old one is void at once."""

from dataclasses import dataclass
from enum import StrEnum

from onewindow.access import codes
from onewindow.errors import BadInput, Refused
from onewindow.i18n import _
from onewindow.office.types import PartyRole
from onewindow.registry import parties as party_rows
from onewindow.routing.people import Hand

LAST_DIGITS = 4


class Shown(StrEnum):
    """The document that a person showed; its number is compared and kept nowhere."""

    ID_CARD = "id_card"
    HOUSEHOLD = "household"
    PASSPORT = "passport"
    SOCIAL_CARD = "social_card"
    LICENCE = "licence"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Renewed:
    """The new code, shown and printed now and nowhere else."""

    code: str
    number: str
    party_id: str


def renew(hand: Hand, shown: Shown, *, last_digits: str, matches: bool) -> Renewed:
    """Give a party a new code once the clerk has compared their document with the person and with what is registered.

    Raises:
        Refused: an anonymous party, who cannot prove to be themselves; or one who never had a code.
        BadInput: the clerk did not confirm, or the number's last digits are others than those registered.
    """
    party = hand.party
    if party.anonymous or not party.personal.get("name"):
        raise Refused(_("匿名登记的不能补发查询码：无法核对是不是本人"), rule="lost-code", remedy=_("可以重新登记"))
    if party.role not in (PartyRole.APPLICANT, PartyRole.AGENT) and party.code_digest is None:
        raise Refused(_("这位当事人没有查询码"), rule="lost-code")
    if not matches:
        raise BadInput(_("请核对证件与本人、与登记的姓名一致"), field="matches", remedy=_("核对无误后勾选"))
    known = party.personal.get("id_number", "")
    given = last_digits.strip().upper()
    if known and given != known[-LAST_DIGITS:].upper():
        raise BadInput(
            _("证件号末四位与登记的不一致"), field="last_digits", remedy=_("请核对证件；登记有误的，先更正登记")
        )
    code = party_rows.renew_code(hand.tx, hand.kernel.vault, party.id)
    hand.say("code-renewed", {"shown": shown.value, "compared": bool(known)})
    return Renewed(codes.show(code), hand.case["number"], party.id)
