"""GLS as tests meet it: an order, a contract, and answers in its words."""

from __future__ import annotations

import json
from base64 import b64encode
from typing import Any

import httpx

from services.labels.domain.connection import PLATFORM, Connection
from services.labels.domain.order import LabelOrder, order_for
from services.labels.domain.sender import sender_of
from tests.support.builders import a_return_address, a_shipment, an_approval, an_id

REFERENCE = f"{an_id()}:1"
PAPER = b"%PDF-1.7 bars"


def a_connection(url: str | None = None) -> Connection:
    """The platform's contract with GLS."""
    return Connection(
        PLATFORM,
        "gls",
        url,
        secrets={"client_id": "client-id", "client_secret": "client-secret"},
        options={"contact_id": "2761234567", "phone": "+31201234567"},
    )


def an_order(reference: str = REFERENCE, **changes: Any) -> LabelOrder:
    """Zoë sends her teapot from Amsterdam to Utrecht."""
    home = a_return_address(
        country="NL", postal_code="3511 AA", town="Utrecht", street="Oudegracht", house_number="7"
    )
    order = order_for(an_approval(return_to=home), sender_of(a_shipment()))
    assert isinstance(order, LabelOrder)
    said = {name: getattr(order, name) for name in LabelOrder.__slots__}
    return LabelOrder(**said | {"reference": reference} | changes)


def a_token(word: str = "token-of-today") -> dict[str, Any]:
    """The door's answer."""
    return {"token_type": "Bearer", "access_token": word, "expires_in": 14400}


def a_created(
    reference: str = REFERENCE,
    *,
    parcels: int = 1,
    document: bytes | None = PAPER,
    bare: bool = False,
    **changes: Any,
) -> dict[str, Any]:
    """GLS's answer to an order. `bare`: as its documentation shows it, a lone thing unbracketed."""
    parcel = {
        "TrackID": "ZX61QJIX",
        "ParcelNumber": "938353680251",
        "ShipmentUnitReference": reference if bare else [reference],
    }
    prints = [] if document is None else [b64encode(document).decode()]
    data: Any = prints[0] if bare else prints
    usual = {
        "ShipmentReference": [reference],
        "ParcelData": [parcel] * parcels,
        "PrintData": [{"Data": data, "LabelFormat": "PDF"}],
        "CustomerID": "simulated",
        "PickupLocation": "NL 777",
    }
    return {"CreatedShipment": usual | changes}


def over_the_line(status: int, said: Any = None) -> httpx.Response:
    """An answer that has yet to be read, as it comes over a line."""
    body = b"" if said is None else json.dumps(said).encode()
    return httpx.Response(status, stream=httpx.ByteStream(body))
