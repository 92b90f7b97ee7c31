"""Two hundred return labels: everybody in `people`, to merchants everywhere, under real numbers."""

from __future__ import annotations

from datetime import date
from itertools import cycle

from contracts.shape import Money
from services.labels.domain.customs import Declaration, Declared
from services.labels.domain.sheet import AddressLines, Sheet
from services.labels.domain.tracking import own_number
from tests.documents.people import HOSTILE, crowded, from_everywhere, hostile

NUMBERS = ("RR123456785GB", "1Z999AA10123456784", "00340434161094042557", "3SABCD1234567")
NUMBERS += ("SIM91726354401827364", "A1B2C3D4E5F6G7H8I9J0", "X" * 27)
_WEIGHTS, _VALUES = (250, None, 12_345), (1295, 99_999_999, None)


def honest(people: list[AddressLines] | None = None) -> list[Sheet]:
    """Labels on which every letter of the sender must stand."""
    return [_sheet(n, one, "Grumpy teapot") for n, one in enumerate(people or from_everywhere())]


def strange() -> list[Sheet]:
    """Labels whose senders, goods and notes are what strangers type, or too much."""
    people = [*crowded(), *hostile()]
    return [_sheet(n, one, text) for n, (one, text) in enumerate(zip(people, cycle(HOSTILE)))]


def corpus() -> list[Sheet]:
    """All of them."""
    return [*honest(), *strange()]


def _sheet(number: int, sender: AddressLines, goods: str) -> Sheet:
    merchants = from_everywhere()
    numbers = (own_number(f"return-{number}"), *NUMBERS)
    return Sheet(
        carrier="Return parcel",
        titles=("Own postage", "Drop off at a service point"),
        sender=sender,
        recipient=merchants[(number * 7 + 3) % len(merchants)],
        tracking_number=numbers[number % len(numbers)],
        return_number=f"R{number:03}-7F3K",
        order_no=f"{536_000 + number}",
        items=((1, goods), (12, "Świeczka ☃ λάμπα")),
        return_by=date(2026, 3, 1 + number % 31),
        routing="GB-BS1 0417" if number % 2 else None,
        note=goods if number % 3 else None,
        declaration=_declaration(number, goods),
    )


def _declaration(number: int, goods: str) -> Declaration:
    lines = tuple(
        Declared(
            goods,
            quantity,
            _WEIGHTS[(number + quantity) % 3],
            _money(_VALUES[(number + quantity) % 3]),
            goods if quantity == 2 else "6911 10 00",
            "CN" if quantity % 2 else None,
        )
        for quantity in range(1, 2 + number % 10)
    )
    return Declaration(lines, None, Money(minor=129_500, currency="EUR"))


def _money(minor: int | None) -> Money | None:
    return None if minor is None else Money(minor=minor, currency="EUR")
