"""What a return document shows, before anybody decides how it looks."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from services.labels.domain.customs import Declaration


@dataclass(frozen=True, slots=True)
class AddressLines:
    """Where a parcel comes from or goes to, line by line as a postman reads it.

    `lines` holds street, building and the like, most specific last, without postal code and town.
    `country` is an ISO 3166-1 alpha-2 code or the country's name; codes are printed as names.
    Everything but the country is personal and stays out of reprs.
    """

    name: str = field(repr=False)
    lines: tuple[str, ...] = field(repr=False)
    postal_code: str = field(repr=False)
    town: str = field(repr=False)
    country: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """One parcel's return document.

    The customer is the sender: the parcel travels from `sender` to `recipient`.
    `tracking_number` is what both codes carry, unchanged; printable ASCII.
    `return_number` is what people read out on the telephone.
    `titles` are the product and the method, in that order; a document shows the first two.
    `items` are pairs of quantity and description; a document shows three and counts the rest.
    `return_by` is the last day on which the parcel may be handed over.
    `routing` is the carrier's sorting line, printed as it is.
    `declaration` is what customs want to know, where the parcel crosses their border.
    """

    carrier: str
    titles: tuple[str, ...]
    sender: AddressLines
    recipient: AddressLines
    tracking_number: str
    return_number: str
    order_no: str | None = None
    items: tuple[tuple[int, str], ...] = ()
    return_by: date | None = None
    routing: str | None = None
    note: str | None = field(default=None, repr=False)
    declaration: Declaration | None = None
