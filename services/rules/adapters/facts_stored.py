"""How a parcel lies in MongoDB. What is missing in an older document has its default."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from contracts.shape import Money
from services.rules.domain.parcel import Line, Parcel


def parcel_document(parcel: Parcel) -> dict[str, Any]:
    """What was recorded of the parcel; not what was taken from it."""
    return {
        "portal_id": parcel.portal_id,
        "order_no": parcel.order_no,
        "country": parcel.country,
        "ordered_at": parcel.ordered_at,
        "delivered_at": parcel.delivered_at,
        "carrier": parcel.carrier,
        "lines": [_line_document(line) for line in parcel.lines.values()],
    }


def parcel_from(document: Mapping[str, Any], shipment_id: str) -> Parcel:
    """The parcel `parcel_document` stored, with what was taken from it."""
    return Parcel(
        shipment_id=shipment_id,
        portal_id=document["portal_id"],
        order_no=document["order_no"],
        country=document["country"],
        ordered_at=document["ordered_at"],
        delivered_at=document["delivered_at"],
        lines={line["line_id"]: _line(line) for line in document["lines"]},
        taken=document["taken"],
        revision=document["revision"],
        returns=document.get("returns", 0),
        carrier=document.get("carrier"),
    )


def _line_document(line: Line) -> dict[str, Any]:
    return {
        "line_id": line.line_id,
        "sku": line.sku,
        "name": line.name,
        "quantity": line.quantity,
        "minor": line.unit_price.minor,
        "currency": line.unit_price.currency,
        "final_sale": line.final_sale,
        "category": line.category,
        "tags": list(line.tags),
    }


def _line(line: Mapping[str, Any]) -> Line:
    return Line(
        line_id=line["line_id"],
        sku=line["sku"],
        name=line["name"],
        quantity=line["quantity"],
        unit_price=Money(minor=line["minor"], currency=line["currency"]),
        final_sale=line["final_sale"],
        category=line.get("category"),
        tags=tuple(line.get("tags", ())),
    )
