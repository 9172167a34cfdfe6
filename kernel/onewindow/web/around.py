"""What stands around a matter on its page: danger, secrecy, group, numbers elsewhere, and what staff add to it."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from onewindow.access.actions import Action
from onewindow.documents.attachments import Attachment
from onewindow.i18n import _
from onewindow.office.types import PartyRole
from onewindow.registry.parties import PartyRecord
from onewindow.routing.enclosing import Told
from onewindow.web import intake
from onewindow.web.operations import Operations
from onewindow.web.present import Presenter

FIRST_REPORT = timedelta(hours=1)


def context(
    told: Told,
    related: Sequence[Mapping[str, Any]],
    case: Mapping[str, Any],
    parties: Sequence[Any],
    known: Presenter,
) -> dict[str, Any]:
    """What the template draws of it."""
    values = told.values
    danger = values.get("emergency")
    brought = sum(party.role in (PartyRole.APPLICANT, PartyRole.AGENT) for party in parties)
    return {
        "danger": known.label(danger["danger"], "danger") if danger and told.emergency_at else None,
        "report_due": told.emergency_at + FIRST_REPORT if told.emergency_at and not told.reported_at else None,
        "disclose": told.may_disclose,
        "group_size": values.get("group_size"),
        "brought": brought,
        "no_contact_reason": values.get("no_contact_reason", ""),
        "pending": [known.label(one, "pending") for one in values.get("pending", ())],
        "written_for": bool(values.get("written_for")),
        "external": [(known.label(one["system"], "system"), one["number"]) for one in told.external],
        "related": [{"number": row["number"], "href": f"/case/{row['number']}"} for row in related],
        "place": known.unit(case["place_unit"]) or None,
    }


def operations(made: Operations, href: str, case: Mapping[str, Any], may: Any) -> list[dict[str, Any]]:
    """What may be added: danger by whoever sees it, numbers and other applicants by the window."""
    found = []
    if case["state"] == "open" and may(Action.CASE_JOIN):
        found.append(made.make("join", _("添加来访人"), f"{href}/join", intake.Join))
    if may(Action.CASE_SUPPLEMENT):
        found.append(made.make("relate", _("补充相关编号"), f"{href}/relate", intake.Relate))
    if may(Action.CASE_EMERGENCY):
        found.append(made.make("emergency", _("标记紧急情况"), f"{href}/emergency", intake.Danger))
    return found


def materials(found: Sequence[Attachment], parties: Sequence[PartyRecord], known: Presenter) -> list[dict[str, Any]]:
    """The material of the case, each piece with who added it."""
    shown = []
    for one in found:
        kind, _sep, who = one.added_by.partition(":")
        party = next((p for p in parties if p.id == one.party_id), None)
        adder = known.staff_with_unit(who) if kind == "staff" else known.party_name(party) if party else ""
        shown.append(known.material(one, adder=adder))
    return shown


def material_operations(made: Operations, href: str, may: Any) -> list[dict[str, Any]]:
    if not may(Action.ATTACHMENT_ADD):
        return []
    return [made.make("material", _("添加材料"), f"{href}/materials", intake.Material)]


def with_titles(blocks: Sequence[Mapping[str, Any]], found: Sequence[Attachment]) -> Sequence[Mapping[str, Any]]:
    """An office's blocks with what its files are called where they hold the ids of them."""
    titles = {one.id: one.title or one.file_name for one in found}
    return [_titled(block, titles) for block in blocks] if titles else blocks


def _titled(value: Any, titles: Mapping[str, str]) -> Any:
    if isinstance(value, str):
        return titles.get(value, value)
    if isinstance(value, Mapping):
        return {name: _titled(part, titles) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [_titled(part, titles) for part in value]
    return value


def day(value: Any) -> Any:
    """A listed date as a date; anything else as it is."""
    try:
        return date.fromisoformat(value) if isinstance(value, str) and len(value) == 10 else value
    except ValueError:
        return value
