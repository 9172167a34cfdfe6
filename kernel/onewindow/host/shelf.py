"""The office's own records inside the transaction of the step that is running."""

from collections.abc import Mapping
from typing import TypeVar

from sqlalchemy import Connection, select
from sqlmodel import SQLModel

from onewindow.office.records import Record
from onewindow.store.sql import table_of
from onewindow.store.tx import Tx

_R = TypeVar("_R", bound=Record)


class TxShelf:
    """Records over a transaction; over a plain connection they can only be read, as `describe` does."""

    def __init__(self, tx: Tx | Connection):
        self._tx = tx

    def get(self, model: type[_R], id: str) -> _R | None:
        table = table_of(model)
        row = self._tx.execute(select(table).where(table.c.id == id)).mappings().first()
        return model(**row) if row is not None else None

    def find(
        self, model: type[_R], *, after: str | None, before: str | None, limit: int, equals: Mapping[str, object]
    ) -> list[_R]:
        table = table_of(model)
        query = select(table).order_by(table.c.id).limit(min(limit, 200))
        for name, value in equals.items():
            query = query.where(table.c[name] == value)
        if after is not None:
            query = query.where(table.c.id > after)
        if before is not None:
            query = query.where(table.c.id < before)
        return [model(**row) for row in self._tx.execute(query).mappings()]

    def add(self, record: SQLModel) -> None:
        if isinstance(self._tx, Connection):
            raise TypeError("nothing is kept while a page is drawn")
        self._tx.insert(table_of(type(record)), record.model_dump())
