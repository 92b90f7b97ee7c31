"""The returns that went otherwise: refused, looked at by a person, called off, paid for already."""

from __future__ import annotations

from collections.abc import Iterator

from contracts.envelope import derived_id
from contracts.rules import (
    ApproveReturn,
    CancelReturn,
    Refusal,
    RefuseReturn,
    ReleaseRefund,
    RequestedItem,
    RequestReturn,
    ReturnAwaitingApproval,
    ReturnCancelled,
    ReturnRejected,
    ReturnUnchanged,
)
from contracts.words import Unchanged
from deploy.contracts.returning import CANDLES, IN_TIME, KETTLE, PRICE, judged
from deploy.contracts.scene import (
    PAGE,
    PORTAL,
    RETURN_ID,
    SHIPMENT,
    SHOP,
    Told,
    day,
    euros,
    first,
    then,
)
from deploy.contracts.settings import AGAIN, LIT_CANDLES, SETTINGS

LATE_ID = derived_id("sample", "return that came too late")
DOUBTFUL_ID = derived_id("sample", "return a person has to look at")


def told() -> Iterator[Told]:
    """What was said of them, in the order of their topics."""
    yield from _too_late()
    yield from _looked_at()
    yield from _called_off()
    yield from _paid_twice()


def _too_late() -> Iterator[Told]:
    """Candles, weeks after the window, and for a reason for which no candle comes back."""
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
                judged(
                    CANDLES,
                    "changed_mind",
                    rules=(LIT_CANDLES.rule_id,),
                    facts={
                        "item_category": "candles",
                        "request_reason": "changed_mind",
                        "units_left": "1",
                    },
                ),
            ),
            refund_method="refund",
            return_method="in_store",
            refusals=(
                Refusal(code="window_closed"),
                Refusal(
                    code="not_returnable", line_id=CANDLES.line_id, rule_id=LIT_CANDLES.rule_id
                ),
            ),
            decided_at=day(50, 20, 2),
            language="de",
            facts=IN_TIME,
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
        price_shown=PRICE,
        language="de",
    )
    yield then(
        first(wish, PAGE, day(12, 14, 30)),
        ReturnAwaitingApproval(
            return_id=DOUBTFUL_ID,
            portal_id=PORTAL,
            shipment_id=SHIPMENT,
            settings_version=SETTINGS.version,
            because=("needs_approval",),
            expires_at=day(12 + SETTINGS.approval_days, 14, 30),
            decided_at=day(12, 14, 30),
            country="DE",
            items=(
                judged(KETTLE, "changed_mind", rules=(AGAIN.rule_id,), facts={"units_left": "1"}),
            ),
            refund_method="exchange",
            return_method="drop_off_point",
            price=PRICE,
            value=KETTLE.unit_price,
            language="de",
            facts=IN_TIME | {"returns_so_far": "1"},
            rules=(AGAIN.rule_id,),
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


def _paid_twice() -> Iterator[Told]:
    """The shop, in a hurry, wants to pay for what was paid for on arrival."""
    hurry = first(
        ReleaseRefund(return_id=RETURN_ID, portal_id=PORTAL, by="staff-7", amount=euros(9000)),
        SHOP,
        day(11, 16, 20),
    )
    yield hurry
    yield then(
        hurry,
        ReturnUnchanged(
            return_id=RETURN_ID,
            portal_id=PORTAL,
            ordered="release_refund",
            because=Unchanged.ALREADY_DUE,
            decided_at=day(11, 16, 20),
        ),
        day(11, 16, 20),
    )
