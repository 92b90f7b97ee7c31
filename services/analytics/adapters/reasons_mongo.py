"""Reasons in MongoDB: `reasons`, a document per line of a return, and `cancellations`, per return.

A return that waits, its verdict and its cancellation come on topics of their own, in any order.
Each write says the same whenever it is made: what waits is only ever inserted, what is decided
replaces, and a mark is kept beside the records it is about.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from pymongo import ReplaceOne, UpdateOne
from pymongo.errors import ExecutionTimeout

from contracts.analytics import FindReasons, RankedReason, ReasonPeriod, ReasonsFound
from services._runtime.errors import Permanent
from services._runtime.mongo import Database, Index
from services._runtime.words import Change
from services.analytics.domain.instants import whole
from services.analytics.domain.period import PERIODS
from services.analytics.domain.rank import periods_of
from services.analytics.domain.record import AWAITING, Cancellation, ReasonRecord
from services.analytics.domain.worth import worth

REASONS, CANCELLATIONS = "reasons", "cancellations"
LONGEST_MS: Final = 10_000
"""Less than the driver's own patience: a question that takes longer is refused, and no outage."""

_FILTERED: Final = ("portal_id", "decided_at", "country", "sku", "verdict")
_COUNTED: Final = ("reason", "return_id", "quantity", "value.minor", "value.currency", "kept")

INDEXES: Sequence[Index] = (
    (REASONS, [(name, 1) for name in (*_FILTERED, *_COUNTED)], {"name": "asked"}),
    (REASONS, [("portal_id", 1), ("sku", 1), ("decided_at", 1)], {"name": "product"}),
)
"""A portal's period, which is answered without reading one record, and a portal's product."""


class ReasonsMongo:
    """See `ports.Reasons`."""

    def __init__(self, db: Database) -> None:
        self._reasons = db[REASONS]

    def keep(self, records: Iterable[ReasonRecord]) -> tuple[Change, ...]:
        """See `ports.Reasons`."""
        return tuple(Change(REASONS, _kept(record)) for record in records)

    def cancel(self, cancelled: Cancellation) -> Change:
        """See `ports.Reasons`."""
        mark = {
            "portal_id": cancelled.portal_id,
            "by": cancelled.by,
            "cancelled_at": cancelled.cancelled_at,
        }
        write = ReplaceOne({"_id": cancelled.return_id}, mark, upsert=True)
        return Change(CANCELLATIONS, write)

    async def ranked(self, query: FindReasons) -> ReasonsFound:
        """See `ports.Reasons`."""
        try:
            cursor = self._reasons.aggregate(
                pipeline(query), maxTimeMS=LONGEST_MS, allowDiskUse=True
            )
            (found,) = await cursor.to_list(1)
        except ExecutionTimeout:
            raise Permanent("question_too_large", f"not answered in {LONGEST_MS} ms") from None
        return answer(query, found)


def _kept(record: ReasonRecord) -> ReplaceOne[dict[str, Any]] | UpdateOne:
    if record.verdict == AWAITING:
        return UpdateOne({"_id": record.id}, {"$setOnInsert": document(record)}, upsert=True)
    return ReplaceOne({"_id": record.id}, document(record), upsert=True)


def document(record: ReasonRecord) -> dict[str, Any]:
    """`record` as it is stored, under its id. What is absent is left out."""
    columns = {
        "return_id": record.return_id,
        "line_id": record.line_id,
        "position": record.position,
        "portal_id": record.portal_id,
        "shipment_id": record.shipment_id,
        "sku": record.sku,
        "name": record.name,
        "reason": record.reason,
        "quantity": record.quantity,
        "value": record.value.model_dump() if record.value else None,
        "country": record.country,
        "verdict": record.verdict,
        "refusals": list(record.refusals),
        "refund_method": record.refund_method,
        "return_method": record.return_method,
        "decided_at": record.decided_at,
        "settings_version": record.settings_version,
        "kept": record.kept or None,
    }
    return {name: value for name, value in columns.items() if value is not None}


def pipeline(query: FindReasons) -> list[Mapping[str, Any]]:
    """What `domain.rank.rank` does, done where the records are, in one read of them."""
    facets = {"reasons": _by_reason(query), "totals": _TOTALS}
    if query.by in PERIODS:
        facets["periods"] = _by_period(query)
    return [{"$match": _matching(query)}, *_of_cancelled(query), {"$facet": facets}]


_TOTALS: Final[Sequence[Mapping[str, Any]]] = (
    {"$group": {"_id": "$return_id", "lines": {"$sum": 1}}},
    {"$group": {"_id": None, "lines": {"$sum": "$lines"}, "returns": {"$sum": 1}}},
)
_WORTH: Final[Mapping[str, Any]] = {
    "lines": {"$sum": 1},
    "units": {"$sum": "$quantity"},
    "kept": {"$sum": {"$cond": ["$kept", 1, 0]}},
    "minor": {"$sum": "$value.minor"},
    # The first and the last currency: of several, these two differ; of none, both are null.
    "first": {"$min": "$value.currency"},
    "last": {"$max": "$value.currency"},
}
_RANKED: Final[Mapping[str, Any]] = {"$sort": {"lines": -1, "units": -1, "_id": 1}}


def _of_cancelled(query: FindReasons) -> Sequence[Mapping[str, Any]]:
    """Only returns that were cancelled, or only those that were not; unasked, nobody looks."""
    if query.cancelled is None:
        return ()
    look = {"from": CANCELLATIONS, "localField": "return_id", "foreignField": "_id", "as": "marks"}
    return {"$lookup": look}, {"$match": {"marks.0": {"$exists": query.cancelled}}}


def _by_reason(query: FindReasons) -> Sequence[Mapping[str, Any]]:
    """The reasons that are given most; with a trend, how often each was given in which period."""
    if query.by not in PERIODS:
        return {"$group": {"_id": "$reason", **_WORTH}}, _RANKED, {"$limit": query.limit}
    in_period = {"_id": {"reason": "$reason", "since": _since(query.by)}, **_WORTH}
    together = {name: {"$sum": f"${name}"} for name in ("lines", "units", "kept", "minor")}
    together |= {"first": {"$min": "$first"}, "last": {"$max": "$last"}}
    trend = {"$push": {"since": "$_id.since", "lines": "$lines"}}
    return (
        {"$group": in_period},
        {"$sort": {"_id.since": 1}},
        {"$group": {"_id": "$_id.reason", **together, "trend": trend}},
        _RANKED,
        {"$limit": query.limit},
        {"$set": {"trend": {"$slice": ["$trend", -query.periods]}}},
    )


def _by_period(query: FindReasons) -> Sequence[Mapping[str, Any]]:
    """The latest periods with anything in them, the last one first."""
    return (
        {
            "$group": {
                "_id": {"return_id": "$return_id", "since": _since(query.by)},
                "lines": {"$sum": 1},
            }
        },
        {"$group": {"_id": "$_id.since", "lines": {"$sum": "$lines"}, "returns": {"$sum": 1}}},
        {"$sort": {"_id": -1}},
        {"$limit": query.periods},
    )


def _since(by: str | None) -> Mapping[str, Any]:
    """What `domain.period.start_of` does."""
    return {"$dateTrunc": {"date": "$decided_at", "unit": by, "startOfWeek": "monday"}}


def _matching(query: FindReasons) -> dict[str, Any]:
    period = {
        bound: whole(instant)
        for bound, instant in (("$gte", query.since), ("$lt", query.until))
        if instant is not None
    }
    filters = {
        "portal_id": query.portal_id,
        "decided_at": period or None,
        "country": query.country,
        "sku": query.sku,
        "verdict": query.verdict,
    }
    return {name: wanted for name, wanted in filters.items() if wanted is not None}


def answer(query: FindReasons, found: Mapping[str, Any]) -> ReasonsFound:
    """The message that tells what the pipeline found."""
    totals = found["totals"][0] if found["totals"] else {"lines": 0, "returns": 0}
    counted = {one["_id"]: (one["lines"], one["returns"]) for one in found.get("periods", ())}
    periods = periods_of(counted, query)
    return ReasonsFound(
        query_id=query.query_id,
        portal_id=query.portal_id,
        lines=totals["lines"],
        returns=totals["returns"],
        reasons=tuple(_ranked(group, periods) for group in found["reasons"]),
        periods=periods,
    )


def _ranked(group: Mapping[str, Any], periods: Sequence[ReasonPeriod]) -> RankedReason:
    currencies = {group["first"], group["last"]} - {None}
    lines = {one["since"]: one["lines"] for one in group.get("trend", ())}
    return RankedReason(
        reason=group["_id"],
        lines=group["lines"],
        units=group["units"],
        value=worth(group["minor"], currencies),
        kept=group["kept"],
        trend=tuple(lines.get(period.since, 0) for period in periods),
    )
