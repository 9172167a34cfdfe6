"""Commands to offices: done, refused, or unconfirmed until the office's log has settled it."""

import asyncio
import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import Connection, Table, select, update

from onewindow.access.masking import refuse_masked
from onewindow.bus.errors import BusUnavailable, NobodyAnswers, TimedOut
from onewindow.bus.service import ServiceError, ask
from onewindow.bus.subjects import CommandSubject, Verb
from onewindow.bus.wire import (
    COMMAND_SECONDS,
    ActReply,
    ActRequest,
    DescribeRequest,
    Description,
    Fault,
    StatusReply,
    StatusRequest,
)
from onewindow.errors import NotFound, Refused, Unavailable
from onewindow.errors import Unconfirmed as UnsureError
from onewindow.i18n import _
from onewindow.office.manifest import personal_fields
from onewindow.office.types import OfficeId
from onewindow.office.views import Actor, CaseView, ClockView
from onewindow.routing import assignments
from onewindow.routing.apply import Result
from onewindow.routing.context import Kernel
from onewindow.routing.switchboard import Switchboard
from onewindow.routing.tables import Unconfirmed
from onewindow.store import Store
from onewindow.store.sql import table_of
from onewindow.store.tx import Tx

UNCONFIRMED: Table = table_of(Unconfirmed)
SETTLE_SECONDS = 2.0
# A host may still be committing what it took in time; only after this is "unknown" an answer for good.
GRACE = timedelta(seconds=2)
# What a host answers whose connection broke while its commit was on its way.
UNSURE = UnsureError.slug


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a command. `unconfirmed`: sent, and no reply in time; the log settles it within seconds."""

    kind: str
    key: str
    fault: Fault | None = None

    @property
    def done(self) -> bool:
        return self.kind == "done"


@dataclass(frozen=True, slots=True)
class Command:
    """One action of one person on one proceeding."""

    key: str
    assignment: Mapping[str, Any]
    action: str
    form: Mapping[str, Any]
    subject: str
    actor: Actor
    view: CaseView
    clocks: Mapping[str, ClockView] = field(default_factory=dict)
    expect: int | None = None


class Commands:
    """Sends commands and questions to offices."""

    def __init__(self, store: Store, kernel: Kernel, switchboard: Switchboard, *, seconds: float = COMMAND_SECONDS):
        self._store = store
        self._kernel = kernel
        self._switchboard = switchboard
        self._seconds = seconds

    async def act(self, command: Command) -> Outcome:
        """Take an action. Sending the same key again asks for the same effect, never for a second one.

        Raises:
            Refused: the office is not enabled in that township.
        """
        self.require_open(command.assignment)
        self._refuse_masked(command)
        with self._switchboard.replying(command.assignment["id"]):
            return await self._act(command)

    def _refuse_masked(self, command: Command) -> None:
        """A value that was copied off a masked screen must not overwrite the real one."""
        row = command.assignment
        spec = assignments.spec_of(self._kernel.offices().manifest(row["office"]), row)
        declared = spec.action(command.action) if spec else None
        if declared is not None and declared.form is not None:
            names = {path.rpartition(".")[2] for path in personal_fields(declared.form)}
            refuse_masked((name, value) for name, value in _leaves(command.form) if name in names)

    async def _act(self, command: Command) -> Outcome:
        now = self._kernel.now()
        office, township = command.assignment["office"], command.assignment["township"]
        valid_until = now + timedelta(seconds=self._seconds)
        request = ActRequest(
            key=command.key,
            claim=self._switchboard.signer.sign(office, command.key, command.subject, command.actor, now),
            assignment=command.assignment["id"],
            action=command.action,
            form=dict(command.form),
            expect=command.expect,
            valid_until=valid_until,
            view=command.view,
            clocks=dict(command.clocks),
        )
        try:
            payload = request.model_dump_json().encode()
            answer = await ask(
                self._switchboard.connection, self._subject(office, township, Verb.ACT), payload, timeout=self._seconds
            )
        except (NobodyAnswers, BusUnavailable):
            self._switchboard.lost(office)
            return Outcome("refused", command.key, _away())
        except ServiceError as error:
            if error.reason != UNSURE:
                return Outcome("refused", command.key, _failed(error))
            await self._keep(command, now, valid_until)
            return Outcome("unconfirmed", command.key)
        except TimedOut:
            await self._keep(command, now, valid_until)
            return Outcome("unconfirmed", command.key)
        reply = ActReply.model_validate_json(answer)
        if reply.outcome == "refused":
            return Outcome("refused", command.key, reply.fault)
        await self._apply(office, reply)
        return Outcome("done", command.key)

    async def _apply(self, office: str, reply: ActReply | StatusReply) -> None:
        now = self._kernel.now()
        results = await self._store.write(
            lambda tx: [self._switchboard.inbound.take(tx, office, s, now, from_log=False) for s in reply.said]
        )
        if Result.GAP in results:
            with contextlib.suppress(NobodyAnswers, BusUnavailable, TimedOut, ServiceError):
                await self._switchboard.pull(office)

    async def describe(
        self, assignment: Mapping[str, Any], subject: str, actor: Actor, view: CaseView, clocks: Mapping[str, ClockView]
    ) -> Description | None:
        """What the office shows of its proceeding; None while nobody answers, or it is disabled, or the assignment is
        on its way."""
        if not self._is_open(assignment):
            return None
        office, township = assignment["office"], assignment["township"]
        claim = self._switchboard.signer.sign(office, "describe", subject, actor, self._kernel.now())
        request = DescribeRequest(claim=claim, assignment=assignment["id"], view=view, clocks=dict(clocks))
        try:
            payload = request.model_dump_json().encode()
            subject_ = self._subject(office, township, Verb.DESCRIBE)
            return Description.model_validate_json(
                await ask(self._switchboard.connection, subject_, payload, timeout=3.0)
            )
        except (NobodyAnswers, BusUnavailable, TimedOut):
            self._switchboard.lost(office)
            return None
        except ServiceError:
            return None

    def require_open(self, assignment: Mapping[str, Any]) -> None:
        """Disabled means dead, for whoever asks.

        Raises:
            Refused: the assignment's office is not enabled in its township.
        """
        if not self._is_open(assignment):
            raise Refused(_("该科室在本镇街没有启用"), rule="office-disabled")

    def _is_open(self, assignment: Mapping[str, Any]) -> bool:
        return self._kernel.offices().is_enabled(assignment["office"], assignment["township"])

    def _subject(self, office: str, township: str, verb: Verb) -> str:
        token = self._kernel.token(township)
        return str(CommandSubject(self._kernel.district, token, OfficeId(office), verb))

    # Unconfirmed -----------------------------------------------------------------------------------------------------

    async def _keep(self, command: Command, now: datetime, valid_until: datetime) -> None:
        row = {
            "key": command.key,
            "assignment_id": command.assignment["id"],
            "office": command.assignment["office"],
            "township": command.assignment["township"],
            "action": command.action,
            "actor": command.subject,
            "at": now,
            "valid_until": valid_until,
            "settled_at": None,
            "outcome": "",
        }
        await self._store.write(lambda tx: tx.insert_new(UNCONFIRMED, row))

    async def state(self, key: str) -> str:
        """What became of an unconfirmed command: done, not-done, or still unconfirmed.

        Raises:
            NotFound: there was none with this key.
        """
        query = select(UNCONFIRMED.c.settled_at, UNCONFIRMED.c.outcome).where(UNCONFIRMED.c.key == key)
        row = await self._store.read(lambda c: c.execute(query).first())
        if row is None:
            raise NotFound()
        return str(row.outcome) if row.settled_at is not None else "unconfirmed"

    async def run(self) -> None:
        """Settle what is unconfirmed, until cancelled."""
        while True:
            with contextlib.suppress(Unavailable):
                await self.settle()
            await asyncio.sleep(SETTLE_SECONDS)

    async def settle(self) -> int:
        """Ask the offices what became of unconfirmed commands; how many are settled now."""
        waiting = await self._store.read(
            lambda c: (
                c.execute(select(UNCONFIRMED).where(UNCONFIRMED.c.settled_at.is_(None)).limit(100)).mappings().all()
            )
        )
        settled = 0
        for row in waiting:
            try:
                answer = await ask(
                    self._switchboard.connection,
                    self._subject(row["office"], row["township"], Verb.STATUS),
                    StatusRequest(key=row["key"]).model_dump_json().encode(),
                    timeout=3.0,
                )
            except (NobodyAnswers, BusUnavailable, TimedOut, ServiceError):
                continue
            reply = StatusReply.model_validate_json(answer)
            now = self._kernel.now()
            if reply.outcome == "done":
                await self._apply(row["office"], reply)
            elif now < row["valid_until"] + GRACE:
                continue
            outcome = "done" if reply.outcome == "done" else "not-done"
            await self._store.write(partial(_settle, key=row["key"], outcome=outcome, now=now))
            settled += 1
        return settled


def _leaves(form: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Every value of a form with the name of its field, rows included."""
    for name, value in form.items():
        for item in value if isinstance(value, list) else [value]:
            if isinstance(item, Mapping):
                yield from _leaves(item)
            else:
                yield name, item


def _settle(tx: Tx, key: str, outcome: str, now: datetime) -> None:
    tx.execute(update(UNCONFIRMED).where(UNCONFIRMED.c.key == key).values(settled_at=now, outcome=outcome))


def unconfirmed_of(conn: Connection, assignment_ids: list[str]) -> list[Mapping[str, Any]]:
    """The commands on these assignments that nobody has confirmed yet."""
    query = select(UNCONFIRMED).where(
        UNCONFIRMED.c.assignment_id.in_(assignment_ids), UNCONFIRMED.c.settled_at.is_(None)
    )
    return [dict(row) for row in conn.execute(query).mappings()]


def _away() -> Fault:
    return Fault(
        reason=str(_("科室系统暂时不在线，操作没有执行")), remedy=str(_("稍后再试；事项可以照常查看")), rule="away"
    )


def _failed(error: ServiceError) -> Fault:
    return Fault(reason=str(_("科室系统未能完成操作，没有执行")), rule=error.reason or "failed")
