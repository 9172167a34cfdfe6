"""Taking in a ledger that was kept elsewhere: rows through a mapping, each once, with a reason for each refused."""

import asyncio
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as member
from datetime import UTC, datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from sqlalchemy import Connection, select
from sqlalchemy.exc import IntegrityError

from onewindow.access import guard
from onewindow.access.actions import Action
from onewindow.access.principal import Principal, Target
from onewindow.boundary import check_mapping, require
from onewindow.errors import BadInput, OneWindowError
from onewindow.i18n import _
from onewindow.office.types import SHANGHAI, TownshipCode
from onewindow.registry.intake import Channel, Registration
from onewindow.registry.timeline import CASE
from onewindow.routing.context import Kernel
from onewindow.routing.register import Registrar
from onewindow.store import Store

TARGETS = ("source_id", "title", "text", "request", "place", "received_at", "category", "name", "phone", "address")
MOST = 500
_FORMATS = ("%Y-%m-%d %H:%M:%S", "%Y/%m/%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y/%m/%d %H:%M", "%Y-%m-%d", "%Y/%m/%d")


class ColumnMapping(BaseModel):
    """Which column of the ledger fills which field, and what its category names mean here."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    ledger: str = Field(min_length=1, max_length=40, pattern=r"^[A-Za-z0-9_.-]+$")
    township: str
    columns: dict[str, str]
    categories: dict[str, str] = Field(default_factory=dict)
    category: str = "9900"
    dry_run: bool = False


@dataclass(frozen=True, slots=True)
class RowResult:
    """What became of a row: registered, known from an earlier run, fit (in a dry run), or refused with the reason."""

    row: int
    outcome: Literal["registered", "known", "fit", "refused"]
    number: str = ""
    field: str = ""
    reason: str = ""
    params: Mapping[str, Any] = member(default_factory=dict)


class Ledger:
    """Imports rows through the same registration as everything else."""

    def __init__(self, store: Store, kernel: Kernel, registrar: Registrar):
        self._store = store
        self._kernel = kernel
        self._registrar = registrar

    def check(self, principal: Principal | None, mapping: ColumnMapping) -> Principal:
        """Refuse a mapping that cannot work or that the boundary forbids.

        Raises:
            BadInput: an unknown field, or nothing that fills the text or tells rows apart.
            Boundary: a column that this product does not hold.
        """
        who = guard.require(principal, Action.CASE_IMPORT, Target(township=TownshipCode(mapping.township)))
        require(check_mapping(mapping.columns), "import")
        unknown = [name for name in mapping.columns.values() if name not in TARGETS]
        if unknown:
            remedy = _(
                "可用的字段：source_id、title、text、request、place、received_at、category、name、phone、address"
            )
            raise BadInput(_("没有这个字段：{name}"), field="columns", remedy=remedy, name=unknown[0])
        filled = set(mapping.columns.values())
        for needed in ("source_id", "text"):
            if needed not in filled:
                raise BadInput(_("缺少字段 {name} 的对应列"), field="columns", name=needed)
        return who

    async def take(
        self, principal: Principal | None, mapping: ColumnMapping, rows: Sequence[Mapping[str, str]], *, first: int = 1
    ) -> list[RowResult]:
        """Register these rows; one that was registered by an earlier run is left alone.

        Raises:
            BadInput: too many rows at once; and all that `check` raises.
        """
        who = self.check(principal, mapping)
        if len(rows) > MOST:
            raise BadInput(_("一次最多导入 {most} 行"), field="rows", most=MOST)
        keys = [self._key(mapping, row) for row in rows]
        known = await self._store.read(lambda c: _known(c, [k for k in keys if k]))
        jobs = [
            self._one(who, mapping, number, row, key, known)
            for number, (row, key) in enumerate(zip(rows, keys, strict=True), first)
        ]
        return list(await asyncio.gather(*jobs))

    def _key(self, mapping: ColumnMapping, row: Mapping[str, str]) -> str:
        column = next(c for c, target in mapping.columns.items() if target == "source_id")
        source = str(row.get(column) or "").strip()
        if not source:
            return ""
        return f"{mapping.ledger}:{hashlib.sha256(source.encode()).hexdigest()[:32]}"

    async def _one(
        self,
        who: Principal,
        mapping: ColumnMapping,
        number: int,
        row: Mapping[str, str],
        key: str,
        known: Mapping[str, str],
    ) -> RowResult:
        if not key:
            return RowResult(number, "refused", field="source_id", reason=_("这一行没有编号"))
        if key in known:
            return RowResult(number, "known", known[key])
        try:
            given = self._registration(mapping, row)
            if mapping.dry_run:
                return RowResult(number, "fit")
            done = await self._registrar.register(given, staff_id=who.staff_id, source=key)
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            name = ".".join(str(part) for part in first["loc"])
            return RowResult(number, "refused", field=name, reason=first["type"], params=first.get("ctx") or {})
        except BadInput as error:
            name = next(iter(error.fields), "")
            return RowResult(number, "refused", field=name, reason=str(error.message), params=error.params)
        except OneWindowError as error:
            return RowResult(number, "refused", reason=str(error.message), params=error.params)
        except IntegrityError:
            again = await self._store.read(lambda c: _known(c, [key]))
            if key in again:
                return RowResult(number, "known", again[key])
            raise
        return RowResult(number, "registered", done.number)

    def _registration(self, mapping: ColumnMapping, row: Mapping[str, str]) -> Registration:
        values: dict[str, str] = {}
        for column, target in mapping.columns.items():
            if column not in row:
                raise BadInput(_("台账缺少“{column}”这一列"), field=target, column=column)
            values[target] = (row[column] or "").strip()
        text = "\n".join(part for part in (values.get("title", ""), values.get("text", "")) if part)
        named = values.get("category", "")
        category = mapping.categories.get(named, named if named.isdigit() else mapping.category)
        person = {name: values[name] for name in ("name", "phone", "address") if values.get(name)}
        party = person if person.get("name") else {**person, "anonymous": True}
        return Registration.model_validate(
            {
                "township": mapping.township,
                "text": text,
                "request": values.get("request", ""),
                "place": values.get("place", ""),
                "category": category,
                "channel": Channel.IMPORT.value,
                "received_at": _moment(values.get("received_at", "")),
                "parties": [party],
            }
        )


def _moment(text: str) -> datetime | None:
    if not text:
        return None
    for pattern in _FORMATS:
        try:
            return datetime.strptime(text, pattern).replace(tzinfo=SHANGHAI).astimezone(UTC)
        except ValueError:
            continue
    raise BadInput(
        _("看不懂的日期：{text}"), field="received_at", remedy=_("写成 2026-03-02 或 2026-03-02 09:30"), text=text[:40]
    )


def _known(conn: Connection, keys: Sequence[str]) -> dict[str, str]:
    if not keys:
        return {}
    rows = conn.execute(select(CASE.c.source_key, CASE.c.number).where(CASE.c.source_key.in_(keys)))
    return {row.source_key: row.number for row in rows}
