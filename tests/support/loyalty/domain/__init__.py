"""What a return is worth to a shop that wants to see its customer again."""

from __future__ import annotations

from dataclasses import dataclass

from contracts.rules import ReturnApproved


@dataclass(frozen=True, slots=True)
class Stamp:
    """One stamp for one return."""

    return_id: str
    portal_id: str
    units: int


def stamp_for(approved: ReturnApproved) -> Stamp:
    """The stamp of an approved return, with all its units."""
    units = sum(item.quantity for item in approved.items)
    return Stamp(approved.return_id, approved.portal_id, units)
