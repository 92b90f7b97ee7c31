"""What becomes of an order at Sendcloud when something goes wrong on the way."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from services.labels.adapters.carriers.sendcloud import client as sendcloud
from services.labels.adapters.carriers.sendcloud.client import Sendcloud
from services.labels.adapters.lines.http import HttpLine
from services.labels.domain import faults
from services.labels.domain.connection import Connection
from services.labels.domain.order import order_for
from services.labels.domain.sender import sender_of
from services.labels.ports.carriers import Doubt
from tests.support.builders import a_return_address, a_shipment, an_approval

NOW = datetime(2026, 3, 10, 9, tzinfo=UTC)
PDF = b"%PDF-1.7 bars"
ORDER, LIST, RETURN, LABEL = "announce-synchronously", "returns", "42", "label"
"""The last word of each address."""
MADE = {"return_id": 42, "parcel_id": 43, "multi_collo_ids": []}
SECRETS = {"public_key": "moss", "secret_key": "fern"}
CONNECTION = Connection(
    "*", "sendcloud", "http://carrier", SECRETS, {"ship_with_drop_off_point": "postnl:return"}
)


def an_order():
    """Zoë's order, within the Netherlands."""
    to = a_return_address(country="NL")
    return order_for(an_approval(return_to=to), sender_of(a_shipment()))


REFERENCE = an_order().reference
ANNOUNCED = {
    "order_number": REFERENCE,
    "tracking_number": "3SSEND42",
    "label_url": "https://panel.sendcloud.sc/api/v3/parcels/43/documents/label",
    "from_address": {"country_code": "NL"},
    "to_address": {"country_code": "NL"},
}
DOUBT = Doubt(REFERENCE, None, NOW)


class Line(httpx.AsyncByteStream):
    """A body that is read as from a socket, once."""

    def __init__(self, content):
        self.content = content

    async def __aiter__(self):
        yield self.content


class Carrier(httpx.AsyncBaseTransport):
    """Answers by the last word of the address, and counts what it was asked."""

    def __init__(self, **answers):
        self.answers = {
            ORDER: (201, MADE),
            LIST: (200, {"data": [ANNOUNCED]}),
            RETURN: (200, ANNOUNCED),
            LABEL: (200, PDF),
        } | {name.replace("_", "-"): said for name, said in answers.items()}
        self.asked = []

    async def handle_async_request(self, request):
        word = request.url.path.rpartition("/")[2]
        self.asked.append((request.method, word, request.url, dict(request.headers)))
        said = self.answers[word]
        if isinstance(said, Exception):
            raise said
        if said is None:
            await asyncio.Event().wait()
        status, body = said
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        return httpx.Response(status, stream=Line(content))

    @property
    def orders(self):
        return sum(word == ORDER for _, word, *_ in self.asked)


def at(carrier):
    """The adapter, talking to it."""
    return Sendcloud(HttpLine(carrier), lambda: NOW)


NOT_NOW = (503, b"")
AFTER_BUYING = {
    "return-unreadable": {"42": (200, b"<html>Sorry</html>")},
    "return-cut-off": {"42": (200, b'{"order_number": "')},
    "return-of-another": {"42": (200, ANNOUNCED | {"order_number": "somebody-else:1"})},
    "return-gone": {"42": (404, b"")},
    "return-error": {"42": (500, b"")},
    "return-busy": {"42": (429, b"")},
    "return-shut": {"42": (401, b"")},
    "return-lost": {"42": httpx.ReadError("cut off")},
    "return-redirected": {"42": (302, b"")},
    "return-huge": {"42": (200, b" " * 2_000_000)},
    "label-of-another-parcel": {
        "42": (200, ANNOUNCED | {"label_url": "/parcels/7/documents/label"})
    },
    "second-parcel": {"42": (200, ANNOUNCED | {"collo_count": 2})},
    "second-number": {"42": (200, ANNOUNCED | {"tracking_number": ["3SA", "3SB"]})},
    "other-currency": {"42": (200, ANNOUNCED | {"label_cost": {"value": 1, "currency": "ZWL"}})},
    "overlong": {"42": (200, ANNOUNCED | {"tracking_number": "3" * 5_000})},
    "label-is-a-page": {"label": (200, b"<html>Sorry</html>")},
    "label-is-late": {"label": (404, b"")},
    "label-error": {"label": (500, b"")},
    "label-lost": {"label": httpx.ReadTimeout("silent")},
    "label-huge": {"label": (200, PDF + b"x" * 600_000)},
}


@pytest.mark.parametrize("answers", AFTER_BUYING.values(), ids=AFTER_BUYING)
async def test_whatever_goes_wrong_after_the_order_leaves_it_in_doubt(answers):
    """It was bought: anything but a doubt would order it anew."""
    carrier = Carrier(**answers)

    with pytest.raises(faults.OutcomeUnknown):
        await at(carrier).issue(an_order(), CONNECTION)

    assert carrier.orders == 1


ORDERED = {
    "page": ((200, b"<html>Sorry</html>"), faults.OutcomeUnknown),
    "cut-off": ((201, b'{"return_id": 4'), faults.OutcomeUnknown),
    "huge": ((201, b" " * 2_000_000), faults.OutcomeUnknown),
    "lost": (httpx.ReadError("cut off"), faults.OutcomeUnknown),
    "silent": (httpx.ReadTimeout("silent"), faults.OutcomeUnknown),
    "never-sent": (httpx.ConnectError("nobody there"), faults.Unavailable),
    "redirected": ((302, b""), faults.Unavailable),
}


@pytest.mark.parametrize(("answer", "fault"), ORDERED.values(), ids=ORDERED)
async def test_an_order_without_an_answer(answer, fault):
    """Only what never went out may be ordered again without a question."""
    carrier = Carrier(announce_synchronously=answer)

    with pytest.raises(fault) as raised:
        await at(carrier).issue(an_order(), CONNECTION)

    assert type(raised.value) is fault
    assert len(carrier.asked) == 1


async def test_an_order_that_takes_too_long_is_left_in_doubt(monkeypatch):
    """The worker that waits has other orders."""
    monkeypatch.setattr(sendcloud, "ISSUE_SECONDS", 0.05)

    with pytest.raises(faults.OutcomeUnknown):
        await at(Carrier(label=None)).issue(an_order(), CONNECTION)


async def test_a_search_that_takes_too_long_is_made_again(monkeypatch):
    """Nothing is known yet, and nothing is ordered."""
    monkeypatch.setattr(sendcloud, "RECOVER_SECONDS", 0.05)

    with pytest.raises(faults.Unavailable):
        await at(Carrier(returns=None)).recover(DOUBT, CONNECTION)


LOOKED_FOR = {
    "list-unreadable": ({"returns": (200, b"<html>")}, faults.Unavailable),
    "list-empty-object": ({"returns": (200, {})}, faults.Unavailable),
    "list-gone": ({"returns": (404, b"")}, faults.Unavailable),
    "list-error": ({"returns": (500, b"")}, faults.Unavailable),
    "list-lost": ({"returns": httpx.ReadError("cut off")}, faults.Unavailable),
    "list-shut": ({"returns": (401, b"")}, faults.AuthFailed),
    "list-busy": ({"returns": (429, b"")}, faults.RateLimited),
    "label-late": ({"label": (404, b"")}, faults.Unavailable),
    "label-unreadable": ({"label": (200, b"<html>")}, faults.OutcomeUnknown),
    "no-label-yet": (
        {"returns": (200, {"data": [ANNOUNCED | {"label_url": None}]})},
        faults.Unavailable,
    ),
    "no-number-yet": (
        {"returns": (200, {"data": [ANNOUNCED | {"tracking_number": None}]})},
        faults.Unavailable,
    ),
    "twice": ({"returns": (200, {"data": [ANNOUNCED, ANNOUNCED]})}, faults.OutcomeUnknown),
    "endless": (
        {"returns": (200, {"data": [], "next": "?cursor=cD0z"})},
        faults.OutcomeUnknown,
    ),
}


@pytest.mark.parametrize(("answers", "fault"), LOOKED_FOR.values(), ids=LOOKED_FOR)
async def test_what_is_not_found_for_certain_is_not_said_to_be_absent(answers, fault):
    """None would mean: order it."""
    carrier = Carrier(**answers)

    with pytest.raises(fault) as raised:
        await at(carrier).recover(DOUBT, CONNECTION)

    assert type(raised.value) is fault
    assert carrier.orders == 0
    assert len(carrier.asked) <= sendcloud.MOST_PAGES


async def test_what_was_ordered_is_looked_for_from_before_it_was_ordered():
    """Clocks differ; and nobody says in which zone Sendcloud reads a time."""
    carrier = Carrier()

    await at(carrier).recover(replace(DOUBT, ordered_at=NOW - timedelta(days=2)), CONNECTION)

    query = carrier.asked[0][2].params
    assert (query["from_date"], query["to_date"]) == ("2026-03-08 08:00:00", "2026-03-11 09:00:00")


async def test_a_reference_that_is_taken_by_nobody_we_know_is_left_in_doubt():
    """Somebody used it, and it was not we: a person looks."""
    taken = {"error": {"message": "External reference has already been used in another return."}}
    carrier = Carrier(announce_synchronously=(400, taken), returns=(200, {"data": []}))

    with pytest.raises(faults.OutcomeUnknown):
        await at(carrier).issue(an_order(), CONNECTION)


async def test_a_refusal_stays_one_when_the_dry_run_fails():
    """It only adds the names of fields."""
    refused = (400, {"error": {"code": "invalid", "message": "no"}})
    carrier = Carrier(announce_synchronously=refused, validate=NOT_NOW)

    with pytest.raises(faults.Rejected) as said:
        await at(carrier).issue(an_order(), CONNECTION)

    assert said.value.fields == ()
    assert [word for _, word, *_ in carrier.asked] == [ORDER, "validate"]


async def test_the_keys_go_out_in_a_header_and_nowhere_else():
    """Addresses end up in logs."""
    carrier = Carrier()

    label = await at(carrier).issue(an_order(), CONNECTION)

    assert {headers["authorization"] for *_, headers in carrier.asked} == {"Basic bW9zczpmZXJu"}
    assert not any("fern" in str(url) for _, _, url, _ in carrier.asked)
    assert "fern" not in repr((CONNECTION, label))
    assert [headers["accept"] for *_, headers in carrier.asked] == [
        "application/json",
        "application/json",
        "application/pdf",
    ]
