"""What the customer of the story may choose from: per item, as the shop's rules have it."""

from __future__ import annotations

from typing import Final

from contracts.rules import Choice, OfferedItem, OfferedMethod, OptionsOffered, WithheldMethod
from contracts.shop import ShipmentRecorded, ShippedItem
from contracts.words import NotOffered, ReturnMethod
from deploy.contracts.scene import LOOKUP_ID, day, euros
from deploy.contracts.settings import DAMAGE, DAMAGED, LINEN, REASONS, SETTINGS, TRIFLES

_FEE: Final = SETTINGS.fees[0]
_POSTED: Final = OfferedMethod(
    method=ReturnMethod.DROP_OFF_POINT,
    price=_FEE.price,
    free_above=_FEE.free_above,
    carrier="dhl_parcel_de",
)
_POSTED_FREE: Final = _POSTED.model_copy(update={"price": euros(0), "free_above": None})
_BROUGHT: Final = OfferedMethod(method=ReturnMethod.IN_STORE, price=euros(0))
_KEPT: Final = OfferedMethod(method=ReturnMethod.NONE, price=euros(0))


def _broken(units: int, *rules: str) -> Choice:
    return Choice(
        reasons=(DAMAGED,),
        refund_methods=SETTINGS.refund_methods,
        return_methods=(_POSTED_FREE, _BROUGHT),
        units_to=units,
        rules=(DAMAGE.rule_id, *rules),
    )


def _unwanted(units: int, *rules: str) -> Choice:
    return Choice(
        reasons=tuple(one.code for one in REASONS if one.code != DAMAGED),
        refund_methods=SETTINGS.refund_methods,
        return_methods=(_POSTED, _BROUGHT),
        units_to=units,
        rules=rules,
    )


_BROKEN_TRIFLE: Final = Choice(
    reasons=(DAMAGED,),
    refund_methods=("refund",),
    return_methods=(_KEPT,),
    units_to=1,
    rules=(DAMAGE.rule_id, TRIFLES.rule_id),
)
_CHOICES: Final = {
    "1": (_broken(2), _unwanted(2)),
    "2": (_broken(1, LINEN.rule_id), _unwanted(1, LINEN.rule_id)),
    "3": (_broken(1),),
    "4": (_BROKEN_TRIFLE, _unwanted(1)),
}
"""By line of the parcel: kettles, throw, candles, strainer."""


def options_of(parcel: ShipmentRecorded) -> OptionsOffered:
    """What may come back of the story's parcel on the day of the search."""
    return OptionsOffered(
        lookup_id=LOOKUP_ID,
        portal_id=parcel.portal_id,
        shipment_id=parcel.shipment_id,
        settings_version=SETTINGS.version,
        items=tuple(_offered(item) for item in parcel.items),
        reasons=REASONS,
        refund_methods=SETTINGS.refund_methods,
        return_methods=(_POSTED, _BROUGHT, _KEPT),
        withheld_methods=(
            WithheldMethod(method=ReturnMethod.PICKUP, why_not=NotOffered.NOT_ON_THIS_ROUTE),
        ),
        return_until=day(33, 11, 42),
        valid_until=day(33, 11, 42),
        policy_url=SETTINGS.policy_url,
    )


def _offered(item: ShippedItem) -> OfferedItem:
    return OfferedItem(
        line_id=item.line_id,
        sku=item.sku,
        name=item.name,
        unit_price=item.unit_price,
        returnable_units=item.quantity,
        return_until=day(47 if item.line_id == "2" else 33, 11, 42),
        choices=_CHOICES[item.line_id],
    )
