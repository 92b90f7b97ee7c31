"""A letter, ready to be sent, or why there is none."""

from __future__ import annotations

from dataclasses import dataclass, field

from services.notifications.domain.address import Address


@dataclass(frozen=True, slots=True)
class Enclosure:
    """A file that travels with a letter."""

    filename: str
    media_type: str
    """`application/pdf` or `image/png`."""
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Letter:
    """One letter to exactly one mailbox."""

    about: str
    """The return it is about."""
    to: Address
    sender: Address
    sender_name: str
    language: str
    subject: str
    text: str = field(repr=False)
    html: str | None = field(default=None, repr=False)
    enclosures: tuple[Enclosure, ...] = ()
    shown: Enclosure | None = None
    """The picture that `html` shows as `cid:shown`; one of the enclosures."""


@dataclass(frozen=True, slots=True)
class Missing:
    """Something the letter needs has not arrived yet. It may still come."""

    code: str


@dataclass(frozen=True, slots=True)
class Unsendable:
    """This letter can never be sent."""

    code: str


@dataclass(frozen=True, slots=True)
class Unwanted:
    """Nobody asked for this letter."""
