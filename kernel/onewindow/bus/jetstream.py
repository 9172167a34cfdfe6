"""The stream and its consumers, made by the kernel alone, again whenever they are found missing."""

import asyncio
import logging
from dataclasses import dataclass
from typing import Any

from onewindow.bus.connection import Connection
from onewindow.bus.errors import BusUnavailable
from onewindow.bus.subjects import KERNEL, STREAM, STREAM_SUBJECTS, consumer_filter
from onewindow.office.types import OfficeId

log = logging.getLogger(__name__)

ACK_WAIT = 10.0  # seconds; long work says `in_progress`, so this is what a crash of a receiver costs
_NANO = 1_000_000_000


@dataclass(frozen=True, slots=True)
class StreamLimits:
    """How much JetStream keeps; the logs keep everything."""

    max_age_days: int = 30
    max_bytes: int = 4 << 30
    replicas: int = 1


class Topology:
    """The stream `OW`, the kernel's consumer and one for each office."""

    def __init__(self, connection: Connection, district: str, limits: StreamLimits | None = None) -> None:
        self._connection = connection
        self._district = district
        self._limits = limits or StreamLimits()
        self._offices: set[OfficeId] = set()
        self._busy = asyncio.Lock()
        self.created = 0  # how often the stream had to be made: more than once means that it was lost

    async def ensure(self) -> None:
        """Make what is missing, adjust what differs."""
        async with self._busy:
            await self._ensure_stream()
            for who in [KERNEL, *sorted(self._offices)]:
                await self._ensure_consumer(who)

    async def add_office(self, office: OfficeId) -> None:
        """Keep a consumer for this office from now on."""
        self._offices.add(office)
        async with self._busy:
            await self._ensure_stream()
            await self._ensure_consumer(office)

    async def forget_office(self, office: OfficeId) -> None:
        """Delete the consumer of an office that is gone for good; one that is merely off keeps its own."""
        self._offices.discard(office)
        await self._connection.api(f"CONSUMER.DELETE.{STREAM}.{office}")

    async def backlog(self, who: str) -> int | None:
        """How many events wait for an office or the kernel; None without a consumer."""
        answer = await self._connection.api(f"CONSUMER.INFO.{STREAM}.{who}")
        return None if "error" in answer else answer["num_pending"] + answer["num_ack_pending"]

    async def _ensure_stream(self) -> None:
        config = {
            "name": STREAM,
            "subjects": list(STREAM_SUBJECTS),
            "retention": "limits",
            "storage": "file",
            "discard": "old",
            "max_age": self._limits.max_age_days * 86_400 * _NANO,
            "max_bytes": self._limits.max_bytes,
            "max_msgs": -1,
            "max_consumers": -1,
            "duplicate_window": 120 * _NANO,
            "allow_atomic": True,
            "num_replicas": self._limits.replicas,
        }
        found = await self._connection.api(f"STREAM.INFO.{STREAM}")
        if "error" in found:
            self._check(await self._connection.api(f"STREAM.CREATE.{STREAM}", config))
            self.created += 1
            log.info("bus: stream %s made", STREAM)
        elif any(found["config"].get(key) != value for key, value in config.items()):
            self._check(await self._connection.api(f"STREAM.UPDATE.{STREAM}", config))

    async def _ensure_consumer(self, who: str) -> None:
        config = {
            "durable_name": who,
            "filter_subject": consumer_filter(self._district, who),
            "ack_policy": "explicit",
            "ack_wait": int(ACK_WAIT * _NANO),
            "deliver_policy": "all",
            "max_deliver": -1,
            "max_ack_pending": 1024,
        }
        self._check(
            await self._connection.api(
                f"CONSUMER.DURABLE.CREATE.{STREAM}.{who}", {"stream_name": STREAM, "config": config}
            )
        )

    @staticmethod
    def _check(answer: dict[str, Any]) -> None:
        if "error" in answer:
            log.error("bus: JetStream refuses: %s", answer["error"].get("description"))
            raise BusUnavailable
