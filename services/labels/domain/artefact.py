"""A file that a carrier gave us, as it gave it."""

from __future__ import annotations

from dataclasses import dataclass, field

LARGEST_BYTES = 500_000
"""What fits into a message beside its other documents."""

_BEGINNINGS = {
    b"%PDF-": "application/pdf",
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"GIF87a": "image/gif",
    b"GIF89a": "image/gif",
    b"\xff\xd8\xff": "image/jpeg",
    b"^XA": "application/zpl",
}


@dataclass(frozen=True, slots=True)
class Artefact:
    """`kind` is a `contracts.words.DocumentKind`, `media_type` what the bytes were found to be.

    By looking at the bytes, not by believing a header. Personal: a label carries an address.
    """

    kind: str
    media_type: str
    content: bytes = field(repr=False)


def media_type_of(content: bytes) -> str | None:
    """What these bytes are by their first ones, or None if that is nothing a customer can use."""
    found = (media for beginning, media in _BEGINNINGS.items() if content.startswith(beginning))
    return next(found, None) if len(content) <= LARGEST_BYTES else None
