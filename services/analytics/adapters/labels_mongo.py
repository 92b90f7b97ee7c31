"""Labels in MongoDB: collection `labels`, one document per parcel of a return."""

from __future__ import annotations

from typing import Any

from pymongo import ReplaceOne

from services._runtime.words import Change
from services.analytics.domain.label import BoughtLabel

LABELS = "labels"


class LabelsMongo:
    """See `ports.Labels`."""

    def keep(self, label: BoughtLabel) -> Change:
        """See `ports.Labels`."""
        return Change(LABELS, ReplaceOne({"_id": label.id}, _document(label), upsert=True))


def _document(label: BoughtLabel) -> dict[str, Any]:
    columns = {
        "return_id": label.return_id,
        "parcel_no": label.parcel_no,
        "portal_id": label.portal_id,
        "kind": label.kind,
        "return_method": label.return_method,
        "carrier": label.carrier,
        "issued_at": label.issued_at,
        "cost": label.cost.model_dump() if label.cost else None,
    }
    return {name: value for name, value in columns.items() if value is not None}
