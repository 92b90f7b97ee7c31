"""Postal codes of the whole world, compared the way people write them."""

from __future__ import annotations

import csv
from collections import defaultdict
from pathlib import Path

import pytest

from services.lookup.domain.postal import plain_postal_code

DATA = Path(__file__).parents[4] / "shared/data"
RULES = DATA / "address-i18n/countries.csv"
CENTROIDS = DATA / "postal-centroids/postal-centroids.csv"
VECTORS = DATA / "validator-vectors/postal-codes.csv"


def rows_of(path):
    """The rows of a CSV file, if this machine has it."""
    if not path.is_file():
        pytest.skip(f"{path.name} is not on this machine")
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def codes_by_country():
    """Every example and every accepted code we have, by country."""
    codes = defaultdict(set)
    for row in rows_of(RULES):
        codes[row["country"]] |= {e for e in row["postal_examples"].split(",") if e}
    for row in rows_of(VECTORS):
        if row["expected"] == "valid" and row["locale"] != "any":
            codes[row["locale"]].add(row["value"])
    return codes


@pytest.mark.parametrize(
    ("typed", "recorded"),
    [
        ("1012 ab", "1012AB"),
        ("NL-1012 AB", "1012 AB"),
        ("D-01067", "01067"),
        ("de 01067", "01067"),
        ("F-75008", "75 008"),
        ("L-4750", "4750"),
        ("1073", "LV-1073"),
        ("SE-114 55", "11455"),
        ("FI-00550", "00550"),
        ("PT 2725-079", "2725079"),
        ("GL-3900", "3900"),
        ("fo100", "100"),
        ("500", "AD500"),
        ("sw1a1aa", "SW1A 1AA"),
        ("h3z2y7", "H3Z 2Y7"),
        ("40.301-110", "40301-110"),
        ("〒154-0023", "1540023"),
        ("22162", "22162-1010"),
        ("US 22162 1010", "22162"),
        ("PR 00930", "00930-1234"),
        ("١٠١١١", "10111"),
        ("１５４－００２３", "154-0023"),
    ],
)
def test_a_code_is_itself_however_it_is_written(typed, recorded):
    """The shop has one way of writing it, the customer another; both mean one door."""
    assert plain_postal_code(typed) == plain_postal_code(recorded)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("DE55 4SW", "DE554SW"),
        ("SE1 9GS", "SE19GS"),
        ("B1900ABC", "B1900ABC"),
        ("BB23026", "BB23026"),
        ("H100", "H100"),
        ("EC090112", "EC090112"),
        ("BT2328", "BT2328"),
        ("D-0106", "D0106"),
        ("NL-1012", "NL1012"),
        ("00144", "00144"),
        ("BFPO 61", "BFPO61"),
    ],
)
def test_letters_that_belong_to_a_code_stay(typed, kept):
    """Only a mark in front of a whole code of that country may go: DE55 is in Derby."""
    assert plain_postal_code(typed) == kept


def test_a_lost_leading_zero_is_not_forgiven():
    """01067 is Dresden; whoever turned it into a number has to mend it."""
    assert plain_postal_code("1067") != plain_postal_code("01067")


@pytest.mark.parametrize("nothing", ["", " ", "-", "—", ".", "\N{ZERO WIDTH SPACE}", "〒"])
def test_what_holds_no_code_is_empty(nothing):
    """So that a dash for `has none` is seen as none, and names nothing."""
    assert plain_postal_code(nothing) == ""


def test_every_countrys_codes_are_themselves_in_every_writing():
    """Real codes of all countries: lower case, spread out, full-width, in Arabic-Indic digits."""
    by_country = codes_by_country()
    wide = {ord("0") + n: ord("０") + n for n in range(10)}
    arabic = {ord("0") + n: ord("٠") + n for n in range(10)}

    for country, codes in by_country.items():
        for code in codes:
            meant = plain_postal_code(code)
            for writing in (code.lower(), " ".join(code), "-".join(code) + "\n"):
                assert plain_postal_code(writing) == meant, country
            assert plain_postal_code(code.translate(wide)) == meant, country
            assert plain_postal_code(code.translate(arabic)) == meant, country
    assert len(by_country) > 170


def test_no_two_codes_of_one_country_become_one():
    """Leniency must not open a neighbour's door."""
    written = defaultdict(set)
    for country, codes in codes_by_country().items():
        for code in codes:
            written[country, plain_postal_code(code)].add(
                "".join(filter(str.isalnum, code.upper()))
            )

    strangers = [codes for codes in written.values() if len(codes) > 1]

    assert strangers == []
    assert len(written) > 600


def test_every_code_of_twelve_countries_stays_itself():
    """Tens of thousands of real codes: none loses a digit, none falls together with another."""
    codes = {(row["country"], row["postcode"]) for row in rows_of(CENTROIDS)}

    plain = {(country, plain_postal_code(code)) for country, code in codes}

    assert len(plain) == len(codes) > 50_000


def test_a_country_that_marks_its_codes_may_leave_the_mark_out():
    """Libraries of addresses print FL-9490, L-4750 and LT-04340; customers often do not."""
    marked = [row for row in rows_of(RULES) if row["postal_prefix"] and row["postal_examples"]]

    for row in marked:
        for code in row["postal_examples"].split(","):
            printed = plain_postal_code(row["postal_prefix"] + code)
            assert printed == plain_postal_code(code), row["country"]
    assert len(marked) > 12
