"""A portal's settings, compiled once per version into what decisions ask of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from contracts.shape import Address, Money
from contracts.shop import Fee, OfferedReason, PortalConfigured
from contracts.words import Reason, ReturnMethod
from services.rules.domain.readiness import blocks, findings

OWN_LABEL = "own_label"
"""The carrier of customers who post the parcel themselves, with a printed address label."""


@dataclass(frozen=True, slots=True)
class Portal:
    """One version of one portal's settings."""

    settings: PortalConfigured
    open: bool
    return_to: Address | None
    carrier: str | None
    """The first carrier whose contract covers returns."""
    reasons: Mapping[str, OfferedReason]
    blocked: frozenset[str]
    not_returnable: frozenset[str]
    window: timedelta
    free: Money
    """Nothing, in the portal's currency."""

    @property
    def version(self) -> int:
        """The settings version every verdict names."""
        return self.settings.version

    def return_until(self, ordered_at: datetime, delivered_at: datetime) -> datetime:
        """The last instant at which a return may be asked for, inclusive."""
        begins = delivered_at if self.settings.window_starts == "delivered" else ordered_at
        return begins + self.window

    def carrier_for(self, method: str) -> str | None:
        """Who carries a parcel that goes back by `method`. None where nobody needs to.

        Call it for offered methods only.
        """
        if method == ReturnMethod.IN_STORE:
            return None
        return self.carrier or OWN_LABEL

    def offers(self, method: str) -> bool:
        """Whether customers may send back so: it is switched on, and somebody can carry it."""
        if method not in self.settings.return_methods:
            return False
        needs_carrier = method in (ReturnMethod.DROP_OFF_LABELLESS, ReturnMethod.PICKUP)
        return self.carrier is not None or not needs_carrier

    def price(self, method: str, country: str, value: Money) -> Money:
        """What the return costs the customer: the first fee that fits, or nothing."""
        for fee in self.settings.fees:
            if _fits(fee, method, country):
                return self.free if _waived(fee, value) else fee.price
        return self.free


def _fits(fee: Fee, method: str, country: str) -> bool:
    return fee.return_method in (None, method) and fee.country in (None, country)


def _waived(fee: Fee, value: Money) -> bool:
    above = fee.free_above
    return above is not None and value.currency == above.currency and value.minor > above.minor


def compiled(settings: PortalConfigured) -> Portal:
    """What decisions ask of `settings`."""
    carriers = (choice.carrier for choice in settings.carriers if choice.covers_returns)
    offered = settings.reasons or tuple(OfferedReason(code=reason.value) for reason in Reason)
    return Portal(
        settings=settings,
        open=not blocks(findings(settings)),
        return_to=next(
            (a for a in settings.return_addresses if a.address_id == settings.return_address_id),
            None,
        ),
        carrier=next(carriers, None),
        reasons={reason.code: reason for reason in offered},
        blocked=frozenset(settings.blocked_countries),
        not_returnable=frozenset(settings.non_returnable_skus),
        window=timedelta(days=settings.window_days),
        free=Money(minor=0, currency=settings.currency),
    )
