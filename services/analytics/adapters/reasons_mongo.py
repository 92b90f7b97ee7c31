"""Reasons in MongoDB: collection `reasons`, one document per line of a decided return."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from pymongo import ReplaceOne
from pymongo.errors import ExecutionTimeout

from contracts.analytics import FindReasons, RankedReason, ReasonsFound
from services._runtime.errors import Permanent
from services._runtime.mongo import Database, Index
from services._runtime.words import Change
from services.analytics.domain.instants import whole
from services.analytics.domain.record import ReasonRecord
from services.analytics.domain.worth import worth

REASONS: Final = "reasons"
LONGEST_MS: Final = 10_000
"""Less than the driver's own patience: a question that takes longer is refused, and no outage."""

_FILTERED: Final = ("portal_id", "decided_at", "country", "sku", "verdict")
_COUNTED: Final = ("reason", "return_id", "quantity", "value.minor", "value.currency")

INDEXES: Sequence[Index] = (
    (REASONS, [(name, 1) for name in (*_FILTERED, *_COUNTED)], {"name": "period"}),
    (REASONS, [("portal_id", 1), ("sku", 1), ("decided_at", 1)], {"name": "product"}),
)
"""A portal's period, which is answered without reading one record, and a portal's product."""


class ReasonsMongo:
    """See `ports.Reasons`."""

    def __init__(self, db: Database) -> None:
        self._reasons = db[REASONS]

    def keep(self, records: Iterable[ReasonRecord]) -> tuple[Change, ...]:
        """See `ports.Reasons`."""
        return tuple(
            Change(REASONS, ReplaceOne({"_id": record.id}, document(record), upsert=True))
            for record in records
        )

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
    }
    return {name: value for name, value in columns.items() if value is not None}


def pipeline(query: FindReasons) -> list[Mapping[str, Any]]:
    """What `domain.rank.rank` does, done where the records are, in one read of them."""
    by_reason: Mapping[str, Any] = {
        "_id": "$reason",
        "lines": {"$sum": 1},
        "units": {"$sum": "$quantity"},
        "minor": {"$sum": "$value.minor"},
        # The first and the last currency: of several, these two differ; of none, both are null.
        "first": {"$min": "$value.currency"},
        "last": {"$max": "$value.currency"},
    }
    return [
        {"$match": _matching(query)},
        {
            "$facet": {
                "reasons": [
                    {"$group": by_reason},
                    {"$sort": {"lines": -1, "units": -1, "_id": 1}},
                    {"$limit": query.limit},
                ],
                "totals": [
                    {"$group": {"_id": "$return_id", "lines": {"$sum": 1}}},
                    {"$group": {"_id": None, "lines": {"$sum": "$lines"}, "returns": {"$sum": 1}}},
                ],
            }
        },
    ]


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
    return ReasonsFound(
        query_id=query.query_id,
        portal_id=query.portal_id,
        lines=totals["lines"],
        returns=totals["returns"],
        reasons=tuple(_ranked(group) for group in found["reasons"]),
    )


def _ranked(group: Mapping[str, Any]) -> RankedReason:
    currencies = {group["first"], group["last"]} - {None}
    return RankedReason(
        reason=group["_id"],
        lines=group["lines"],
        units=group["units"],
        value=worth(group["minor"], currencies),
    )
