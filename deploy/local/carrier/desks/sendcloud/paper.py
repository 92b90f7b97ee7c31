"""Sendcloud's documents: labels, codes that stand for them, and customs declarations."""

from __future__ import annotations

from dataclasses import dataclass

from deploy.local.carrier.desks.sendcloud.made import Return
from deploy.local.carrier.paper import label_pdf, qr_png

_UNION = frozenset(
    "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK".split()  # noqa: SIM905
)


@dataclass(frozen=True)
class File:
    """A document and what it is."""

    body: bytes
    media_type: str


def printed(one: Return, kind: str, accept: str | None) -> File | None:
    """The document, or None if there is none of that kind (yet)."""
    number = one.tracking_number
    if number is None:
        return None
    match kind:
        case "label" if accept == "image/png":
            return File(qr_png(number), "image/png")
        case "label":
            lines = [str(one.body["to_address"]["name"]), str(one.body["to_address"]["city"])]
            return File(label_pdf("Sendcloud return", number, lines), "application/pdf")
        case "customs-declaration" if _is_declared(one):
            return File(label_pdf("Customs declaration", number), "application/pdf")
        case _:
            return None


def _is_declared(one: Return) -> bool:
    ends = {one.body[name]["country_code"] for name in ("from_address", "to_address")}
    return len(ends) > 1 and not ends <= _UNION
