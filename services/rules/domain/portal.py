"""A portal's settings, compiled once per version into what decisions ask of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Final

from contracts.shape import Address
from contracts.shop import OfferedReason, PortalConfigured
from contracts.words import Reason, ReturnMethod
from services.rules.domain.capability import Registry, Way
from services.rules.domain.findings.served import return_address
from services.rules.domain.price import Fees
from services.rules.domain.readiness import opens
from services.rules.domain.rulebook.book import Rulebook

MOST_ASKED: Final = 100
"""So many answers of the registry a portal remembers: the countries of a day."""


@dataclass(frozen=True, slots=True)
class Portal:
    """One version of one portal's settings, and what carriers can do."""

    settings: PortalConfigured
    registry: Registry
    open: bool = field(compare=False)
    return_to: Address | None = field(compare=False)
    reasons: Mapping[str, OfferedReason] = field(compare=False)
    refund_methods: tuple[str, ...] = field(compare=False)
    """Each once."""
    blocked: frozenset[str] = field(compare=False)
    not_returnable: frozenset[str] = field(compare=False)
    window: timedelta = field(compare=False)
    fees: Fees = field(compare=False)
    rulebook: Rulebook = field(compare=False)
    _asked: dict[tuple[str, date], Mapping[str, Way]] = field(
        compare=False, repr=False, default_factory=dict
    )
    """What the registry answered, by country and day."""

    @property
    def version(self) -> int:
        """The settings version every verdict names."""
        return self.settings.version

    def return_until(self, ordered_at: datetime, delivered_at: datetime) -> datetime:
        """The last instant at which a return may be asked for, inclusive, unless a rule extends."""
        begins = delivered_at if self.settings.window_starts == "delivered" else ordered_at
        return begins + self.window

    def ways(self, country: str, on: date) -> Mapping[str, Way]:
        """How a parcel gets back from there that day, or why not: each method switched on."""
        if (country, on) not in self._asked:
            if len(self._asked) >= MOST_ASKED:
                self._asked.clear()
            self._asked[country, on] = self._ways(country, on)
        return self._asked[country, on]

    def _ways(self, country: str, on: date) -> Mapping[str, Way]:
        if self.return_to is None:
            return {}
        to, carriers = self.return_to.country, self.settings.carriers
        return {
            method: self.registry.way(method, country, to, carriers, on)
            for method in self.settings.return_methods
            if method != ReturnMethod.NONE
        }


def compiled(settings: PortalConfigured, registry: Registry) -> Portal:
    """What decisions ask of `settings`, on any day."""
    offered = settings.reasons or tuple(OfferedReason(code=reason.value) for reason in Reason)
    rulebook = Rulebook(settings.rules)
    return Portal(
        settings=settings,
        registry=registry,
        open=rulebook.understood and opens(settings, registry),
        return_to=return_address(settings),
        reasons={reason.code: reason for reason in offered},
        refund_methods=tuple(dict.fromkeys(settings.refund_methods)),
        blocked=frozenset(settings.blocked_countries),
        not_returnable=frozenset(settings.non_returnable_skus),
        window=timedelta(days=settings.window_days),
        fees=Fees(settings.fees, settings.currency),
        rulebook=rulebook,
    )
