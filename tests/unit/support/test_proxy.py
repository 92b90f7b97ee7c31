from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest

from deploy.local.processes import LOOPBACK, is_free
from tests.support.eventually import eventually
from tests.support.proxy import Line, Proxy

QUIET_SECONDS = 0.3
"""How long nothing must come before nothing is what came: too short could only hide a fault."""


@dataclass
class Echo:
    """A server of messages that begin with their length: each is kept, and answered with itself."""

    port: int = 0
    heard: list[bytes] = field(default_factory=list)

    async def meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = await reader.readexactly(4)
                message = head + await reader.readexactly(int.from_bytes(head, "big"))
                self.heard.append(message[4:])
                writer.write(message)
        except (asyncio.IncompleteReadError, OSError):
            pass
        finally:
            writer.close()


@asynccontextmanager
async def served() -> AsyncIterator[tuple[Line, Echo]]:
    """A line, and a server that echoes behind it."""
    echo = Echo()
    server = await asyncio.start_server(echo.meet, LOOPBACK, 0)
    echo.port = server.sockets[0].getsockname()[1]
    with Proxy() as proxy:
        yield proxy.line(lambda: echo.port), echo
    server.close()


class Client:
    """Speaks through a line."""

    @classmethod
    async def of(cls, line: Line) -> Client:
        self = cls()
        self.reader, self.writer = await asyncio.open_connection(LOOPBACK, line.port)
        return self

    def say(self, word: bytes) -> None:
        self.writer.write(len(word).to_bytes(4, "big") + word)

    async def hear(self, seconds: float = 10.0) -> bytes:
        async with asyncio.timeout(seconds):
            head = await self.reader.readexactly(4)
            return await self.reader.readexactly(int.from_bytes(head, "big"))

    async def ask(self, word: bytes) -> bytes:
        self.say(word)
        return await self.hear()

    async def hears_nothing(self) -> bool:
        try:
            await self.hear(QUIET_SECONDS)
        except TimeoutError:
            return True
        return False

    async def is_reset(self) -> bool:
        try:
            async with asyncio.timeout(10):
                await self.reader.readexactly(1)
        except ConnectionResetError:
            return True
        return False


async def is_refused(line: Line) -> bool:
    """Whether who comes is reset: at once, or before a word."""
    try:
        newcomer = await Client.of(line)
    except ConnectionResetError:
        return True
    return await newcomer.is_reset()


async def test_a_line_carries_both_ways():
    """A proxy that changes anything while nothing is wrong would blame the services for itself."""
    async with served() as (line, echo):
        client = await Client.of(line)

        answer = await client.ask(b"x" * 300_000)

        assert answer == b"x" * 300_000
        assert echo.heard == [answer]
        assert line.counts.carried == 2 * 300_004
        assert line.counts.connections == 1


async def test_a_cut_line_lets_nothing_through_and_says_nothing():
    """A network that is gone does not tell: no reset, no answer."""
    async with served() as (line, echo):
        client = await Client.of(line)
        await client.ask(b"before")

        line.cut()
        client.say(b"lost")

        assert await client.hears_nothing()
        assert echo.heard == [b"before"]
        assert line.counts.requests_lost == len(b"lost") + 4


async def test_a_connection_that_lost_something_is_reset_when_the_line_is_mended():
    """What is missing in the middle can never be made good."""
    async with served() as (line, echo):
        hurt, whole = await Client.of(line), await Client.of(line)
        await hurt.ask(b"before")
        await whole.ask(b"before")
        line.cut()
        hurt.say(b"lost")
        await eventually(lambda: line.counts.requests_lost, "the loss")

        line.mended()

        assert await hurt.is_reset()
        assert await whole.ask(b"after") == b"after"
        assert echo.heard == [b"before", b"before", b"after"]


async def test_who_comes_while_the_line_is_cut_is_stranded():
    """A connection attempt into a dead network is not refused: it hangs."""
    async with served() as (line, echo):
        line.cut()
        client = await Client.of(line)
        client.say(b"hello")

        assert await client.hears_nothing()
        assert line.counts.stranded == 1
        line.mended()
        assert await client.is_reset()
        assert echo.heard == []


async def test_a_request_whose_answer_is_lost_is_done_nevertheless():
    """That is what makes a lost answer worse than a lost request."""
    async with served() as (line, echo):
        client = await Client.of(line)

        line.lose_answers()
        client.say(b"pay")

        assert await client.hears_nothing()
        assert echo.heard == [b"pay"]
        assert line.counts.answers_lost == len(b"pay") + 4
        assert line.counts.requests_lost == 0


async def test_a_lost_request_is_never_done():
    """The other one-way cut."""
    async with served() as (line, echo):
        client = await Client.of(line)
        await client.ask(b"before")

        line.lose_requests()
        client.say(b"pay")

        assert await client.hears_nothing()
        assert echo.heard == [b"before"]


async def test_only_the_answer_to_what_is_named_is_lost():
    """A commit can be hit exactly, and what came before it has its answer."""
    async with served() as (line, echo):
        client = await Client.of(line)
        line.lose_answers_to(lambda request: b"commit" in request)

        assert await client.ask(b"write") == b"write"
        client.say(b"commit")

        assert await client.is_reset()
        assert echo.heard == [b"write", b"commit"]
        assert line.counts.trapped == 1
        again = await Client.of(line)
        assert await again.ask(b"commit") == b"commit"


async def test_a_held_request_goes_on_when_the_line_is_mended():
    """What a process said before it stood still arrives when it moves again."""
    async with served() as (line, echo):
        client = await Client.of(line)
        held = line.hold(lambda request: b"commit" in request)

        assert await client.ask(b"write") == b"write"
        client.say(b"commit")
        await eventually(held.caught.is_set, "the request to be held")
        assert await client.hears_nothing()
        assert echo.heard == [b"write"]
        line.mended()

        assert await client.hear() == b"commit"


async def test_a_reset_is_heard_by_who_is_there_and_not_by_who_comes():
    """One blow, not a state."""
    async with served() as (line, _):
        client = await Client.of(line)
        await client.ask(b"before")

        assert line.reset() == 1

        assert await client.is_reset()
        newcomer = await Client.of(line)
        assert await newcomer.ask(b"after") == b"after"


async def test_a_line_that_refuses_resets_whoever_comes():
    """A port behind which nothing stands any more."""
    async with served() as (line, _):
        present = await Client.of(line)
        await present.ask(b"before")

        line.refuse()

        assert await present.is_reset()
        assert await is_refused(line)
        assert line.counts.refused == 1
        line.mended()
        assert await (await Client.of(line)).ask(b"after") == b"after"


async def test_a_slow_line_loses_nothing():
    """Late, in crumbs, and in order."""
    async with served() as (line, _):
        client = await Client.of(line)
        line.slow(delay_seconds=0.001, bytes_per_second=100_000, slice_bytes=7)

        assert await client.ask(bytes(range(200))) == bytes(range(200))

        assert line.counts.slowed >= 2 * 204 // 7


async def test_nobody_behind_the_line_is_a_reset():
    """A server that is down is not a network that is down."""
    with Proxy() as proxy:
        line = proxy.line(lambda: 1)

        assert await is_refused(line)


async def test_nothing_is_left_of_a_proxy():
    """Its ports are free for the next one, even if somebody was still connected."""
    async with served() as (line, _):
        client = await Client.of(line)
        await client.ask(b"before")
        line.cut()

    assert is_free(line.port)


@pytest.mark.parametrize("fault", ["cut", "lose_answers", "lose_requests", "slow", "refuse"])
async def test_a_mended_line_is_as_new(fault):
    """Whatever it was, it ends."""
    async with served() as (line, _):
        getattr(line, fault)()

        line.mended()

        assert await (await Client.of(line)).ask(b"after") == b"after"
