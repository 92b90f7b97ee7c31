"""What it means when GLS does not do as it is asked. Pure.

GLS's OpenAPI files describe no error of ShipIT's. Its REST documentation (5.0.11) does: status 400,
no body, and three headers: `error` (a code), `message`, and `args` (a JSON list, of which the first
is the field and the second its value). Values stay here: they may be somebody's address.
"""

from __future__ import annotations

import json
import re

from services.labels.adapters.lines.http import Answer
from services.labels.domain import faults

_LONGEST_ARGS = 4000
_FIELD = re.compile(r"[A-Za-z][A-Za-z.]{0,79}", re.ASCII)

_OUR_SETTINGS = ("Shipment.Shipper.ContactID", "Shipment.Middleware")
_NOT_ON_OFFER = ("Shipment.Service", "Shipment.Product")
"""Beginnings of fields: what GLS, or the contract, does not have."""


def refused(answer: Answer) -> faults.CarrierFault:
    """Why GLS will never take a parcel that it understood."""
    code, field = answer.headers.get("error", ""), _field(answer)
    if code == "ACCESS_TO_SHIPPER_DENIED" or field.startswith(_OUR_SETTINGS):
        return faults.AuthFailed(field or "access to shipper denied")
    if code == "INVALID_SERVICE_SELECTION" or field.startswith(_NOT_ON_OFFER):
        return faults.NotCovered(field)
    return faults.Rejected((field,) if field else ())


def _field(answer: Answer) -> str:
    """The field GLS objects to, as its documentation names it; empty if it names none."""
    args = answer.headers.get("args", "")
    try:
        said = json.loads(args) if len(args) <= _LONGEST_ARGS else []
    except (ValueError, RecursionError):
        return ""
    first = said[0] if isinstance(said, list) and said else ""
    if not isinstance(first, str) or not _FIELD.fullmatch(first):
        return ""
    return first.removeprefix("ShipmentRequestData.")
