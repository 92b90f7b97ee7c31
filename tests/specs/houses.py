"""The carriers as the tests over the wire meet them: an adapter, a contract, and their files."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from deploy.local.carrier.paper import label_pdf
from services.labels.adapters.carriers import dhl_parcel_de, gls, postnl, sendcloud
from services.labels.domain.connection import Connection
from services.labels.ports.carriers import Adapter
from tests.specs.spec import Spec
from tests.support.gls import REFERENCE
from tests.support.gls import a_connection as with_gls

HOST = "http://carrier"


@dataclass(frozen=True)
class House:
    """One carrier: its adapter, a contract with it, and where its files stand."""

    adapter: Callable[..., Adapter]
    connection: Connection
    files: Mapping[str, tuple[Spec, ...]]
    canned: Mapping[str, Any] = field(default_factory=dict)
    """What stands where no file is about: DHL's tokens."""

    @property
    def specs(self) -> tuple[Spec, ...]:
        """Every file, where the carrier answers in these tests."""
        return tuple(
            spec.at(f"{HOST}{base}") for base, specs in self.files.items() for spec in specs
        )


PICKUPS = "/parcel/de/transportation/pickup/v3"
DHL_OPTIONS = {"receiver_id_de": "deu", "billing_number": "22222222220801"}
DHL_SECRETS = {"api_key": "k", "api_secret": "s", "user": "moss", "password": "fern"}


PAPER = b64encode(label_pdf("A label", "EXAMPLE")).decode()


def dhl_in_whole_words(whole: Any) -> None:
    """Prism leaves discriminators unread: to it, a date is also a valid "as soon as may be".

    And where a file has no example it says `string`, so that no day is one.
    """
    schemas = whole["components"]["schemas"]
    schemas["PickupASAP"]["properties"]["type"]["enum"] = ["ASAP"]
    schemas["FixedDate"]["properties"]["type"]["enum"] = ["Date"]
    schemas["SimpleDate"]["example"] = "2026-03-11"
    schemas["OrderID"]["example"] = "a" * 32


def gls_in_whole_words(whole: Any) -> None:
    """The file has no examples, and a number called `string` is none."""
    schemas = whole["components"]["schemas"]
    for name in ("CreatedShipment", "ParcelData"):
        for field_name in ("ShipmentReference", "ShipmentUnitReference"):
            if field_name in schemas[name]["properties"]:
                schemas[name]["properties"][field_name]["items"]["example"] = REFERENCE
    for name in ("ParcelData", "CancelParcelResponse"):
        schemas[name]["properties"]["TrackID"]["example"] = "ZX61QJIX"
    schemas["ParcelData"]["properties"]["ParcelNumber"]["example"] = "938353680251"
    schemas["CancelParcelResponse"]["properties"]["Result"]["example"] = "CANCELLED"
    schemas["Document"]["properties"]["Data"]["items"]["example"] = PAPER


def gls_with_a_life(whole: Any) -> None:
    """A token whose life is 0 seconds, as Prism makes one up, opens no door."""
    schemas = whole["components"]["schemas"]
    schemas["TokenResponse"]["properties"]["expires_in"]["example"] = 14400


def postnl_in_whole_words(whole: Any) -> None:
    """The example of a label is cut short, and says so in its middle: `[TRUNCATED]`."""
    pending: list[Any] = [whole]
    while pending:
        node = pending.pop()
        inner = list(node.items() if isinstance(node, dict) else enumerate(node))
        for key, value in inner:
            if isinstance(value, dict | list):
                pending.append(value)
            elif isinstance(value, str) and "[TRUNCATED]" in value:
                node[key] = PAPER


def only_documents(whole: Any) -> None:
    """All but these are in Sendcloud's other files, which nobody has changed."""
    kept = {path: item for path, item in whole["paths"].items() if "/documents/" in path}
    whole["paths"] = kept


HOUSES = {
    "dhl_parcel_de": House(
        dhl_parcel_de.adapter,
        Connection("*", "dhl_parcel_de", HOST, DHL_SECRETS, DHL_OPTIONS),
        {
            "/parcel/de/shipping/returns/v1": (Spec("dhl-de-returns"),),
            PICKUPS: (Spec("dhl-de-pickup", mend=dhl_in_whole_words),),
        },
        {"/parcel/de/account/auth/ropc/v1/token": {"access_token": "t", "expires_in": 1799}},
    ),
    "gls": House(
        gls.adapter,
        with_gls(HOST),
        {
            "/shipit-farm/v1/backend": (Spec("gls-shipit", mend=gls_in_whole_words),),
            "/oauth2/v2": (Spec("gls-auth", mend=gls_with_a_life),),
            "/track-and-trace-v1": (Spec("gls-tt"),),
        },
    ),
    "sendcloud": House(
        sendcloud.adapter,
        Connection(
            "*",
            "sendcloud",
            HOST,
            {"public_key": "moss", "secret_key": "fern"},
            {"carrier": "postnl", "ship_with_drop_off_point": "postnl:return"},
        ),
        {
            "/api/v3": (
                Spec("sendcloud-v3-returns-openapi"),
                Spec("sendcloud-v3-parcel-tracking-openapi"),
                Spec("sendcloud-v3-service-points-openapi"),
                Spec("sendcloud-v3", mend=only_documents),
            )
        },
    ),
    "postnl": House(
        postnl.adapter,
        Connection(
            "*",
            "postnl",
            HOST,
            {"apikey": "a key"},
            {
                "customer_code": "DEVC",
                "customer_number": "11223344",
                "collection_location": "123456",
                "contact_email": "returns@moss.example",
            },
        ),
        {
            "": (
                Spec("postnl-Barcode"),
                Spec("postnl-Labelling", mend=postnl_in_whole_words),
                Spec("postnl-Shipment", mend=postnl_in_whole_words),
                Spec("postnl-ShippingStatus"),
                Spec("postnl-Locations"),
            )
        },
    ),
}
