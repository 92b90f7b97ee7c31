"""Which reasons are given most."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from contracts.analytics import FindReasons, RankedReason, ReasonsFound
from services.analytics.domain.instants import whole
from services.analytics.domain.record import ReasonRecord
from services.analytics.domain.worth import worth


def rank(records: Iterable[ReasonRecord], query: FindReasons) -> ReasonsFound:
    """The answer to `query`: reasons by lines, then by units, then by code; at most `query.limit`.

    `lines` and `returns` count everything that fits, ranked or not. A reason's value is what its
    lines of known price come to: absent if there is none, or if they are of several currencies.
    """
    fitting = [record for record in records if fits(record, query)]
    by_reason: dict[str, list[ReasonRecord]] = defaultdict(list)
    for record in fitting:
        by_reason[record.reason].append(record)
    ranked = sorted(
        (_tallied(reason, given) for reason, given in by_reason.items()),
        key=lambda one: (-one.lines, -one.units, one.reason),
    )
    return ReasonsFound(
        query_id=query.query_id,
        portal_id=query.portal_id,
        lines=len(fitting),
        returns=len({record.return_id for record in fitting}),
        reasons=tuple(ranked[: query.limit]),
    )


def fits(record: ReasonRecord, query: FindReasons) -> bool:
    """Whether `query` asks about this record. `since` belongs to the period, `until` does not."""
    return (
        record.portal_id == query.portal_id
        and (query.since is None or whole(query.since) <= record.decided_at)
        and (query.until is None or record.decided_at < whole(query.until))
        and query.country in (None, record.country)
        and query.sku in (None, record.sku)
        and query.verdict in (None, record.verdict)
    )


def _tallied(reason: str, given: Sequence[ReasonRecord]) -> RankedReason:
    values = [record.value for record in given if record.value is not None]
    return RankedReason(
        reason=reason,
        lines=len(given),
        units=sum(record.quantity for record in given),
        value=worth(sum(value.minor for value in values), {value.currency for value in values}),
    )
