"""Documents of a case: what the kernel freezes into one, and what follows when it was served."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from onewindow.bus.events import DocumentServed, ExtensionDecided
from onewindow.clocks import extensions
from onewindow.clocks import rows as clock_rows
from onewindow.documents.bundle import KERNEL, kernel_bundle
from onewindow.documents.models import Document, Draft, Service
from onewindow.errors import Refused
from onewindow.i18n import _
from onewindow.office.effects import Issue
from onewindow.office.types import AssignmentId, CaseId, StaffId, TownshipCode, UnitId, law_day
from onewindow.registry import parties as party_rows
from onewindow.registry import timeline
from onewindow.registry.catalogue import TRACKS, categories
from onewindow.registry.parties import BROUGHT
from onewindow.registry.timeline import CASE, OFFICE, PARTIES, Line, admitted_reader, party_reader, staff_actor
from onewindow.routing import assignments, deadlines
from onewindow.routing.assignments import ASSIGNMENT
from onewindow.routing.context import Kernel
from onewindow.routing.opinions import has_consent
from onewindow.store.tx import Tx

CASE_BODY = "case"
ROLE_TITLES = {"applicant": _("信访人"), "respondent": _("相对方"), "agent": _("代理人"), "witness": _("证人")}


def case_words(kernel: Kernel, case: Mapping[str, Any]) -> dict[str, str]:
    """The words of a case: text, request, place."""
    found: dict[str, str] = kernel.vault.open_json(CASE_BODY, case["body"], context=case["id"])
    return found


def _data(
    tx: Tx,
    kernel: Kernel,
    case: Mapping[str, Any],
    roles: tuple[str, ...],
    words: Mapping[str, Any],
    code: str | None,
    party_id: str | None = None,
) -> dict[str, Any]:
    """What a template gets, frozen now; with `party_id`, no party but this one is named."""
    known = categories().get(case["category"])
    told = case_words(kernel, case)
    tx.flush()
    people = []
    for party in party_rows.of_case(tx.conn, kernel.vault, case["id"]):
        if (roles and party.role not in roles) or party_id not in (None, party.id):
            continue
        people.append(
            {
                "role": party.role,
                "role_title": str(ROLE_TITLES.get(party.role, party.role)),
                "name": party.personal.get("name", "") or ("匿名" if party.anonymous else ""),
                "address": party.personal.get("address", ""),
                "contact": party.personal.get("phone", ""),
            }
        )
    clocks = [
        {
            "key": c.key,
            "title": c.title,
            "source": c.source,
            "early_on": c.early_on.isoformat(),
            "lawful_on": c.lawful_on.isoformat() if c.lawful_on else None,
            "provisional": c.provisional,
        }
        for c in clock_rows.of_case(tx, case["id"])
        if c.status != "stopped"
    ]
    return {
        "case": {
            "number": case["number"],
            "category_title": str(known.title) if known else "",
            "track_title": str(TRACKS.get(case["track"], "")),
            "received_on": law_day(case["received_at"]).isoformat(),
            "registered_on": law_day(case["registered_at"]).isoformat(),
            "place": told.get("place", ""),
        },
        "parties": people,
        "clocks": clocks,
        "words": dict(words),
        "code": code,
        "lang": "zh",
    }


def organ_of(kernel: Kernel, unit_id: str | None) -> str:
    """In whose name a unit's documents stand: the competent organ, never the centre where the law names another."""
    unit = kernel.organisation().units.get(UnitId(unit_id)) if unit_id else None
    return (unit.organ or unit.name) if unit else ""


def issue(
    tx: Tx,
    kernel: Kernel,
    case: Mapping[str, Any],
    row: Mapping[str, Any],
    effect: Issue,
    at: datetime,
    actor: str,
) -> Document:
    """Issue an office's document to the parties of these roles.

    Raises:
        Refused: the office's bundle has no such template.
    """
    manifest = kernel.offices().manifest(row["office"])
    if manifest is None or effect.document not in {d.key for d in manifest.documents}:
        raise Refused(_("没有这种文书的模板"), rule="no-template")
    tx.flush()
    draft = Draft(
        case_id=CaseId(case["id"]),
        township=TownshipCode(case["township"]),
        kind=effect.document,
        office=row["office"],
        organ=organ_of(kernel, row["unit_id"]),
        bundle=manifest.bundle,
        data=_data(tx, kernel, case, effect.to and (*effect.to, *effect.about), effect.text, None)
        | ({"redress": effect.redress.model_dump()} if effect.redress else {}),
        title=manifest.document_title(effect.document),
        assignment_id=AssignmentId(row["id"]),
        issued_by=StaffId(actor.removeprefix("staff:")) if actor.startswith("staff:") else None,
        sealed=case["sealed"],
    )
    document = kernel.documents.issue(tx, draft, now=at)
    data = {"document": document.id, "kind": document.kind, "number": document.number, "title": document.title}
    timeline.append(tx, kernel.vault, case["id"], Line("issued", at, actor, _readers(row, effect.to), data))
    return document


def _readers(row: Mapping[str, Any], to: tuple[str, ...]) -> tuple[str, ...]:
    """Who may read a document: those who brought the matter, and whoever was admitted where it is addressed to them."""
    brought = (PARTIES,) if BROUGHT & set(to) else ()
    admitted = (admitted_reader(row["id"]),) if set(to) - BROUGHT else ()
    return (OFFICE, *brought, *admitted)


def kernel_document(
    tx: Tx,
    kernel: Kernel,
    case: Mapping[str, Any],
    kind: str,
    title: str,
    at: datetime,
    *,
    words: Mapping[str, Any],
    roles: tuple[str, ...] = (),
    organ: str,
    code: str | None = None,
    assignment_id: str | None = None,
    issued_by: str | None = None,
    lazy: bool = False,
    party_id: str | None = None,
) -> Document:
    """Issue one of the kernel's own documents: receipt, proof of service, letter to a unit without an office."""
    tx.flush()
    draft = Draft(
        case_id=CaseId(case["id"]),
        township=TownshipCode(case["township"]),
        kind=kind,
        office=KERNEL,
        organ=organ,
        bundle=kernel_bundle().hash,
        data=_data(tx, kernel, case, roles, words, code, party_id),
        title=title,
        assignment_id=AssignmentId(assignment_id) if assignment_id else None,
        issued_by=StaffId(issued_by) if issued_by else None,
        sealed=case["sealed"],
        lazy=lazy,
    )
    return kernel.documents.issue(tx, draft, now=at)


@dataclass(frozen=True, slots=True)
class Served:
    """What recording a service brought about: its id, and what became of an extension that waited for it."""

    id: str
    document: Document
    extension: str | None = None


def serve(
    tx: Tx,
    kernel: Kernel,
    service: Service,
    at: datetime,
    *,
    by_handler: bool,
    proof: bool = False,
    actor: str | None = None,
) -> Served:
    """Record a service: the clocks that it starts, stops or extends follow from its date.

    `actor` is the party where they opened the document themselves.

    Raises:
        Refused: an extension's notice recorded late needs proof and somebody who does not handle the case; or a party
            did not agree to electronic service.
        BadInput: what proves this method of service is missing.
    """
    case_id = kernel.documents.get(tx.conn, service.document_id).case_id
    consented = has_consent(tx, case_id, service.party_id)
    record_id, document = kernel.documents.record_service(tx, service, now=at, consented=consented)
    outcome = extensions.serve_extension(
        tx,
        served_on=service.served_on,
        recorded_at=at,
        by_handler=by_handler,
        book=kernel.book,
        document_id=document.id,
        proof=proof,
    )
    if outcome is not None and outcome.outcome in (extensions.Outcome.NEEDS_ANOTHER, extensions.Outcome.NEEDS_PROOF):
        raise Refused(
            _("延期告知书的送达在到期后补登，须由未经办该事项的人员凭证明登记"),
            rule="served-late",
            remedy=_("请他人登记并注明送达证明"),
        )
    actor = actor or staff_actor(service.recorded_by)
    readers = [OFFICE] + ([party_reader(service.party_id)] if service.party_id else [PARTIES])
    data: dict[str, Any] = {
        "document": document.id,
        "kind": document.kind,
        "number": document.number,
        "method": service.method.value,
        "served_on": service.served_on.isoformat(),
    }
    if service.corrects:
        data["corrects"] = service.corrects
    timeline.append(tx, kernel.vault, document.case_id, Line("served", at, actor, tuple(readers), data))
    if outcome is not None:
        extension_decided(tx, kernel, document.case_id, outcome, at, actor)
    if document.assignment_id:
        _tell_served(tx, kernel, document, service.served_on, at)
    deadlines.refresh_due(tx, document.case_id)
    return Served(record_id, document, outcome.outcome.value if outcome else None)


def extension_decided(
    tx: Tx, kernel: Kernel, case_id: str, outcome: extensions.ExtensionOutcome, at: datetime, actor: str
) -> None:
    """Write down what became of an extension, and tell its office."""
    if outcome.outcome is extensions.Outcome.ALREADY:
        return
    clock = outcome.clock
    data = {
        "clock": clock.key,
        "outcome": outcome.outcome.value,
        "days": outcome.days,
        "lawful_on": clock.lawful_on.isoformat() if clock.lawful_on else None,
    }
    sides = (admitted_reader(clock.assignment_id),) if clock.assignment_id else ()
    timeline.append(tx, kernel.vault, case_id, Line("extension", at, actor, (OFFICE, PARTIES, *sides), data))
    if clock.office and clock.assignment_id:
        decided = ExtensionDecided(
            case_id=CaseId(case_id),
            assignment_id=clock.assignment_id,
            clock_id=clock.id,
            clock=clock.key,
            effective=outcome.took_effect,
            due=clock.lawful_at,
        )
        kernel.tell(tx, clock.office, clock.township, decided, at)


def _tell_served(tx: Tx, kernel: Kernel, document: Document, served_on: date, at: datetime) -> None:
    found = tx.execute(select(ASSIGNMENT).where(ASSIGNMENT.c.id == document.assignment_id)).mappings().one()
    row = dict(found)
    spec = assignments.spec_of(kernel.offices().manifest(row["office"]), row)
    deadlines.on_fact(tx, kernel, spec, row, "served", document.kind, served_on, now=at)
    if row["office"]:
        told = DocumentServed(
            case_id=row["case_id"],
            assignment_id=row["id"],
            document_id=document.id,
            document=document.kind,
            served_on=served_on.isoformat(),
        )
        kernel.tell(tx, row["office"], row["township"], told, at)


__all__ = ["CASE", "Served", "case_words", "issue", "kernel_document", "organ_of", "serve"]
