"""The kernel and the offices' hosts as NATS micro services."""

import asyncio
import json

import pytest

from onewindow.bus.connection import Connection
from onewindow.bus.errors import NobodyAnswers
from onewindow.bus.service import Endpoint, Request, RequestHandler, Service, ServiceError, ask, find_services
from onewindow.bus.subjects import Verb, commands_of
from onewindow.errors import Refused
from onewindow.office.types import OfficeId
from tests.support.nats import DISTRICT, Bus

PETITION = OfficeId("petition")
ACT = "ow.demo.donghu.cmd.petition.act"


async def serve(bus: Bus, handler: RequestHandler, *, limit: int = 8) -> Service:
    connection = await bus.connect("petition")
    service = Service(connection, "petition", "1.2.3", description="信访办", metadata={"protocol": "1"})
    await service.start([Endpoint("act", commands_of(DISTRICT, PETITION, Verb.ACT), handler, limit=limit)])
    return service


async def echo(request: Request) -> bytes:
    return request.subject.encode() + b" " + request.payload


async def test_a_command_is_answered_whatever_township_it_is_for(bus: Bus, kernel: Connection) -> None:
    await serve(bus, echo)
    assert await ask(kernel, ACT, b"x", timeout=2) == ACT.encode() + b" x"


async def test_a_running_office_is_found_and_a_stopped_one_is_not(bus: Bus, kernel: Connection) -> None:
    service = await serve(bus, echo)
    [found] = await find_services(kernel)
    assert (found["name"], found["version"], found["metadata"]) == ("petition", "1.2.3", {"protocol": "1"})
    await service.stop()
    assert await find_services(kernel) == []
    with pytest.raises(NobodyAnswers):
        await ask(kernel, ACT, b"x", timeout=2)


async def test_the_control_answers_are_those_of_the_micro_protocol(bus: Bus, kernel: Connection) -> None:
    await serve(bus, echo)
    await ask(kernel, ACT, b"x", timeout=2)
    info = json.loads((await kernel.request("$SRV.INFO.petition", b"", timeout=2)).data)
    assert info["type"] == "io.nats.micro.v1.info_response"
    assert info["endpoints"][0]["subject"] == "ow.demo.*.cmd.petition.act"
    stats = json.loads((await kernel.request(f"$SRV.STATS.petition.{info['id']}", b"", timeout=2)).data)
    assert stats["endpoints"][0]["num_requests"] == 1
    assert stats["endpoints"][0]["average_processing_time"] > 0


async def test_requests_are_answered_side_by_side_up_to_the_limit(bus: Bus, kernel: Connection) -> None:
    running = most = 0

    async def slow(request: Request) -> bytes:
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(0.02)
        running -= 1
        return b""

    await serve(bus, slow, limit=4)
    await asyncio.gather(*(ask(kernel, ACT, b"", timeout=5) for _ in range(20)))
    assert most == 4


async def test_a_failure_tells_its_kind_and_not_its_words(bus: Bus, kernel: Connection) -> None:
    async def refuses(request: Request) -> bytes:
        raise Refused("张三不能办理") if request.payload else RuntimeError("张三")

    await serve(bus, refuses)
    for payload, code, reason in ((b"x", 409, "refused"), (b"", 500, "internal")):
        with pytest.raises(ServiceError) as failed:
            await ask(kernel, ACT, payload, timeout=2)
        assert (failed.value.code, failed.value.reason) == (code, reason)


async def test_two_processes_of_an_office_share_the_work(bus: Bus, kernel: Connection) -> None:
    seen = {1: 0, 2: 0}

    def counting(which: int) -> RequestHandler:
        async def count(request: Request) -> bytes:
            seen[which] += 1
            return b""

        return count

    for which in seen:
        await serve(bus, counting(which))
    for _ in range(40):
        await ask(kernel, ACT, b"", timeout=2)
    assert sum(seen.values()) == 40 and all(seen.values())
