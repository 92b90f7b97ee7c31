"""Tracking numbers of our own."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from services.labels.adapters.documents.bars import bars_for
from services.labels.adapters.documents.codes import code128
from services.labels.domain.tracking import check_character, own_number, return_number
from tests.support.builders import an_id

numbers = st.builds(lambda drawn: own_number(f"{drawn}:1"), st.uuids())
characters = st.sampled_from("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ")


def test_the_check_character_is_the_one_of_the_standard():
    """The example of the Global Release Identifier, which uses ISO/IEC 7064 MOD 37,36 too."""
    assert check_character("A12425GABC1234002") == "M"


def test_the_same_reference_always_gives_the_same_number():
    """A label printed twice is one parcel; written out, because labels out there keep theirs."""
    assert own_number(f"{an_id()}:1") == "RTV6CZ4KKSM4JKP7A"


def test_ten_thousand_returns_have_ten_thousand_numbers():
    """Returns with neighbouring ids, and the parcels of one return, must not share one."""
    references = [f"{an_id(number)}:{parcel}" for number in range(5000) for parcel in (1, 2)]

    assert len({own_number(reference) for reference in references}) == 10_000


@given(numbers)
def test_a_number_is_short_enough_for_bars_across_the_label(number):
    """Longer ones would climb its edge, where fewer scanners look."""
    assert re.fullmatch(r"RT[0-9A-HJKMNP-TV-Z]{14}[0-9A-Z]", number)
    assert not bars_for(code128(number).modules).climbing


@given(numbers, st.integers(0, 15), characters)
def test_one_wrong_character_shows(number, place, wrong):
    """Numbers are read out on the telephone."""
    misread = number[:place] + wrong + number[place + 1 :]

    right = misread == number
    assert (check_character(misread[:-1]) == misread[-1]) is right


def test_a_return_is_read_out_in_two_groups_of_four():
    """Nobody reads out a UUID."""
    assert return_number("3f2a91bc-0000-4000-8000-000000000007") == "3F2A-91BC"
