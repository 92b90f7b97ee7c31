"""The story until the customer has chosen: settings, a parcel, a search, what may come back."""

from __future__ import annotations

from collections.abc import Iterator

from contracts.labels import FindServicePoints, ServicePoint, ServicePointsProposed
from contracts.lookup import FindShipment, ShipmentFound, ShipmentNotFound
from contracts.rules import Finding, PortalOpened, PortalRefused
from contracts.shape import Home
from contracts.shop import Customer, ShipmentRecorded, ShippedItem
from deploy.contracts.offering import options_of
from deploy.contracts.scene import (
    BACK_OFFICE,
    LOOKUP_ID,
    ORDER_NO,
    PAGE,
    PORTAL,
    SHIPMENT,
    SHOP,
    Told,
    day,
    euros,
    first,
    then,
)
from deploy.contracts.settings import SETTINGS

PARCEL = ShipmentRecorded(
    shipment_id=SHIPMENT,
    portal_id=PORTAL,
    version=2,
    order_no=ORDER_NO,
    tracking_number="RR473124829DE",
    carrier="dhl_parcel_de",
    ordered_at=day(0, 18, 20),
    delivered_at=day(3, 11, 42),
    customer=Customer(
        name="Annika Sommer",
        email="annika.sommer@example.com",
        phone="+49 40 5550123",
        language="de",
    ),
    deliver_to=Home(
        street="Lange Reihe",
        house_number="7b",
        addition="Hinterhaus",
        postal_code="20099",
        town="Hamburg",
        country="DE",
    ),
    items=(
        ShippedItem(
            line_id="1",
            sku="KETTLE-COPPER-12",
            name="Kupferkessel, 1,2 l",
            quantity=2,
            unit_price=euros(5490),
            category="kitchen",
            weight_grams=940,
            hs_code="7418.10",
            origin="PT",
        ),
        ShippedItem(
            line_id="2",
            sku="THROW-LINEN-SAND",
            name="Leinendecke, Sand",
            quantity=1,
            unit_price=euros(7900),
            category="textiles",
            tags=("linen", "spring"),
            weight_grams=1150,
        ),
        ShippedItem(
            line_id="3",
            sku="CANDLE-BEESWAX-6",
            name="Bienenwachskerzen, 6 Stück",
            quantity=1,
            unit_price=euros(1450),
            category="candles",
        ),
        ShippedItem(
            line_id="4",
            sku="STRAINER-BRASS",
            name="Teesieb, Messing",
            quantity=1,
            unit_price=euros(690),
            category="kitchen",
        ),
    ),
)

POINT = ServicePoint(
    point_id="dhl-de/482",
    carrier="dhl_parcel_de",
    name="Kiosk am Lohmühlenpark",
    street="Lange Reihe 61",
    postal_code="20099",
    town="Hamburg",
    country="DE",
    latitude=53.5567,
    longitude=10.0134,
    distance_metres=310,
    opening_hours={"monday": "08:00-20:00", "saturday": "09:00-14:00"},
    abilities=("parcel_drop_off", "label_printing"),
)


def told() -> Iterator[Told]:
    """Everything said before the customer confirms."""
    saved = first(SETTINGS, BACK_OFFICE, day(-20, 10))
    yield saved
    yield then(saved, PortalOpened(portal_id=PORTAL, version=SETTINGS.version), day(-20, 10))
    yield from _refused()
    yield first(PARCEL, SHOP, day(3, 11, 50))

    search = first(
        FindShipment(
            lookup_id=LOOKUP_ID,
            portal_id=PORTAL,
            tracking_number=PARCEL.tracking_number,
            postal_code=PARCEL.deliver_to.postal_code,
            client_ref="browser-5f1c",
            language="de",
        ),
        PAGE,
        day(8, 9, 15),
    )
    yield search
    found = then(
        search,
        ShipmentFound(
            lookup_id=LOOKUP_ID, portal_id=PORTAL, shipment_id=SHIPMENT, country="DE", language="de"
        ),
        day(8, 9, 15),
    )
    yield found
    yield then(search, ShipmentNotFound(lookup_id=LOOKUP_ID, portal_id=PORTAL), day(8, 9, 15))
    yield then(found, options_of(PARCEL), day(8, 9, 15))

    nearby = first(
        FindServicePoints(
            lookup_id=LOOKUP_ID, portal_id=PORTAL, country="DE", postal_code="20099", limit=5
        ),
        PAGE,
        day(8, 9, 16),
    )
    yield nearby
    yield then(
        nearby,
        ServicePointsProposed(
            lookup_id=LOOKUP_ID,
            portal_id=PORTAL,
            points=(POINT,),
            approximate=True,
            carrier=POINT.carrier,
            return_method="drop_off_point",
            source="collection",
            fallback_because="carrier_unavailable",
        ),
        day(8, 9, 16),
    )


def _refused() -> Iterator[Told]:
    """The first try at these settings had forgotten the address."""
    hasty = SETTINGS.model_copy(
        update={"version": 1, "return_addresses": (), "return_address_id": None}
    )
    finding = Finding(
        code="no_return_address",
        severity="blocking",
        field="return_address_id",
        sentence="Without a return address no label can be made.",
    )
    yield then(
        first(hasty, BACK_OFFICE, day(-21, 16)),
        PortalRefused(portal_id=PORTAL, version=hasty.version, findings=(finding,)),
        day(-21, 16),
    )
