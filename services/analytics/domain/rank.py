"""Which reasons are given most."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

from contracts.analytics import FindReasons, RankedReason, ReasonPeriod, ReasonsFound
from services.analytics.domain.instants import whole
from services.analytics.domain.period import PERIODS, next_start, start_of, window
from services.analytics.domain.record import ReasonRecord
from services.analytics.domain.worth import worth


def rank(
    records: Iterable[ReasonRecord], query: FindReasons, cancelled: Collection[str] = ()
) -> ReasonsFound:
    """The answer to `query`: reasons by lines, then by units, then by code; at most `query.limit`.

    `lines` and `returns` count everything that fits, ranked or not. A reason's value is what its
    lines of known price come to: absent if there is none, or if they are of several currencies.
    `cancelled` are the ids of the returns that were.
    """
    fitting = [
        record
        for record in records
        if fits(record, query) and query.cancelled in (None, record.return_id in cancelled)
    ]
    by_reason: dict[str, list[ReasonRecord]] = defaultdict(list)
    for record in fitting:
        by_reason[record.reason].append(record)
    periods = _periods(fitting, query)
    ranked = sorted(
        (_tallied(reason, given, periods, query) for reason, given in by_reason.items()),
        key=lambda one: (-one.lines, -one.units, one.reason),
    )
    return ReasonsFound(
        query_id=query.query_id,
        portal_id=query.portal_id,
        lines=len(fitting),
        returns=len({record.return_id for record in fitting}),
        reasons=tuple(ranked[: query.limit]),
        periods=periods,
    )


def periods_of(
    counted: Mapping[datetime, tuple[int, int]], query: FindReasons
) -> tuple[ReasonPeriod, ...]:
    """The periods an answer shows, from lines and returns by their starts. Gaps are shown empty."""
    by = query.by
    if by not in PERIODS:
        return ()
    shown = window(counted, by, query.periods)
    return tuple(
        ReasonPeriod(since=since, until=next_start(since, by), lines=lines, returns=returns)
        for since in shown
        for lines, returns in (counted.get(since, (0, 0)),)
    )


def _periods(fitting: Sequence[ReasonRecord], query: FindReasons) -> tuple[ReasonPeriod, ...]:
    if query.by not in PERIODS:
        return ()
    by_start: dict[datetime, list[str]] = defaultdict(list)
    for record in fitting:
        by_start[start_of(record.decided_at, query.by)].append(record.return_id)
    counted = {start: (len(lines), len(set(lines))) for start, lines in by_start.items()}
    return periods_of(counted, query)


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


def _tallied(
    reason: str,
    given: Sequence[ReasonRecord],
    periods: Sequence[ReasonPeriod],
    query: FindReasons,
) -> RankedReason:
    lines = Counter(start_of(record.decided_at, query.by or "") for record in given)
    values = [record.value for record in given if record.value is not None]
    return RankedReason(
        reason=reason,
        lines=len(given),
        units=sum(record.quantity for record in given),
        value=worth(sum(value.minor for value in values), {value.currency for value in values}),
        kept=sum(record.kept for record in given),
        trend=tuple(lines[period.since] for period in periods),
    )
