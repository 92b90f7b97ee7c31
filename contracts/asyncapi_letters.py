"""Dead letters in the AsyncAPI document: where they are parked, put back, and who handled them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from contracts.channels import bindings, channel_name
from contracts.json_schema import (
    Schema,
    dead_letter_schema,
    letter_handled_schema,
    redriven_schema,
)
from contracts.shape import PERSONAL
from contracts.topics import (
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
_OPERATORS: Final = "operators"
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
                f"for {DEAD_LETTERS_KEPT_DAYS} days. {_MAY_BE_PERSONAL}",
                _PARKED,
                service,
                DEAD_LETTERS_KEPT_DAYS,
            )
            | {PERSONAL: True},
        )
        yield (
            channel_name(redriven),
            _channel(
                redriven,
                f"Put back for {service}",
                f"Dead letters an operator has put back: {service} takes each as if it came from "
                "its original topic, and nobody else hears it. Only operators write here. "
                f"{_MAY_BE_PERSONAL}",
                _PUT_BACK,
                service,
                DEAD_LETTERS_KEPT_DAYS,
            )
            | {PERSONAL: True},
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


def messages() -> dict[str, dict[str, Any]]:
    """The one message of each of these channels."""
    any_bytes = {"description": "The value as it came: any bytes, or null.", PERSONAL: True}
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
    }


def schemas() -> tuple[Schema, ...]:
    """What those messages refer to."""
    return dead_letter_schema(), redriven_schema(), letter_handled_schema()


def _channel(
    address: str, title: str, description: str, message: str, tag: str, kept: Kept
) -> dict[str, Any]:
    return {
        "address": address,
        "title": title,
        "description": description,
        "messages": {message: {"$ref": f"#/components/messages/{message}"}},
        "tags": [{"name": tag}],
        "bindings": bindings(kept),
    }


def _operation(action: str, topic: str, message: str, tag: str) -> dict[str, Any]:
    channel = channel_name(topic)
    return {
        "action": action,
        "channel": {"$ref": f"#/channels/{channel}"},
        "messages": [{"$ref": f"#/channels/{channel}/messages/{message}"}],
        "tags": [{"name": tag}],
    }
