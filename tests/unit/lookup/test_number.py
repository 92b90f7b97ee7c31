"""Tracking numbers, as eighteen couriers print them and their customers type them."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from services.lookup.domain.number import plain_number

VECTORS = Path(__file__).parents[4] / "shared/data/tracking-numbers/test-numbers.csv"


def printed_numbers():
    """Every number the couriers call valid, as they print it."""
    if not VECTORS.is_file():
        pytest.skip("the couriers' test numbers are not on this machine")
    with VECTORS.open(encoding="utf-8", newline="") as file:
        return [row["number"] for row in csv.DictReader(file) if row["expected"] == "valid"]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("RR 123 456 785 GB", "RR123456785GB"),
        ("rr123456785gb\n", "RR123456785GB"),
        ("1z 999-aa1-01-2345-6784", "1Z999AA10123456784"),
        ("0998 0000 0200 34d", "09980000020034D"),
        ("ＲＲ１２３４５６７８５ＧＢ", "RR123456785GB"),
        ("٠٠٣٤٠٤٣٤٢٩٢١٣٥١٠٠١٥٧", "00340434292135100157"),
    ],
)
def test_a_number_is_itself_in_whatever_groups_it_is_typed(typed, meant):
    """Labels print groups of four; people copy them, or do not."""
    assert plain_number(typed) == meant


def test_every_couriers_number_survives_being_typed_by_hand():
    """Real numbers of real couriers, with their zeros, letters and blanks."""
    numbers = printed_numbers()

    for number in numbers:
        whole = plain_number(number)
        assert whole == "".join(filter(str.isalnum, number)).upper()
        assert plain_number(" ".join(number.lower())) == whole
        assert plain_number("-".join(number) + "\n") == whole
    assert len(numbers) > 150


def test_no_two_couriers_numbers_become_one():
    """Leniency must never let one parcel's number open another's."""
    squeezed = {"".join(filter(str.isalnum, number)) for number in printed_numbers()}

    assert len({plain_number(number) for number in squeezed}) == len(squeezed)


def test_a_wrong_check_digit_is_another_number():
    """It names no parcel, and nothing here may treat it differently from one that might."""
    assert plain_number("RR123456786GB") != plain_number("RR123456785GB")
