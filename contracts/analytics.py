"""Messages owned by analytics."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from contracts.shape import Code, Count, Country, Instant, Money, Name, RandomId, Shape, Text


class FindReasons(Shape):
    """Order to analytics: why do things come back? Every filter is optional."""

    query_id: RandomId
    portal_id: Name
    since: Instant | None = None
    until: Instant | None = None
    country: Country | None = None
    sku: Text | None = None
    verdict: Code | None = None
    """`approved` or `rejected`; absent means both."""
    limit: Annotated[int, Field(ge=1, le=100)] = 10


class RankedReason(Shape):
    """A reason and how often it was given."""

    reason: Code
    lines: Count
    """Order lines it was given for."""
    units: Count
    value: Money | None = None


class ReasonsFound(Shape):
    """Fact: the most frequent reasons, first the one given for most lines."""

    query_id: RandomId
    portal_id: Name
    lines: Count
    returns: Count
    reasons: tuple[RankedReason, ...]


class ReasonSpiked(Shape):
    """Fact: a reason is given far more often than before."""

    portal_id: Name
    reason: Code
    sku: Text | None = None
    country: Country | None = None
    since: Instant
    until: Instant
    observed: Count
    expected: Annotated[float, Field(ge=0)]
