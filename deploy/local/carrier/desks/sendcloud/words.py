"""Sendcloud's JSON, and what it objects to."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from deploy.local.carrier.desks.sendcloud.made import Return

METHODS = ("drop_off_point", "drop_off_labelless", "pickup", "in_store")
_NEEDED = ("name", "address_line_1", "postal_code", "city", "country_code")
_PANEL = "https://panel.sendcloud.sc/api/v3/parcels"


def wrong(wanted: Any) -> list[dict[str, str]]:
    """Everything that is wrong with what is ordered."""
    if not isinstance(wanted, Mapping):
        return [_objection("non_field_errors", "invalid")]
    found = [
        _objection(f"{end}.{name}", "required")
        for end in ("from_address", "to_address")
        for name in _NEEDED
        if not (wanted.get(end) or {}).get(name)
    ]
    if (wanted.get("from_address") or {}).get("postal_code") == "0000":
        found.append(_objection("from_address.postal_code", "invalid"))
    if str((wanted.get("ship_with") or {}).get("shipping_option_code", "")).startswith("unknown"):
        found.append(_objection("ship_with.shipping_option_code", "invalid_choice"))
    if wanted.get("delivery_option") not in METHODS:
        found.append(_objection("delivery_option", "invalid_choice"))
    if not (wanted.get("weight") or {}).get("value"):
        found.append(_objection("weight", "required"))
    return found


def of_return(one: Return) -> dict[str, Any]:
    """A return."""
    option = (one.body.get("ship_with") or {}).get("shipping_option_code", "postnl:return")
    said: dict[str, Any] = {
        "id": one.return_id,
        "from_address": one.body["from_address"],
        "to_address": one.body["to_address"],
        "shipping_product": {"code": option},
        "shipping_option": {"code": option},
        "weight": one.body["weight"],
        "collo_count": 1,
        "order_number": one.body["order_number"],
        "delivery_option": one.body.get("delivery_option"),
        "send_tracking_emails": False,
        "status": "open",
        "is_cancellable": one.label is not None and not one.scans and not one.cancelled,
        "created_at": one.created_at.isoformat(),
        "status_history": [_step(place, *each) for place, each in enumerate(one.history, 1)],
        "tracking_number": one.tracking_number,
        "label_url": None,
    }
    if one.failed:
        refused = {"code": "parcel_announcement_error", "status": "400", "detail": "Refused."}
        said["errors"] = [refused | {"source": {"pointer": "/data/attributes/from_address"}}]
    if one.label is not None:
        address = f"{_PANEL}/{one.parcel_id}/documents/label"
        said["label_url"] = address
        said["label"] = {
            "label_printer": address,
            "normal_printer": [f"{address}?paper_size=a4"] * 4,
        }
        said["label_cost"] = {"value": one.label.cost_minor / 100, "currency": one.label.currency}
    return said


def of_parcel(one: Return) -> dict[str, Any]:
    """What is known of a parcel on its way."""
    ends = {name: _end(one.body[name]) for name in ("from_address", "to_address")}
    created = one.created_at.isoformat()
    return {
        **ends,
        "announced_at": created,
        "created_at": created,
        "updated_at": created,
        "source_id": one.reference,
        "details": {"is_return": True, "is_mail_box": False, "is_to_service_point": False},
        "tracking_numbers": [
            {
                "carrier_code": "postnl",
                "tracking_number": one.tracking_number,
                "tracking_url": f"https://tracking.sendcloud.sc/forward?code={one.tracking_number}",
            }
        ],
        "events": [_event(*each) for each in one.history],
    }


def _end(address: Mapping[str, Any]) -> dict[str, Any]:
    return {name: address[name] for name in _NEEDED}


def _step(place: int, slug: str, at: datetime) -> dict[str, str]:
    return {
        "carrier_update_timestamp": at.isoformat(),
        "parcel_status_history_id": str(place),
        "parent_status": slug,
        "carrier_code": "postnl",
        "carrier_message": slug,
    }


def _event(code: str, at: datetime) -> dict[str, str]:
    return {
        "event_at": at.isoformat(),
        "event_type": "carrier",
        "status_code": code,
        "status_description": code,
        "status_type": "success",
        "sub_status_code": "none",
    }


def _objection(name: str, code: str) -> dict[str, str]:
    return {"field": name, "code": code, "message": "This is not as it should be."}
