"""A merchant, a customer and Sendcloud, with Sendcloud's own files listening."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import httpx

from contracts.shape import Money
from deploy.local.carrier.sales import entries
from services.labels.adapters.carriers.sendcloud.client import Sendcloud
from services.labels.adapters.lines.http import HttpLine
from services.labels.domain.connection import Connection
from services.labels.domain.issued import IssuedLabel, LabelRow
from services.labels.domain.order import Line, order_for
from services.labels.domain.sender import Goods, sender_of
from services.labels.ports.carriers import Doubt
from tests.specs.checked import Checked
from tests.specs.spec import Spec
from tests.support.builders import a_return_address, a_shipment, an_approval

HOST = "http://carrier/sendcloud"
BASE = f"{HOST}/api/v3"


def with_documents_only(whole):
    """Of this copy only what the other files do not have: it lowered the rest to OpenAPI 3.0."""
    kept = {path: item for path, item in whole["paths"].items() if "/documents/" in path}
    whole["paths"] = kept


def with_addresses_in_one_piece(whole):
    """The file says "these are needed" around another schema, and so would forbid its names."""
    schemas = whole["components"]["schemas"]
    outer = schemas["address-with-required-fields"]
    del outer["oneOf"]
    outer["properties"] = schemas["address"]["properties"]


FILES = [
    Spec("sendcloud-v3-returns-openapi", mend=with_addresses_in_one_piece),
    Spec("sendcloud-v3-parcel-tracking-openapi"),
    Spec("sendcloud-v3-service-points-openapi"),
    Spec("sendcloud-v3", mend=with_documents_only),
]
SHUT = {401, 403, 429, 500, 503}
"""Sendcloud's files leave out what every address of it may answer."""

NOW = datetime(2026, 3, 10, 9, tzinfo=UTC)
SECRETS = {"public_key": "moss", "secret_key": "fern"}
OPTIONS = {
    "carrier": "postnl",
    "ship_with_drop_off_point": "postnl:return",
    "ship_with_drop_off_labelless": "postnl:return,labelless",
    "ship_with_pickup": "gls:return/pickup",
    "ship_with_in_store": "sendcloud:in_store",
    "ship_with_drop_off_point_de": "dhl_de:return",
}
TEAPOT = Line(2, "Grumpy teapot", Money(minor=1295, currency="EUR"), Goods(350, "6912.00.21", "CN"))
LABEL = IssuedLabel("3SSEND0001", "label", "postnl:return", carrier_id="42")
METHODS = ("drop_off_point", "drop_off_labelless", "pickup", "in_store")


def a_connection(**changes):
    """A contract with every method, by different carriers."""
    options = OPTIONS | changes.pop("options", {})
    return Connection("*", "sendcloud", HOST, SECRETS | changes.pop("secrets", {}), options)


def an_order(method="drop_off_point", country="NL", **changes):
    """Zoë sends two teapots to a warehouse in Amsterdam."""
    sender = replace(sender_of(a_shipment()), country=country)
    approved = an_approval(return_method=method, return_to=a_return_address(country="NL"))
    value = Money(minor=2590, currency="EUR")
    return replace(
        order_for(approved, sender), sender=sender, lines=(TEAPOT,), value=value, **changes
    )


def a_client(inner, now=lambda: datetime.now(UTC), **how):
    """The adapter, with Sendcloud's files listening."""
    return Sendcloud(HttpLine(Checked("sendcloud", inner, {BASE: FILES}, **how)), now)


def a_doubt(ago=timedelta(seconds=10), number=None):
    """The order went out, and nothing came back."""
    return Doubt(an_order().reference, number, datetime.now(UTC) - ago)


def a_row(label, **changes):
    """The label as labels keeps it."""
    usual = {
        "reference": an_order().reference,
        "return_id": an_order().return_id,
        "portal_id": "moss",
        "shipment_id": "s",
        "parcel_no": 1,
        "return_method": "drop_off_point",
        "kind": label.kind,
        "carrier": "sendcloud",
        "evidence": "spec",
        "tracking_number": label.tracking_number,
        "cost": label.cost,
        "valid_until": None,
        "issued_at": NOW,
        "carrier_id": label.carrier_id,
    }
    return LabelRow(**usual | changes)


async def scanned(inner, label, code, at=NOW):
    """The parcel is scanned, at the simulator."""
    body = {"tracking_number": label.tracking_number, "code": code, "at": at.isoformat()}
    async with httpx.AsyncClient(transport=inner, base_url=HOST) as http:
        (await http.post("/_scan", json=body)).raise_for_status()


def sales(folder):
    """What the simulator wrote down."""
    return [one.event for one in entries(folder / "sales.jsonl")]


async def listed(inner):
    """Sendcloud's list as it is."""
    days = "from_date=2020-01-01 00:00:00&to_date=2200-01-01 00:00:00"
    async with httpx.AsyncClient(transport=inner, auth=("moss", "fern")) as http:
        return (await http.get(f"{BASE}/returns?{days}")).json()
