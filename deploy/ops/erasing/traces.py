"""What names one customer in the bytes of a record. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from contracts.shop import ShipmentRecorded
from services._runtime.words import Record

SHORTEST: Final = 6
"""A number, an address or a phone shorter than this names nobody for certain."""
_FILLING: Final = re.compile(rb"[\s.\-]+")


@dataclass(frozen=True, slots=True)
class Traces:
    """What a customer is known by. Each of `alone` is enough; of `together` it takes a pair.

    A name alone is many people's, and so is a postal code.
    """

    shipment_id: str
    returns: frozenset[str] = frozenset()
    alone: frozenset[str] = field(default=frozenset(), repr=False)
    together: frozenset[tuple[str, str]] = field(default=frozenset(), repr=False)

    def are_in(self, record: Record) -> bool:
        """Whether `record` is about this customer: by its key, its value or its headers."""
        parts = [record.key, record.value, *(value for _, value in record.headers)]
        said = b"\0".join(part for part in parts if part).lower()
        if self._names_shipment(said):
            return True
        squeezed = _FILLING.sub(b"", said)
        return any(_found(one, said, squeezed) for one in (*self.returns, *self.alone)) or any(
            _found(one, said, squeezed) and _found(other, said, squeezed)
            for one, other in self.together
        )

    def _names_shipment(self, said: bytes) -> bool:
        """As the field of any message does: an id alone may be a word of everybody's."""
        quoted = re.escape(json.dumps(self.shipment_id).lower().encode())
        return re.search(rb'"shipment_id"\s*:\s*' + quoted, said) is not None


def traces_of(
    shipment_id: str, recorded: Sequence[ShipmentRecorded], returns: Sequence[str] = ()
) -> Traces:
    """What names the customer of this parcel, by every version of it that is still to be read."""
    alone: set[str] = set()
    together: set[tuple[str, str]] = set()
    for shipment in recorded:
        who, home = shipment.customer, shipment.deliver_to
        alone |= {one for one in (shipment.tracking_number, who.email, who.phone or "") if one}
        together |= {(who.name, code) for code in (home.postal_code, home.street) if code}
    return Traces(
        shipment_id,
        frozenset(returns),
        frozenset(one for one in alone if len(one) >= SHORTEST),
        frozenset((name, code) for name, code in together if name),
    )


def _found(text: str, said: bytes, squeezed: bytes) -> bool:
    """Whether `text` is in there: as it is, as JSON escapes it, or without spaces and dashes."""
    if any(form in said for form in _forms(text)):
        return True
    plain = _FILLING.sub(b"", text.encode()).lower()
    return len(plain) >= SHORTEST and plain in squeezed


def _forms(text: str) -> Iterator[bytes]:
    yield text.lower().encode()
    for spelt in (text, text.lower()):
        yield json.dumps(spelt)[1:-1].lower().encode()
