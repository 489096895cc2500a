"""Sends requests at a fixed rate. A slow server does not slow the sender down: its requests are due all the same."""

import asyncio
import gc
import time
from collections.abc import Sequence
from dataclasses import dataclass

LONGEST = 30.0
"""Seconds after which a request counts as unanswered."""
Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@dataclass(frozen=True, slots=True)
class Answer:
    """A response, or the lack of one, which has status 0."""

    status: int
    size: int
    seconds: float
    """From the moment at which the request was due until the end of the response."""
    late: float
    """How much later than due the request was sent, caused by the sender itself."""


@dataclass(frozen=True, slots=True)
class Request:
    """A GET request: what follows the host, and its headers."""

    target: str
    headers: tuple[tuple[str, str], ...] = ()

    def encode(self, host: str) -> bytes:
        """Return the bytes to send."""
        lines = [f"GET {self.target} HTTP/1.1", f"Host: {host}", "Accept-Encoding: gzip"]
        return "\r\n".join([*lines, *(f"{name}: {value}" for name, value in self.headers), "", ""]).encode()


def send_at_rate(port: int, requests: Sequence[Request], rate: float) -> list[Answer]:
    """Send the requests to a port of this machine, at equal intervals. Returns the responses in the same order."""
    gc.collect()
    gc.disable()  # a collection would look like a slow server
    try:
        return asyncio.run(_send(port, [request.encode(f"127.0.0.1:{port}") for request in requests], rate))
    finally:
        gc.enable()


async def _send(port: int, requests: Sequence[bytes], rate: float) -> list[Answer]:
    free: list[Connection] = []
    begun = time.perf_counter()
    tasks = []
    for number, request in enumerate(requests):
        due = begun + number / rate
        if (early := due - time.perf_counter()) > 0:
            await asyncio.sleep(early)
        tasks.append(asyncio.create_task(_ask(port, request, due, free)))
    answers = await asyncio.gather(*tasks)
    for _, writer in free:
        writer.close()
    return list(answers)


async def _ask(port: int, request: bytes, due: float, free: list[Connection]) -> Answer:
    late = time.perf_counter() - due
    try:
        async with asyncio.timeout(LONGEST):
            reader, writer = await _connect(port, free)
            writer.write(request)
            status, size = await _read(reader)
    except (OSError, EOFError, TimeoutError, ValueError):
        return Answer(0, 0, time.perf_counter() - due, late)
    free.append((reader, writer))
    return Answer(status, size, time.perf_counter() - due, late)


async def _connect(port: int, free: list[Connection]) -> Connection:
    """Return a free connection that the server has not closed because nothing was asked for long, or a new one."""
    while free:
        reader, writer = free.pop()
        if not reader.at_eof():
            return reader, writer
        writer.close()
    return await asyncio.open_connection("127.0.0.1", port)


async def _read(reader: asyncio.StreamReader) -> tuple[int, int]:
    """Return the status of a response and the size of its body."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    headers = dict(line.lower().split(": ", 1) for line in head[1:] if line)
    status = int(head[0].split(" ")[1])
    if "content-length" in headers:
        return status, len(await reader.readexactly(int(headers["content-length"])))
    size = 0
    while part := int(await reader.readline(), 16):
        size += len(await reader.readexactly(part))
        await reader.readline()
    await reader.readline()
    return status, size
