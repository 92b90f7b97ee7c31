"""The words we know today. On the wire they are open: readers must survive a stranger."""

from __future__ import annotations

from enum import StrEnum


class RefundMethod(StrEnum):
    """What the customer wants instead of the goods."""

    REFUND = "refund"
    EXCHANGE = "exchange"
    STORE_CREDIT = "store_credit"


class ReturnMethod(StrEnum):
    """How the parcel goes back."""

    DROP_OFF_POINT = "drop_off_point"
    DROP_OFF_LABELLESS = "drop_off_labelless"
    PICKUP = "pickup"
    IN_STORE = "in_store"
    NONE = "none"
    """Nothing travels: the customer keeps what a rule lets them keep."""


class Phase(StrEnum):
    """Where a returned parcel is, whatever its carrier calls it."""

    ANNOUNCED = "announced"
    HANDED_OVER = "handed_over"
    IN_TRANSIT = "in_transit"
    AT_CUSTOMS = "at_customs"
    OUT_FOR_DELIVERY = "out_for_delivery"
    DELIVERED = "delivered"
    DELIVERY_FAILED = "delivery_failed"
    RETURNED_TO_SENDER = "returned_to_sender"
    LOST = "lost"
    CANCELLED = "cancelled"
    UNKNOWN = "unknown"


class Reason(StrEnum):
    """Why an item comes back. One word per meaning: lists of the trade overlap, ours does not."""

    DAMAGED_ON_ARRIVAL = "damaged_on_arrival"
    DOES_NOT_WORK = "does_not_work"
    POOR_QUALITY = "poor_quality"
    NOT_AS_DESCRIBED = "not_as_described"
    LOOKS_DIFFERENT = "looks_different"
    WRONG_ITEM_RECEIVED = "wrong_item_received"
    TOO_LARGE = "too_large"
    TOO_SMALL = "too_small"
    WRONG_SIZE_ORDERED = "wrong_size_ordered"
    WRONG_COLOUR_ORDERED = "wrong_colour_ordered"
    ORDERED_BY_MISTAKE = "ordered_by_mistake"
    ORDERED_SEVERAL = "ordered_several"
    TOO_MANY = "too_many"
    CHANGED_MIND = "changed_mind"
    NO_LONGER_NEEDED = "no_longer_needed"
    BETTER_PRICE = "better_price"
    ARRIVED_LATE = "arrived_late"
    DOES_NOT_SUIT = "does_not_suit"
    GIFT = "gift"
    OTHER = "other"
    NONE_GIVEN = "none_given"


class Refused(StrEnum):
    """Why a return is refused. Each is one fact about the parcel, an item or a wish."""

    PORTAL_CLOSED = "portal_closed"
    SHIPMENT_UNKNOWN = "shipment_unknown"
    NOT_DELIVERED = "not_delivered"
    WINDOW_CLOSED = "window_closed"
    COUNTRY_BLOCKED = "country_blocked"
    ITEM_UNKNOWN = "item_unknown"
    ITEM_TWICE = "item_twice"
    NOT_RETURNABLE = "not_returnable"
    QUANTITY_EXCEEDED = "quantity_exceeded"
    REASON_NOT_OFFERED = "reason_not_offered"
    REFUND_METHOD_NOT_OFFERED = "refund_method_not_offered"
    RETURN_METHOD_NOT_OFFERED = "return_method_not_offered"
    PRICE_CHANGED = "price_changed"
    PRICE_NOT_SHOWN = "price_not_shown"
    COMMENT_MISSING = "comment_missing"
    COLLECT_ON_IMPOSSIBLE = "collect_on_impossible"
    """A day before today, or after the last one to send anything back."""
    REFUSED_BY_MERCHANT = "refused_by_merchant"
    APPROVAL_EXPIRED = "approval_expired"


class NotOffered(StrEnum):
    """Why a return method that is switched on is not offered for this parcel."""

    NO_CARRIER = "no_carrier"
    """None of the merchant's carriers does it anywhere."""
    NOT_ON_THIS_ROUTE = "not_on_this_route"
    """One of them does it, but not from this country to that one."""
    DIRECT_CONTRACT_NEEDED = "direct_contract_needed"
    PLATFORM_CONTRACT_NEEDED = "platform_contract_needed"
    CONTRACT_EXCLUDES_RETURNS = "contract_excludes_returns"
    NOT_TODAY = "not_today"
    """It was possible once, or will be."""
    LIMITED_BY_RULE = "limited_by_rule"


class Unchanged(StrEnum):
    """Why an order about a return changed nothing."""

    RETURN_UNKNOWN = "return_unknown"
    OTHER_PORTAL = "other_portal"
    NOT_WAITING = "not_waiting"
    """It does not wait for approval (any more)."""
    ALREADY_HANDED_OVER = "already_handed_over"
    ALREADY_CANCELLED = "already_cancelled"
    ALREADY_REFUSED = "already_refused"
    ALREADY_DUE = "already_due"
    NOT_APPROVED = "not_approved"
    OTHER_CURRENCY = "other_currency"


class LabelKind(StrEnum):
    """What the customer shows at the counter."""

    LABEL = "label"
    QR_CODE = "qr_code"


class DocumentKind(StrEnum):
    """What a document is for."""

    LABEL_PDF = "label_pdf"
    """A6, or as its carrier drew it."""
    LABEL_A4_PDF = "label_a4_pdf"
    """The same on a sheet that printers at home take, with what to do."""
    LABEL_PNG = "label_png"
    """A label that its carrier gives as a picture only."""
    LABEL_ZPL = "label_zpl"
    """For label printers of 203 dpi."""
    QR_PNG = "qr_png"
    CUSTOMS_PDF = "customs_pdf"
    """CN23, where the parcel leaves the customs union."""


class PointAbility(StrEnum):
    """What a service point can do."""

    ACCEPTS_RETURNS = "accepts_returns"
    PRINTS_LABELS = "prints_labels"
    """Takes a parcel for a code shown on a screen."""
    LOCKER = "locker"
    """A machine, and nobody to ask."""


class Weekday(StrEnum):
    """Days as opening hours name them."""

    MONDAY = "mon"
    TUESDAY = "tue"
    WEDNESDAY = "wed"
    THURSDAY = "thu"
    FRIDAY = "fri"
    SATURDAY = "sat"
    SUNDAY = "sun"


class PointSource(StrEnum):
    """Who knows the points that are proposed."""

    CARRIER = "carrier"
    COLLECTION = "collection"
    """Those an operator imported."""


class WhyNoPoints(StrEnum):
    """Why nothing is proposed."""

    PLACE_UNKNOWN = "place_unknown"
    """Nobody knows where that is: no such postal code, or no such customer (any more)."""
    NO_POINTS_NEAR = "no_points_near"
    CARRIER_UNKNOWN = "carrier_unknown"
    """There is no such carrier, and there are no points of it."""
    NO_POINT_NEEDED = "no_point_needed"
    """Whoever goes back that way hands nothing over at a point."""
    NO_DAYS_KNOWN = "no_days_known"
    """The carrier does not say when it comes, or not now."""


class Cancelled(StrEnum):
    """What became of the wish to cancel a label."""

    CANCELLED = "cancelled"
    REQUESTED = "requested"
    """The carrier took the wish, and does not say whether it will be heard."""
    TOO_LATE = "too_late"
    UNSUPPORTED = "unsupported"
    """This carrier cancels nothing: an unused label runs out."""
    NEVER_BOUGHT = "never_bought"
    """The return was cancelled before there was a label, and none will be bought."""


class Lapsed(StrEnum):
    """Why a label that was issued is of no use any more."""

    VALIDITY_ENDED = "validity_ended"
    NEVER_HANDED_OVER = "never_handed_over"
    """The merchant's last day has passed, and no carrier has seen the parcel."""


class Letter(StrEnum):
    """Which e-mail went to a customer."""

    LABEL_READY = "label_ready"
    QR_CODE_READY = "qr_code_ready"
    RETURN_REFUSED = "return_refused"
    LABEL_REFUSED = "label_refused"
    LABEL_DELAYED = "label_delayed"
    """The carrier does not answer now; the label follows."""
    LABEL_LAPSED = "label_lapsed"
    """It was issued and never used, and is of no use any more."""
    RETURN_WAITING = "return_waiting"
    """A person of the merchant will decide."""
    NOTHING_TO_SEND_BACK = "nothing_to_send_back"
    """Accepted, and the customer keeps everything."""
    RETURN_CANCELLED = "return_cancelled"
    REFUND_DUE = "refund_due"


class Occasion(StrEnum):
    """What a merchant is alerted about."""

    RETURN_ANNOUNCED = "return_announced"
    HANDED_OVER = "handed_over"
    DELIVERED = "delivered"
    DELIVERY_FAILED = "delivery_failed"
    RETURNED_TO_SENDER = "returned_to_sender"
    LOST = "lost"
    LABEL_REFUSED = "label_refused"
    LABEL_LAPSED = "label_lapsed"
    """A parcel was announced and never came."""
    APPROVAL_NEEDED = "approval_needed"
    """A return waits for a person of the merchant."""
