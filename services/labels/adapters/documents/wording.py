"""The words of a return document, before they are set in any typeface."""

from __future__ import annotations

from datetime import date

from services.labels.adapters.documents.countries import town_lines
from services.labels.domain.sheet import AddressLines, Sheet

_SHOWN_LINES = 3
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def day(date_: date) -> str:
    """A date no European mistakes for another: 3 Mar 2026."""
    return f"{date_.day} {_MONTHS[date_.month - 1]} {date_.year}"


def streets(address: AddressLines) -> tuple[str, ...]:
    """At most three lines between name and town; further ones share the last."""
    lines = tuple(line for line in address.lines if line.strip())
    if len(lines) <= _SHOWN_LINES:
        return lines
    return (*lines[: _SHOWN_LINES - 1], ", ".join(lines[_SHOWN_LINES - 1 :]))


def town(address: AddressLines) -> tuple[str, ...]:
    """Postal code and town as that country's post wants them."""
    return town_lines(address.postal_code, address.town, address.country)


def facts(sheet: Sheet) -> list[tuple[str, str]]:
    """What people ask for on the telephone: a caption and the fact, at most three."""
    found = [("Return", sheet.return_number)]
    if sheet.order_no:
        found.append(("Order", sheet.order_no))
    if sheet.return_by:
        found.append(("Hand over by", day(sheet.return_by)))
    return found


def contents(items: tuple[tuple[int, str], ...], shown: int) -> list[str]:
    """A line for each of so many items, and one that counts the rest."""
    lines = [f"{quantity} × {text}" for quantity, text in items[:shown]]
    if len(items) > shown:
        lines.append(f"+{len(items) - shown} more")
    return lines
