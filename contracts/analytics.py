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
    """`approved`, `rejected` or `awaiting`; absent means all."""
    cancelled: bool | None = None
    """False leaves out returns that were cancelled after all, true asks for them alone."""
    limit: Annotated[int, Field(ge=1, le=100)] = 10
    by: Code | None = None
    """`day`, `week` (from Monday) or `month`, in UTC: the answer also says how often in each."""
    periods: Annotated[int, Field(ge=1, le=60)] = 12
    """At most so many of them, up to the last in which anything was decided."""


class RankedReason(Shape):
    """A reason and how often it was given."""

    reason: Code
    lines: Count
    """Order lines it was given for."""
    units: Count
    value: Money | None = None
    kept: Count = 0
    """Of the lines, those whose item the customer keeps."""
    trend: Annotated[tuple[Count, ...], Field(max_length=60)] = ()
    """Its lines in each of the answer's periods, in their order. Empty if none were asked for."""


class ReasonPeriod(Shape):
    """A day, week or month, and how much was decided in it."""

    since: Instant
    until: Instant
    """The first instant of the next."""
    lines: Count
    returns: Count


class ReasonsFound(Shape):
    """Fact: the most frequent reasons, first the one given for most lines."""

    query_id: RandomId
    portal_id: Name
    lines: Count
    returns: Count
    reasons: tuple[RankedReason, ...]
    periods: Annotated[tuple[ReasonPeriod, ...], Field(max_length=60)] = ()
    """What `by` asked for, oldest first and without gaps. Empty if nothing fits the question."""


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
