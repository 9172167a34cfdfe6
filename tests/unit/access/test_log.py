"""The access log: written with its reason sealed, read by the person whom it concerns."""

from datetime import timedelta

from sqlalchemy import select

from onewindow.access import log
from onewindow.access.tables import ACCESS_LOG
from onewindow.access.vault import Vault
from onewindow.office.types import CaseId, PartyId
from onewindow.store import Store, Tx
from tests.support.district import NOW

CASE, OTHER = CaseId("case-1"), CaseId("case-2")
ME, THEM = PartyId("party-1"), PartyId("party-2")


async def looked(store: Store, vault: Vault) -> None:
    looks = [
        (CASE, "staff-1", None, "case.read", ""),
        (CASE, "staff-1", ME, "case.reveal", "给张三打电话"),
        (CASE, "staff-2", THEM, "case.reveal", "核对地址"),
        (CASE, f"party:{ME}", None, "case.track", ""),
        (CASE, f"party:{THEM}", None, "case.track", ""),
        (OTHER, "staff-1", ME, "case.reveal", "别的事项"),
    ]

    def work(tx: Tx) -> None:
        for number, (case, actor, party, what, reason) in enumerate(looks):
            at = NOW + timedelta(minutes=number)
            log.note(tx, vault, at=at, actor=actor, case_id=case, party_id=party, what=what, reason=reason)

    await store.write(work)


async def test_a_party_sees_who_looked_at_them_and_why_and_nothing_of_others(store: Store, vault: Vault) -> None:
    await looked(store, vault)
    mine = await store.read(lambda conn: log.of_party(conn, vault, CASE, ME))
    assert [(look.actor, look.what, look.reason) for look in mine] == [
        (f"party:{ME}", "case.track", ""),
        ("staff-1", "case.reveal", "给张三打电话"),
        ("staff-1", "case.read", ""),
    ]
    assert mine[0].at == NOW + timedelta(minutes=3)


async def test_the_reason_is_sealed_and_bound_to_its_entry(store: Store, vault: Vault) -> None:
    await looked(store, vault)
    rows = await store.read(lambda conn: conn.execute(select(ACCESS_LOG)).all())
    assert "张三" not in str(rows) and "张三".encode() not in b"".join(bytes(row.reason or b"") for row in rows)


async def test_the_auditor_reads_everything_page_by_page(store: Store, vault: Vault) -> None:
    await looked(store, vault)
    first = await store.read(lambda conn: log.everything(conn, vault, limit=4))
    rest = await store.read(lambda conn: log.everything(conn, vault, after=first[-1].id, limit=4))
    assert len(first) == 4 and len(rest) == 2
    assert [look.case_id for look in first][:1] == [OTHER]
    assert len(await store.read(lambda conn: log.of_case(conn, vault, CASE))) == 5
