"""Operators in the AsyncAPI document: dead letters, who handled them, and who was forgotten."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from contracts.channels import bindings, channel_name
from contracts.json_schema import (
    ERASABLE,
    Schema,
    customer_forgotten_schema,
    dead_letter_schema,
    letter_handled_schema,
    redriven_schema,
)
from contracts.shape import PERSONAL
from contracts.topics import (
    CUSTOMERS_FORGOTTEN,
    DEAD_LETTERS_HANDLED,
    DEAD_LETTERS_KEPT_DAYS,
    SERVICES,
    Kept,
    dead_letters_of,
    redriven_to,
)

Named = Iterator[tuple[str, dict[str, Any]]]

_PARKED: Final = "Parked"
_PUT_BACK: Final = "PutBack"
_HANDLED: Final = "LetterHandled"
_FORGOTTEN: Final = "CustomerForgotten"
_OPERATORS: Final = "operators"
_ERASED: Final = (
    "Each lies under the place its record came from; a null value under that key erases it."
)
_MAY_BE_PERSONAL: Final = "May carry personal data, because anything may."


def channels() -> Named:
    """Two per service, and the audit."""
    for service in SERVICES:
        letters, redriven = dead_letters_of(service), redriven_to(service)
        yield (
            channel_name(letters),
            _channel(
                letters,
                f"Dead letters of {service}",
                f"What {service} can never handle: key, value and headers as they came, and why, "
                f"for {DEAD_LETTERS_KEPT_DAYS} days. {_ERASED} {_MAY_BE_PERSONAL}",
                _PARKED,
                service,
                DEAD_LETTERS_KEPT_DAYS,
                erasable=True,
            )
            | {PERSONAL: True, ERASABLE: True},
        )
        yield (
            channel_name(redriven),
            _channel(
                redriven,
                f"Put back for {service}",
                f"Dead letters an operator has put back: {service} takes each as if it came from "
                "its original topic, and nobody else hears it. Only operators write here. "
                f"{_ERASED} {_MAY_BE_PERSONAL}",
                _PUT_BACK,
                service,
                DEAD_LETTERS_KEPT_DAYS,
                erasable=True,
            )
            | {PERSONAL: True, ERASABLE: True},
        )
    yield (
        channel_name(DEAD_LETTERS_HANDLED),
        _channel(
            DEAD_LETTERS_HANDLED,
            "Letters handled",
            "Who redrove or discarded which letter, when and why. The key is where the letter "
            "lies: `<service>/<partition>/<offset>`. The last word under each key is kept.",
            _HANDLED,
            _OPERATORS,
            "compacted",
        ),
    )
    yield (
        channel_name(CUSTOMERS_FORGOTTEN),
        _channel(
            CUSTOMERS_FORGOTTEN,
            "Customers forgotten",
            "That a customer was forgotten, when and by whom. The key is their shipment's; nothing "
            "here is about them.",
            _FORGOTTEN,
            _OPERATORS,
            "long",
        ),
    )


def operations() -> Named:
    """Services park and take back; operators say what they did."""
    for service in SERVICES:
        yield f"{service}-parks", _operation("send", dead_letters_of(service), _PARKED, service)
        yield (
            f"{service}-takes-back",
            _operation("receive", redriven_to(service), _PUT_BACK, service),
        )
    yield (
        f"{_OPERATORS}-handle-letters",
        _operation("send", DEAD_LETTERS_HANDLED, _HANDLED, _OPERATORS),
    )
    yield (
        f"{_OPERATORS}-forget-customers",
        _operation("send", CUSTOMERS_FORGOTTEN, _FORGOTTEN, _OPERATORS),
    )


def messages() -> dict[str, dict[str, Any]]:
    """The one message of each of these channels."""
    any_bytes = {
        "description": "The value as it came: any bytes. Empty, too, where there was none.",
        PERSONAL: True,
    }
    return {
        _PARKED: {
            "name": "parked",
            "title": _PARKED,
            "summary": "A record no service can handle: its own bytes, and why.",
            "headers": {"$ref": "#/components/schemas/DeadLetter"},
            "payload": any_bytes,
        },
        _PUT_BACK: {
            "name": "put-back",
            "title": _PUT_BACK,
            "summary": "A parked record for the service that parked it: its own bytes, and whose.",
            "headers": {"$ref": "#/components/schemas/Redriven"},
            "payload": any_bytes,
        },
        _HANDLED: {
            "name": "letter-handled",
            "title": _HANDLED,
            "summary": "What an operator did with a letter.",
            "contentType": "application/json",
            "payload": {"$ref": "#/components/schemas/LetterHandled"},
        },
        _FORGOTTEN: {
            "name": "customer-forgotten",
            "title": _FORGOTTEN,
            "summary": "An operator had a customer forgotten.",
            "contentType": "application/json",
            "payload": {"$ref": "#/components/schemas/CustomerForgotten"},
        },
    }


def schemas() -> tuple[Schema, ...]:
    """What those messages refer to."""
    return (
        dead_letter_schema(),
        redriven_schema(),
        letter_handled_schema(),
        customer_forgotten_schema(),
    )


def _channel(
    address: str,
    title: str,
    description: str,
    message: str,
    tag: str,
    kept: Kept,
    *,
    erasable: bool = False,
) -> dict[str, Any]:
    return {
        "address": address,
        "title": title,
        "description": description,
        "messages": {message: {"$ref": f"#/components/messages/{message}"}},
        "tags": [{"name": tag}],
        "bindings": bindings(kept, erasable=erasable),
    }


def _operation(action: str, topic: str, message: str, tag: str) -> dict[str, Any]:
    channel = channel_name(topic)
    return {
        "action": action,
        "channel": {"$ref": f"#/channels/{channel}"},
        "messages": [{"$ref": f"#/channels/{channel}/messages/{message}"}],
        "tags": [{"name": tag}],
    }
