"""What Sendcloud's words for a parcel's state mean for a return. Pure.

Three vocabularies say the same: slugs (`parent_status` of a return), numbers (webhooks) and phases
(v3 tracking). Where one says more than a phase can, it is `unknown`: an "exception" may be a lost
parcel or a torn one, and nobody is told that a parcel is lost because of a maybe.
"""

from __future__ import annotations

from contracts.words import Phase

_MEANING: dict[Phase, str] = {
    Phase.ANNOUNCED: """ready-to-send announced announced-uncollected collect-error announcing
        labelled""",
    Phase.HANDED_OVER: "picked-up-by-driver accepted dropped",
    Phase.IN_TRANSIT: """to-sorting at-sorting-centre sorting sorted unsorted unsorted2 delayed
        shipment-on-route delivery-method-changed delivery-date-changed delivery-address-changed
        awaiting-customer-pickup in-transit pup""",
    Phase.AT_CUSTOMS: "at-customs customs",
    Phase.OUT_FOR_DELIVERY: "driver-on-route in-delivery",
    Phase.DELIVERED: "delivered delivery-forced collected-by-customer",
    Phase.DELIVERY_FAILED: "delivery-failed undeliverable refused-by-recipient attempted",
    Phase.RETURNED_TO_SENDER: "returned-to-sender",
    Phase.CANCELLED: "cancelled cancelled-upstream",
    Phase.UNKNOWN: """unknown exception address-invalid no-label announcement-failed cancelling
        cancelling-upstream cancellation-failed none""",
}
PHASES: dict[str, Phase] = {
    word: phase for phase, words in _MEANING.items() for word in words.split()
}
"""Every word we know: the slugs of the returns API and the phases of v3 tracking."""

SLUGS: dict[int, str] = {
    1: "announced",
    3: "to-sorting",
    4: "delayed",
    5: "sorted",
    6: "unsorted",
    7: "sorting",
    8: "delivery-failed",
    11: "delivered",
    12: "awaiting-customer-pickup",
    13: "announced-uncollected",
    15: "collect-error",
    22: "picked-up-by-driver",
    80: "undeliverable",
    91: "shipment-on-route",
    92: "driver-on-route",
    93: "collected-by-customer",
    94: "cancellation-failed",
    999: "no-label",
    1000: "ready-to-send",
    1001: "announcing",
    1002: "announcement-failed",
    1337: "unknown",
    1998: "cancelled-upstream",
    1999: "cancelling",
    2000: "cancelled",
    2001: "cancelling-upstream",
    62989: "at-customs",
    62990: "at-sorting-centre",
    62991: "refused-by-recipient",
    62992: "returned-to-sender",
    62993: "delivery-method-changed",
    62994: "delivery-date-changed",
    62995: "delivery-address-changed",
    62996: "exception",
    62997: "address-invalid",
}
"""The numbers that webhooks carry."""

FAILED = "announcement-failed"
"""The carrier behind refused it: there is no label, and there will be none."""
CANCELLED = frozenset({"cancelled", "cancelled-upstream"})
CANCELLING = frozenset({"cancelling", "cancelling-upstream"})


def slug(said: str) -> str:
    """One spelling: `in_transit` and `In transit` are `in-transit`."""
    return said.strip().lower().replace("_", "-").replace(" ", "-")


def phase_of(word: str) -> Phase:
    """Where the parcel is; `unknown` for a word Sendcloud invents after us."""
    return PHASES.get(slug(word), Phase.UNKNOWN)


def word_of(number: int) -> str:
    """The slug of a webhook's number, or the number itself."""
    return SLUGS.get(number, str(number))
