"""What the counter and its desks say to each other."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Protocol
from urllib.parse import parse_qs


@dataclass(frozen=True)
class Asked:
    """A question over HTTP, as far as a desk looks at it. Names of headers are in lower case."""

    method: str
    path: str
    """From the desk on: `/orders` of `/dhl_parcel_de/orders`."""
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        """The body, or None if it is no JSON."""
        try:
            return json.loads(self.body)
        except ValueError:
            return None


def query_of(raw: bytes) -> dict[str, str]:
    """The first value of each name."""
    return {name: values[0] for name, values in parse_qs(raw.decode("latin-1")).items()}


@dataclass(frozen=True)
class Reply:
    """One answer of the carrier."""

    status: HTTPStatus
    said: Mapping[str, Any] | list[Any] | str | bytes
    """JSON, or a page or file as it is."""
    headers: Mapping[str, str] = field(default_factory=dict)
    cut_to: int | None = None
    """How many bytes of the body are sent; None is all."""
    media_type: str = "application/json"

    @property
    def body(self) -> bytes:
        """As it goes over the line, if it is not cut short."""
        match self.said:
            case bytes():
                return self.said
            case str():
                return self.said.encode()
            case _:
                return json.dumps(self.said).encode()


class Work(Protocol):
    """What the carrier would have done."""

    def __call__(self, *, forgetful: bool = False) -> Reply:
        """Do it, and say so. A forgetful carrier sells again what it has sold."""
        ...


@dataclass(frozen=True)
class Task:
    """Something to be done for a customer, before any trick is played on them."""

    reference: str
    """What it is about: tricks are told by it."""
    step: str
    """`order`, `question`, `cancel`, `track`, `points` or `token`."""
    work: Work


class Desk(Protocol):
    """One carrier's side of the counter."""

    def __call__(self, asked: Asked) -> Task | Reply:
        """What is to be done, or at once why nothing is: no such place, no such customer."""
        ...
