"""Labels in MongoDB: collection `labels`, one document per reference, nothing about a person."""

from __future__ import annotations

from dataclasses import asdict, fields
from typing import Any

from pymongo import UpdateOne

from contracts.shape import Money
from services._runtime.mongo import Database
from services._runtime.words import Change
from services.labels.domain.issued import LabelRow

LABELS = "labels"
_AS_THEY_ARE = tuple(f.name for f in fields(LabelRow) if f.name not in {"reference", "cost"})


class LabelsMongo:
    """See `ports.Labels`."""

    def __init__(self, db: Database) -> None:
        self._labels = db[LABELS]

    def keep(self, row: LabelRow) -> Change:
        """See `ports.Labels`."""
        write = UpdateOne({"_id": row.reference}, {"$setOnInsert": _document(row)}, upsert=True)
        return Change(LABELS, write)

    def cancelled(self, reference: str, outcome: str) -> Change:
        """See `ports.Labels`."""
        return Change(LABELS, UpdateOne({"_id": reference}, {"$set": {"cancelled": outcome}}))

    async def of(self, reference: str) -> LabelRow | None:
        """See `ports.Labels`."""
        document = await self._labels.find_one({"_id": reference})
        return None if document is None else _row(document)


def _document(row: LabelRow) -> dict[str, Any]:
    document = asdict(row)
    del document["reference"]
    document["cost"] = None if row.cost is None else row.cost.model_dump()
    return document


def _row(document: dict[str, Any]) -> LabelRow:
    cost = document["cost"]
    return LabelRow(
        reference=document["_id"],
        cost=None if cost is None else Money.model_validate(cost),
        # Those of the release before lack what has a default.
        **{name: document[name] for name in _AS_THEY_ARE if name in document},
    )
