"""What must be known of a label before it is bought, so that money is never spent twice."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from contracts.shape import Money
from services.labels.domain.connection import Connection


@dataclass(frozen=True, slots=True)
class Purchase:
    """One label under its reference: what went out for it, and who decided what about it.

    While `ordered_at` stands, an order may have been taken; without it, certainly none was.
    `connection` is the portal whose contract it went out under. `reserved` is the number its
    carrier gave out for it, and `reserved_by` the connection that number belongs to.
    """

    reference: str
    ordered_at: datetime | None = None
    connection: str | None = None
    set_aside: Aside | None = None
    reserved: str | None = None
    reserved_by: str | None = None
    settled: bool = False
    """Its label is being told, and nothing that comes later makes that unsaid."""
    cancelled_by: str | None = None
    """The portal that cancelled the return."""
    bought: str | None = None
    """The tracking number a person found at the carrier."""


@dataclass(frozen=True, slots=True)
class Aside:
    """What was set aside for one label, and from which purse."""

    purse: str
    cost: Money
    cap: Money


def aside_for(connection: Connection, method: str, now: datetime) -> Aside | None:
    """What a label of this method takes from what may be spent today, if that is limited.

    A method without a price of its own counts as the dearest there is: the counter may only ever
    be too high.
    """
    if connection.daily_cap is None:
        return None
    dearest = max(connection.prices.values(), key=lambda price: price.minor)
    cost = connection.prices.get(method, dearest)
    purse = f"{connection.id} {now.date().isoformat()} {connection.daily_cap.currency}"
    return Aside(purse, cost, connection.daily_cap)


def to_the_millisecond(now: datetime) -> datetime:
    """As it will be read again from a store that keeps no more."""
    return now.replace(microsecond=now.microsecond // 1000 * 1000)


def seconds_until_midnight(now: datetime) -> float:
    """Until the next day (UTC) begins."""
    begun = now.replace(hour=0, minute=0, second=0, microsecond=0)
    return 24 * 3600.0 - (now - begun).total_seconds()
