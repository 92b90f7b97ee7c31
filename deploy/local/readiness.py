"""Asking a process over its own protocol whether it is ready."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from deploy.local.processes import LOOPBACK, Process, until

READY_SECONDS = 60.0


async def until_http(port: int, path: str, process: Process) -> None:
    """A GET on this path answers 200."""

    async def answers() -> bool:
        request = f"GET {path} HTTP/1.1\r\nHost: {LOOPBACK}\r\nConnection: close\r\n\r\n"
        status = await _first_line(port, request.encode())
        return status.split(b" ")[1:2] == [b"200"]

    await until(answers, READY_SECONDS, f"{process.name} on {path}", process=process)


async def until_greeting(port: int, process: Process) -> None:
    """An SMTP client is greeted with 220."""

    async def greets() -> bool:
        return (await _first_line(port)).startswith(b"220 ")

    await until(greets, READY_SECONDS, f"{process.name} greeting", process=process)


async def _first_line(port: int, request: bytes = b"") -> bytes:
    """What is answered first; empty if nobody listens or the line goes dead."""
    try:
        reader, writer = await asyncio.open_connection(LOOPBACK, port)
    except OSError:
        return b""
    try:
        writer.write(request)
        return await reader.readline()
    except (OSError, ValueError):  # reset, or a first line without end
        return b""
    finally:
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()
