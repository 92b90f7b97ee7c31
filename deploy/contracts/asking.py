"""The story until the customer has chosen: settings, a parcel, a search, what may come back."""

from __future__ import annotations

from collections.abc import Iterator

from contracts.labels import FindServicePoints, ServicePoint, ServicePointsProposed
from contracts.lookup import FindShipment, ShipmentFound, ShipmentNotFound
from contracts.rules import (
    Finding,
    OfferedItem,
    OfferedMethod,
    OptionsOffered,
    PortalOpened,
    PortalRefused,
)
from contracts.shape import Home
from contracts.shop import (
    Brand,
    CarrierChoice,
    Customer,
    Fee,
    OfferedReason,
    PortalConfigured,
    ShipmentRecorded,
    ShippedItem,
)
from deploy.contracts.scene import (
    BACK_OFFICE,
    LOOKUP_ID,
    ORDER_NO,
    PAGE,
    PORTAL,
    SHIPMENT,
    SHOP,
    WAREHOUSE,
    Told,
    day,
    euros,
    first,
    then,
)

_REASONS = (
    OfferedReason(
        code="damaged_on_arrival", wording={"de": "Kaputt angekommen"}, needs_comment=True
    ),
    OfferedReason(code="looks_different"),
    OfferedReason(code="changed_mind"),
)

SETTINGS = PortalConfigured(
    portal_id=PORTAL,
    version=3,
    brand=Brand(
        name="Tilly & Thorn", logo_url="https://shop.example.com/logo.png", colour="#2f5d50"
    ),
    languages=("de", "en"),
    return_addresses=(WAREHOUSE,),
    return_address_id=WAREHOUSE.address_id,
    sender_email="retouren@shop.example.com",
    notification_email="lager@shop.example.com",
    window_days=30,
    published_window_days=30,
    currency="EUR",
    fees=(Fee(price=euros(399), return_method="drop_off_point", free_above=euros(15_000)),),
    policy_url="https://shop.example.com/rueckgabe",
    return_methods=("drop_off_point", "in_store"),
    refund_methods=("refund", "exchange"),
    reasons=_REASONS,
    carriers=(CarrierChoice(carrier="dhl_parcel_de", contract="direct"),),
    blocked_countries=("CH",),
    non_returnable_skus=("CANDLE-BEESWAX-6",),
)

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
            final_sale=True,
        ),
    ),
)

OPTIONS = OptionsOffered(
    lookup_id=LOOKUP_ID,
    portal_id=PORTAL,
    shipment_id=SHIPMENT,
    settings_version=SETTINGS.version,
    items=tuple(
        OfferedItem(
            line_id=item.line_id,
            sku=item.sku,
            name=item.name,
            unit_price=item.unit_price,
            returnable_units=0 if item.final_sale else item.quantity,
            why_not="not_returnable" if item.final_sale else None,
        )
        for item in PARCEL.items
    ),
    reasons=_REASONS,
    refund_methods=SETTINGS.refund_methods,
    return_methods=(
        OfferedMethod(method="drop_off_point", price=euros(399), carrier="dhl_parcel_de"),
        OfferedMethod(method="in_store", price=euros(0)),
    ),
    return_until=day(34, 0),
    policy_url=SETTINGS.policy_url,
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
    yield then(found, OPTIONS, day(8, 9, 15))

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
            lookup_id=LOOKUP_ID, portal_id=PORTAL, points=(POINT,), approximate=True
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
