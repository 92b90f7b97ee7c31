"""What the merchant of the story has set: its portal, and the rules it made."""

from __future__ import annotations

from typing import Final

from contracts.rulebook import (
    All,
    ExtendWindow,
    ItemCategory,
    ItemPrice,
    ItemTag,
    KeepItem,
    LimitRefundMethods,
    NeedsApproval,
    Not,
    NotReturnable,
    RequestReason,
    ReturnsSoFar,
    Rule,
    WaiveFee,
)
from contracts.shop import Brand, CarrierChoice, Fee, OfferedReason, PortalConfigured
from deploy.contracts.scene import PORTAL, WAREHOUSE, euros

DAMAGED: Final = "damaged_on_arrival"
REASONS: Final = (
    OfferedReason(code=DAMAGED, wording={"de": "Kaputt angekommen"}, needs_comment=True),
    OfferedReason(code="looks_different"),
    OfferedReason(code="changed_mind"),
)

LIT_CANDLES: Final = Rule(
    rule_id="candles-stay",
    note="Nobody buys a candle that was lit.",
    when=All(
        of=(ItemCategory(any_of=("candles",)), Not(of=RequestReason(any_of=(DAMAGED,)))),
    ),
    then=(NotReturnable(),),
)
DAMAGE: Final = Rule(
    rule_id="damage-is-free", when=RequestReason(any_of=(DAMAGED,)), then=(WaiveFee(),)
)
TRIFLES: Final = Rule(
    rule_id="trifles-are-kept",
    note="The way back costs more than a tea strainer.",
    when=All(of=(ItemPrice(at_most=euros(1000)), RequestReason(any_of=(DAMAGED,)))),
    then=(KeepItem(), LimitRefundMethods(only=("refund",))),
)
LINEN: Final = Rule(
    rule_id="linen-takes-time",
    when=ItemTag(any_of=("linen",)),
    then=(ExtendWindow(days=14),),
)
AGAIN: Final = Rule(rule_id="second-return", when=ReturnsSoFar(at_least=1), then=(NeedsApproval(),))

SETTINGS: Final = PortalConfigured(
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
    return_methods=("drop_off_point", "pickup", "in_store"),
    refund_methods=("refund", "exchange"),
    reasons=REASONS,
    carriers=(CarrierChoice(carrier="dhl_parcel_de", contract="direct"),),
    blocked_countries=("CH",),
    non_returnable_skus=("GIFT-CARD",),
    rules=(LIT_CANDLES, DAMAGE, TRIFLES, LINEN, AGAIN),
    refund_when="delivered",
    approval_days=3,
)
