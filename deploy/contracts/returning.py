"""The story from the customer's wish to the verdict, and what the merchant owes in the end."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from contracts.rules import (
    JudgedItem,
    RefundDue,
    RequestedItem,
    RequestReturn,
    ReturnApproved,
)
from contracts.shop import ShippedItem
from contracts.words import ReturnMethod
from deploy.contracts.asking import PARCEL, POINT
from deploy.contracts.scene import (
    LOOKUP_ID,
    ORDER_NO,
    PAGE,
    PORTAL,
    RETURN_ID,
    SHIPMENT,
    WAREHOUSE,
    Told,
    day,
    euros,
    first,
    then,
    utc,
)
from deploy.contracts.settings import (
    DAMAGE,
    DAMAGED,
    LINEN,
    SETTINGS,
    TRIFLES,
)

KETTLE, THROW, CANDLES, STRAINER = PARCEL.items

REQUEST = first(
    RequestReturn(
        return_id=RETURN_ID,
        portal_id=PORTAL,
        shipment_id=SHIPMENT,
        items=(
            RequestedItem(
                line_id=KETTLE.line_id,
                quantity=1,
                reason=DAMAGED,
                comment="Der Deckel ist verbeult und schließt nicht.",
            ),
            RequestedItem(line_id=THROW.line_id, quantity=1, reason="looks_different"),
            RequestedItem(
                line_id=STRAINER.line_id, quantity=1, reason=DAMAGED, comment="Der Griff ist ab."
            ),
        ),
        refund_method="refund",
        return_method="drop_off_point",
        service_point_id=POINT.point_id,
        price_shown=euros(399),
        lookup_id=LOOKUP_ID,
        language="de",
    ),
    PAGE,
    day(8, 9, 21),
)

IN_TIME = {
    "delivered_at": utc(day(3, 11, 42)),
    "return_until": utc(day(33, 11, 42)),
}
PRICE = SETTINGS.fees[0].price
VALUE = euros(sum(item.unit_price.minor for item in (KETTLE, THROW, STRAINER)))


def judged(item: ShippedItem, reason: str, **more: Any) -> JudgedItem:
    """One unit of `item`, as the verdict repeats it."""
    return JudgedItem(
        line_id=item.line_id,
        quantity=1,
        reason=reason,
        sku=item.sku,
        name=item.name,
        unit_price=item.unit_price,
        **more,
    )


APPROVED = then(
    REQUEST,
    ReturnApproved(
        return_id=RETURN_ID,
        portal_id=PORTAL,
        shipment_id=SHIPMENT,
        order_no=ORDER_NO,
        settings_version=SETTINGS.version,
        country="DE",
        items=(
            judged(
                KETTLE,
                DAMAGED,
                rules=(DAMAGE.rule_id,),
                facts={"request_reason": DAMAGED, "units_left": "2"},
            ),
            judged(
                THROW,
                "looks_different",
                rules=(LINEN.rule_id,),
                facts={
                    "item_tag": "linen, spring",
                    "return_until": utc(day(47, 11, 42)),
                    "units_left": "1",
                },
            ),
            judged(
                STRAINER,
                DAMAGED,
                kept=True,
                rules=(DAMAGE.rule_id, TRIFLES.rule_id),
                facts={"item_price": "690 EUR", "request_reason": DAMAGED, "units_left": "1"},
            ),
        ),
        refund_method="refund",
        return_method=ReturnMethod.DROP_OFF_POINT,
        price=PRICE,
        value=VALUE,
        return_to=WAREHOUSE,
        carrier="dhl_parcel_de",
        service_point_id=POINT.point_id,
        send_back_by=day(22, 22),
        decided_at=day(8, 9, 21),
        language="de",
        facts=IN_TIME,
    ),
    day(8, 9, 21),
)


def told() -> Iterator[Told]:
    """The wish, and a yes."""
    yield REQUEST
    yield APPROVED


def refund(cause: Told) -> Told:
    """What the merchant owes once `cause`, the parcel's arrival, is known."""
    return then(
        cause,
        RefundDue(
            return_id=RETURN_ID,
            portal_id=PORTAL,
            amount=euros(VALUE.minor - PRICE.minor),
            refund_method="refund",
            because="delivered",
            due_at=day(11, 10, 5),
            value=VALUE,
            price=PRICE,
        ),
        day(11, 10, 5),
    )
