"""What is tried over the wire: every operation that an adapter uses, and what comes of its errors.

`faults` has one entry for each error that the carrier's file describes of the operation: a test
compares it with the file, so that a new one cannot be forgotten. GLS's ShipIT describes `default`
alone, which may be anything; what stands here is what its documentation names.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any

from contracts.shape import Money
from services.labels.domain import faults
from services.labels.domain.connection import Connection
from services.labels.domain.faults import CarrierFault
from services.labels.domain.issued import LabelRow
from services.labels.domain.order import LabelOrder, Line, order_for
from services.labels.domain.point import Near, Spot
from services.labels.domain.sender import Goods, sender_of
from services.labels.ports.carriers import Adapter, Doubt
from tests.support.builders import a_return_address, a_shipment, an_approval
from tests.support.gls import REFERENCE
from tests.support.gls import an_order as for_gls

TUESDAY = datetime(2026, 3, 10, 9, tzinfo=UTC)
WEDNESDAY = date(2026, 3, 11)
AMSTERDAM = Near("NL", "1012JS", "Amsterdam", Spot(52.373, 4.893))

Call = Callable[[Adapter, Connection], Awaitable[Any]]
Came = type[CarrierFault] | None
"""What comes out: an answer, or this fault."""
REJECTED, UNKNOWN = faults.Rejected, faults.OutcomeUnknown
AUTH, LATER, BUSY = faults.AuthFailed, faults.Unavailable, faults.RateLimited


@dataclass(frozen=True)
class Row:
    """One operation (method and path as its file has them), reached through the adapter.

    `happy` is what comes of Prism's own example: an answer, or a fault where that example is
    nothing a carrier would say. `unknown` comes if nobody says who we are.
    """

    carrier: str
    spec: str
    place: str
    call: Call
    faults: Mapping[int, Came]
    happy: Came = None
    unknown: Came = faults.AuthFailed

    @property
    def operation(self) -> str:
        """How it is called in the table."""
        return f"{self.spec} {self.place}"

    @property
    def method_and_path(self) -> tuple[str, str]:
        """The same, apart."""
        method, _, path = self.place.partition(" ")
        return method, path


def an_order(method: str, country: str, **changes: Any) -> LabelOrder:
    """Two teapots on their way home, within one country."""
    there = {
        "DE": {"postal_code": "53113", "town": "Bonn"},
        "NL": {"postal_code": "1012JS", "town": "Amsterdam"},
    }[country]
    sender = replace(sender_of(a_shipment()), country=country, **there)
    to = a_return_address(country=country, street="Antwoordnummer", house_number="1234", **there)
    order = order_for(an_approval(return_method=method, return_to=to), sender)
    assert isinstance(order, LabelOrder)
    price = Money(minor=1200, currency="EUR")
    line = Line(2, "Grumpy teapot", price, Goods(350, "69120021", "CN"))
    worth = Money(minor=2400, currency="EUR")
    return replace(order, sender=sender, lines=(line,), value=worth, **changes)


def a_row(number: str, method: str = "drop_off_point", carrier_id: str = "") -> LabelRow:
    """A label that was issued."""
    return LabelRow(
        reference="r:1",
        return_id="r",
        portal_id="moss-and-fern",
        shipment_id="MF-1001",
        parcel_no=1,
        return_method=method,
        kind="label",
        carrier="-",
        evidence="spec",
        tracking_number=number,
        cost=None,
        valid_until=None,
        issued_at=TUESDAY,
        carrier_id=carrier_id,
    )


def bought(method: str = "drop_off_point", country: str = "DE", **changes: Any) -> Call:
    """A label is ordered."""
    order = an_order(method, country, **changes)
    return lambda carrier, connection: carrier.carrier.issue(order, connection)


def gls_bought(method: str = "drop_off_point", **changes: Any) -> Call:
    """A label is ordered from GLS."""
    order = for_gls(method=method, **changes)
    return lambda carrier, connection: carrier.carrier.issue(order, connection)


def recovered(method: str = "drop_off_point") -> Call:
    """An order is looked up."""
    doubt = Doubt(REFERENCE, None, TUESDAY, method)
    return lambda carrier, connection: carrier.carrier.recover(doubt, connection)


def cancelled(row: LabelRow) -> Call:
    """A label is taken back."""
    return lambda carrier, connection: carrier.cancels.cancel(row, connection)  # type: ignore[union-attr]


def tracked(number: str) -> Call:
    """A parcel is looked for."""
    rows = [a_row(number)]
    return lambda carrier, connection: carrier.tracks.track(rows, connection)  # type: ignore[union-attr]


def near(place: Near = AMSTERDAM) -> Call:
    """Points are looked for."""
    return lambda carrier, connection: carrier.locates.near(place, connection)  # type: ignore[union-attr]


def reserved(carrier: Adapter, connection: Connection) -> Awaitable[Any]:
    """A number is asked for."""
    assert carrier.reserves is not None
    return carrier.reserves.reserve(an_order("drop_off_point", "NL"), connection)


RETURNS, PICKUP = "dhl-de-returns", "dhl-de-pickup"
SHIPIT, TRACKING = "gls-shipit", "gls-tt"
SOLD, FOLLOWED = "sendcloud-v3-returns-openapi", "sendcloud-v3-parcel-tracking-openapi"
ANNOUNCE, POINTS = "/returns/announce-synchronously", "sendcloud-v3-service-points-openapi"
BARCODE, LABELLING, SHIPMENT = "postnl-Barcode", "postnl-Labelling", "postnl-Shipment"
STATUS, LOCATIONS = "postnl-ShippingStatus", "postnl-Locations"

OF_DHL: dict[int, Came] = {400: REJECTED, 401: AUTH, 403: AUTH}
OF_POSTNL: dict[int, Came] = {400: REJECTED, 401: AUTH, 405: LATER, 429: BUSY, 500: LATER}
OF_LABELS: dict[int, Came] = OF_POSTNL | {500: UNKNOWN}
AFTERWARDS: dict[int, Came] = {422: REJECTED, 429: BUSY, 500: LATER, 503: LATER}
UNSAID: dict[int, Came] = {401: AUTH, 429: BUSY, 500: LATER}

COLLECTED = bought("pickup", collect_on=WEDNESDAY)
NOT_COLLECTED = cancelled(a_row("999991587211", "pickup", "a" * 32))
ANNOUNCED = bought(country="NL")
WITHDRAWN = cancelled(a_row("938353680251", carrier_id="ZX61QJIX"))
NOT_SENT = cancelled(a_row("3SSEND0001", carrier_id="42"))
POSTED = bought(country="NL", reserved="3SDEVC272730803")
BY_CODE = near(replace(AMSTERDAM, spot=None))

ROWS = (
    Row("dhl_parcel_de", RETURNS, "POST /orders", bought(), OF_DHL | {422: REJECTED, 429: BUSY}),
    Row("dhl_parcel_de", PICKUP, "GET /orders", COLLECTED, OF_DHL),
    Row("dhl_parcel_de", PICKUP, "POST /orders", COLLECTED, OF_DHL | AFTERWARDS),
    Row("dhl_parcel_de", PICKUP, "DELETE /orders", NOT_COLLECTED, OF_DHL),
    Row("gls", "gls-auth", "POST /token", gls_bought(), {400: AUTH, 500: LATER}),
    Row("gls", SHIPIT, "POST /rs/shipments", gls_bought(), UNSAID | {500: UNKNOWN}),
    Row("gls", SHIPIT, "POST /rs/shipments/reprintparcel", recovered(), UNSAID),
    Row("gls", SHIPIT, "POST /rs/shipments/cancel/{trackID}", WITHDRAWN, UNSAID),
    Row("gls", SHIPIT, "POST /rs/parcelshop/distance", near(), UNSAID),
    Row(
        "gls",
        TRACKING,
        "GET /tracking/simple/trackids/{unitnos}",
        tracked("938353680251"),
        {400: LATER, 401: AUTH, 404: LATER, 429: BUSY},
    ),
    # The example is another return's; an order that was taken stays in doubt whatever comes next.
    Row(
        "sendcloud",
        SOLD,
        "POST /returns/announce-synchronously",
        ANNOUNCED,
        {400: REJECTED},
        UNKNOWN,
    ),
    Row("sendcloud", SOLD, "GET /returns/{id}", ANNOUNCED, {404: UNKNOWN}, UNKNOWN, UNKNOWN),
    # Behind every page of Prism's is another one.
    Row("sendcloud", SOLD, "GET /returns", recovered(), {}, UNKNOWN),
    Row(
        "sendcloud",
        SOLD,
        "PATCH /returns/{id}/cancel",
        NOT_SENT,
        {404: LATER, 409: None},
    ),
    Row(
        "sendcloud",
        FOLLOWED,
        "GET /parcels/tracking/{tracking_number}",
        tracked("123456789"),
        {404: None, 422: None},
    ),
    Row("sendcloud", POINTS, "GET /service-points", near(), {400: faults.NotCovered, 503: LATER}),
    # The example of status 400: too many numbers in a series, which is the contract's to mend.
    Row("postnl", BARCODE, "GET /shipment/v1_1/barcode", reserved, OF_POSTNL | {400: AUTH}),
    Row("postnl", LABELLING, "POST /shipment/v2_2/label", POSTED, OF_LABELS),
    Row("postnl", SHIPMENT, "POST /shipment/v2_2/label", POSTED, OF_LABELS),
    Row(
        "postnl",
        STATUS,
        "GET /shipment/v2/status/barcode/{barcode}",
        tracked("3SDEVC288882229"),
        OF_POSTNL,
    ),
    Row("postnl", LOCATIONS, "GET /shipment/v2_1/locations/nearest", BY_CODE, OF_POSTNL),
    Row("postnl", LOCATIONS, "GET /shipment/v2_1/locations/nearest/geocode", near(), OF_POSTNL),
)
