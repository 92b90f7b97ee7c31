"""What a customer claims to know about a parcel, and the digest it is compared by."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from services.lookup.domain.digest import digested
from services.lookup.domain.number import plain_number
from services.lookup.domain.postal import plain_postal_code

_PURPOSE: Final = "retour lookup claim 1"


@dataclass(frozen=True, slots=True)
class Claim:
    """A tracking number and a delivery postal code at one portal, in their plain forms."""

    portal_id: str
    tracking_number: str = field(repr=False)
    postal_code: str = field(repr=False)

    @property
    def complete(self) -> bool:
        """Whether it claims both. One alone is no proof of anything."""
        return bool(self.tracking_number and self.postal_code)

    def digest(self, key: bytes) -> str:
        """HMAC-SHA-256 of all three under `key`, in hexadecimal: 64 digits."""
        return digested(key, _PURPOSE, self.portal_id, self.tracking_number, self.postal_code)


def claim(portal_id: str, tracking_number: str, postal_code: str) -> Claim:
    """The claim in what somebody typed or recorded."""
    return Claim(portal_id, plain_number(tracking_number), plain_postal_code(postal_code))
