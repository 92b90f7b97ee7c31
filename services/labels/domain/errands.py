"""What labels orders itself to do later. None of it is about a person."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Self

from pydantic import Field

from contracts.shape import Code, Count, Country, Instant, Language, Shape, Text
from services.labels.domain.scan import Scan

ConnectionOf = Annotated[str, Field(max_length=64)]
"""A portal, or `*`."""


LONGEST_CODE = 200


class Seen(Shape):
    """See `scan.Scan`."""

    tracking_number: Annotated[str, Field(max_length=64)]
    phase: Code
    code: Text
    happened_at: Instant
    country: Country | None = None

    @classmethod
    def of(cls, scan: Scan) -> Self:
        """The scan, ready to be kept.

        Raises:
            ValueError: no message can hold it, such as an instant of the year 9999.
        """
        return cls(
            tracking_number=scan.tracking_number,
            phase=str(scan.phase),
            code="".join(c for c in scan.code if c.isprintable())[:LONGEST_CODE],
            happened_at=scan.happened_at,
            country=scan.country,
        )

    def scan(self) -> Scan:
        """The scan as it was."""
        return Scan(
            self.tracking_number, str(self.phase), self.code, self.happened_at, self.country
        )


def seen(scans: Iterable[Scan]) -> tuple[Seen, ...]:
    """These scans, ready to be kept; those that no message can hold are left out."""
    return tuple(one for one in map(_seen, scans) if one is not None)


def _seen(scan: Scan) -> Seen | None:
    try:
        return Seen.of(scan)
    except ValueError:
        return None


class Scanned(Shape):
    """These scans of one parcel are to be looked at."""

    reference: str
    scans: tuple[Seen, ...]


class Posted(Shape):
    """A carrier posted this. What could not be read is described, without any of its values."""

    carrier: Code
    connection: ConnectionOf
    scans: tuple[Seen, ...] = ()
    unreadable: str | None = None
    tries: Count = 0


class Asking(Shape):
    """It is time to ask a carrier about parcels under this contract."""

    carrier: Code
    connection: ConnectionOf
    in_vain: Count = 0
    """So often in a row it was asked and did not answer."""


class Expiring(Shape):
    """A label ends."""

    reference: str
    valid_until: Instant | None = None
    send_back_by: Instant
    language: Language | None = None
