"""The story from the customer's wish to the verdict, and the returns that went otherwise."""

from __future__ import annotations

from collections.abc import Iterator

from contracts.envelope import derived_id
from contracts.rules import (
    ApproveReturn,
    CancelReturn,
    JudgedItem,
    RefundDue,
    Refusal,
    RefuseReturn,
    RequestedItem,
    RequestReturn,
    ReturnApproved,
    ReturnAwaitingApproval,
    ReturnCancelled,
    ReturnRejected,
)
from deploy.contracts.asking import PARCEL, POINT, SETTINGS
from deploy.contracts.scene import (
    LOOKUP_ID,
    ORDER_NO,
    PAGE,
    PORTAL,
    RETURN_ID,
    SHIPMENT,
    SHOP,
    WAREHOUSE,
    Told,
    day,
    euros,
    first,
    then,
)

KETTLE, THROW, CANDLES = PARCEL.items
LATE_ID = derived_id("sample", "return that came too late")
DOUBTFUL_ID = derived_id("sample", "return a person has to look at")

REQUEST = first(
    RequestReturn(
        return_id=RETURN_ID,
        portal_id=PORTAL,
        shipment_id=SHIPMENT,
        items=(
            RequestedItem(
                line_id=KETTLE.line_id,
                quantity=1,
                reason="damaged_on_arrival",
                comment="Der Deckel ist verbeult und schließt nicht.",
            ),
            RequestedItem(line_id=THROW.line_id, quantity=1, reason="looks_different"),
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
            JudgedItem(
                line_id=KETTLE.line_id,
                quantity=1,
                reason="damaged_on_arrival",
                sku=KETTLE.sku,
                name=KETTLE.name,
                unit_price=KETTLE.unit_price,
            ),
            JudgedItem(
                line_id=THROW.line_id,
                quantity=1,
                reason="looks_different",
                sku=THROW.sku,
                name=THROW.name,
                unit_price=THROW.unit_price,
            ),
        ),
        refund_method="refund",
        return_method="drop_off_point",
        price=euros(399),
        value=euros(KETTLE.unit_price.minor + THROW.unit_price.minor),
        return_to=WAREHOUSE,
        carrier="dhl_parcel_de",
        service_point_id=POINT.point_id,
        send_back_by=day(22, 22),
        decided_at=day(8, 9, 21),
        language="de",
    ),
    day(8, 9, 21),
)


def told() -> Iterator[Told]:
    """The verdicts, one of each kind."""
    yield REQUEST
    yield APPROVED
    yield from _too_late()
    yield from _looked_at()
    yield from _called_off()


def refund(cause: Told) -> Told:
    """What the merchant owes once `cause`, the parcel's arrival, is known."""
    return then(
        cause,
        RefundDue(
            return_id=RETURN_ID,
            portal_id=PORTAL,
            amount=euros(KETTLE.unit_price.minor + THROW.unit_price.minor),
            refund_method="refund",
            because="delivered",
            due_at=day(11, 10, 5),
        ),
        day(11, 10, 5),
    )


def _too_late() -> Iterator[Told]:
    """Candles, weeks after the window, and they may never come back anyway."""
    wish = RequestReturn(
        return_id=LATE_ID,
        portal_id=PORTAL,
        shipment_id=SHIPMENT,
        items=(RequestedItem(line_id=CANDLES.line_id, quantity=1, reason="changed_mind"),),
        refund_method="refund",
        return_method="in_store",
    )
    yield then(
        first(wish, PAGE, day(50, 20, 2)),
        ReturnRejected(
            return_id=LATE_ID,
            portal_id=PORTAL,
            shipment_id=SHIPMENT,
            settings_version=SETTINGS.version,
            country="DE",
            items=(
                JudgedItem(
                    line_id=CANDLES.line_id,
                    quantity=1,
                    reason="changed_mind",
                    sku=CANDLES.sku,
                    name=CANDLES.name,
                    unit_price=CANDLES.unit_price,
                ),
            ),
            refund_method="refund",
            return_method="in_store",
            refusals=(
                Refusal(code="window_closed"),
                Refusal(code="not_returnable", line_id=CANDLES.line_id),
            ),
            decided_at=day(50, 20, 2),
            language="de",
        ),
        day(50, 20, 2),
    )


def _looked_at() -> Iterator[Told]:
    """The second kettle: a person is asked; here are both answers that person could give."""
    wish = RequestReturn(
        return_id=DOUBTFUL_ID,
        portal_id=PORTAL,
        shipment_id=SHIPMENT,
        items=(RequestedItem(line_id=KETTLE.line_id, quantity=1, reason="changed_mind"),),
        refund_method="exchange",
        return_method="drop_off_point",
    )
    yield then(
        first(wish, PAGE, day(12, 14, 30)),
        ReturnAwaitingApproval(
            return_id=DOUBTFUL_ID,
            portal_id=PORTAL,
            shipment_id=SHIPMENT,
            settings_version=SETTINGS.version,
            because=("second_return_of_order",),
            expires_at=day(15, 14, 30),
            decided_at=day(12, 14, 30),
        ),
        day(12, 14, 30),
    )
    yes = ApproveReturn(return_id=DOUBTFUL_ID, portal_id=PORTAL, by="staff-7")
    no = RefuseReturn(
        return_id=DOUBTFUL_ID, portal_id=PORTAL, by="staff-7", because="The kettle was used."
    )
    yield first(yes, SHOP, day(13, 8, 40))
    yield first(no, SHOP, day(13, 8, 40))


def _called_off() -> Iterator[Told]:
    """The customer keeps the things after all."""
    call = first(
        CancelReturn(return_id=RETURN_ID, portal_id=PORTAL, by="customer"), PAGE, day(8, 18, 0)
    )
    yield call
    yield then(
        call,
        ReturnCancelled(
            return_id=RETURN_ID,
            portal_id=PORTAL,
            shipment_id=SHIPMENT,
            by="customer",
            decided_at=day(8, 18, 0),
        ),
        day(8, 18, 0),
    )
