"""How a message waits in MongoDB until it has been told: byte for byte."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from services._runtime.words import Tell


def tell_document(tell: Tell) -> dict[str, Any]:
    """`tell` as a document."""
    return {"topic": tell.topic, "key": tell.key, "headers": dict(tell.headers), "body": tell.body}


def tell_of(document: Mapping[str, Any]) -> Tell:
    """The message `tell_document` stored."""
    headers: list[tuple[str, bytes | None]] = [
        (name, bytes(value)) for name, value in document["headers"].items()
    ]
    return Tell(document["topic"], bytes(document["key"]), headers, bytes(document["body"]))
