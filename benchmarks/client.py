"""A small HTTP/1.1 client on a kept-alive connection: a generator of load must cost less than what it measures."""

import asyncio
import json
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True)
class Answer:
    """Status and body; 0 where the connection broke before there was an answer."""

    status: int
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


NO_ANSWER = Answer(0, b"")


class Client(asyncio.Protocol):
    """One connection, one request at a time. It connects anew where the server hung up."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self.host, self.port = parts.hostname or "127.0.0.1", parts.port or 80
        self._transport: asyncio.Transport | None = None
        self._waiting: asyncio.Future[Answer] | None = None
        self._received = bytearray()

    def request(self, method: str, path: str, body: Any = None, **headers: str) -> bytes:
        """The bytes of a request; those that are sent often are made once."""
        payload = json.dumps(body, ensure_ascii=False).encode() if body is not None else b""
        lines = [f"{method} {path} HTTP/1.1", f"host: {self.host}:{self.port}"]
        if body is not None:
            lines.append("content-type: application/json")
        if method != "GET":
            lines.append(f"content-length: {len(payload)}")
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        return "\r\n".join([*lines, "", ""]).encode() + payload

    async def ask(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        return await self.send(self.request(method, path, body, **headers))

    async def send(self, request: bytes) -> Answer:
        """Send what `request` made and wait for the answer."""
        loop = asyncio.get_running_loop()
        if self._transport is None:
            try:
                await loop.create_connection(lambda: self, self.host, self.port)
            except OSError:
                return NO_ANSWER
        if self._transport is None:
            return NO_ANSWER
        self._waiting = loop.create_future()
        self._transport.write(request)
        return await self._waiting

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()

    # What the loop calls ---------------------------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is none by name
        self._received.clear()

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        self._answer(NO_ANSWER)

    def data_received(self, data: bytes) -> None:
        received = self._received
        received += data
        end = received.find(b"\r\n\r\n")
        if end < 0:
            return
        head = bytes(received[:end]).lower()
        mark = head.find(b"content-length:")
        length = int(head[mark + 15 :].split(b"\r\n", 1)[0]) if mark >= 0 else 0
        if len(received) < end + 4 + length:
            return
        answer = Answer(int(head[9:12]), bytes(received[end + 4 :]))
        received.clear()
        self._answer(answer)

    def _answer(self, answer: Answer) -> None:
        waiting, self._waiting = self._waiting, None
        if waiting is not None and not waiting.done():
            waiting.set_result(answer)
