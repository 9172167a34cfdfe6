"""Registration: one transaction that opens the case, assigns it by rule, starts its first clocks, tells the office."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import partial
from typing import Any

from sqlalchemy.exc import IntegrityError

from onewindow.access import codes
from onewindow.access.principal import Principal
from onewindow.clocks.rows import ClockRow
from onewindow.errors import BadInput
from onewindow.i18n import _
from onewindow.office.types import PartyRole, StaffId, TownshipCode, UnitId, new_id
from onewindow.organisation.exclusion import Exclusion, exclusion
from onewindow.organisation.snapshot import Organisation
from onewindow.registry import keys, numbers, timeline
from onewindow.registry.catalogue import SEALED_TRACKS
from onewindow.registry.catalogue import sealed as is_sealed
from onewindow.registry.intake import Registration
from onewindow.registry.parties import PARTY, new_party
from onewindow.registry.search.copies import due_row
from onewindow.registry.search.tables import DUE
from onewindow.registry.timeline import CASE, ENTRY, OFFICE, PARTIES, Line, entry_row, staff_actor
from onewindow.routing import assignments, deadlines, enclosing, links, rules
from onewindow.routing.assignments import ASSIGNMENT
from onewindow.routing.context import Kernel
from onewindow.routing.enclosing import NOTHING, Enclosed
from onewindow.store import Store
from onewindow.store.tx import Tx

BODY = "case"


@dataclass(frozen=True, slots=True)
class Deadline:
    """A date that the person is told with the receipt."""

    title: str
    source: str
    early_on: date
    lawful_on: date | None
    provisional: bool


@dataclass(frozen=True, slots=True)
class Registered:
    """The receipt: the number, each admitted party's code, and the first dates that the law sets."""

    case_id: str
    number: str
    codes: dict[str, str]
    code: str
    track: str
    category: str
    sealed: bool
    registered_at: datetime
    received_at: datetime
    deadlines: tuple[Deadline, ...]
    version: int = 0


@dataclass(frozen=True, slots=True)
class _Draft:
    """All of a registration that can be worked out before its transaction."""

    case: dict[str, Any]
    parties: tuple[dict[str, Any], ...]
    codes: dict[str, str]
    first: str
    exclusion: Exclusion


class Registrar:
    """Registers matters. Nothing stands in the way of it: no hall, no office, no calendar."""

    def __init__(self, store: Store, kernel: Kernel, noted: Callable[[str], None] | None = None):
        self._store = store
        self._kernel = kernel
        # Told of each case that may be compared with later ones, once it is committed.
        self._noted = noted

    async def register(
        self,
        given: Registration,
        *,
        staff_id: str | None = None,
        key: str | None = None,
        source: str | None = None,
        enclosed: Enclosed = NOTHING,
    ) -> Registered:
        """Register a matter with what belongs to it; the same key and request get the same receipt again.

        Raises:
            BadInput: no such township.
            Conflict: the key was used for another request.
        """
        actor = staff_id or "public"
        asked = given.model_dump(mode="json")
        digest = keys.request_digest("register", [asked, enclosed.digest()] if enclosed.files else asked) if key else ""
        draft = self._draft(given, staff_id, source)
        counter = numbers.series(draft.case["township"], draft.case["registered_at"], sealed=draft.case["sealed"])

        def work(tx: Tx) -> Registered:
            done = self._write(tx, draft, counter, staff_id)
            if enclosed or given.told_more():
                at, parties = done.registered_at, tuple(done.codes)
                version = enclosing.write(tx, self._kernel, given, enclosed, done.case_id, staff_id, parties, at)
                done = replace(done, version=version or done.version)
            if self._noted is not None and not done.sealed:
                tx.on_commit(partial(self._noted, done.case_id))
            if key:
                keys.keep(tx, self._kernel.vault, key, actor, digest, _answer(done), done.registered_at, done.case_id)
            return done

        try:
            return await self._store.write(work, counters=(counter,))
        except IntegrityError:
            if key:
                known = await self._store.read(lambda c: keys.earlier(c, self._kernel.vault, key, actor, digest))
                if known is not None:
                    return _registered(known)
            raise

    async def related(self, principal: Principal, numbers: Sequence[str]) -> tuple[str, ...]:
        """The ids of matters by their numbers.

        Raises:
            BadInput: one does not exist, or not for this person.
        """
        if not numbers:
            return ()
        return await self._store.read(lambda c: links.resolve(c, self._kernel, principal, numbers))

    def _draft(self, given: Registration, staff_id: str | None, source: str | None) -> _Draft:
        kernel, now = self._kernel, self._kernel.now()
        organisation = kernel.organisation()
        township = TownshipCode(given.township)
        if not organisation.live(township):
            raise BadInput(_("没有这个镇街，或该镇街尚未启用"), field="township", remedy=_("从列表中选择镇街"))
        track = given.decided_track()
        accuses = track in SEALED_TRACKS
        about = [*given.about, *(p.unit for p in given.parties if p.unit and p.role is PartyRole.RESPONDENT)]
        kept_out = kept_away(organisation, about, now, accuses)
        township = rules.home(township, organisation, kept_out, about_leader=given.about_leader and accuses)
        hidden = is_sealed(track, given.category)
        if given.place_unit is not None and given.place_unit not in organisation.units:
            raise BadInput(_("没有这个地点单位"), field="place_unit", remedy=_("从列表中选择，或者只写地点"))
        case_id = new_id()
        rows, code_of, first = [], {}, ""
        for party in given.parties:
            row, code = new_party(kernel.vault, case_id, party, now)
            if party.role in (PartyRole.APPLICANT, PartyRole.AGENT):
                code_of[row["id"]] = code
                first = first or code
            else:
                row["code_digest"] = None
            rows.append(row)
        words = {"text": given.text, "request": given.request, "place": given.place}
        case = {
            "id": case_id,
            "township": township,
            "track": track.value,
            "category": given.category,
            "channel": given.channel.value,
            "sealed": hidden,
            "state": "open",
            "phase": "in_hand",
            "place_unit": given.place_unit,
            "body": kernel.vault.seal_json(BODY, words, context=case_id),
            "registered_at": now,
            "received_at": given.moment_of_receipt(now),
            "registered_by": staff_id,
            "designated": list(rules.designated(township, organisation, kept_out, now)) if hidden else [],
            "excluded": sorted(kept_out.staff) + sorted(kept_out.units),
            "source_key": source,
            "closed_at": None,
        }
        return _Draft(case, tuple(rows), code_of, first, kept_out)

    def _write(self, tx: Tx, draft: _Draft, counter: str, staff_id: str | None) -> Registered:
        kernel = self._kernel
        case = dict(draft.case)
        at: datetime = case["registered_at"]
        case["number"] = numbers.number(case["township"], at, tx.number(counter), sealed=case["sealed"])
        offices = kernel.offices()
        route = rules.route(
            TownshipCode(case["township"]),
            case["track"],
            case["category"],
            kernel.organisation(),
            offices,
            at,
            sealed=case["sealed"],
            exclusion=draft.exclusion,
        )
        actor = staff_actor(staff_id)
        readers = (OFFICE, PARTIES)
        data = {"number": case["number"], "track": case["track"], "category": case["category"]}
        lines = [Line("registered", at, actor, readers, {**data, "channel": case["channel"]})]
        started: list[ClockRow] = []
        manifest = offices.manifest(route.office)
        if route.assigned:
            row = assignments.new_row(case, route, at, manifest)
            tx.insert(ASSIGNMENT, row)
            lines.append(assignments.line_of(row, at, timeline.SYSTEM, route.rule))
            assignments.tell(tx, kernel, row, at)
            if manifest is not None and (spec := assignments.spec_of(manifest, row)):
                moments = {"registered": at, "received": case["received_at"]}
                started = deadlines.begin_case(tx, kernel, spec, case, manifest.id, moments)
                started += deadlines.begin_assignment(tx, kernel, spec, row, at)
        prev = ""
        for seq, line in enumerate(lines, 1):
            entry = entry_row(case["id"], seq, prev, line, kernel.vault)
            prev = entry["digest"]
            tx.insert(ENTRY, entry)
        due = min((c.lawful_at or c.early_at for c in started), default=None)
        case |= {"version": len(lines), "head": prev, "due_at": due, "colour": "green", "holder": route.unit}
        tx.insert(CASE, case)
        for party in draft.parties:
            tx.insert(PARTY, party)
        if not case["sealed"]:
            tx.insert(DUE, due_row(case["id"]))
        return Registered(
            case["id"],
            case["number"],
            {party: codes.show(code) for party, code in draft.codes.items()},
            codes.show(draft.first),
            case["track"],
            case["category"],
            case["sealed"],
            at,
            case["received_at"],
            tuple(
                Deadline(c.title, c.source, c.early_on, c.lawful_on, c.provisional)
                for c in started
                if c.protects == "person"
            ),
            len(lines),
        )


def kept_away(organisation: Organisation, about: Sequence[str], at: datetime, accuses: bool) -> Exclusion:
    """Whom a matter about these units and members of staff keeps away.

    Raises:
        BadInput: no such unit or person.
    """
    units = [UnitId(a) for a in about if a in organisation.units]
    staff = [StaffId(a) for a in about if a in organisation.staff]
    if unknown := [a for a in about if a not in organisation.units and a not in organisation.staff]:
        raise BadInput(_("没有这个单位或人员"), field="about", remedy=_("从列表中选择"), unknown=len(unknown))
    return exclusion(organisation, at, units=units, staff=staff, accusation=accuses)


def _answer(done: Registered) -> dict[str, Any]:
    return {
        "case_id": done.case_id,
        "number": done.number,
        "codes": done.codes,
        "code": done.code,
        "track": done.track,
        "category": done.category,
        "sealed": done.sealed,
        "registered_at": done.registered_at.isoformat(),
        "received_at": done.received_at.isoformat(),
        "deadlines": [
            [d.title, d.source, d.early_on.isoformat(), d.lawful_on and d.lawful_on.isoformat(), d.provisional]
            for d in done.deadlines
        ],
        "version": done.version,
    }


def _registered(answer: dict[str, Any]) -> Registered:
    day = date.fromisoformat
    return Registered(
        **{
            **answer,
            "registered_at": datetime.fromisoformat(answer["registered_at"]),
            "received_at": datetime.fromisoformat(answer["received_at"]),
            "deadlines": tuple(
                Deadline(title, source, day(early), day(lawful) if lawful else None, provisional)
                for title, source, early, lawful, provisional in answer["deadlines"]
            ),
        }
    )
