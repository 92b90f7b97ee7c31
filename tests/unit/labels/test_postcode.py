"""Postal codes: as customers write them, as carriers want them, as places are kept."""

from __future__ import annotations

import pytest

from services.labels.domain.postcode import code_of_place, compact, prefixes


@pytest.mark.parametrize(
    ("country", "written", "whole", "place"),
    [
        ("FR", " 75011 ", "75011", "75011"),
        ("FR", "F-75011", "75011", "75011"),
        ("FR", "01014 cedex 9", "01014", "01014"),
        ("FR", "75008 CEDEX", "75008", "75008"),
        ("LU", "L-4301", "4301", "4301"),
        ("DE", "D-04155", "04155", "04155"),
        ("NL", "1012 js", "1012JS", "1012"),
        ("NL", "1012", "1012", "1012"),
        ("GB", "sw1a 1aa", "SW1A1AA", "SW1A"),
        ("GB", "M90 1QX", "M901QX", "M90"),
        ("GB", "B33 8TH", "B338TH", "B33"),
        ("GB", "EC1A", "EC1A", "EC1A"),
        ("IE", "D02 AF30", "D02AF30", "D02"),
        ("IE", "D6W XY00", "D6WXY00", "D6W"),
        ("PL", "00-950", "00950", "00950"),
        ("PT", "1000-205", "1000205", "1000205"),
        ("SE", "114 55", "11455", "11455"),
    ],
)
def test_a_code_is_read_however_it_is_written(country, written, whole, place):
    """Open collections know outward codes, four digits and routing keys; carriers know more."""
    assert (compact(written), code_of_place(country, written)) == (whole, place)


@pytest.mark.parametrize(
    "junk", ["", " ", "1", "Amsterdam", "1012; drop", "12345678901", "\u0661\u0662\u0663", "🏣12"]
)
def test_what_is_no_postal_code_is_none(junk):
    """It goes into no address of a carrier's, and matches no place."""
    assert compact(junk) is code_of_place("NL", junk) is None


def test_neighbours_begin_alike_the_longest_first():
    """75116 is nearer to 7511x than to 75xxx."""
    assert [*prefixes("75116")] == ["7511", "751", "75"]
    assert [*prefixes("M1")] == []
