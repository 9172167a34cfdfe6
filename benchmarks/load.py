"""Generates load in a process of its own: `python -m benchmarks.load JSON`, one JSON line as the answer."""

import asyncio
import json
import random
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass
from typing import Any

import uvloop

from benchmarks.client import Client

WORDS = "村里修路占了我家的承包地,至今没有补偿,多次反映没有结果,请求依法处理并给予书面答复。"
REDIRECT = {
    "organ": "示范区人民法院立案庭", "address": "示范区法院路1号", "way": "1", "mode": "inform",
    "reason": "该事项应当依法通过诉讼解决。",
}  # fmt: skip


@dataclass(frozen=True)
class Plan:
    """What to send: `register`, `bare` or `lifecycle`; how many at once, for how long, and perhaps at which pace."""

    kind: str
    url: str
    towns: list[str]
    callers: int
    seconds: float
    rate: float = 0.0
    tokens: dict[str, str] | None = None


@dataclass(frozen=True)
class Result:
    """How many came through, in what time, and how long each took (milliseconds)."""

    done: int
    failed: int
    seconds: float
    p50: float
    p99: float

    @property
    def rate(self) -> float:
        return self.done / self.seconds


def run(plan: Plan) -> Result:
    """Generate this load from another process."""
    command = [sys.executable, "-m", "benchmarks.load", json.dumps(asdict(plan))]
    done = subprocess.run(command, capture_output=True, text=True, timeout=plan.seconds + 120)
    if done.returncode:
        raise RuntimeError(done.stderr[-3000:])
    return Result(**json.loads(done.stdout))


def matter(town: str, *, named: bool = True) -> dict[str, Any]:
    """A matter as a person brings it over the public API."""
    party: dict[str, Any] = {"name": "宁采微", "phone": "12012345678", "address": "东村12号"}
    return {
        "township": town, "text": WORDS * 4, "request": "请求补偿", "place": "东村", "category": "0401", "track": "C",
        "parties": [party if named else {"anonymous": True}],
    }  # fmt: skip


def percentile(sorted_values: list[float], share: float) -> float:
    return sorted_values[min(len(sorted_values) - 1, int(share * len(sorted_values)))] if sorted_values else 0.0


async def _generate(plan: Plan) -> Result:
    took: list[float] = []
    failed = 0
    clients = [Client(plan.url) for _ in range(plan.callers)]
    step = {"register": _register, "bare": _register, "lifecycle": _lifecycle}[plan.kind](plan)
    begun = time.perf_counter()
    end = begun + plan.seconds
    turn = iter(range(1 << 60))

    async def caller(client: Client) -> None:
        nonlocal failed
        while True:
            sent = time.perf_counter()
            if plan.rate:
                # Open: what comes late counts from when it should have been sent.
                sent = begun + next(turn) / plan.rate
                await asyncio.sleep(max(0.0, sent - time.perf_counter()))
            if sent >= end:
                return
            if await step(client):
                took.append((time.perf_counter() - sent) * 1000)
            else:
                failed += 1

    await asyncio.gather(*(caller(client) for client in clients))
    seconds = time.perf_counter() - begun
    for client in clients:
        client.close()
    took.sort()
    return Result(len(took), failed, seconds, percentile(took, 0.5), percentile(took, 0.99))


def _register(plan: Plan) -> Callable[[Client], Awaitable[bool]]:
    path = "/bench/bare" if plan.kind == "bare" else "/api/v1/cases"
    requests = [Client(plan.url).request("POST", path, matter(town)) for town in plan.towns]

    async def step(client: Client) -> bool:
        return (await client.send(random.choice(requests))).status == 201

    return step


def _lifecycle(plan: Plan) -> Callable[[Client], Awaitable[bool]]:
    """A person brings a matter; the office's head looks it up by its number, signs for it, and settles it."""
    tokens = plan.tokens or {}

    async def step(client: Client) -> bool:
        town = random.choice(plan.towns)
        made = await client.ask("POST", "/api/v1/cases", matter(town, named=False))
        if made.status != 201:
            return False
        case = f"/api/v1/cases/{made.json()['number']}"
        who = {"authorization": f"Bearer {tokens[town]}"}
        seen = await client.ask("GET", case, **who)
        if seen.status != 200:
            return False
        assignment = f"{case}/assignments/{seen.json()['assignments'][0]['id']}"
        if (await client.ask("POST", f"{assignment}/signature", **who)).status != 204:
            return False
        for _attempt in range(50):
            answer = await client.ask("POST", f"{assignment}/actions/redirect", {"form": REDIRECT}, **who)
            if answer.status == 200:
                return True
            # The assignment is still on its way to the office.
            await asyncio.sleep(0.02)
        return False

    return step


def main() -> None:
    plan = Plan(**json.loads(sys.argv[1]))
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        print(json.dumps(asdict(runner.run(_generate(plan)))))


if __name__ == "__main__":
    main()
