"""What the simulated carrier posts when it has seen parcels: signed, for whoever sends it."""

from __future__ import annotations

import hmac
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any

SIGNATURE = "x-simulated-signature"


def a_scan(number: str, code: str, at: datetime, country: str | None = None) -> dict[str, Any]:
    """One scan in the carrier's own words."""
    said: dict[str, Any] = {"tracking_number": number, "code": code, "at": at.isoformat()}
    return said if country is None else {**said, "country": country}


def hook(scans: Sequence[Mapping[str, Any]], key: str) -> tuple[dict[str, str], bytes]:
    """Headers and body of one post about these scans, signed with the merchant's key."""
    return signed(json.dumps({"scans": list(scans)}).encode(), key)


def signed(body: bytes, key: str) -> tuple[dict[str, str], bytes]:
    """Headers and body of one post, whatever it says."""
    signature = hmac.new(key.encode(), body, sha256).hexdigest()
    return {"content-type": "application/json", SIGNATURE: signature}, body
