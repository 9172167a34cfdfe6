"""Parties: sealed when stored, masked when shown, each with a tracking code of their own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Table, bindparam, select, update

from onewindow.access import codes
from onewindow.access.masking import mask
from onewindow.access.vault import Vault
from onewindow.errors import NotFound
from onewindow.office.types import PartyRole, new_id
from onewindow.registry.intake import Authorisation, ContactWay, PartyInput
from onewindow.registry.search import copies
from onewindow.registry.tables import Party
from onewindow.store.fixed import Fixed
from onewindow.store.sql import table_of
from onewindow.store.tx import Tx

# The roles of those who brought a matter; whoever else is in it was named or admitted.
BROUGHT = frozenset({PartyRole.APPLICANT.value, PartyRole.AGENT.value})
PARTY: Table = table_of(Party)
PURPOSE = "party"
CODE = "tracking-code"
PERSONAL = ("name", "phone", "id_number", "address", "contact")
# What else is known of a party; sealed like the rest, and no field to be shown one by one.
ABOUT = (
    "contact_way",
    "authorisation",
    "authorisation_note",
    "representative",
    "minor",
    "needs",
    "statement",
    "joined",
)


@dataclass(frozen=True, slots=True)
class PartyRecord:
    """A party with personal fields in clear, inside the kernel only."""

    id: str
    case_id: str
    role: str
    kind: str
    anonymous: bool
    erased: bool
    unit_id: str | None
    personal: Mapping[str, str]
    code_digest: str | None = None

    @property
    def mark(self) -> str:
        """What tells this party's present code from an earlier one, and says nothing of either."""
        return (self.code_digest or "")[:8]

    @property
    def joined(self) -> bool:
        """Whether they joined a matter that somebody else had brought: then only what they said is theirs to read."""
        return bool(self.personal.get("joined"))

    def masked(self) -> dict[str, str]:
        """The personal fields as a screen shows them before a reason is given."""
        return {name: mask(name, self.personal.get(name, "")) for name in PERSONAL}


def _about(given: PartyInput) -> dict[str, str]:
    found = {
        "contact_way": given.contact_way.value if given.contact_way is not ContactWay.ANY else "",
        "authorisation": given.authorisation.value if given.authorisation else "",
        "authorisation_note": given.authorisation_note,
        "representative": "true" if given.representative else "",
        "minor": "true" if given.minor else "",
        "needs": ",".join(need.value for need in given.needs),
        "statement": given.statement,
    }
    if given.role is PartyRole.AGENT and not given.authorisation:
        found["authorisation"] = Authorisation.PENDING.value
    return {name: value for name, value in found.items() if value}


def new_party(
    vault: Vault, case_id: str, given: PartyInput, at: datetime, *, joined: bool = False
) -> tuple[dict[str, Any], str]:
    """The row of a new party, and their tracking code, which is kept nowhere."""
    party_id = new_id()
    code = codes.generate()
    personal = {name: value for name in PERSONAL if (value := getattr(given, name))} | _about(given)
    if joined:
        personal["joined"] = "true"
    row = {
        "id": party_id,
        "case_id": case_id,
        "role": given.role.value,
        "kind": given.kind,
        "anonymous": given.anonymous,
        "body": vault.seal_json(PURPOSE, personal, context=party_id),
        "code_digest": vault.digest(CODE, code),
        "unit_id": given.unit,
        "added_at": at,
        "erased_at": None,
    }
    return row, code


def record_of(vault: Vault, row: Mapping[str, Any]) -> PartyRecord:
    """A party from its row."""
    body = row["body"]
    personal = vault.open_json(PURPOSE, body, context=row["id"]) if body is not None else {}
    return PartyRecord(
        row["id"],
        row["case_id"],
        row["role"],
        row["kind"],
        row["anonymous"],
        row["erased_at"] is not None,
        row["unit_id"],
        personal,
        row["code_digest"],
    )


_OF_CASE = Fixed(select(PARTY).where(PARTY.c.case_id == bindparam("case")).order_by(PARTY.c.id))


def of_case(conn: Connection, vault: Vault, case_id: str) -> list[PartyRecord]:
    """The parties of a case, in the order in which they were added."""
    return [record_of(vault, row) for row in _OF_CASE.dicts(conn, {"case": case_id})]


def by_code(conn: Connection, vault: Vault, code: str) -> PartyRecord:
    """The party whose tracking code this is (already normalised).

    Raises:
        NotFound: nobody's.
    """
    digest = vault.digest(CODE, code)
    row = conn.execute(select(PARTY).where(PARTY.c.code_digest == digest)).mappings().one_or_none()
    if row is None or row["erased_at"] is not None:
        raise NotFound()
    return record_of(vault, dict(row))


def renew_code(tx: Tx, vault: Vault, party_id: str) -> str:
    """Give a party a new tracking code, which is kept nowhere; the old one opens nothing from now on."""
    code = codes.generate()
    tx.execute(update(PARTY).where(PARTY.c.id == party_id).values(code_digest=vault.digest(CODE, code)))
    return code


def give_code(tx: Tx, vault: Vault, party_id: str) -> str | None:
    """A tracking code for a party who has none; None for one who has: it is kept nowhere and cannot be shown again."""
    code = codes.generate()
    missing = update(PARTY).where(
        PARTY.c.id == party_id, PARTY.c.code_digest.is_(None), PARTY.c.erased_at.is_(None), PARTY.c.anonymous.is_(False)
    )
    changed = tx.execute(missing.values(code_digest=vault.digest(CODE, code)))
    return code if changed.rowcount == 1 else None


def correct(tx: Tx, vault: Vault, party: PartyRecord, changes: Mapping[str, str]) -> Sequence[str]:
    """Write corrected personal fields; the names of those that changed."""
    personal = {**party.personal, **{k: v for k, v in changes.items() if v}}
    for name, value in changes.items():
        if not value:
            personal.pop(name, None)
    changed = [k for k in changes if personal.get(k, "") != party.personal.get(k, "")]
    if changed:
        sealed = vault.seal_json(PURPOSE, personal, context=party.id)
        tx.execute(update(PARTY).where(PARTY.c.id == party.id).values(body=sealed))
        # Their name is taken out of what is searched.
        copies.mark(tx, party.case_id)
    return changed


def erase(tx: Tx, party_id: str, at: datetime) -> None:
    """Erase what is known of a party; their code opens nothing any more."""
    tx.execute(update(PARTY).where(PARTY.c.id == party_id).values(body=None, code_digest=None, erased_at=at))
    # Whose name is not known any more cannot be taken out of the words: the case leaves the search.
    for case_id in tx.execute(select(PARTY.c.case_id).where(PARTY.c.id == party_id)).scalars().all():
        copies.mark(tx, case_id)
