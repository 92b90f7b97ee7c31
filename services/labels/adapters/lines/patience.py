"""How long a carrier asks us to wait."""

from __future__ import annotations

USUAL_SECONDS, LONGEST_SECONDS = 60, 3600


def seconds_of(retry_after: str | None) -> float:
    """What `Retry-After` says in seconds (RFC 9110, section 10.2.3), 1 s to 1 h.

    A date, or nothing that can be read, is a minute: clocks differ.
    """
    said = (retry_after or "").strip()
    seconds = int(said[:9]) if said.isascii() and said.isdecimal() else USUAL_SECONDS
    return float(min(max(seconds, 1), LONGEST_SECONDS))
