"""What is registered together with a matter: its files, its circumstances, numbers elsewhere and related matters."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Table, bindparam, select

from onewindow.documents.attachments import Prepared, Purpose, digest_parts
from onewindow.documents.tables import ATTACHMENT
from onewindow.registry import timeline
from onewindow.registry.intake import Emergency, External, Registration
from onewindow.registry.tables import CaseLink, Circumstances, ExternalNumber
from onewindow.registry.timeline import OFFICE, Line, party_reader, staff_actor
from onewindow.routing.context import Kernel
from onewindow.routing.enclosures import entry
from onewindow.store.sql import table_of
from onewindow.store.tx import Tx

CIRCUMSTANCES: Table = table_of(Circumstances)
CASE_LINK: Table = table_of(CaseLink)
EXTERNAL: Table = table_of(ExternalNumber)
PURPOSE = "circumstances"
_OF_CASE = select(CIRCUMSTANCES).where(CIRCUMSTANCES.c.case_id == bindparam("case"))
_NUMBERS = (
    select(EXTERNAL).where(EXTERNAL.c.case_id == bindparam("case")).order_by(EXTERNAL.c.system, EXTERNAL.c.number)
)


@dataclass(frozen=True, slots=True)
class Enclosed:
    """What comes with a registration and is checked before its transaction: files on the disk, ids of other cases."""

    files: tuple[Prepared, ...] = ()
    related: tuple[str, ...] = ()
    purpose: Purpose = Purpose.EVIDENCE

    def __bool__(self) -> bool:
        return bool(self.files or self.related)

    def digest(self) -> list[list[Any]]:
        """What of it makes this another request."""
        return digest_parts(self.files)


NOTHING = Enclosed()


@dataclass(frozen=True, slots=True)
class Told:
    """What is known around a matter; `emergency` and `report` are empty where there is no danger."""

    values: Mapping[str, Any]
    emergency_at: datetime | None
    reported_at: datetime | None
    external: Sequence[Mapping[str, Any]]

    @property
    def may_disclose(self) -> bool:
        """Whether the other side may learn who brought the matter: not unless the person said so."""
        return bool(self.values.get("may_disclose"))


def write(
    tx: Tx,
    kernel: Kernel,
    given: Registration,
    enclosed: Enclosed,
    case_id: str,
    staff_id: str | None,
    parties: Sequence[str],
    at: datetime,
) -> int:
    """Write all of it, in the transaction of the registration; the case's version after it. `parties` are the ids of
    those whose codes were made, in the order in which they were given.
    """
    actor, lines = staff_actor(staff_id), []
    named = [p for p, one in zip(parties, _with_codes(given), strict=True) if one.representative] or list(parties[:1])
    readers = (OFFICE, *(party_reader(party) for party in named))
    for one in enclosed.files:
        row = kernel.attachments.row(
            one, case_id, by=actor, purpose=enclosed.purpose, readers=readers, at=at, party_id=named[0]
        )
        tx.insert(ATTACHMENT, row)
        lines.append(entry(row))
    if told := given.circumstances():
        lines += _circumstances(tx, kernel, case_id, told, given.emergency, actor, at)
    for external in given.external:
        add_external(tx, case_id, external, at)
    for other in enclosed.related:
        link(tx, case_id, other, staff_id or "", at)
    if not lines:
        return 0
    return timeline.append(tx, kernel.vault, case_id, *lines)


def _with_codes(given: Registration) -> list[Any]:
    return [party for party in given.parties if party.role in ("applicant", "agent")]


def _circumstances(
    tx: Tx, kernel: Kernel, case_id: str, told: Mapping[str, Any], danger: Emergency | None, actor: str, at: datetime
) -> list[Line]:
    row = {
        "case_id": case_id,
        "emergency_at": at if danger else None,
        "reported_at": at if danger and danger.report else None,
        "body": kernel.vault.seal_json(PURPOSE, dict(told), context=case_id),
    }
    tx.upsert(CIRCUMSTANCES, row, key=("case_id",))
    return [emergency_line(danger, actor, at)] if danger else []


def emergency_line(danger: Emergency, actor: str, at: datetime) -> Line:
    """The line of the history that says of a danger what it is, which lines were called, and the first report."""
    calls = [call.model_dump(mode="json") for call in danger.calls]
    data = {"danger": danger.danger.value, "calls": [{"line": c["line"], "at": c["at"]} for c in calls]}
    return Line("emergency", at, actor, (OFFICE,), data, {"report": danger.report, "calls": calls})


def told_of(conn: Connection, kernel: Kernel, case_id: str) -> Told:
    """What is known around a matter."""
    row = conn.execute(_OF_CASE, {"case": case_id}).mappings().one_or_none()
    external = [dict(each) for each in conn.execute(_NUMBERS, {"case": case_id}).mappings()]
    if row is None:
        return Told({}, None, None, external)
    values = kernel.vault.open_json(PURPOSE, row["body"], context=case_id)
    return Told(values, row["emergency_at"], row["reported_at"], external)


def tell(
    tx: Tx, kernel: Kernel, case_id: str, changes: Mapping[str, Any], *, danger: Emergency | None, at: datetime
) -> None:
    """Change what is known around a matter that stands."""
    tx.flush()
    known = told_of(tx.conn, kernel, case_id)
    values = {**known.values, **changes}
    row = {
        "case_id": case_id,
        "emergency_at": known.emergency_at or (at if danger else None),
        "reported_at": known.reported_at or (at if danger and danger.report else None),
        "body": kernel.vault.seal_json(PURPOSE, values, context=case_id),
    }
    tx.upsert(CIRCUMSTANCES, row, key=("case_id",))


def emergencies(conn: Connection, ids: Sequence[str]) -> set[str]:
    """Which of these cases are emergencies."""
    query = select(CIRCUMSTANCES.c.case_id).where(
        CIRCUMSTANCES.c.case_id.in_(list(ids)), CIRCUMSTANCES.c.emergency_at.is_not(None)
    )
    return set(conn.execute(query).scalars()) if ids else set()


def add_external(tx: Tx, case_id: str, given: External, at: datetime) -> None:
    """Keep the number of another system; the same again changes nothing."""
    tx.insert_missing(EXTERNAL, {"case_id": case_id, "system": given.system.value, "number": given.number, "at": at})


def link(tx: Tx, case_id: str, other: str, staff_id: str, at: datetime) -> None:
    """Call two matters related; the same again changes nothing."""
    if case_id != other:
        one, two = sorted((case_id, other))
        tx.insert_missing(CASE_LINK, {"one": one, "other": two, "at": at, "by": staff_id})


def linked(conn: Connection, case_id: str) -> list[str]:
    """The ids of the matters that are called related to this one."""
    first = conn.execute(select(CASE_LINK.c.other).where(CASE_LINK.c.one == case_id)).scalars()
    second = conn.execute(select(CASE_LINK.c.one).where(CASE_LINK.c.other == case_id)).scalars()
    return sorted({*first, *second})
