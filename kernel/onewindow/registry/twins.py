"""The digests by which likely twins are found, as rows: forgotten with the case that they were taken from."""

from sqlalchemy import Table, delete

from onewindow.registry.tables import Likeness
from onewindow.store.sql import table_of
from onewindow.store.tx import Tx

LIKENESS: Table = table_of(Likeness)


def forget(tx: Tx, case_id: str) -> None:
    """Keep nothing of a case any more: it was sealed, closed or erased."""
    tx.execute(delete(LIKENESS).where(LIKENESS.c.case_id == case_id))
