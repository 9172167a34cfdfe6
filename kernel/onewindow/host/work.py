"""The office's work itself: transactions over its proceedings, each with the log row that tells the kernel."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Connection, bindparam, or_, select, update

from onewindow.access.vault import Vault
from onewindow.bus.envelope import Event
from onewindow.bus.events import AssignmentChanged, ProceedingChanged
from onewindow.bus.log import Log, LogRow
from onewindow.bus.wire import ActReply, ActRequest, DescribeRequest, Description, Fault, OfferView, Said
from onewindow.host.shelf import TxShelf
from onewindow.host.tables import BUS, COMMAND, PROCEEDING
from onewindow.i18n import _
from onewindow.office.declaration import Office
from onewindow.office.effects import Effect, Refusal
from onewindow.office.errors import FormError
from onewindow.office.fields import Facts
from onewindow.office.manifest import Manifest
from onewindow.office.procedure import Happening, Procedure
from onewindow.office.run import Outcome, act, offers, react
from onewindow.office.types import AssignmentState, new_id
from onewindow.office.views import Actor, AssignmentView, CaseView, ClockView, Context
from onewindow.store.fixed import Fixed
from onewindow.store.sql import for_update
from onewindow.store.tx import Tx

FACTS = "facts"
WORDS = "words"
TAKEN = "taken:"
_ENDED = (AssignmentState.DONE, AssignmentState.RETURNED, AssignmentState.RECALLED)
_COMMAND = Fixed(select(COMMAND).where(or_(COMMAND.c.key == bindparam("key"), COMMAND.c.key == bindparam("taken"))))
_BY_ID = select(PROCEEDING).where(PROCEEDING.c.id == bindparam("one"))
_PROCEEDING, _LOCK = Fixed(_BY_ID), Fixed(for_update(_BY_ID))
_CHANGE = Fixed(update(PROCEEDING).where(PROCEEDING.c.id == bindparam("one")), writes=True)


@dataclass(frozen=True)
class Workshop:
    """An office with its key and its log: everything that its transactions need."""

    office: Office
    manifest: Manifest
    vault: Vault
    log: Log
    district: str

    def procedure(self, key: str, version: int) -> Procedure[Any]:
        """The procedure in the version that a proceeding began under.

        Raises:
            LookupError: this host does not serve it any more.
        """
        found = self.office.procedure(key, version)
        if found is None:
            raise LookupError(f"{key} version {version}")
        return found

    def facts(self, procedure: Procedure[Any], row: dict[str, Any]) -> Facts:
        """The facts of a proceeding; empty ones before its first step."""
        if row["facts"] is None:
            return procedure.facts()
        return procedure.facts.model_validate(self.vault.open_json(FACTS, row["facts"], context=row["id"]))

    # Receiving -------------------------------------------------------------------------------------------------------

    def receive(
        self, tx: Tx, change: AssignmentChanged, township: str, now: datetime, *, careful: bool = False
    ) -> None:
        """Take over an assignment as it stands now; of several the highest version counts.

        `careful`: it is read from the log, which may be that of a kernel put back (see `forget_versions`).
        """
        if change.version == 1 and not careful:
            # None is lower: whatever is there already stays, so nobody has to look first.
            tx.insert_missing(PROCEEDING, self._new(change, township, now))
            return
        known = _LOCK.one(tx, {"one": change.assignment_id})
        if known is None:
            tx.insert(PROCEEDING, self._new(change, township, now))
        elif change.version > known["assignment_version"]:
            values = {
                "assignment": change.model_dump(mode="json"),
                "assignment_version": change.version,
                "frozen": change.state in _ENDED,
                "updated_at": now,
            }
            _CHANGE.change(tx, {"one": change.assignment_id, **values})

    def forget_versions(self, tx: Tx) -> None:
        """The kernel's log has begun anew: its assignments count from the first, whatever they were before."""
        tx.execute(update(PROCEEDING).values(assignment_version=0))

    def _new(self, change: AssignmentChanged, township: str, now: datetime) -> dict[str, Any]:
        spec = self.manifest.procedure_for(change.track, change.category)
        return {
            "id": change.assignment_id,
            "case_id": change.case_id,
            "township": township,
            "procedure": spec.key,
            "procedure_version": spec.version,
            "state": next(s.key for s in spec.states if s.initial),
            "version": 0,
            "facts": None,
            "assignment": change.model_dump(mode="json"),
            "assignment_version": change.version,
            "frozen": change.state in _ENDED,
            "created_at": now,
            "updated_at": now,
        }

    def knows(self, tx: Tx, assignment_id: str) -> bool:
        """Whether this assignment has arrived."""
        query = select(PROCEEDING.c.id).where(PROCEEDING.c.id == assignment_id)
        return tx.execute(query).first() is not None

    def happen(self, tx: Tx, assignment_id: str, happening: Happening, now: datetime) -> None:
        """Let the procedure react to what happened outside it."""
        row = _LOCK.one(tx, {"one": assignment_id})
        if row is None or row["frozen"]:
            return
        procedure = self.procedure(row["procedure"], row["procedure_version"])
        ctx = self._context(row, Actor(), now, _bare_view(row), {}, tx)
        facts = self.facts(procedure, row)
        outcome = react(procedure, row["state"], facts, happening, ctx)
        if not isinstance(outcome, Outcome):
            return
        if outcome.effects or outcome.state != row["state"] or outcome.facts != facts:
            self._write(tx, row, outcome, f"on:{happening.event}", "system", now)

    # Commands --------------------------------------------------------------------------------------------------------

    def act(self, tx: Tx, request: ActRequest, subject: str, actor: Actor, now: datetime) -> ActReply:
        """Take one action: proceeding, log row and command row in this one transaction."""
        digest = request_digest(request)
        before = self.taken(tx, request.key)
        if before is not None:
            if not before["event_id"]:
                # Done in a span that our store lost; the kernel has what it made.
                return ActReply(outcome="done")
            if before["digest"] != digest or before["actor"] != subject:
                return _refused(str(_("同一操作键不能用于不同的操作")), rule="key")
            return ActReply(outcome="done", said=(self.said(tx.conn, before["event_id"]),))
        if now > request.valid_until:
            return _refused(str(_("操作已超过有效时间，没有执行")), rule="too-late")
        row = _LOCK.one(tx, {"one": request.assignment})
        if row is None:
            return _refused(str(_("科室尚未收到这件交办")), remedy=str(_("稍后再试")), rule="unknown")
        if row["frozen"]:
            return _refused(str(_("交办已结束，不能再办理")), rule="frozen")
        if request.expect is not None and request.expect != row["version"]:
            return _refused(str(_("办理件已被他人更新")), remedy=str(_("刷新页面后再试")), rule="stale")
        procedure = self.procedure(row["procedure"], row["procedure_version"])
        ctx = self._context(row, actor, now, request.view, request.clocks, tx)
        try:
            outcome = act(procedure, row["state"], self.facts(procedure, row), request.action, request.form, ctx)
        except FormError as error:
            fields = {name: (kind, _plain(params)) for name, (kind, params) in error.errors.items()}
            fault = Fault(reason=str(_("填写有误")), rule="form", fields=fields)
            return ActReply(outcome="refused", fault=fault)
        if isinstance(outcome, Refusal):
            return _refused(outcome.reason, remedy=outcome.remedy, rule=outcome.rule)
        event, body = self._write(tx, row, outcome, request.action, subject, now, command_digest(request.key))
        tx.insert(
            COMMAND,
            {
                "key": request.key,
                "actor": subject,
                "digest": digest,
                "assignment_id": row["id"],
                "event_id": event.id,
                "at": now,
            },
        )
        return ActReply(outcome="done", said=(self.said_row(LogRow(0, event, body), self.log.epoch(tx.conn)),))

    def taken(self, tx: Tx, key: str) -> Mapping[str, Any] | None:
        """The row of a command that was taken, under its key or (from before a restore) under its digest."""
        return _COMMAND.one(tx, {"key": key, "taken": TAKEN + command_digest(key)})

    def describe(
        self, tx_or_conn: Connection, request: DescribeRequest, actor: Actor, now: datetime
    ) -> Description | None:
        """What the case page shows of a proceeding; None before the assignment has arrived."""
        row = _PROCEEDING.one(tx_or_conn, {"one": request.assignment})
        if row is None:
            return None
        procedure = self.procedure(row["procedure"], row["procedure_version"])
        facts = self.facts(procedure, row)
        ctx = self._context(row, actor, now, request.view, request.clocks, tx_or_conn)
        offered: Sequence[Any] = [] if row["frozen"] else offers(procedure, row["state"], facts, ctx)
        spec = self.manifest.procedure(row["procedure"], row["procedure_version"])
        views = []
        for offer in offered:
            declared = spec.action(offer.action) if spec else None
            refusal = offer.refusal
            views.append(
                OfferView(
                    key=offer.action,
                    title=declared.title if declared else offer.action,
                    form=offered_form(declared.form, offer.options) if declared else None,
                    values=dict(offer.values),
                    refusal=Fault(reason=refusal.reason, remedy=refusal.remedy, rule=refusal.rule) if refusal else None,
                )
            )
        state = procedure.states[row["state"]]
        blocks = tuple(b.model_dump(mode="json") for b in procedure.panel(facts, ctx))
        return Description(
            state=row["state"], title=state.title, version=row["version"], actions=tuple(views), blocks=blocks
        )

    # Saying ----------------------------------------------------------------------------------------------------------

    def said(self, conn: Connection, event_id: str) -> Said:
        """An event of ours with its words, as a reply carries it."""
        row = conn.execute(select(BUS.log).where(BUS.log.c.event_id == event_id)).one()
        event = Event(
            row.event_id,
            row.type,
            self.log.source,
            row.subject,
            row.at,
            row.office,
            row.township,
            row.data,
            row.schema_version,
        )
        return self.said_row(LogRow(row.pos or 0, event, row.body), self.log.epoch(conn))

    def said_row(self, row: LogRow, epoch: str) -> Said:
        """A log row with its words opened."""
        if row.body is None:
            return Said.of(row, epoch, None, None)
        body = self.vault.open_json(WORDS, row.body, context=row.event.id)
        facts = bytes.fromhex(body["facts"]) if body.get("facts") else None
        return Said.of(row, epoch, {"effects": body["effects"], "listed": body["listed"]}, facts)

    def _write(
        self,
        tx: Tx,
        row: dict[str, Any],
        outcome: Outcome,
        action: str,
        subject: str,
        now: datetime,
        command: str | None = None,
    ) -> tuple[Event, bytes]:
        """The new state of a proceeding; the event that tells it, and its words as the log keeps them."""
        version = row["version"] + 1
        facts = self.vault.seal(FACTS, orjson.dumps(outcome.facts.model_dump(mode="json")), context=row["id"])
        values = {"state": outcome.state, "version": version, "facts": facts, "updated_at": now}
        _CHANGE.change(tx, {"one": row["id"], **values})
        procedure = self.procedure(row["procedure"], row["procedure_version"])
        said = ProceedingChanged(
            assignment_id=row["id"],
            version=version,
            procedure=row["procedure"],
            procedure_version=row["procedure_version"],
            state=outcome.state,
            phase=procedure.states[outcome.state].phase,
            action=action,
            actor=subject,
            at=now,
            effects=[_public(e) for e in outcome.effects],
            has_body=True,
            command=command,
        )
        event = said.event(
            id=new_id(), district=self.district, office=self.office.id, township=row["township"], time=now
        )
        words = {
            "effects": [e.model_dump(mode="json") for e in outcome.effects],
            "listed": listed_of(outcome.facts),
            "facts": facts.hex(),
        }
        body = self.vault.seal_json(WORDS, words, context=event.id)
        self.log.append(tx, event, body)
        return event, body

    def _context(
        self,
        row: dict[str, Any],
        actor: Actor,
        now: datetime,
        view: CaseView,
        clocks: dict[str, ClockView],
        tx: Tx | Connection,
    ) -> Context:
        mine = next((a for a in view.assignments if a.id == row["id"]), None)
        if mine is None:
            given = row["assignment"]
            mine = AssignmentView(
                id=row["id"],
                unit_id=given["unit_id"],
                office=self.office.id,
                officer=given["officer"],
                state=given["state"],
                round=given["round"],
                purpose=given["purpose"] or "",
            )
        return Context(now, actor, view, mine, clocks, TxShelf(tx))


def command_digest(key: str) -> str:
    """What stands for a command's key in the log and in the kernel."""
    return hashlib.sha256(key.encode()).hexdigest()[:32]


def request_digest(request: ActRequest) -> str:
    """What makes two commands the same: assignment, action and form."""
    plain = [request.assignment, request.action, request.form]
    return hashlib.sha256(orjson.dumps(plain, option=orjson.OPT_SORT_KEYS)).hexdigest()


def offered_form(form: dict[str, Any] | None, options: Mapping[str, Mapping[str, str]]) -> dict[str, Any] | None:
    """An action's form with the choices that only the moment knows."""
    if form is None or not options:
        return form
    properties = dict(form["properties"])
    for name, choices in options.items():
        listed = [{"value": value, "label": label} for value, label in choices.items()]
        properties[name] = {**properties[name], "x-choices": listed}
    return {**form, "properties": properties}


def listed_of(facts: Facts) -> dict[str, Any]:
    """The facts that may enter the kernel's mirror: declared listed, and never personal."""
    dumped = facts.model_dump(mode="json")
    found = {}
    for name, info in type(facts).model_fields.items():
        extra = info.json_schema_extra
        if isinstance(extra, dict) and extra.get("x-listed") and "x-personal" not in extra:
            found[name] = dumped[name]
    return found


def _public(effect: Effect) -> dict[str, Any]:
    return effect.public()


def _plain(params: dict[str, object]) -> dict[str, Any]:
    return {k: v for k, v in params.items() if isinstance(v, str | int | float | bool)}


def _refused(reason: str, *, remedy: str = "", rule: str = "") -> ActReply:
    return ActReply(outcome="refused", fault=Fault(reason=reason, remedy=remedy, rule=rule))


def catching_up() -> ActReply:
    """The answer to a command while a store that came from a backup is being brought forward."""
    reason = str(_("科室的数据刚从备份恢复，正在与中心核对，操作没有执行"))
    return _refused(reason, remedy=str(_("稍后再试；事项可以照常查看")), rule="catching-up")


def _bare_view(row: dict[str, Any]) -> CaseView:
    given = row["assignment"]
    return CaseView(
        id=row["case_id"],
        township=given["township"],
        category=given["category"],
        track=given["track"],
        sealed=given["sealed"],
    )
