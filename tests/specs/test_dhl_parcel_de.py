"""DHL Parcel DE: the adapter and its simulator speak as DHL's own files do."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import replace
from datetime import date

import httpx
import pytest

from contracts.shape import Money
from contracts.words import Cancelled
from deploy.local.carrier.desks import dhl_parcel_de as simulator
from deploy.local.carrier.paper import label_pdf
from deploy.local.carrier.sales import entries
from services.labels.adapters.carriers import dhl_parcel_de
from services.labels.adapters.carriers.dhl_parcel_de.client import DhlParcelDe
from services.labels.adapters.lines.http import HttpLine
from services.labels.domain import faults
from services.labels.domain.connection import Connection
from services.labels.domain.issued import LabelRow
from services.labels.domain.order import Line, order_for
from services.labels.domain.sender import Goods, sender_of
from services.labels.ports.carriers import Doubt
from tests.specs.checked import Checked, canned, desk, in_turn
from tests.specs.spec import Spec
from tests.support.builders import TUESDAY, a_return_address, a_shipment, an_approval

URL = "http://carrier/dhl_parcel_de"


def with_both_at_once(whole):
    """Key and Basic go together, says its introduction; the file reads as if either would do."""
    whole["security"] = [{"ApiKey": [], "BasicAuth": []}, {"OAuth2": []}]


RETURNS = Spec("dhl-de-returns", mend=with_both_at_once)
PICKUPS = Spec("dhl-de-pickup")
FILES = {
    f"{URL}/parcel/de/shipping/returns/v1": RETURNS,
    f"{URL}/parcel/de/transportation/pickup/v3": PICKUPS,
}
NO_FILE = "/dhl_parcel_de/parcel/de/account/auth/ropc/"
"""DHL's file about tokens is not among those we have."""

ROUTES = ("DE", "NL", "PL", "CH", "GB", "NO")
BASIC = {"api_key": "a key", "user": "moss", "password": "fern"}
OAUTH = BASIC | {"api_secret": "a secret"}
OPTIONS = {f"receiver_id_{country.lower()}": country.lower() for country in ROUTES}
BILLED = OPTIONS | {"billing_number": "22222222220801"}
WEDNESDAY = date(2026, 3, 11)
TEAPOT = Line(2, "Grumpy teapot", Money(minor=1295, currency="EUR"), Goods(350, "6912 00 21", "CN"))
SOLD = {
    "sstatus": {"title": "Created", "status": 201},
    "shipmentNo": "999991587211",
    "label": {"b64": b64encode(label_pdf("DHL", "999991587211")).decode()},
    "routingCode": "40327653113+99000933090010",
}
TOKEN = canned(200, {"access_token": "moss.1", "expires_in": 1799})


def a_connection(secrets=BASIC, options=OPTIONS):
    """The platform's contract."""
    return Connection("*", "dhl_parcel_de", URL, secrets, options)


def an_order(method="drop_off_point", country="DE", **changes):
    """Zoë has moved, and sends two teapots to a warehouse in Bonn."""
    sender = replace(sender_of(a_shipment()), country=country, postal_code="53113", town="Bonn")
    approved = an_approval(return_method=method, return_to=a_return_address(country="DE"))
    order = order_for(approved, sender)
    value = Money(minor=2590, currency="EUR")
    return replace(order, sender=sender, lines=(TEAPOT,), value=value, **changes)


def a_client(inner, **how):
    """The real client, everything it says and hears judged by DHL's files."""
    return DhlParcelDe(HttpLine(Checked("dhl_parcel_de", inner, FILES, beyond=(NO_FILE,), **how)))


@pytest.mark.parametrize("country", ROUTES)
async def test_a_label_to_print(country, tmp_path):
    """Byte for byte as DHL drew it; from outside the Union its contents are declared."""
    label = await a_client(desk(tmp_path)).issue(an_order(country=country), a_connection())

    [sold] = entries(tmp_path / "sales.jsonl")
    [paper] = label.documents
    assert (label.kind, label.tracking_number) == ("label", sold.tracking_number)
    assert (paper.kind, paper.media_type) == ("label_pdf", "application/pdf")
    assert paper.content == label_pdf("DHL Retoure", sold.tracking_number, (sold.routing,))
    assert (label.routing, label.link) == (sold.routing, None)


async def test_a_code_instead_of_a_label(tmp_path):
    """And nothing to print: who wants a code has no printer."""
    order = an_order("drop_off_labelless")

    label = await a_client(desk(tmp_path)).issue(order, a_connection())

    [paper] = label.documents
    assert (label.kind, paper.kind, paper.media_type) == ("qr_code", "qr_png", "image/png")
    assert label.link.startswith("https://")


async def test_a_label_under_a_token(tmp_path):
    """DHL's other way to know us. One token does for many orders; it sells at each of them."""
    behind, asked = desk(tmp_path), []

    async def listened(request):
        asked.append(request.url.path)
        return await behind.handle_async_request(request)

    client, connection = a_client(httpx.MockTransport(listened)), a_connection(OAUTH)

    first, again = [await client.issue(an_order(), connection) for _ in range(2)]

    assert first.tracking_number != again.tracking_number
    assert [path.rpartition("/")[2] for path in asked] == ["token", "orders", "orders"]


async def test_a_parcel_that_is_collected(tmp_path):
    """Somebody comes on the day that was chosen, for a parcel with a label on it."""
    order = an_order("pickup", collect_on=WEDNESDAY)

    label = await a_client(desk(tmp_path)).issue(order, a_connection(OAUTH, BILLED))

    assert (label.kind, len(label.carrier_id)) == ("label", 32)
    assert label.collected_from.isoformat() == "2026-03-11T07:00:00+00:00"
    assert label.collected_until.isoformat() == "2026-03-11T17:00:00+00:00"


@pytest.mark.parametrize("day", [None, date(2026, 3, 15)], ids=["no day", "a Sunday"])
async def test_a_parcel_that_is_collected_when_it_can_be(day, tmp_path):
    """A day that nobody chose, or on which nobody comes, is the next one."""
    order = an_order("pickup", collect_on=day)

    label = await a_client(desk(tmp_path)).issue(order, a_connection(OAUTH, BILLED))

    assert label.collected_from.date().isoweekday() < 7


async def test_a_collection_ordered_twice_is_one(tmp_path):
    """The label was refused and nobody could be told not to come: the next attempt finds that."""
    client, connection = a_client(desk(tmp_path)), a_connection(OAUTH, BILLED)
    order = an_order("pickup", collect_on=WEDNESDAY)

    first = await client.issue(order, connection)
    again = await client.issue(order, connection)

    assert first.carrier_id == again.carrier_id


async def test_nobody_comes_for_a_return_that_is_cancelled(tmp_path):
    """Asking twice does no harm. A label alone is not taken back."""
    client, connection = a_client(desk(tmp_path)), a_connection(OAUTH, BILLED)
    label = await client.issue(an_order("pickup", collect_on=WEDNESDAY), connection)

    answers = [await client.cancel(a_row(label, "pickup"), connection) for _ in range(2)]

    assert answers == [Cancelled.CANCELLED, Cancelled.CANCELLED]
    assert await client.cancel(a_row(label, "drop_off_point"), connection) == "unsupported"


async def test_a_collection_that_is_over_is_too_late_to_cancel():
    """DHL says so for each order."""
    failed = {"orderID": "a" * 32, "orderState": "ABGEHOLT", "message": "zu spaet"}
    client = a_client(in_turn(TOKEN, canned(200, {"failedCancellations": [failed]})))
    label = await a_client(canned(201, SOLD)).issue(an_order(), a_connection())

    row = a_row(replace(label, carrier_id="a" * 32), "pickup")

    assert await client.cancel(row, a_connection(OAUTH, BILLED)) == Cancelled.TOO_LATE


@pytest.mark.parametrize("status", [400, 403, 422, 429])
async def test_nobody_comes_for_a_parcel_without_a_label(status, tmp_path):
    """The label was certainly not sold: what was ordered for it is taken back."""
    client, connection = a_client(without_labels(tmp_path, status)), a_connection(OAUTH, BILLED)
    order = an_order("pickup", collect_on=WEDNESDAY)

    with pytest.raises(faults.CarrierFault):
        await client.issue(order, connection)

    assert await standing(tmp_path) == ["STORNIERT"]


async def test_somebody_comes_if_there_may_be_a_label(tmp_path):
    """A person finds out; until then nothing is taken away."""
    client, connection = (
        a_client(without_labels(tmp_path, 502), unwritten={502}),
        a_connection(OAUTH, BILLED),
    )

    with pytest.raises(faults.OutcomeUnknown):
        await client.issue(an_order("pickup", collect_on=WEDNESDAY), connection)

    assert await standing(tmp_path) == ["ANGENOMMEN"]


@pytest.mark.parametrize(
    ("status", "fault"),
    [
        (400, faults.Rejected),
        (401, faults.AuthFailed),
        (403, faults.AuthFailed),
        (422, faults.Rejected),
        (429, faults.RateLimited),
    ],
)
async def test_every_error_of_returns_that_the_file_knows(status, fault):
    """None of them leaves an order in doubt."""
    said = {"title": "No", "status": status, "detail": "shipper.postalCode '53113' is wrong"}
    problem = canned(status, said, {"content-type": "application/problem+json"})

    with pytest.raises(fault) as raised:
        await a_client(problem).issue(an_order(), a_connection())

    if fault is faults.Rejected:
        assert raised.value.fields == ("shipper.postalCode",)
    if fault is faults.RateLimited:
        assert raised.value.after_seconds == 60


@pytest.mark.parametrize(
    ("status", "fault"),
    [
        (400, faults.Rejected),
        (401, faults.AuthFailed),
        (403, faults.AuthFailed),
        (422, faults.Rejected),
        (429, faults.RateLimited),
        (500, faults.Unavailable),
        (503, faults.Unavailable),
    ],
)
async def test_every_error_of_collections_that_the_file_knows(status, fault):
    """None of them leads to a label, and so none leaves an order in doubt."""
    said = [{"errorCode": 456, "title": "No", "instance": "customerDetails.billingNumber"}]
    no = canned(status, said if status == 422 else None)
    answers = in_turn(TOKEN, canned(200, []), no)

    with pytest.raises(fault) as raised:
        await a_client(answers).issue(
            an_order("pickup", collect_on=WEDNESDAY), a_connection(OAUTH, BILLED)
        )

    assert type(raised.value) is fault
    if status == 422:
        assert raised.value.fields == ("customerDetails.billingNumber",)


async def test_a_simulator_that_does_not_know_us_says_so_as_dhl_does(tmp_path):
    """Wrong credentials in both of its ways."""
    for secrets in (BASIC, OAUTH):
        client = a_client(desk(tmp_path))
        with pytest.raises(faults.AuthFailed):
            await client.issue(an_order(), a_connection(secrets | {"password": simulator.WRONG}))


async def test_a_token_that_is_refused_is_not_used_again(tmp_path):
    """DHL may end a token before its time: the next attempt has another."""
    stale = canned(200, {"access_token": "stale", "expires_in": 1799})
    client, connection = a_client(in_turn(stale, desk(tmp_path))), a_connection(OAUTH)

    with pytest.raises(faults.AuthFailed):
        await client.issue(an_order(), connection)

    assert (await client.issue(an_order(), connection)).kind == "label"


HOSTILE = {
    "a page": b"<!doctype html><title>Sorry</title>",
    "nothing": b"",
    "half an answer": b'{"shipmentNo": "999991587211", "label": {"b64": "JVBER',
    "a list": b"[]",
    "no number": {**SOLD, "shipmentNo": ""},
    "a number with a fraction": {**SOLD, "shipmentNo": 99999158721.5},
    "a number like a script": {**SOLD, "shipmentNo": "<script>alert</script>"},
    "a number too long": {**SOLD, "shipmentNo": "9" * 27},
    "two numbers": {**SOLD, "shipmentNo": ["999991587211", "999991587212"]},
    "no label": {**SOLD, "label": None},
    "a label that is a page": {**SOLD, "label": {"b64": b64encode(b"<html>").decode()}},
    "a label of no bytes": {**SOLD, "label": {"b64": ""}},
    "a label beyond base64": {**SOLD, "label": {"b64": "%PDF-1.7"}},
    "a huge label": {**SOLD, "label": {"b64": b64encode(b"%PDF-" + b"x" * 500_000).decode()}},
    "a routing code of two lines": {**SOLD, "routingCode": "40327653113\n+99000933090010"},
}


@pytest.mark.parametrize("said", HOSTILE.values(), ids=HOSTILE)
async def test_what_cannot_be_a_label_leaves_the_order_in_doubt(said):
    """It may have been bought; it never reaches a customer."""
    with pytest.raises(faults.OutcomeUnknown):
        await a_client(canned(201, said, spoilt=True)).issue(an_order(), a_connection())


@pytest.mark.parametrize("status", [200, 202, 500, 502, 503, 504])
async def test_a_status_that_the_file_does_not_know_leaves_the_order_in_doubt(status):
    """Whatever stands between us and DHL may speak after DHL has sold."""
    client = a_client(canned(status, SOLD), unwritten={status})

    with pytest.raises(faults.OutcomeUnknown):
        await client.issue(an_order(), a_connection())


async def test_what_became_of_an_order_cannot_be_found_out():
    """DHL has no question for it."""
    with pytest.raises(faults.OutcomeUnknown):
        await a_client(canned(500)).recover(Doubt("r:1", None, TUESDAY), a_connection())


def test_what_it_is_proven_by():
    """Nobody has tried it with DHL, and it says so."""
    found = dhl_parcel_de.adapter(HttpLine(canned(500)))

    assert (found.evidence.kind, found.evidence.on) == ("spec", date(2026, 6, 23))
    assert (found.tracks, found.hooks, found.locates, found.reserves) == (None,) * 4


def without_labels(folder, status):
    """A simulator in whose returns something is wrong, while its collections work."""
    behind = desk(folder)
    KEPT[folder] = behind
    said = {"title": "No", "status": status}
    no = canned(status, said, {"content-type": "application/problem+json"})

    async def answered(request):
        returns = request.url.path.startswith("/dhl_parcel_de/parcel/de/shipping")
        return await (no if returns else behind).handle_async_request(request)

    return httpx.MockTransport(answered)


KEPT = {}
"""The simulators of `without_labels`, by folder."""


async def standing(folder):
    """The states of all collections there."""
    word = simulator._word("moss")
    async with httpx.AsyncClient(transport=KEPT.pop(folder)) as http:
        address = f"{URL}/parcel/de/transportation/pickup/v3/orders"
        found = await http.get(address, headers={"authorization": f"Bearer {word}"})
    return [one["orderDetails"]["orderState"] for one in found.json()]


def a_row(label, method):
    """What is kept of this label."""
    return LabelRow(
        reference="r:1",
        return_id="r",
        portal_id="moss-and-fern",
        shipment_id="MF-1001",
        parcel_no=1,
        return_method=method,
        kind=label.kind,
        carrier="dhl_parcel_de",
        evidence="spec",
        tracking_number=label.tracking_number,
        cost=None,
        valid_until=None,
        issued_at=TUESDAY,
        carrier_id=label.carrier_id,
    )
