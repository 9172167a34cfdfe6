"""A case as one reader sees it: what there is, and what this reader may do about it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from onewindow.access import guard
from onewindow.access.actions import Action
from onewindow.access.principal import Principal
from onewindow.bus.wire import Description
from onewindow.centre import Centre
from onewindow.documents.attachments import Attachment
from onewindow.i18n import _
from onewindow.office.types import law_day
from onewindow.registry.timeline import Shown
from onewindow.routing import casefile
from onewindow.routing.assignments import OPEN
from onewindow.routing.casefile import CaseFile
from onewindow.routing.counter import Wishes
from onewindow.routing.enclosing import Told
from onewindow.routing.objections import OBJECTION
from onewindow.web import around, changes, intake
from onewindow.web.casepapers import LETTER, PapersPart
from onewindow.web.entries import Teller
from onewindow.web.labels import LABELS
from onewindow.web.operations import Operations, Retry
from onewindow.web.present import Presenter, clock_first
from onewindow.web.schema import Choice
from onewindow.web.wishespage import WishesPart

# The office says of an action that it is somebody else's to take: then it is not shown at all.
NOT_THEIRS = "by"


@dataclass(frozen=True, slots=True)
class Revealed:
    """A party's field in clear, or why it was not shown."""

    party: str
    values: Mapping[str, str] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Read:
    """What was read for one page of a case."""

    file: CaseFile
    entries: Sequence[Shown]
    objections: Mapping[str, Mapping[str, Any]]
    unconfirmed: Sequence[Mapping[str, Any]]
    shown: Mapping[str, Any] | None
    description: Description | None
    wishes: Wishes
    materials: Sequence[Attachment] = ()
    around: tuple[Told, Sequence[Mapping[str, Any]]] = (Told({}, None, None, ()), ())
    recusals: Sequence[Mapping[str, Any]] = ()


async def read(centre: Centre, principal: Principal, number: str, chosen: str = "") -> Read:
    """Everything on the page of a case; the look is logged.

    Raises:
        NotFound: no such case, or none that they may know of.
    """
    file = await centre.desk.read(principal, number)
    entries = await centre.desk.timeline(principal, number)
    objections = await centre.store.read(lambda c: _objections(c, file.case["id"]))
    row = _shown(centre, principal, file, chosen)
    description = None
    if row is not None and row["state"] in OPEN:
        description = await centre.handling.describe(principal, file, row["id"])
    materials = await centre.materials.of_case(principal, file)
    unconfirmed, wishes = await centre.handling.unconfirmed(file), await centre.counter.wishes(principal, file)
    told = await centre.supplement.told(principal, file)
    recusals = await centre.handling.recusals(file) if file.case["recusing"] else ()
    return Read(file, entries, objections, unconfirmed, row, description, wishes, materials, told, recusals)


def _objections(conn: Connection, case_id: str) -> dict[str, Mapping[str, Any]]:
    query = select(OBJECTION).where(OBJECTION.c.case_id == case_id, OBJECTION.c.state == "open")
    return {row["assignment_id"]: dict(row) for row in conn.execute(query).mappings()}


def _shown(centre: Centre, who: Principal, file: CaseFile, chosen: str) -> Mapping[str, Any] | None:
    """The assignment whose office shows its panel: the chosen one, else one that this reader works on."""
    known = centre.book.current.known
    rows = [row for row in file.assignments if row["office"] in known]
    if found := next((row for row in rows if row["id"] == chosen), None):
        return found

    def weight(row: Mapping[str, Any]) -> tuple[bool, bool]:
        own = guard.permits(who, Action.ASSIGNMENT_ACT, centre.desk.target_of(file, row["id"]))
        return row["state"] in OPEN, own

    return max(reversed(rows), key=weight, default=None)


class CasePage:
    """Builds the context of the template `case.html`."""

    def __init__(
        self,
        centre: Centre,
        who: Principal,
        found: Read,
        lang: str,
        *,
        retry: Retry | None = None,
        revealed: Revealed | None = None,
    ) -> None:
        self.centre = centre
        self.who = who
        self.found = found
        self.file = found.file
        self.case = found.file.case
        self.known = Presenter(centre, lang)
        self.revealed = revealed
        self.href = f"/case/{self.case['number']}"
        excluded, township = self.case["excluded"], self.case["township"]
        units = self.known.units(township, excluded=excluded)
        named = (Choice(row["id"], self.known.unit(row["unit_id"])) for row in self.file.assignments)
        self.operations = Operations(
            {
                "unit": units,
                "staff": self.known.people(township, excluded=excluded),
                "party": self.known.parties(self.file.parties),
                "category": self.known.categories(),
                "assignment": tuple(named),
            },
            retry,
        )

    def may(self, action: Action, assignment: str | None = None) -> bool:
        target = self.centre.desk.target_of(self.file, assignment) if assignment else self.file.target
        return guard.permits(self.who, action, target)

    def context(self) -> dict[str, Any]:
        """What the template draws."""
        clocks = clock_first(self.file.clocks)
        running = [clock for clock in clocks if clock.status == "running"]
        teller = Teller(self.known, self.file.assignments, self.file.clocks, self.file.documents)
        papers = PapersPart(self.file, self.known, self.may, self.operations, self.href)
        wishes = WishesPart(self.file, self.found.wishes, self.known, self.may, self.operations, self.href)
        return {
            "case": self._header(running[0] if running and self.case["state"] == "open" else None),
            "clocks": clocks,
            "parties": self._parties(),
            "entries": teller.tell(self.found.entries),
            "assignments": [self._assignment(row) for row in reversed(self.file.assignments)],
            "window_operations": self._window_operations(),
            "panel": self._panel(),
            "unconfirmed": self._unconfirmed(),
            "wishes": {"notices": wishes.notices(), "operations": wishes.operations()},
            "documents": papers.documents(),
            "materials": around.materials(self.found.materials, self.file.parties, self.known),
            "around": around.context(*self.found.around, self.case, self.file.parties, self.known),
            "around_operations": around.operations(self.operations, self.href, self.case, self.may),
            "material_operations": around.material_operations(self.operations, self.href, self.may),
        }

    def _header(self, due: Any) -> dict[str, Any]:
        case, words = self.case, self.file.words
        return {
            "number": case["number"],
            "category_title": None
            if case["category"] == intake.FALLBACK_CATEGORY
            else self.known.category(case["category"]),
            "track": case["track"],
            "phase": case["phase"],
            "state": case["state"],
            "holder": self.known.unit(case["holder"]) or None,
            "due": due,
            "sealed": case["sealed"],
            "registered_at": case["registered_at"],
            "received_at": case["received_at"],
            "channel": case["channel"],
            "text": words.get("text", ""),
            "request": words.get("request", ""),
            "place": words.get("place", ""),
        }

    # Parties ---------------------------------------------------------------------------------------------------------

    def _parties(self) -> list[dict[str, Any]]:
        found = []
        for party in self.file.parties:
            mine = self.revealed if self.revealed is not None and self.revealed.party == party.id else None
            found.append(
                self.known.party(
                    party,
                    self.reveal_href(party.id),
                    shown=mine.values if mine else None,
                    errors=mine.errors if mine else None,
                )
            )
        return found

    def reveal_href(self, party_id: str) -> str | None:
        """Where to ask for a party's fields in clear; None for who may not."""
        return f"{self.href}/parties/{party_id}/reveal" if self.may(guard.reveal_action(self.file.target)) else None

    # Assignments -----------------------------------------------------------------------------------------------------

    def _assignment(self, row: Mapping[str, Any]) -> dict[str, Any]:
        seen = casefile.assignment_view(self.centre.kernel, row)
        objected = row["id"] in self.found.objections
        letters = [d for d in self.file.documents if d.assignment_id == row["id"] and d.kind == LETTER]
        purpose = LABELS["purpose"].get(row["purpose"])
        return {
            "unit": seen.unit_title or self.known.say(_("窗口")),
            "organ": seen.organ,
            "role": row["role"],
            "state": "objected" if objected else row["state"],
            "officer": self.known.staff(row["officer"]) or None,
            "sent_at": row["sent_at"],
            "received_at": row["received_at"],
            "purpose": self.known.say(purpose) if purpose and row["purpose"] != "handle" else "",
            "round": row["round"],
            "answer": seen.answer or None,
            "paper": row["office"] is None,
            "letter_href": f"/documents/{letters[-1].id}.pdf" if letters else None,
            "operations": self._hand_over(row, bool(letters), objected),
        }

    def _hand_over(self, row: Mapping[str, Any], has_letter: bool, objected: bool) -> list[dict[str, Any]]:
        make, href, one = self.operations.make, f"{self.href}/assignments/{row['id']}", row["id"]
        found = []
        if row["state"] == "sent":
            if row is not self.found.shown and (sign := self._sign(row)):
                found.append(sign)
            if self.may(Action.ASSIGNMENT_RECALL, one):
                found.append(make(f"recall:{one}", _("收回"), f"{href}/recall", intake.Recall))
        if row["office"] is None and row["state"] in OPEN and self.may(Action.ASSIGNMENT_PAPER, one):
            if not has_letter:
                found.append(make(f"letter:{one}", _("打印转办单"), f"{href}/letter", tone="primary"))
            if row["state"] == "sent":
                found.append(make(f"slip:{one}", _("登记签收回执"), f"{href}/receipt", intake.PaperReceipt))
            else:
                today = law_day(self.centre.now()).isoformat()
                values, title = {"answered_on": today}, _("录入纸质答复")
                found.append(make(f"answer:{one}", title, f"{href}/answer", intake.PaperAnswer, values=values))
            if not objected:
                values, title = {"objected_on": law_day(self.centre.now()).isoformat()}, _("录入纸质异议")
                found.append(make(f"object:{one}", title, f"{href}/object", intake.PaperObjection, values=values))
        if objected and self.may(Action.ASSIGNMENT_RULE_OBJECTION):
            objection = self.found.objections[one]["id"]
            suggested = {"unit": self.found.objections[one]["suggest_unit"]}
            href, name, title = f"{self.href}/objections/{objection}/rule", f"rule:{objection}", _("裁定退回异议")
            found.append(make(name, title, href, intake.Ruling, values=suggested, tone="primary"))
        return found

    def _sign(self, row: Mapping[str, Any]) -> dict[str, Any] | None:
        """Signing for an assignment, for who may: of the one whose panel is shown it stands there."""
        if not row["office"] or not self.may(Action.ASSIGNMENT_SIGN, row["id"]):
            return None
        href = f"{self.href}/assignments/{row['id']}/sign"
        return self.operations.make(f"sign:{row['id']}", _("签收"), href, tone="primary")

    def _window_operations(self) -> list[dict[str, Any]]:
        make, found = self.operations.make, []
        standing = [row for row in self.file.assignments if row["state"] in OPEN]
        nobody_signed = all(row["state"] == "sent" for row in standing)
        if self.case["state"] == "open" and nobody_signed and self.may(Action.ASSIGNMENT_REASSIGN):
            title = _("改派") if standing else _("交办给单位")
            tone = "outline-primary" if standing else "primary"
            found.append(make("assign", title, f"{self.href}/assign", intake.Assign, tone=tone))
        if self.case["state"] == "open" and self.may(Action.CASE_CORRECT):
            values = {**self.file.words, "category": self.case["category"]}
            version = self.case["version"]
            href = f"{self.href}/correct"
            found.append(make("correct", _("更正登记"), href, intake.Correction, values=values, version=version))
        return found + changes.operations(self)

    # The office's panel ----------------------------------------------------------------------------------------------

    def _panel(self) -> dict[str, Any] | None:
        row = self.found.shown
        if row is None:
            return None
        office = self.centre.book.current.known[row["office"]]
        panel: dict[str, Any] = {
            "office": {"id": office.id, "title": office.title},
            "state_title": self.known.state(row),
            "away": False,
            "stale_at": None,
            "blocks": (),
            "offers": {},
            "operations": [],
            "notice": "",
        }
        said = self.found.description
        panel |= (
            self._mirror(row)
            if said is None
            else {"state_title": said.title, "blocks": around.with_titles(said.blocks, self.found.materials)}
        )
        if row["state"] == "sent":
            # Until somebody has signed there is nothing to be done, and so nothing to be greyed out.
            sign = self._sign(row)
            notice = "" if sign else self.known.say(_("签收以后才能办理"))
            return panel | {"notice": notice, "operations": [sign] if sign else []}
        if said is None:
            return panel
        shown = [offer for offer in said.actions if offer.refusal is None or offer.refusal.rule != NOT_THEIRS]
        for offer in sorted(shown, key=lambda offer: offer.refusal is not None):
            name = f"act:{row['id']}:{offer.key}"
            href = f"{self.href}/act/{row['id']}/{offer.key}"
            refusal = None
            if offer.refusal is not None:
                refusal = {"message": offer.refusal.reason, "remedy": offer.refusal.remedy}
            panel["operations"].append(
                self.operations.make(
                    name,
                    offer.title,
                    href,
                    offer.form,
                    values=offer.values,
                    version=said.version,
                    refusal=refusal,
                    domain=office.id,
                )
            )
            panel["offers"][offer.key] = {"title": offer.title, "href": "#panel-title", "refusal": refusal}
        return panel

    def _mirror(self, row: Mapping[str, Any]) -> dict[str, Any]:
        """What the kernel itself knows of the proceeding, while its office does not answer or after it ended."""
        spec = self.known.spec(row)
        titles = {n: s.get("title", n) for n, s in spec.facts.get("properties", {}).items()} if spec else {}
        labels = {
            name: {c["value"]: c["label"] for c in schema.get("x-choices", ())}
            for name, schema in (spec.facts.get("properties", {}) if spec else {}).items()
        }
        listed = row["listed"] or {}
        items = [
            (titles.get(name, name), labels.get(name, {}).get(value, around.day(value)))
            for name, value in listed.items()
            if value not in (None, "", [], False)
        ]
        told = [entry.at for entry in self.found.entries if entry.data.get("assignment") == row["id"]]
        away = row["state"] in OPEN
        return {
            "away": away,
            "stale_at": max(told, default=row["sent_at"]) if away else None,
            "blocks": [{"kind": "fields", "title": "", "items": items}] if items else (),
        }

    def _unconfirmed(self) -> dict[str, Any] | None:
        if not self.found.unconfirmed:
            return None
        row = self.found.unconfirmed[-1]
        assignment = next((a for a in self.file.assignments if a["id"] == row["assignment_id"]), None)
        spec = self.known.spec(assignment) if assignment else None
        action = spec.action(row["action"]) if spec else None
        at: datetime = row["at"]
        return {
            "title": action.title if action else row["action"],
            "office": row["office"],
            "sent_at": at,
            "poll": f"{self.href}/unconfirmed",
        }
