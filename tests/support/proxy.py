"""A line that can fail: TCP between a client and a server, with faults, and counts that prove them.

A `Proxy` is a thread with lines in it, so it works on while the test's own loop is busy. A `Line`
listens on one port and leads to another. A fault is a method of the line; `mended` ends them all.
Bytes that are lost can never be made good, so every connection that lost any is reset when the
line is mended: what a network does to a connection that was cut for long.
"""

from __future__ import annotations

import asyncio
import socket
import struct
import threading
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass, field, replace
from types import TracebackType
from typing import Any, Self, TypeVar

from deploy.local.processes import LOOPBACK, free_port

T = TypeVar("T")

CHUNK_BYTES = 64 * 1024
PATIENCE_SECONDS = 10.0

Size = Callable[[bytes | bytearray], int]
"""How long a message is, told by its first four bytes."""


def kafka_size(head: bytes | bytearray) -> int:
    """Kafka's messages begin with the length of what follows, big end first."""
    return 4 + int.from_bytes(head[:4], "big")


def mongo_size(head: bytes | bytearray) -> int:
    """MongoDB's messages begin with their whole length, little end first."""
    return int.from_bytes(head[:4], "little")


@dataclass(frozen=True)
class Way:
    """What one direction does to the bytes."""

    lost: bool = False
    delay_seconds: float = 0.0
    """Before each piece."""
    bytes_per_second: float | None = None
    slice_bytes: int = CHUNK_BYTES
    """Pieces are no longer than this."""


@dataclass
class Counts:
    """What happened on a line since it was made."""

    connections: int = 0
    refused: int = 0
    """Connections that were reset as soon as they came."""
    stranded: int = 0
    """Connections that came while nothing got through."""
    reset: int = 0
    """Connections ended by us, other than the refused."""
    carried: int = 0
    """Bytes that arrived, both ways."""
    requests_lost: int = 0
    """Bytes."""
    answers_lost: int = 0
    """Bytes."""
    trapped: int = 0
    """Requests that arrived and whose answer was lost on purpose."""
    held: int = 0
    """Requests that were kept on their way."""
    slowed: int = 0
    """Pieces that were made to wait, or smaller than they came."""


@dataclass
class _Trap:
    matches: Callable[[bytes], bool]
    left: int


class Held:
    """A request that is kept on its way, as if its sender had stood still before it was out."""

    def __init__(self, matches: Callable[[bytes], bool]) -> None:
        self.matches = matches
        self.caught = threading.Event()
        self.free = asyncio.Event()


@dataclass
class _Messages:
    """Counts the whole messages of one direction."""

    size: Size
    seen: int = 0
    _rest: bytearray = field(default_factory=bytearray)

    def take(self, chunk: bytes) -> list[bytes]:
        """The messages that are complete with this chunk."""
        self._rest += chunk
        whole = []
        while len(self._rest) >= 4 and len(self._rest) >= (size := max(self.size(self._rest), 4)):
            whole.append(bytes(self._rest[:size]))
            del self._rest[:size]
        self.seen += len(whole)
        return whole


class _Connection:
    """A client, the server behind the line, and what runs between them."""

    def __init__(self, line: Line, reader: asyncio.StreamReader, writer: asyncio.StreamWriter):
        self._line, self._reader, self._writer = line, reader, writer
        self._server: asyncio.StreamWriter | None = None
        self._asked, self._answered = _Messages(line.size), _Messages(line.size)
        self._deaf_until: int | None = None
        """The answer, counted, after which this connection is reset. Until then all are lost."""
        self.task: asyncio.Task[None] | None = None
        self.lossy = False
        """Whether it lost bytes, and can never be right again."""

    async def run(self) -> None:
        try:
            if self._line.up.lost and self._line.down.lost:
                await self._stranded()
                return
            reader, self._server = await asyncio.open_connection(LOOPBACK, self._line.leads_to())
            pumps = {
                asyncio.create_task(self._up(self._server)),
                asyncio.create_task(self._down(reader)),
            }
            try:
                await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for pump in pumps:
                    pump.cancel()
                await asyncio.gather(*pumps, return_exceptions=True)
        except OSError:  # nobody listens behind the line
            self.reset()
        finally:
            for end in (self._writer, self._server):
                if end is not None:
                    end.close()

    def reset(self) -> None:
        """Both ends hear of it at once (RST), and nothing more arrives."""
        for end in (self._writer, self._server):
            if end is not None and not end.transport.is_closing():
                raw = end.get_extra_info("socket")
                with suppress(OSError):
                    raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                end.transport.abort()
        if self.task is not None:
            self.task.cancel()

    async def _stranded(self) -> None:
        """As if the network had swallowed it: whatever is said is lost, and no answer comes."""
        self._line.counts.stranded += 1
        self.lossy = True
        while chunk := await self._reader.read(CHUNK_BYTES):
            self._line.counts.requests_lost += len(chunk)

    async def _up(self, server: asyncio.StreamWriter) -> None:
        while chunk := await self._reader.read(CHUNK_BYTES):
            if self._line.up.lost:
                self._line.counts.requests_lost += len(chunk)
                self.lossy = True
                continue
            for message in self._asked.take(chunk):
                if self._deaf_until is None and self._line.is_trapped(message):
                    self._deaf_until = self._asked.seen
                await self._line.let_pass(message)
            await self._line.carry(chunk, server, self._line.up)

    async def _down(self, reader: asyncio.StreamReader) -> None:
        while chunk := await reader.read(CHUNK_BYTES):
            self._answered.take(chunk)
            if self._deaf_until is not None:
                self._line.counts.answers_lost += len(chunk)
                if self._answered.seen >= self._deaf_until:
                    self._line.counts.reset += 1
                    self.reset()
                    return
            elif self._line.down.lost:
                self._line.counts.answers_lost += len(chunk)
                self.lossy = True
            else:
                await self._line.carry(chunk, self._writer, self._line.down)


class Line:
    """One port that leads to another. Made by `Proxy.line`; its methods may be called anywhere."""

    def __init__(self, loop: asyncio.AbstractEventLoop, leads_to: Callable[[], int], size: Size):
        self.port = free_port()
        self.leads_to, self.size = leads_to, size
        self.up, self.down = Way(), Way()
        self.counts = Counts()
        self._loop = loop
        self._refusing = False
        self._traps: list[_Trap] = []
        self._held: list[Held] = []
        self._connections: set[_Connection] = set()
        self._server: asyncio.Server | None = None

    def cut(self) -> None:
        """Nothing gets through, either way, and nobody is told: packets vanish."""
        self._do(self._set, Way(lost=True), Way(lost=True))

    def lose_answers(self) -> None:
        """Requests arrive and are done; no answer comes back."""
        self._do(self._set, Way(), Way(lost=True))

    def lose_requests(self) -> None:
        """No request arrives; what the other end has to say does."""
        self._do(self._set, Way(lost=True), Way())

    def lose_answers_to(self, matches: Callable[[bytes], bool], times: int = 1) -> None:
        """So many requests that match arrive and are done; instead of the answer comes a reset."""
        self._do(self._traps.append, _Trap(matches, times))

    def hold(self, matches: Callable[[bytes], bool]) -> Held:
        """The first request that matches goes no further until the line is mended.

        Nor does anything its sender says after it, on the same connection.
        """
        held = Held(matches)
        self._do(self._held.append, held)
        return held

    def slow(
        self,
        delay_seconds: float = 0.0,
        bytes_per_second: float | None = None,
        slice_bytes: int = CHUNK_BYTES,
    ) -> None:
        """Everything gets through, late and in small pieces, both ways."""
        way = Way(False, delay_seconds, bytes_per_second, slice_bytes)
        self._do(self._set, way, way)

    def reset(self) -> int:
        """Every connection there is is reset; new ones are welcome. Says how many there were."""
        return self._do(self._reset_all)

    def refuse(self) -> None:
        """Every connection there is is reset, and each new one as soon as it comes."""
        self._do(self._refuse)

    def mended(self) -> Counts:
        """Everything gets through again. What happened so far is in the answer."""
        self._do(self._mend)
        return replace(self.counts)

    def is_trapped(self, request: bytes) -> bool:
        """Whether the answer to this request is to be lost. Each trap counts what it caught."""
        for trap in self._traps:
            if trap.left > 0 and trap.matches(request):
                trap.left -= 1
                self.counts.trapped += 1
                return True
        return False

    async def let_pass(self, request: bytes) -> None:
        """Nobody holds this request any more."""
        for held in self._held:
            if not held.caught.is_set() and held.matches(request):
                held.caught.set()
                self.counts.held += 1
                await held.free.wait()
                return

    async def carry(self, chunk: bytes, writer: asyncio.StreamWriter, way: Way) -> None:
        """The chunk is on its way as this direction has it now."""
        for begin in range(0, len(chunk), way.slice_bytes):
            piece = chunk[begin : begin + way.slice_bytes]
            pause = way.delay_seconds + len(piece) / (way.bytes_per_second or float("inf"))
            if pause or len(piece) < len(chunk):
                self.counts.slowed += 1
                await asyncio.sleep(pause)
            self.counts.carried += len(piece)
            writer.write(piece)
            await writer.drain()

    async def listen(self) -> None:
        """Connections are taken from now on."""
        self._server = await asyncio.start_server(self._meet, LOOPBACK, self.port)

    async def close(self) -> None:
        """Nothing of this line is left."""
        if self._server is not None:
            self._server.close()
        tasks = [each.task for each in self._connections if each.task is not None]
        for connection in list(self._connections):
            connection.reset()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = _Connection(self, reader, writer)
        if self._refusing:
            self.counts.refused += 1
            connection.reset()
            return
        self.counts.connections += 1
        connection.task = asyncio.create_task(connection.run())
        self._connections.add(connection)
        with suppress(asyncio.CancelledError, ConnectionError):
            await connection.task
        self._connections.discard(connection)

    def _set(self, up: Way, down: Way) -> None:
        self.up, self.down = up, down

    def _reset_all(self, *, only_lossy: bool = False) -> int:
        hit = [each for each in self._connections if each.lossy or not only_lossy]
        for connection in hit:
            connection.reset()
        self.counts.reset += len(hit)
        return len(hit)

    def _refuse(self) -> None:
        self._refusing = True
        self._reset_all()

    def _mend(self) -> None:
        self._refusing = False
        self._traps.clear()
        for held in self._held:
            held.free.set()
        self._held.clear()
        self._set(Way(), Way())
        self._reset_all(only_lossy=True)

    def _do(self, change: Callable[..., T], *words: Any) -> T:
        """Changed when this returns, in the proxy's own thread, between two pieces."""

        async def changed() -> T:
            return change(*words)

        return asyncio.run_coroutine_threadsafe(changed(), self._loop).result(PATIENCE_SECONDS)


class Proxy:
    """A thread in which lines run, inside `with`. Afterwards no port and no thread is left."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="proxy", daemon=True)
        self._lines: list[Line] = []

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for line in self._lines:
            self._wait(line.close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(PATIENCE_SECONDS)
        self._loop.close()

    def line(self, leads_to: Callable[[], int], size: Size = kafka_size) -> Line:
        """A new line. Where it leads is asked at each connection, so it may be decided later."""
        line = Line(self._loop, leads_to, size)
        self._wait(line.listen())
        self._lines.append(line)
        return line

    def _wait(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(PATIENCE_SECONDS)
