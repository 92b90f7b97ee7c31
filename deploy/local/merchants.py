"""Contracts with every carrier the simulator plays, made up: its desks let anybody in."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

from deploy.local.carrier.desks import HOUSE, names

_DHL_SENDERS = (
    "at be bg ch cy cz de dk ee es fi fr gb gr hr hu ie it lt lu lv mt nl no pl pt ro se si sk"
)
_CAP = {"minor": 1_000_000_000, "currency": "EUR"}
"""High enough never to be reached, and so that what is spent is counted at all."""
_PRICES = {
    "drop_off_point": {"minor": 449, "currency": "EUR"},
    "drop_off_labelless": {"minor": 479, "currency": "EUR"},
    "pickup": {"minor": 799, "currency": "EUR"},
}
_SECRETS: Mapping[str, tuple[str, ...]] = {
    "dhl_parcel_de": ("api_key", "api_secret", "user", "password"),
    "gls": ("client_id", "client_secret"),
    "postnl": ("apikey",),
    "sendcloud": ("public_key", "secret_key"),
    "simulated": ("hook_key",),
}
_OPTIONS: Mapping[str, Mapping[str, str]] = {
    "dhl_parcel_de": {
        **{f"receiver_id_{country}": country + "r" for country in _DHL_SENDERS.split()},
        "billing_number": "33333333330701",
    },
    "gls": {"contact_id": "2760000000", "phone": "+31205550100"},
    "postnl": {
        "customer_code": "DEVC",
        "customer_number": "11223344",
        "collection_location": "123456",
        "contact_email": "returns@example.com",
    },
    "sendcloud": {
        "carrier": "postnl",
        **{f"ship_with_{method}": f"postnl:return/{method}" for method in _PRICES},
    },
}


def written(file: Path, carrier_url: str) -> Path:
    """The connections file of labels: everybody's contracts with every desk behind this address."""
    file.touch(mode=0o600)
    file.write_text("".join(_entries(carrier_url)), encoding="utf-8")
    return file


def made_up(secret: str) -> str:
    """What stands in the file for this secret."""
    return f"made-up-{secret}"


def _entries(carrier_url: str) -> Iterator[str]:
    for carrier in names():
        if carrier not in _SECRETS:
            continue
        url = carrier_url if carrier == HOUSE else f"{carrier_url}/{carrier}"
        secrets = {name: made_up(name) for name in _SECRETS.get(carrier, ())}
        yield f'\n[[connection]]\nportal = "*"\ncarrier = "{carrier}"\nurl = "{url}"\n'
        yield _table("secrets", secrets)
        yield _table("options", _OPTIONS.get(carrier, {}))
        yield _table("prices", _PRICES)
        yield _table("daily_cap", _CAP)


def _table(name: str, held: Mapping[str, object]) -> str:
    lines = (f"{key} = {_value(value)}\n" for key, value in held.items())
    return "".join((f"[connection.{name}]\n", *lines)) if held else ""


def _value(value: object) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {_value(one)}" for key, one in value.items()) + " }"
    return json.dumps(value)  # what JSON makes of words and whole numbers is TOML, too
