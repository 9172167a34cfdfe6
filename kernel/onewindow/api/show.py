"""From the kernel's values to what REST v1 answers, in the reader's language."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from onewindow.api import models as out
from onewindow.api import models_own as own_out
from onewindow.bus.wire import Description
from onewindow.centre import Centre
from onewindow.clocks.rows import ClockRow
from onewindow.documents.models import Document, Service
from onewindow.i18n import translate
from onewindow.office.types import StaffId, TownshipCode
from onewindow.registry.catalogue import shown_title
from onewindow.registry.parties import PartyRecord
from onewindow.registry.search.text import Part
from onewindow.registry.timeline import Shown
from onewindow.routing import assignments
from onewindow.routing.applicant import Standing
from onewindow.routing.casefile import CaseFile
from onewindow.routing.counter import Holders
from onewindow.routing.enclosing import Told
from onewindow.routing.nextstep import next_step
from onewindow.routing.register import Registered
from onewindow.routing.saved import Kept
from onewindow.routing.searching import ByCode
from onewindow.routing.tracking import Paper, Tracked


class Shower:
    """Shows the values of one centre in one language."""

    def __init__(self, centre: Centre, lang: str) -> None:
        self._centre = centre
        self.lang = lang

    def _unit(self, unit_id: str | None) -> str:
        return self._centre.organisation.current.title(unit_id)

    def _staff(self, staff_id: str | None) -> str:
        staff = self._centre.organisation.current.staff.get(StaffId(staff_id)) if staff_id else None
        return staff.name if staff else ""

    def _category(self, code: str, *, insider: bool) -> str:
        return translate(shown_title(code, insider=insider), self.lang)

    def _state(self, row: Mapping[str, Any]) -> str:
        """The title of a proceeding's state, in the words of its office."""
        spec = assignments.spec_of(self._centre.book.current.manifest(row["office"]), row)
        state = spec.state(row["proceeding_state"]) if spec and row["proceeding_state"] else None
        return translate(state.title, self.lang, domain=row["office"]) if state else ""

    # Cases -----------------------------------------------------------------------------------------------------------

    def case_line(self, row: Mapping[str, Any], snippet: Sequence[Part] = ()) -> out.CaseLine:
        shown = [out.SnippetPart(text=part.text, hit=part.hit) for part in snippet]
        return out.CaseLine(**self._line(row), snippet=shown)

    def by_code(self, found: ByCode) -> out.ByCodeOut:
        return out.ByCodeOut(**self._line(found.case), readable=found.readable)

    def saved_filter(self, kept: Kept) -> out.SavedFilterOut:
        return out.SavedFilterOut(id=kept.id, name=kept.name, chosen=kept.chosen.said(), saved_at=kept.saved_at)

    def _line(self, row: Mapping[str, Any]) -> dict[str, Any]:
        return {
            "number": row["number"],
            "township": row["township"],
            "track": row["track"],
            "category": row["category"],
            "category_title": self._category(row["category"], insider=True),
            "channel": row["channel"],
            "sealed": row["sealed"],
            "state": row["state"],
            "phase": row["phase"],
            "holder": row["holder"],
            "holder_title": self._unit(row["holder"]),
            "due_at": row["due_at"],
            "colour": row["colour"],
            "registered_at": row["registered_at"],
            "received_at": row["received_at"],
            "version": row["version"],
        }

    def case(self, file: CaseFile) -> out.CaseOut:
        return out.CaseOut(
            **self._line(file.case),
            words=out.WordsOut.model_validate(dict(file.words)),
            parties=[self.party(party) for party in file.parties],
            assignments=[self.assignment(row) for row in file.assignments],
            clocks=[self.clock(row) for row in file.clocks],
            documents=[self.document_line(document) for document in file.documents],
        )

    def party(self, party: PartyRecord) -> out.PartyOut:
        return out.PartyOut(
            id=party.id,
            role=party.role,
            kind=party.kind,
            anonymous=party.anonymous,
            erased=party.erased,
            **party.masked(),
            contact_way=party.personal.get("contact_way", "any"),
            authorisation=party.personal.get("authorisation", ""),
            representative=bool(party.personal.get("representative")),
            joined=party.joined,
            minor=bool(party.personal.get("minor")),
            needs=[need for need in party.personal.get("needs", "").split(",") if need],
        )

    def circumstances(self, told: Told, related: Sequence[Mapping[str, Any]]) -> out.CircumstancesOut:
        values = told.values
        danger = values.get("emergency") or {}
        return out.CircumstancesOut(
            may_disclose=told.may_disclose,
            group_size=values.get("group_size"),
            no_contact_reason=values.get("no_contact_reason", ""),
            pending=values.get("pending", []),
            written_for=bool(values.get("written_for")),
            danger=danger.get("danger"),
            emergency_at=told.emergency_at,
            reported_at=told.reported_at,
            external=[out.ExternalOut(system=one["system"], number=one["number"]) for one in told.external],
            related=[row["number"] for row in related],
        )

    def assignment(self, row: Mapping[str, Any]) -> out.AssignmentOut:
        shared = set(out.AssignmentOut.model_fields) & set(row)
        return out.AssignmentOut(
            **{name: row[name] for name in shared},
            unit=row["unit_id"],
            unit_title=self._unit(row["unit_id"]),
            officer_name=self._staff(row["officer"]),
            proceeding_title=self._state(row),
        )

    def queue_line(self, row: Mapping[str, Any]) -> out.AssignmentLine:
        shared = set(out.AssignmentLine.model_fields) & set(row)
        return out.AssignmentLine(
            **{name: row[name] for name in shared},
            unit=row["unit_id"],
            unit_title=self._unit(row["unit_id"]),
            category_title=self._category(row["category"], insider=True),
            proceeding_title=self._state(row),
        )

    def objection(self, row: Mapping[str, Any]) -> out.ObjectionOut:
        words = self._centre.vault.open_json("objection", row["body"], context=row["id"])
        return out.ObjectionOut(
            id=row["id"],
            number=row["number"],
            assignment=row["assignment_id"],
            category=row["category"],
            lodged_at=row["lodged_at"],
            reason=words.get("reason", ""),
            basis=words.get("basis", ""),
            suggest_unit=row["suggest_unit"],
            ruler=row["ruler"],
        )

    def clock(self, row: ClockRow) -> out.ClockOut:
        domain = row.office or "onewindow"
        return out.ClockOut(
            key=row.key,
            title=translate(row.title, self.lang, domain=domain),
            source=translate(row.source, self.lang, domain=domain),
            status=row.status,
            colour=row.colour,
            early_on=row.early_on,
            lawful_on=row.lawful_on,
            provisional=row.provisional,
            pending_calendar=row.pending_calendar,
            protects=row.protects,
            extended_days=row.extended_days,
        )

    def entry(self, entry: Shown, *, for_party: bool = False) -> out.EntryOut:
        """An entry; a party is told which unit acted, never which person."""
        kind, _sep, staff = entry.actor.partition(":")
        named = self._staff(staff) if kind == "staff" and not for_party else ""
        return out.EntryOut(
            seq=entry.seq,
            at=entry.at,
            kind=entry.kind,
            actor=kind if for_party else entry.actor,
            actor_name=named,
            data=_for_party(entry.data) if for_party else entry.data,
            words=entry.words,
        )

    # Documents -------------------------------------------------------------------------------------------------------

    def document_line(self, document: Document) -> out.DocumentLine:
        return out.DocumentLine.model_validate(document)

    def documents(self, file: CaseFile) -> list[out.DocumentOut]:
        served: dict[str, list[Service]] = {}
        for service in file.services:
            served.setdefault(service.document_id, []).append(service)
        return [
            out.DocumentOut(
                **self.document_line(document).model_dump(),
                state=document.state.value,
                size=document.size,
                services=[out.ServiceOut.model_validate(each) for each in served.get(document.id, ())],
            )
            for document in file.documents
        ]

    # Actions ---------------------------------------------------------------------------------------------------------

    def offers(self, row: Mapping[str, Any], found: Description | None) -> out.OffersOut:
        if found is None:
            return out.OffersOut(assignment=row["id"], office=row["office"], answering=False)
        domain = row["office"] or "onewindow"

        def told(text: str | None) -> str | None:
            return translate(text, self.lang, domain=domain) if text else None

        return out.OffersOut(
            assignment=row["id"],
            office=row["office"],
            answering=True,
            state=found.state,
            state_title=told(found.title) or "",
            version=found.version,
            actions=[
                out.OfferOut(
                    key=offer.key,
                    title=told(offer.title) or offer.key,
                    form=offer.form,
                    values=offer.values,
                    refusal=told(offer.refusal.reason) if offer.refusal else None,
                    remedy=told(offer.refusal.remedy) if offer.refusal else None,
                )
                for offer in found.actions
            ],
            blocks=[dict(block) for block in found.blocks],
        )

    def holders(self, found: Holders) -> own_out.HoldersOut:
        return own_out.HoldersOut(
            number=found.number,
            category=found.category,
            category_title=self._category(found.category, insider=True),
            registered_at=found.registered_at,
            place=found.place,
            parties=[self.party(party) for party in found.parties],
        )

    # What a party sees -----------------------------------------------------------------------------------------------

    def tracked(self, seen: Tracked, standing: Standing | None = None) -> own_out.TrackedOut:
        township = self._centre.organisation.current.townships.get(TownshipCode(seen.township))
        return own_out.TrackedOut(
            number=seen.number,
            township=seen.township,
            township_name=township.name if township else seen.township,
            category=seen.category,
            category_title=self._category(seen.category, insider=False),
            track=seen.track,
            phase=seen.phase,
            state=seen.state,
            holder=seen.holder,
            due_on=seen.due_on,
            registered_at=seen.registered_at,
            received_at=seen.received_at,
            words=out.WordsOut.model_validate(dict(seen.words)),
            party=self.party(seen.party),
            clocks=[self.clock(row) for row in seen.clocks],
            timeline=[self.entry(entry, for_party=True) for entry in seen.entries],
            documents=[self._paper(paper) for paper in seen.papers],
            next_step=self._next(seen),
            standing=own_out.StandingOut.model_validate(standing) if standing else None,
            looks=[
                out.LookOut(
                    at=look.at,
                    who="" if look.actor.startswith("party:") else self._staff(look.actor),
                    what=look.what,
                    reason=look.reason,
                )
                for look in seen.looks
            ],
        )

    def _paper(self, paper: Paper) -> own_out.TrackedDocumentOut:
        above, clock = paper.redress, paper.clock
        redress = None
        if above:
            redress = own_out.RedressOut(
                organ=above.get("organ", ""),
                address=above.get("address", ""),
                phone=above.get("phone", ""),
                until=clock.lawful_on if clock else None,
                provisional=bool(clock and clock.provisional),
            )
        line = self.document_line(paper.document).model_dump()
        return own_out.TrackedDocumentOut(**line, served_on=paper.served_on, redress=redress)

    def _next(self, seen: Tracked) -> str:
        words, params = next_step(seen)
        return translate(words, self.lang, **{name: _day(value) for name, value in params.items()})


def _day(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _for_party(data: Mapping[str, Any]) -> dict[str, Any]:
    """What an entry says without the ids of staff."""
    return {name: value for name, value in data.items() if name not in ("officer", "fallback", "staff")}


def receipt(done: Registered, lang: str) -> dict[str, Any]:
    """The answer to a registration, ready to be written."""
    return {
        "case_id": done.case_id,
        "number": done.number,
        "code": done.code,
        "codes": done.codes,
        "track": done.track,
        "category": done.category,
        "sealed": done.sealed,
        "registered_at": done.registered_at,
        "received_at": done.received_at,
        "deadlines": [
            {
                "title": translate(each.title, lang),
                "source": translate(each.source, lang),
                "early_on": each.early_on,
                "lawful_on": each.lawful_on,
                "provisional": each.provisional,
            }
            for each in done.deadlines
        ],
        "version": done.version,
    }
