"""Where the story of the samples happens: a shop that never was, and who says things when."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, Final

from contracts.envelope import Envelope, derived_id
from contracts.shape import Address, Money, Shape
from contracts.topics import BY_MODEL

PORTAL: Final = "tilly-and-thorn"
SHIPMENT: Final = "tilly-and-thorn/20418"
ORDER_NO: Final = "TT-20418"

BACK_OFFICE: Final = "/tilly-and-thorn/back-office"
SHOP: Final = "/tilly-and-thorn/shop"
PAGE: Final = "/tilly-and-thorn/returns-page"

LOOKUP_ID: Final = derived_id("sample", "lookup")
RETURN_ID: Final = derived_id("sample", "return")
QUERY_ID: Final = derived_id("sample", "query")

WAREHOUSE: Final = Address(
    address_id="hall-2",
    company="Tilly & Thorn GmbH",
    street="Am Webstuhl",
    house_number="4",
    postal_code="33602",
    town="Bielefeld",
    country="DE",
)

_HERE: Final = timezone(timedelta(hours=1))
_MONDAY: Final = datetime(2026, 3, 2, 9, 0, tzinfo=_HERE)
_TRACE: Final = "00-7d1b0cf3a6e24b5f9c0e8a4d2b6f1e35-5a3c9e7f1b2d4c68-01"


def day(number: int, hour: int, minute: int = 0) -> datetime:
    """That hour of the story's day `number`. Day 0 is a Monday in March 2026, in Germany."""
    return (_MONDAY + timedelta(days=number)).replace(hour=hour, minute=minute)


def utc(at: datetime) -> str:
    """As our services write an instant among facts."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def euros(cents: int) -> Money:
    """That many cents."""
    return Money(minor=cents, currency="EUR")


class Told:
    """A message of the story with its envelope: what the documents show as a sample."""

    def __init__(self, message: Shape, envelope: Envelope) -> None:
        self.message = message
        self.envelope = envelope
        self.topic = BY_MODEL[type(message)]

    def sample(self) -> dict[str, Any]:
        """The record as JSON: headers and key as text, the value as it is on the wire."""
        return {
            "headers": {name: value.decode() for name, value in self.envelope.headers()},
            "key": self.topic.key_of(self.message).decode(),
            "value": json.loads(self.message.body()),
        }


def first(message: Shape, source: str, at: datetime) -> Told:
    """`message` as the beginning of a story: nobody of the platform caused it."""
    topic = BY_MODEL[type(message)]
    key = topic.key_of(message).decode()
    envelope = Envelope(
        id=derived_id("sample", topic.name, key, at.isoformat()),
        source=source,
        type=topic.name,
        time=at,
        subject=key,
        traceparent=_TRACE if topic.kind == "command" else None,
    )
    return Told(message, envelope)


def then(cause: Told, message: Shape, at: datetime) -> Told:
    """`message` as its owner tells it because of `cause`."""
    topic = BY_MODEL[type(message)]
    key = topic.key_of(message).decode()
    return Told(message, cause.envelope.caused(topic.name, f"/retour/{topic.owner}", key, at))
