"""What Sendcloud posts when a parcel moves, signed."""

from __future__ import annotations

import hmac
import json
from datetime import datetime

from deploy.local.carrier.sales import Label

NUMBERS = {
    "announced": 1,
    "to-sorting": 3,
    "delayed": 4,
    "delivery-failed": 8,
    "delivered": 11,
    "picked-up-by-driver": 22,
    "shipment-on-route": 91,
    "driver-on-route": 92,
    "cancelled": 2000,
    "at-customs": 62989,
    "returned-to-sender": 62992,
    "exception": 62996,
}


def hook(label: Label, code: str, at: datetime, secret: str) -> tuple[dict[str, str], bytes]:
    """The headers and the body. `code` is a slug; one without a number here is `unknown` (1337)."""
    clock = int(at.timestamp() * 1_000)
    said = {
        "action": "parcel_status_changed",
        "timestamp": clock,
        "carrier_status_change_timestamp": clock,
        "parcel": {
            "id": int(label.carrier_id or 0) + 1,
            "tracking_number": label.tracking_number,
            "status": {"id": NUMBERS.get(code, 1337), "message": code},
            "order_number": label.reference,
        },
    }
    body = json.dumps(said).encode()
    signature = hmac.new(secret.encode(), body, "sha256").hexdigest()
    headers = {"content-type": "application/json", "sendcloud-signature": signature}
    return headers, body
