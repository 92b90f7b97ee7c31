"""GLS's adapter and the simulator's GLS desk keep to GLS's own OpenAPI files."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx
import pytest

from contracts.words import Cancelled, Phase, PointAbility
from services.labels.adapters.carriers.gls import adapter
from services.labels.adapters.carriers.gls.client import SHIPIT as SHIPIT_PATH
from services.labels.adapters.lines.http import HttpLine
from services.labels.domain import faults
from services.labels.domain.connection import PLATFORM, Connection
from services.labels.domain.issued import IssuedLabel, LabelRow
from services.labels.domain.point import Near, Spot
from services.labels.ports.carriers import Adapter, Doubt
from tests.specs.checked import Checked, canned, desk, in_turn
from tests.specs.spec import Spec
from tests.support.gls import REFERENCE, a_connection, a_created, a_token, an_order

URL = "http://carrier/gls"
TUESDAY = datetime(2026, 3, 10, 9, tzinfo=UTC)
JSON = {"content-type": "application/glsVersion1+json"}
NO_SUCH = {"error": "INVALID_SHIPMENT_ID", "message": "none", "args": '["R","none"]'}


def as_gls_does(whole: dict[str, Any]) -> None:
    """What ShipIT does otherwise than its file says, by its REST documentation (5.0.11).

    The postal code is called `ZIPCode`. And the file describes no error: what it calls `default` is
    what comes when all goes well.
    """
    for name in ("Address", "Location", "ParcelShopSearchLocation"):
        schema = whole["components"]["schemas"][name]["properties"]
        schema["ZIPCode"] = schema.pop("Zipcode")
    for path in whole["paths"].values():
        for operation in path.values():
            operation["responses"]["2XX"] = operation["responses"].pop("default")


SPECS = {
    f"{URL}{SHIPIT_PATH}": Spec("gls-shipit", mend=as_gls_does),
    f"{URL}/oauth2/v2": Spec("gls-auth"),
    f"{URL}/track-and-trace-v1": Spec("gls-tt"),
}


def gls(inner: httpx.AsyncBaseTransport, *unwritten: int) -> Adapter:
    """The adapter as it is in production, its line checked."""
    return adapter(HttpLine(Checked("gls", inner, SPECS, unwritten=unwritten)))


def answering(status: int, said: Any = None, headers: Any = None, **more: Any) -> Adapter:
    """GLS lets us in, and then says this."""
    inner = in_turn(canned(200, a_token()), canned(status, said, headers, **more))
    return gls(inner, *((status,) if status >= 400 else ()))


ROW: dict[str, Any] = {
    "reference": REFERENCE,
    "return_id": REFERENCE.partition(":")[0],
    "portal_id": "moss",
    "shipment_id": "S-1",
    "parcel_no": 1,
    "return_method": "drop_off_point",
    "kind": "label",
    "carrier": "gls",
    "evidence": "spec",
    "cost": None,
    "valid_until": None,
    "issued_at": TUESDAY,
}
PROBLEM = {"type": "about:blank", "title": "Bad Request", "status": 400, "detail": "?"}
EXPIRED = {"fault": {"faultstring": "?", "detail": {"errorcode": "steps.jwt.TokenExpired"}}}
QUOTA = {"fault": {"detail": {"errorcode": "policies.ratelimit.QuotaViolation"}}}


def a_row(label: IssuedLabel) -> LabelRow:
    """The label as it was kept."""
    numbers = {"tracking_number": label.tracking_number, "carrier_id": label.carrier_id}
    return LabelRow(**ROW | numbers)


def doubt(method: str = "drop_off_point") -> Doubt:
    """What became of it?"""
    return Doubt(REFERENCE, None, TUESDAY, method)


CONNECTION = a_connection(URL)


async def test_shop_return_bought(tmp_path):
    """R17, R23: a label, as GLS drew it, under both of GLS's numbers."""
    label = await gls(desk(tmp_path)).carrier.issue(an_order(), CONNECTION)

    assert (label.kind, len(label.carrier_id), len(label.tracking_number)) == ("label", 8, 12)
    assert [one.content[:5] for one in label.documents] == [b"%PDF-"]
    assert label.collected_from is None


async def test_pickup_bought(tmp_path):
    """R38: somebody comes on a day after today, and brings the label along."""
    wanted = datetime.now(UTC).date() + timedelta(days=9)
    order = an_order(method="pickup", collect_on=wanted)

    label = await gls(desk(tmp_path)).carrier.issue(order, CONNECTION)

    assert label.documents == ()
    assert "hand this over" in label.note
    assert label.collected_from.date() in (wanted + timedelta(days=late) for late in range(3))
    assert label.collected_from < label.collected_until


async def test_shop_return_read_back(tmp_path):
    """F20: the answer got lost; the label is found, and none is sold anew."""
    carrier = gls(desk(tmp_path)).carrier
    bought = await carrier.issue(an_order(), CONNECTION)

    found = await carrier.recover(doubt(), CONNECTION)

    assert found == bought
    assert len((tmp_path / "sales.jsonl").read_text().splitlines()) == 2  # sold, repeated


async def test_shop_return_absent(tmp_path):
    """GLS itself says that it knows of none."""
    assert await gls(desk(tmp_path), 400).carrier.recover(doubt(), CONNECTION) is None


async def test_pickup_is_never_read_back(tmp_path):
    """What a print of a driver's order would do to it, nobody says: a person decides."""
    with pytest.raises(faults.OutcomeUnknown):
        await gls(desk(tmp_path)).carrier.recover(doubt("pickup"), CONNECTION)


async def test_sold_twice_is_for_a_person(tmp_path):
    """Two parcels under one reference: neither is picked at random."""
    carrier = gls(desk(tmp_path), 400).carrier
    await carrier.issue(an_order(), CONNECTION)
    await carrier.issue(an_order(), CONNECTION)

    with pytest.raises(faults.OutcomeUnknown):
        await carrier.recover(doubt(), CONNECTION)


async def test_cancelled_once_and_again(tmp_path):
    """GLS takes the wish, and of returns promises nothing; asked twice, it says 500."""
    held = gls(desk(tmp_path), 500)
    row = a_row(await held.carrier.issue(an_order(), CONNECTION))

    assert await held.cancels.cancel(row, CONNECTION) is Cancelled.REQUESTED
    with pytest.raises(faults.Unavailable):
        await held.cancels.cancel(row, CONNECTION)


async def test_cancelled_too_late(tmp_path):
    """It has been handed over."""
    inner = desk(tmp_path)
    held = gls(inner)
    row = a_row(await held.carrier.issue(an_order(), CONNECTION))
    await scanned(inner, row.tracking_number, "INTIAL.NORMAL")

    assert await held.cancels.cancel(row, CONNECTION) is Cancelled.TOO_LATE


async def test_cancelling_what_is_unknown(tmp_path):
    """A 400 is no promise of anything."""
    row = a_row(await gls(desk(tmp_path)).carrier.issue(an_order(), CONNECTION))

    with pytest.raises(faults.Unavailable):
        await gls(desk(tmp_path / "other"), 400).cancels.cancel(row, CONNECTION)


async def test_tracked_from_shop_to_merchant(tmp_path):
    """Each event in our words, GLS's own kept beside it; a stranger is unknown."""
    inner = desk(tmp_path)
    held = gls(inner)
    row = a_row(await held.carrier.issue(an_order(), CONNECTION))
    codes = ("INTIAL.NORMAL", "OUTBOD.NORMAL", "CHANGD.ODD", "OUTDEL.NORMAL", "DELIVD.NORMAL")
    for hour, code in enumerate(codes):
        await scanned(inner, row.tracking_number, code, TUESDAY + timedelta(hours=hour))

    scans = await held.tracks.track([row], CONNECTION)

    told = [(scan.code, scan.phase) for scan in sorted(scans, key=lambda s: s.happened_at)]
    assert [pair for pair in told if pair[0] in codes] == [
        ("INTIAL.NORMAL", Phase.HANDED_OVER),
        ("OUTBOD.NORMAL", Phase.IN_TRANSIT),
        ("CHANGD.ODD", Phase.UNKNOWN),
        ("OUTDEL.NORMAL", Phase.OUT_FOR_DELIVERY),
        ("DELIVD.NORMAL", Phase.DELIVERED),
    ]
    assert {scan.tracking_number for scan in scans} == {row.tracking_number}


async def test_tracking_what_nobody_has_seen(tmp_path):
    """A number GLS does not know is no fault: there are no scans of it."""
    held = gls(desk(tmp_path))
    row = a_row(await held.carrier.issue(an_order(), CONNECTION))

    assert await held.tracks.track([replace(row, tracking_number="999999999999")], CONNECTION) == ()


async def test_tracking_too_many(tmp_path):
    """Ten numbers a call: the desk counts as GLS does."""
    held = gls(desk(tmp_path))
    row = a_row(await held.carrier.issue(an_order(), CONNECTION))

    with pytest.raises(faults.Unavailable):
        await held.tracks.track([row] * (held.tracks.numbers_at_once + 1), CONNECTION)


@pytest.mark.parametrize(
    ("status", "said", "fault"),
    [
        (400, PROBLEM, faults.Unavailable),
        (401, EXPIRED, faults.AuthFailed),
        (404, PROBLEM | {"status": 404, "title": "Not Found"}, faults.Unavailable),
        (429, QUOTA, faults.RateLimited),
    ],
    ids=["400", "401-expired", "404", "429-quota"],
)
async def test_tracking_answered(status, said, fault):
    """Every error that the file describes, as its examples have it."""
    row = LabelRow(**ROW | {"tracking_number": "938353680251"})
    inner = canned(200, a_token()), canned(status, said)
    again = (*inner, *inner) if status == 401 else inner

    with pytest.raises(fault) as raised:
        await gls(in_turn(*again)).tracks.track([row], CONNECTION)

    assert type(raised.value) is fault


@pytest.mark.parametrize("spot", [None, Spot(52.373, 4.893)], ids=["postal-code", "place"])
async def test_shops_nearby(tmp_path, spot):
    """R18, R19: shops with place and hours; a locker takes no returns."""
    near = Near("NL", "1012JS", "Amsterdam", spot, frozenset({PointAbility.ACCEPTS_RETURNS}))

    found = await gls(desk(tmp_path)).locates.near(near, CONNECTION)

    assert len(found) >= 7
    assert {point.carrier for point in found} == {"gls"}
    assert {point.abilities for point in found} == {frozenset({PointAbility.ACCEPTS_RETURNS})}
    assert found[0].hours["mon"] == "09:00-12:30 13:30-18:30"


async def test_shops_where_gls_knows_none(tmp_path):
    """GLS answers nothing at all: no shops, no fault."""
    assert await answering(200, {}, JSON).locates.near(Near("NL", "1012JS"), CONNECTION) == ()


async def test_shops_in_a_country_unheard_of(tmp_path):
    """The locator refuses; the caller falls back."""
    with pytest.raises(faults.Unavailable):
        await gls(desk(tmp_path), 400).locates.near(Near("XX", "1"), CONNECTION)


async def test_days_of_pickup():
    """From tomorrow on, Monday to Friday."""
    days = await adapter().collects.days(Near("NL", "1012JS"), date(2026, 3, 12), CONNECTION)

    assert [day.isoformat() for day in days[:3]] == ["2026-03-13", "2026-03-16", "2026-03-17"]


# Who we are.


async def test_token_fetched_once_by_many(tmp_path):
    """Ten orders at once need one token."""
    inner = Counting(desk(tmp_path))
    carrier = gls(inner).carrier
    orders = [an_order(reference=f"{REFERENCE[:-1]}{number}") for number in range(2, 10)]

    await asyncio.gather(*(carrier.issue(order, CONNECTION) for order in orders))

    assert (inner.asked["/gls/oauth2/v2/token"], len(inner.asked)) == (1, 2)


async def test_wrong_credentials(tmp_path):
    """Nothing was ordered: somebody must mend the settings."""
    wrong = replace(CONNECTION, secrets={"client_id": "wrong", "client_secret": "x"})

    with pytest.raises(faults.AuthFailed):
        await gls(desk(tmp_path)).carrier.issue(an_order(), wrong)
    assert not (tmp_path / "sales.jsonl").exists()


async def test_token_of_yesterday(tmp_path):
    """The desk forgot it: the order is made once more with a fresh one, and sold once."""
    inner = in_turn(canned(200, a_token()), desk(tmp_path))
    carrier = gls(inner, 401).carrier

    label = await carrier.issue(an_order(), CONNECTION)

    assert label.documents
    assert len((tmp_path / "sales.jsonl").read_text().splitlines()) == 1


async def test_turned_away_for_good():
    """A second 401 with a fresh token: there is no third try."""
    inner = in_turn(
        canned(200, a_token()), canned(401), canned(200, a_token("another")), canned(401)
    )

    with pytest.raises(faults.AuthFailed):
        await gls(inner, 401).carrier.issue(an_order(), CONNECTION)


@pytest.mark.parametrize(
    ("status", "said"), [(500, {"errors": []}), (200, None)], ids=["500", "empty"]
)
async def test_no_token(status, said):
    """Certainly nothing was ordered."""
    with pytest.raises(faults.Unavailable):
        await gls(canned(status, said, spoilt=said is None)).carrier.issue(an_order(), CONNECTION)


# What GLS objects to.


@pytest.mark.parametrize(
    ("changes", "options", "fault"),
    [
        ({}, {"contact_id": "wrong"}, faults.AuthFailed),
        ({}, {"contact_id": "noreturns"}, faults.NotCovered),
        ({"method": "pickup"}, {"contact_id": "2761234567"}, faults.Rejected),
        ({"method": "drop_off_labelless"}, {"contact_id": "2761234567"}, faults.NotCovered),
    ],
    ids=["contact", "service", "phone-missing", "labelless"],
)
async def test_refused_by_the_desk(tmp_path, changes, options, fault):
    """In headers, as GLS's documentation has it: whose fault it is decides what happens next."""
    held = gls(desk(tmp_path), 400)

    with pytest.raises(fault):
        await held.carrier.issue(an_order(**changes), replace(CONNECTION, options=options))
    assert not (tmp_path / "sales.jsonl").exists()


async def test_refused_for_a_missing_postal_code(tmp_path):
    """The field is named, its value is not."""
    order = an_order()
    order = replace(order, sender=replace(order.sender, postal_code=""))

    with pytest.raises(faults.Rejected) as refused:
        await gls(desk(tmp_path), 400).carrier.issue(order, CONNECTION)

    assert refused.value.fields == ("consignee.zip",)


@pytest.mark.parametrize(
    ("status", "fault"),
    [
        (403, faults.AuthFailed),
        (404, faults.Unavailable),
        (415, faults.Unavailable),
        (429, faults.RateLimited),
        (490, faults.Unavailable),
        (500, faults.OutcomeUnknown),
        (503, faults.OutcomeUnknown),
    ],
    ids=["403", "404", "415", "429", "490", "500", "503"],
)
async def test_order_answered(status, fault):
    """The file describes no error of an order: its status has to say what it means."""
    with pytest.raises(fault) as raised:
        await answering(status).carrier.issue(an_order(), CONNECTION)

    assert type(raised.value) is fault


@pytest.mark.parametrize("status", [400, 404, 500])
async def test_read_back_answered_without_a_word(status):
    """Only GLS itself can say that there is none, and it says so by name."""
    with pytest.raises(faults.Unavailable):
        await answering(status).carrier.recover(doubt(), CONNECTION)


async def test_read_back_absent_by_name():
    """The word that counts."""
    said = answering(400, None, NO_SUCH)

    assert await said.carrier.recover(doubt(), CONNECTION) is None


@pytest.mark.parametrize(
    "said",
    [
        b"<!doctype html><title>Sorry</title>",
        b'{"CreatedShipment": {"ParcelDa',
        a_created(reference="somebody-else:1"),
        a_created(parcels=2),
        a_created(document=b"<html>no PDF"),
        a_created(document=None),
    ],
    ids=["html", "cut", "somebody-elses", "second-parcel", "no-pdf", "no-document"],
)
async def test_hostile_answer_to_an_order(said):
    """It may have been bought; it never reaches a customer."""
    with pytest.raises(faults.OutcomeUnknown):
        await answering(200, said, JSON, spoilt=True).carrier.issue(an_order(), CONNECTION)


async def test_created_as_the_documentation_shows_it():
    """A lone document stands without brackets there, and `result` in small letters."""
    label = await answering(201, a_created(bare=True), JSON, spoilt=True).carrier.issue(
        an_order(), CONNECTION
    )
    said = {"TrackID": label.carrier_id, "result": "CANCELLATION_PENDING"}

    assert label.documents
    outcome = await answering(200, said, JSON, spoilt=True).cancels.cancel(a_row(label), CONNECTION)
    assert outcome is Cancelled.REQUESTED


async def scanned(
    inner: httpx.AsyncBaseTransport, number: str, code: str, at: datetime = TUESDAY
) -> None:
    """The parcel moves."""
    body = {"tracking_number": number, "code": code, "at": at.isoformat()}
    async with httpx.AsyncClient(transport=inner) as http:
        assert (await http.post(f"{URL}/_scan", json=body)).status_code == 200


class Counting(httpx.AsyncBaseTransport):
    """Counts what is asked, by address."""

    def __init__(self, inner: httpx.AsyncBaseTransport) -> None:
        self._inner = inner
        self.asked: dict[str, int] = {}

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """The answer, noted."""
        path = request.url.path
        self.asked[path] = self.asked.get(path, 0) + 1
        return await self._inner.handle_async_request(request)


def test_the_connection_of_these_tests_keeps_its_secrets():
    """Neither it nor its token is ever shown."""
    assert "client" not in repr(CONNECTION)
    assert Connection(PLATFORM, "gls").id == CONNECTION.id
