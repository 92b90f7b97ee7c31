"""Digests that only who holds the secret can make, or try out."""

from __future__ import annotations

import hmac


def digested(key: bytes, purpose: str, *parts: str) -> str:
    """HMAC-SHA-256 of `parts` under `key`, in hexadecimal: 64 digits.

    Every part goes in with its length, so nothing can slip from one part into the next, and so
    does the purpose: the same secret used elsewhere never gives the same digest.
    """
    words = [word.encode() for word in (purpose, *parts)]
    framed = b"".join(len(word).to_bytes(4, "big") + word for word in words)
    return hmac.digest(key, framed, "sha256").hex()
