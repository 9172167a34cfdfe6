"""Measures: one JSON line for each figure. `python -m benchmarks --help` says what can be chosen."""

import argparse
import json
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime

from benchmarks import searching
from benchmarks.load import Plan, Result, percentile, run
from benchmarks.world import World, memory, world

FIGURES = ("registration", "latency", "lifecycle", *searching.FIGURES, "memory", "start")
CALLERS = 64
LIFECYCLES_AT_ONCE = 24
PACED_CALLERS = 128
SETTLE_SECONDS = 60.0


@dataclass(frozen=True)
class Figure:
    """One measured value; `ratio_to` names what it was divided by."""

    name: str
    value: float
    unit: str
    ratio_to: str | None
    store: str
    cases: int


class Bench:
    """Measures one world at its present size."""

    def __init__(self, where: World, size: int, seconds: float) -> None:
        self.where = where
        self.size = size  # as it was asked for; measuring adds some thousands
        self.seconds = seconds
        self.rate = 0.0

    def figures(self, only: set[str]) -> Iterator[Figure]:
        if only & {"registration", "latency", "lifecycle"}:
            with self.where.running() as centre:
                self._load(centre.url, "register", 2.0)
                self._settle()
                if only & {"registration", "latency"}:
                    yield from self._registration(centre.url)
                if "latency" in only:
                    yield from self._latency(centre.url)
                if "lifecycle" in only:
                    yield from self._lifecycle(centre.url)
        if only & set(searching.FIGURES):
            with self.where.running() as centre:
                for one in searching.figures(self.where, centre.url, only):
                    yield self._figure(one.name, one.value, one.unit, one.ratio_to)
        if only & {"memory", "start"}:
            yield from self._process(only)

    def _registration(self, url: str) -> Iterator[Figure]:
        bare = self._load(url, "bare", self.seconds / 2)
        begun = datetime.now(UTC)
        done = self._load(url, "register", self.seconds)
        self._settle()
        self.rate = done.rate
        yield self._figure("registered", done.rate, "1/s")
        yield self._figure("registered_ratio", done.rate / bare.rate, "", f"bare server, {bare.rate:.0f}/s")
        yield self._figure("registered_answer_p99", done.p99, "ms")
        if done.failed:
            yield self._figure("registered_failed", done.failed, "requests")
        lag = self.where.latencies(begun)
        yield self._figure("office_lag_saturated_p99", percentile(lag, 0.99), "ms")
        yield self._figure("office_lag_saturated_max", lag[-1], "ms")

    def _latency(self, url: str) -> Iterator[Figure]:
        begun = datetime.now(UTC)
        done = self._load(url, "register", self.seconds, rate=self.rate / 2)
        self._settle()
        lag = self.where.latencies(begun)
        yield self._figure("register_to_office_p50", percentile(lag, 0.5), "ms", f"{done.rate:.0f} registrations/s")
        yield self._figure("register_to_office_p99", percentile(lag, 0.99), "ms", f"{done.rate:.0f} registrations/s")
        yield self._figure("paced_answer_p50", done.p50, "ms", f"{done.rate:.0f} registrations/s")
        yield self._figure("paced_answer_p99", done.p99, "ms", f"{done.rate:.0f} registrations/s")

    def _lifecycle(self, url: str) -> Iterator[Figure]:
        tokens = self.where.tokens(url)
        self._load(url, "lifecycle", 1.0, tokens=tokens)
        done = self._load(url, "lifecycle", self.seconds, tokens=tokens)
        yield self._figure("lifecycles", done.rate, "1/s")
        yield self._figure("lifecycle_p99", done.p99, "ms")
        if done.failed:
            yield self._figure("lifecycles_failed", done.failed, "lifecycles")

    def _process(self, only: set[str]) -> Iterator[Figure]:
        centre = self.where.centre()
        begun = time.perf_counter()
        try:
            centre.start()
            ready = time.perf_counter() - begun
            if "start" in only:
                yield self._figure("ready_second_start", ready, "s")
            if "memory" in only:
                self._load(centre.url, "register", 2.0)
                self._settle()
                assert centre.child.process is not None
                parts = memory(centre.child.process.pid)
                said = ", ".join(f"{name} {size:.0f}" for name, size in parts.items())
                yield self._figure("memory", sum(parts.values()), "MB", said)
        finally:
            centre.stop()

    def _load(
        self, url: str, kind: str, seconds: float, *, rate: float = 0.0, tokens: dict[str, str] | None = None
    ) -> Result:
        callers = LIFECYCLES_AT_ONCE if kind == "lifecycle" else PACED_CALLERS if rate else CALLERS
        towns = [str(town.code) for town in self.where.towns]
        done = run(Plan(kind, url, towns, callers, seconds, rate, tokens))
        if kind == "register":
            self.where.cases += done.done
        return done

    def _settle(self) -> None:
        """Wait until the office has taken in everything."""
        deadline = time.monotonic() + SETTLE_SECONDS
        while self.where.waiting() and time.monotonic() < deadline:
            time.sleep(0.1)

    def _figure(self, name: str, value: float, unit: str, ratio_to: str | None = None) -> Figure:
        return Figure(name, round(value, 3 if value < 10 else 1), unit, ratio_to, self.where.store, self.size)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--only", default=",".join(FIGURES), help=f"of {', '.join(FIGURES)}")
    parser.add_argument("--store", choices=("sqlite", "postgresql", "both"), default="both")
    parser.add_argument("--cases", default="0,100000", help="how many cases there are, ascending")
    parser.add_argument("--quick", action="store_true", help="short runs, a thousand cases at most")
    given = parser.parse_args()
    only = set(given.only.split(","))
    if unknown := only - set(FIGURES):
        parser.error(f"no such figure: {', '.join(sorted(unknown))}")
    sizes = sorted({0, 1000} if given.quick else {int(size) for size in given.cases.split(",")})
    for store in ("sqlite", "postgresql") if given.store == "both" else (given.store,):
        with world(store) as where:
            for size in sizes:
                if size > where.cases:
                    where.seed(size)
                bench = Bench(where, size, 3.0 if given.quick else 10.0)
                for figure in bench.figures(only):
                    print(json.dumps(asdict(figure), ensure_ascii=False), flush=True)


if __name__ == "__main__":
    main()
