"""Records: an office's tables for what is not a matter (sites, rosters, plans), never for members of the public."""

from typing import Any, ClassVar

from sqlalchemy import MetaData, PrimaryKeyConstraint, UniqueConstraint
from sqlmodel import Field, SQLModel

from onewindow.office.errors import DeclarationError
from onewindow.office.types import new_id


class Record(SQLModel):
    """Base of an office's records.

    An office derives one base of its own that names it (`class SafetyRecord(Record): office = "safety"`), which has
    its own metadata; its tables derive from that one with `table=True`. Table names begin with the office's id, so
    that no two offices and no version table ever meet. Fields are declared with `field(...)` as everywhere.
    """

    office: ClassVar[str] = ""
    id: str = Field(default_factory=new_id, primary_key=True, max_length=36, title="编号")

    def __init_subclass__(cls, **kwargs: Any) -> None:
        if "office" in cls.__dict__:
            cls.metadata = MetaData()
        elif not cls.office:
            raise DeclarationError(f"{cls.__name__}: derive records from a base that names its office")
        if "__tablename__" not in cls.__dict__:
            cls.__tablename__ = f"{cls.office}_{cls.__name__.lower()}"
        super().__init_subclass__(**kwargs)

    @classmethod
    def indexed(cls) -> tuple[tuple[str, ...], ...]:
        """The columns by which its rows are keyed, unique or quickly found, but for the plain key."""
        table = cls.metadata.tables.get(str(cls.__tablename__))
        if table is None:
            return ()
        unique = [c for c in table.constraints if isinstance(c, UniqueConstraint | PrimaryKeyConstraint)]
        groups = {tuple(column.name for column in group.columns) for group in (*unique, *table.indexes)}
        return tuple(sorted(groups - {("id",)}))
