"""What a centre's two databases hold after a run with kills, against what it had acknowledged."""

import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, create_engine, make_url, select, text
from sqlalchemy.exc import OperationalError

from onewindow.access.vault import Vault
from onewindow.documents.tables import DOCUMENT
from onewindow.host.run import schema_of
from onewindow.host.tables import COMMAND, PROCEEDING
from onewindow.registry import timeline
from onewindow.registry.keys import WRITE_KEY
from onewindow.registry.timeline import CASE, ENTRY
from onewindow.routing.assignments import ASSIGNMENT
from onewindow.settings import Settings
from onewindow.setup.stores import KERNEL_SCHEMA


@dataclass(frozen=True)
class Report:
    """The last line of a run."""

    store: str
    kills: int
    acknowledged: int
    actions_acknowledged: int
    cases: int
    lost: int
    doubled: int
    chains_verified: int
    parked: int
    wrong: int


@dataclass(frozen=True)
class Audit:
    """Reads the kernel's and the office's store, whoever else runs."""

    data: Path
    database: str
    office_files: Mapping[str, Path]

    @contextmanager
    def kernel(self) -> Iterator[Connection]:
        with self._read(self.data / "kernel.db", KERNEL_SCHEMA) as connection:
            yield connection

    @contextmanager
    def offices(self) -> Iterator[list[Connection]]:
        """A connection to the store of each office."""
        with ExitStack() as open_ones:
            yield [
                open_ones.enter_context(self._read(file, schema_of(office, "postgresql:") or ""))
                for office, file in self.office_files.items()
            ]

    @contextmanager
    def _read(self, file: Path, schema: str) -> Iterator[Connection]:
        if self.database:
            url = make_url(self.database).set(drivername="postgresql+psycopg")
            engine = create_engine(url, connect_args={"options": f"-c search_path={schema}"})
        else:
            engine = create_engine(f"sqlite:///{file}")
        try:
            with engine.connect() as connection:
                yield connection
        finally:
            engine.dispose()

    def differences(self) -> list[str]:
        """Where the kernel's mirror and the offices' proceedings differ."""
        with self.kernel() as kernel, self.offices() as offices:
            a, p = ASSIGNMENT.c, PROCEEDING.c
            query = select(a.id, a.proceeding_version, a.proceeding_state, a.version).where(a.office.is_not(None))
            mirror = {row[0]: tuple(row[1:]) for row in kernel.execute(query)}
            theirs = select(p.id, p.version, p.state, p.assignment_version)
            own = {row[0]: tuple(row[1:]) for office in offices for row in office.execute(theirs)}
        return [
            f"assignment {key}: kernel {mirror.get(key)}, office {own.get(key)}"
            for key in mirror.keys() | own.keys()
            if mirror.get(key) != own.get(key)
        ]

    def wait_until_agreed(self, seconds: float) -> bool:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            try:
                if not self.differences():
                    return True
            except OperationalError:
                pass
            time.sleep(0.3)
        return False


def audit(
    look: Audit, registered: Mapping[str, Mapping[str, Any]], acted: Mapping[str, str], kills: int, store: str
) -> tuple[Report, list[str]]:
    """Everything that was acknowledged is there once, and everything that is there is whole."""
    wrong = look.differences()
    vault = Vault.load(Settings(data=look.data).key_file)
    with look.kernel() as kernel, look.offices() as offices:
        cases = {row.number: row.id for row in kernel.execute(select(CASE.c.number, CASE.c.id))}
        lost = [r["number"] for r in registered.values() if cases.get(r["number"]) != r["case_id"]]
        wrong += [f"lost: {number}" for number in lost]
        doubled = _doubled(kernel, offices, registered, cases)
        wrong += doubled
        wrong += _gaps(cases)
        moved = select(ASSIGNMENT.c.id).where(ASSIGNMENT.c.proceeding_version > 0)
        accepted = {row[0] for row in kernel.execute(moved)}
        missing = [assignment for assignment in acted if assignment not in accepted]
        wrong += [f"action lost: {assignment}" for assignment in missing]
        verified = 0
        for number, case in cases.items():
            verdict = timeline.verify(kernel, vault, case)
            verified += verdict.ok
            if not verdict.ok:
                wrong.append(f"chain of {number}: {verdict.problem} at {verdict.seq}")
        query = text("SELECT count(*) FROM parked WHERE resolved_at IS NULL")
        parked = sum(int(each.scalar(query) or 0) for each in (kernel, *offices))
        if parked:
            wrong.append(f"{parked} messages are parked")
    report = Report(
        store, kills, len(registered), len(acted), len(cases), len(lost) + len(missing), len(doubled), verified, parked,
        len(wrong),
    )  # fmt: skip
    return report, wrong


def _doubled(
    kernel: Connection, offices: list[Connection], registered: Mapping[str, Mapping[str, Any]], cases: Mapping[str, str]
) -> list[str]:
    found = []
    numbers = Counter(r["number"] for r in registered.values())
    found += [f"two requests got number {number}" for number, count in numbers.items() if count > 1]
    # Every matter of this run came with a key of its own, acknowledged or not.
    keyed = {row[0] for row in kernel.execute(select(WRITE_KEY.c.case_id).where(WRITE_KEY.c.case_id.is_not(None)))}
    found += [f"a case without its request: {case}" for case in cases.values() if case not in keyed]
    steps = Counter(
        (row.case_id, row.data["action"], row.data["version"])
        for row in kernel.execute(select(ENTRY.c.case_id, ENTRY.c.data).where(ENTRY.c.kind == "acted"))
    )
    found += [f"entered {count} times: {step}" for step, count in steps.items() if count > 1]
    actions = Counter((case, action) for case, action, _version in steps)
    found += [f"took effect {count} times: {action}" for action, count in actions.items() if count > 1]
    kinds = select(DOCUMENT.c.case_id, DOCUMENT.c.kind).where(DOCUMENT.c.kind == "acceptance_notice")
    issued = Counter(kernel.execute(kinds).all())
    found += [f"issued {count} times: {document}" for document, count in issued.items() if count > 1]
    assigned = Counter(row[0] for row in kernel.execute(select(ASSIGNMENT.c.case_id)))
    found += [f"assigned {count} times: {case}" for case, count in assigned.items() if count > 1]
    commands = Counter(row[0] for office in offices for row in office.execute(select(COMMAND.c.assignment_id)))
    found += [f"commanded {count} times: {assignment}" for assignment, count in commands.items() if count > 1]
    proceedings = select(PROCEEDING.c.id, PROCEEDING.c.version)
    versions = {row.id: row.version for office in offices for row in office.execute(proceedings)}
    found += [f"{commands[one]} commands, version {at}: {one}" for one, at in versions.items() if at != commands[one]]
    return found


def _gaps(cases: Mapping[str, str]) -> list[str]:
    series: dict[str, list[int]] = {}
    for number in cases:
        name, _dash, count = number.rpartition("-")
        series.setdefault(name, []).append(int(count))
    return [
        f"{name}: numbers are not 1..{len(each)}"
        for name, each in series.items()
        if sorted(each) != [*range(1, len(each) + 1)]
    ]
