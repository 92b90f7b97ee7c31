"""Tokens: one for all who ask, used until shortly before its end, dropped if refused, not shown."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import httpx
import pytest

from services.labels.adapters.carriers.gls.client import Gls
from services.labels.adapters.carriers.gls.said import LONGEST_LIFE_SECONDS, LetIn
from services.labels.adapters.lines.http import Answer, HttpLine
from services.labels.adapters.lines.tokens import Granted, Token, Tokens, token_in
from services.labels.domain import faults
from services.labels.domain.connection import Connection
from tests.support.gls import a_connection, a_created, a_token, an_order, over_the_line

MOSS, FERN = Connection("moss", "dhl_parcel_de"), Connection("fern", "dhl_parcel_de")
BASE = "https://gls.test"


class Door:
    """Gives a new token each time, good for half an hour, by a clock of ours."""

    def __init__(self, seconds=1800.0, way=0.0):
        self.asked, self.now, self.seconds, self.way = [], 1000.0, seconds, way
        self.tokens = Tokens(self.ask, lambda: self.now)

    async def ask(self, connection):
        self.asked.append(connection.portal_id)
        await asyncio.sleep(0)  # others may come meanwhile
        self.now += self.way
        return Token(f"token {len(self.asked)}", self.seconds)


async def test_many_orders_at_once_ask_for_one_token():
    """A carrier counts such questions."""
    door = Door()

    words = await asyncio.gather(*(door.tokens.of(MOSS) for _ in range(20)))

    assert (set(words), door.asked) == ({"token 1"}, ["moss"])


async def test_every_connection_has_its_own():
    """One merchant's orders never go out under another merchant's contract."""
    door = Door()

    words = [await door.tokens.of(one) for one in (MOSS, FERN, MOSS)]

    assert (words, door.asked) == (["token 1", "token 2", "token 1"], ["moss", "fern"])


async def test_every_house_has_its_own():
    """A token of the sandbox opens nothing in production, and is not shown there."""
    door = Door()

    words = [await door.tokens.of(one) for one in (MOSS, replace(MOSS, url=BASE))]

    assert words == ["token 1", "token 2"]


@pytest.mark.parametrize(
    ("seconds", "good_for"), [(14_400, 14_280), (1800, 1680), (240, 120), (60, 30)]
)
async def test_a_token_is_used_until_shortly_before_its_end(seconds, good_for):
    """Two minutes, or half its life if that is short: else it might end on the way."""
    door = Door(seconds)
    await door.tokens.of(MOSS)

    door.now += good_for - 0.5
    assert await door.tokens.of(MOSS) == "token 1"
    door.now += 0.5
    assert await door.tokens.of(MOSS) == "token 2"


async def test_its_life_is_counted_from_the_question():
    """A slow answer brings a token that has lived already."""
    door = Door(seconds=240, way=3)
    await door.tokens.of(MOSS)

    door.now += 117

    assert await door.tokens.of(MOSS) == "token 2"


async def test_a_refused_token_is_dropped_and_a_younger_one_stays():
    """Ten who are refused at once do not drop the token that the first of them fetched."""
    tokens = Door().tokens
    old = await tokens.of(MOSS)

    tokens.drop(MOSS, old)
    fresh = await tokens.of(MOSS)
    tokens.drop(MOSS, old)

    assert await tokens.of(MOSS) == fresh == "token 2"


async def test_dropping_what_was_never_held_does_nothing():
    """A carrier may refuse a question that came without any."""
    tokens = Door().tokens

    tokens.drop(MOSS, "token 1")

    assert await tokens.of(MOSS) == "token 1"


@pytest.mark.parametrize("form", [Granted, LetIn])
@pytest.mark.parametrize(
    ("answer", "fault"),
    [
        (Answer(400, b"{}"), faults.AuthFailed),
        (Answer(401, b""), faults.AuthFailed),
        (Answer(403, b""), faults.AuthFailed),
        (Answer(429, b"", retry_after="7"), faults.RateLimited),
        (Answer(500, b""), faults.Unavailable),
        (Answer(302, b""), faults.Unavailable),
        (Answer(200, b"<html>"), faults.Unavailable),
    ],
)
def test_without_a_token_nothing_was_ordered(answer, fault, form):
    """So none of these leaves an order in doubt."""
    with pytest.raises(fault) as raised:
        token_in(answer, form)

    assert type(raised.value) is fault


@pytest.mark.parametrize(
    ("body", "form"),
    [
        (b'{"access_token": "two words"}', Granted),
        (b'{"access_token": "t", "expires_in": 0}', Granted),
        (b'{"access_token": "t", "expires_in": NaN}', Granted),
        (b'{"token_type": "Bearer", "access_token": "a b", "expires_in": 9}', LetIn),
        (b'{"token_type": "Basic", "access_token": "a", "expires_in": 9}', LetIn),
        (b'{"token_type": "Bearer", "access_token": "a", "expires_in": "9"}', LetIn),
        (b'{"token_type": "Bearer", "access_token": "a", "expires_in": -1}', LetIn),
        (b'{"token_type": "Bearer", "access_token": "a"}', LetIn),
        (b'{"token_type": "Bearer", "access_token": "%s", "expires_in": 9}' % (b"a" * 9000), LetIn),
    ],
)
def test_what_is_no_token_is_not_used(body, form):
    """A header that would hold a line break is none."""
    with pytest.raises(faults.Unavailable):
        token_in(Answer(200, body), form)


@pytest.mark.parametrize(
    ("body", "seconds"),
    [
        (b'{"access_token": "t", "expires_in": 1799}', 1799),
        (b'{"access_token": "t", "expires_in": "1799"}', 1799),
        (b'{"access_token": "t"}', 300),
    ],
)
def test_how_long_it_lives_is_said_in_several_ways(body, seconds):
    """Numbers as text, or nothing at all: then it is asked for often."""
    assert token_in(Answer(200, body)).seconds == seconds


@pytest.mark.parametrize(("said", "seconds"), [(600, 600), (10**7, LONGEST_LIFE_SECONDS)])
def test_gls_lets_nobody_in_for_more_than_four_hours(said, seconds):
    """Its file says so, whatever a token says of itself."""
    body = b'{"token_type": "bearer", "access_token": "t", "expires_in": %d}' % said

    assert token_in(Answer(200, body), LetIn).seconds == seconds


@pytest.mark.parametrize("form", [Granted, LetIn])
def test_neither_secrets_nor_tokens_are_shown(form):
    """They end up in logs and errors otherwise: whoever reads those could send parcels."""
    body = b'{"token_type": "bearer", "access_token": "w0rd", "expires_in": 9}'
    token = token_in(Answer(200, body), form)

    assert token.word == "w0rd"
    assert "w0rd" not in repr(token) + repr(form.model_validate_json(body))
    assert "client" not in repr(a_connection(BASE))


class Gate:
    """GLS's door, and what is behind it: it answers every order with the next of `statuses`."""

    def __init__(self, *statuses: int) -> None:
        self.doors: list[httpx.Request] = []
        self.orders: list[httpx.Request] = []
        self._statuses = statuses
        self.carrier = Gls(HttpLine(httpx.MockTransport(self.answer)))

    def answer(self, request: httpx.Request) -> httpx.Response:
        """A token that says how many there were before it, or a label."""
        if request.url.path.endswith("/token"):
            self.doors.append(request)
            return over_the_line(200, a_token(f"token-{len(self.doors)}"))
        self.orders.append(request)
        return over_the_line(self._statuses[len(self.orders) - 1], a_created())


async def test_gls_is_asked_as_rfc_6749_has_it():
    """Client credentials: who asks stands in the header, what for in a form."""
    gate = Gate(200)
    await gate.carrier.issue(an_order(), a_connection(BASE))

    (asked,) = gate.doors
    assert (asked.method, str(asked.url)) == ("POST", "https://gls.test/oauth2/v2/token")
    assert asked.headers["authorization"] == "Basic Y2xpZW50LWlkOmNsaWVudC1zZWNyZXQ="
    assert asked.content == b"grant_type=client_credentials"


async def test_an_order_turned_away_at_the_door_is_made_once_more():
    """401: nothing behind the door has heard a word. Twice is enough."""
    gate = Gate(401, 200)

    label = await gate.carrier.issue(an_order(), a_connection(BASE))

    assert label.carrier_id == "ZX61QJIX"
    spoken = [order.headers["authorization"] for order in gate.orders]
    assert spoken == ["Bearer token-1", "Bearer token-2"]


@pytest.mark.parametrize("status", [500, 502])
async def test_an_order_that_may_have_been_taken_is_not_made_again(status):
    """Only a 401 is certain."""
    gate = Gate(status)

    with pytest.raises(faults.OutcomeUnknown):
        await gate.carrier.issue(an_order(), a_connection(BASE))
    assert len(gate.orders) == 1
