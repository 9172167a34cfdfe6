"""Records: an office's tables for what is not a matter (sites, rosters, plans), never for members of the public."""

from typing import Any, ClassVar

from sqlalchemy import MetaData
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
