"""From the kernel's values to what the templates draw, in the reader's words."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from onewindow.access.actions import Action, action_title
from onewindow.access.log import Look
from onewindow.centre import Centre
from onewindow.clocks.rows import ClockRow
from onewindow.documents.attachments import Attachment
from onewindow.i18n import _, translate
from onewindow.office.manifest import ProcedureSpec
from onewindow.office.types import SHANGHAI, OfficeId, StaffId, TownshipCode
from onewindow.organisation.rows import TownshipKind, UnitKind
from onewindow.registry import parties as party_rows
from onewindow.registry.catalogue import categories, shown_title
from onewindow.registry.parties import PERSONAL, PartyRecord
from onewindow.registry.timeline import CASE
from onewindow.routing import assignments
from onewindow.routing.papers import CASE_BODY
from onewindow.web.labels import LABELS, label
from onewindow.web.schema import Choice

FIELD_TITLES = {
    "name": _("姓名"),
    "phone": _("电话"),
    "id_number": _("证件号"),
    "address": _("地址"),
    "contact": _("联系时要注意什么"),
}
# Units that are organs and offices, not places where people live.
_INSIDE = frozenset({UnitKind.DISTRICT, UnitKind.TOWNSHIP, UnitKind.CENTRE, UnitKind.OFFICE, UnitKind.BUREAU})
ORGANISATION_NAME = _("名称")
SUMMARY = 60
_LONG_NUMBER = re.compile(r"\d[\d -]{5,}[\dXx]")


@dataclass(frozen=True, slots=True)
class Due:
    """The next deadline of a case as lists show it: the case's row knows no more of it."""

    lawful_at: datetime
    colour: str
    status: str = "running"
    provisional: bool = False
    pending_calendar: bool = False

    @property
    def early_at(self) -> datetime:
        return self.lawful_at


class Presenter:
    """Names and titles of one centre in one language."""

    def __init__(self, centre: Centre, lang: str) -> None:
        self.centre = centre
        self.lang = lang

    def say(self, msgid: str, domain: str = "onewindow", **params: Any) -> str:
        return translate(msgid, self.lang, domain=domain, **params)

    def label(self, value: object, family: str) -> str:
        return self.say(label(value, family))

    # Names -----------------------------------------------------------------------------------------------------------

    def unit(self, unit_id: str | None) -> str:
        return self.centre.organisation.current.title(unit_id)

    def staff(self, staff_id: str | None) -> str:
        person = self.centre.organisation.current.staff.get(StaffId(staff_id)) if staff_id else None
        return person.name if person else ""

    def staff_with_unit(self, staff_id: str) -> str:
        """Somebody with the unit of their first post."""
        name = self.staff(staff_id) or self.say(_("工作人员"))
        unit = self.unit(self.unit_of(staff_id))
        return self.say(_("{name}（{unit}）"), name=name, unit=unit) if unit else name

    def unit_of(self, staff_id: str | None) -> str | None:
        """The unit of somebody's first post."""
        organisation = self.centre.organisation.current
        posts = organisation.posts_of(StaffId(staff_id), self.centre.now()) if staff_id else ()
        return posts[0].unit if posts else None

    def township(self, code: str) -> str:
        row = self.centre.organisation.current.townships.get(TownshipCode(code))
        return row.name if row else code

    def category(self, code: str, *, insider: bool = True) -> str:
        return self.say(shown_title(code, insider=insider))

    def office(self, office: str | None) -> str:
        known = self.centre.book.current.known.get(OfficeId(office)) if office else None
        return self.say(known.title, domain=known.id) if known else ""

    def spec(self, row: Mapping[str, Any]) -> ProcedureSpec | None:
        """The procedure of an assignment's proceeding, whatever became of its office since."""
        known = self.centre.book.current.known.get(OfficeId(row["office"])) if row["office"] else None
        return assignments.spec_of(known.manifest if known else None, row)

    def state(self, row: Mapping[str, Any]) -> str:
        """The title of a proceeding's state as last told."""
        spec = self.spec(row)
        state = spec.state(row["proceeding_state"]) if spec and row["proceeding_state"] else None
        if state is None:
            return self.label(row["state"], "assignment")
        return self.say(state.title, domain=row["office"])

    # Choices ---------------------------------------------------------------------------------------------------------

    def townships(self) -> tuple[Choice, ...]:
        """Where a matter may be brought."""
        rows = sorted(self.centre.organisation.current.townships.values(), key=lambda row: row.code)
        return tuple(Choice(r.code, r.name) for r in rows if r.live and r.kind is not TownshipKind.DISTRICT)

    def categories(self, *, sealed: bool = True) -> tuple[Choice, ...]:
        found = categories().values()
        return tuple(
            Choice(c.code, str(shown_title(c.code, insider=True)), group=str(c.group))
            for c in found
            if sealed or not c.sealed
        )

    def places(self, *townships: str) -> tuple[Choice, ...]:
        """The villages and communities of these townships, each under its township: names occur more than once."""
        organisation, now = self.centre.organisation.current, self.centre.now()
        return tuple(
            Choice(unit.id, unit.name, group=self.township(code))
            for code in townships
            for unit in organisation.units_in(TownshipCode(code), now)
            if unit.kind not in _INSIDE
        )

    def units(self, township: str, *, excluded: Iterable[str] = ()) -> tuple[Choice, ...]:
        """The units that a matter of a township may go to."""
        organisation, now, out = self.centre.organisation.current, self.centre.now(), frozenset(excluded)
        district = organisation.district()
        codes = [TownshipCode(township)]
        if district is not None and district.code != township:
            codes.append(district.code)
        return tuple(
            Choice(unit.id, organisation.title(unit.id), group=self.township(code))
            for code in codes
            for unit in organisation.units_in(code, now)
            if unit.id not in out
        )

    def people(self, township: str, *, excluded: Iterable[str] = ()) -> tuple[Choice, ...]:
        """The staff of a township, each under their unit."""
        organisation, now, out = self.centre.organisation.current, self.centre.now(), frozenset(excluded)
        found: dict[str, Choice] = {}
        for unit in organisation.units_in(TownshipCode(township), now):
            for post in organisation.posts_in(unit.id, now):
                if post.staff not in out:
                    found.setdefault(
                        post.staff, Choice(post.staff, self.staff(post.staff), group=organisation.title(unit.id))
                    )
        return tuple(found.values())

    def parties(self, parties: Sequence[PartyRecord]) -> tuple[Choice, ...]:
        return tuple(Choice(p.id, self.party_name(p)) for p in parties if not p.erased)

    def party_name(self, party: PartyRecord) -> str:
        """A party by role and masked name."""
        name = party.masked()["name"] or (self.say(_("匿名")) if party.anonymous else "")
        return f"{self.label(party.role, 'party_role')} {name}".strip()

    # Parts of pages --------------------------------------------------------------------------------------------------

    def party(
        self,
        party: PartyRecord,
        reveal: str | None,
        *,
        shown: Mapping[str, str] | None = None,
        errors: Mapping[str, str] | None = None,
    ) -> dict[str, Any]:
        """A party with each field masked; `shown` are the fields that were just revealed."""
        fields = [name for name in PERSONAL if party.personal.get(name)]
        return {
            "role": party.role,
            "kind": party.kind,
            "anonymous": party.anonymous and not fields,
            "about": self._about(party),
            "statement": party.personal.get("statement", ""),
            "personal": [
                self.personal(party, name, reveal, value=(shown or {}).get(name), error=(errors or {}).get(name, ""))
                for name in fields
            ],
        }

    def _about(self, party: PartyRecord) -> list[str]:
        """What else is to be known of a party before anybody contacts them."""
        known, found = party.personal, []
        if known.get("representative"):
            found.append(self.say(_("代表")))
        if known.get("joined"):
            found.append(self.say(_("后来加入")))
        if known.get("minor"):
            found.append(self.say(_("未成年人")))
        if way := known.get("contact_way"):
            found.append(self.say(_("联系方式：{way}"), way=self.label(way, "contact_way")))
        if basis := known.get("authorisation"):
            found.append(self.say(_("代理凭据：{basis}"), basis=self.label(basis, "authorisation")))
        if note := known.get("authorisation_note"):
            found.append(note)
        found += [self.label(need, "need") for need in known.get("needs", "").split(",") if need]
        return found

    def personal(
        self, party: PartyRecord, name: str, reveal: str | None, *, value: str | None = None, error: str = ""
    ) -> dict[str, Any]:
        """One personal field."""
        title = ORGANISATION_NAME if name == "name" and party.kind == "organisation" else FIELD_TITLES[name]
        return {
            "label": title,
            "masked": party.masked()[name],
            "value": value,
            "reveal_href": f"{reveal}?field={name}" if reveal else None,
            "error": error,
        }

    def material(self, one: Attachment, where: str = "", *, adder: str = "") -> dict[str, Any]:
        """A piece of material as the templates draw it; `where` is the address under which it lies."""
        return {
            "title": one.title or self.label(one.purpose, "material"),
            "purpose": one.purpose,
            "media": one.media,
            "kilobytes": max(1, round(one.size / 1024)),
            "added_at": one.added_at,
            "adder": adder or None,
            "href": f"{where}/materials/{one.id}" if one.sha256 is not None else None,
        }

    def due(self, row: Mapping[str, Any]) -> Due | None:
        """The next deadline of a listed case."""
        if row["due_at"] is None or row.get("state") in ("closed", "archived"):
            return None
        return Due(row["due_at"], row["colour"])

    def looks(self, looks: Sequence[Look]) -> list[dict[str, Any]]:
        """Who looked, newest first; the same look by the same person on the same day is one line."""
        found: dict[tuple[str, str, str, str], dict[str, Any]] = {}
        for look in looks:
            own = look.actor.startswith("party:")
            who = self.say(_("您本人")) if own else self.staff_with_unit(look.actor)
            what = self.look(look.what)
            day = look.at.astimezone(SHANGHAI).date().isoformat()
            line = {"at": look.at, "who": who, "what": what, "reason": look.reason}
            found.setdefault((who, what, look.reason, day), line)
        return list(found.values())

    def look(self, what: str) -> str:
        """What somebody looked at, in words."""
        kind, _sep, rest = what.partition(":")
        if kind == "reveal":
            names = self.say(_("、")).join(self.say(FIELD_TITLES[n]) for n in rest.split(",") if n in FIELD_TITLES)
            return self.say(_("查看完整的{names}"), names=names)
        if kind == "document":
            return self.say(_("查看文书"))
        if kind == "attachment":
            return self.say(_("查看材料"))
        known = {action.value: action for action in Action}.get(what)
        return self.say(action_title(known)) if known else self.say(_("查看"))


# Summaries -----------------------------------------------------------------------------------------------------------


async def summaries(centre: Centre, rows: Iterable[Mapping[str, Any]], *, key: str = "id") -> dict[str, str]:
    """The first words of these cases for a list, without telephone and ID numbers and the parties' names.

    Nothing of a sealed case: its words are read on its own page, where the look is logged.
    """
    wanted = [row[key] for row in rows if not row["sealed"]]
    return await centre.store.read(lambda conn: _summaries(centre, conn, wanted)) if wanted else {}


def _summaries(centre: Centre, conn: Connection, ids: list[str]) -> dict[str, str]:
    found = {}
    for row in conn.execute(select(CASE.c.id, CASE.c.body).where(CASE.c.id.in_(ids), CASE.c.sealed.is_(False))):
        words = centre.vault.open_json(CASE_BODY, row.body, context=row.id)
        names = [p.personal.get("name", "") for p in party_rows.of_case(conn, centre.vault, row.id)]
        found[row.id] = summary(words.get("text", ""), names)
    return found


def summary(text: str, names: Iterable[str]) -> str:
    """The beginning of what somebody wrote, with what tells who they are hidden."""
    plain = " ".join(text.split())
    for name in sorted({n for n in names if len(n) > 1}, key=len, reverse=True):
        plain = plain.replace(name, f"{name[0]}**")
    plain = _LONG_NUMBER.sub("****", plain)
    return plain if len(plain) <= SUMMARY else plain[: SUMMARY - 1] + "…"


def clock_first(clocks: Sequence[ClockRow]) -> list[ClockRow]:
    """The clocks in the order in which they matter: running ones by their date, then the others."""
    return sorted(clocks, key=lambda c: (c.status == "stopped", c.status == "paused", c.lawful_at or c.early_at))


def choices(family: str, *keys: str) -> tuple[Choice, ...]:
    """Some values of a closed set as options."""
    return tuple(Choice(key, str(LABELS[family][key])) for key in keys)
