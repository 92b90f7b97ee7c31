"""How a merchant is known to a carrier."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from contracts.shape import Money

PLATFORM = "*"
"""The portal that stands for all: a contract of the platform's own."""


@dataclass(frozen=True, slots=True)
class Connection:
    """One contract with one carrier, and what is needed to use it.

    `portal_id` is the merchant's, or `PLATFORM`. `url` is where the carrier answers, if not where
    its adapter knows. `secrets` never leave this process; `options` are what the contract says,
    such as a receiver's id. `prices` by return method are
    what a label costs where the carrier does not say. `daily_cap` is the most that may be spent
    in a day (UTC).
    """

    portal_id: str
    carrier: str
    url: str | None = None
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
    options: Mapping[str, str] = field(default_factory=dict)
    prices: Mapping[str, Money] = field(default_factory=dict)
    daily_cap: Money | None = None

    @property
    def id(self) -> str:
        """Which connection this is: nothing about it is secret."""
        return f"{self.portal_id}/{self.carrier}"
