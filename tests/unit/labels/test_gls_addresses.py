"""Addresses as GLS takes them: forty letters a line, and none that breaks a label."""

from __future__ import annotations

from dataclasses import replace

import pytest

from services.labels.adapters.carriers.gls import addresses
from tests.support.builders import a_return_address
from tests.support.gls import an_order

ZOE = an_order().sender


@pytest.mark.parametrize(
    ("given", "clean"),
    [
        ("Zoë  Zonder\n", "Zoë Zonder"),
        ('a{b}c"d|e;f,g(h)i\\j', "a b c d e f g h i j"),
        ("evil\u202egnirts\u200b", "evil gnirts"),
        ("Teapot 🫖 House", "Teapot House"),
        ("Łódź Γειά Привіт", "Łódź Γειά Привіт"),
        ("e\u0301", "é"),
        ("Rue ^XA de~JR", "Rue XA de~JR"),
        ("\x00\x1b[2J", "[2J"),
    ],
    ids=["blanks", "forbidden", "turned-round", "picture", "letters", "nfc", "zpl", "controls"],
)
def test_what_breaks_labels_is_left_out(given, clean):
    """Letters of every language stay."""
    assert addresses.clean(given) == clean


def test_what_does_not_fit_on_one_line_goes_on_the_next():
    """Nobody's street ends after forty letters, and GLS refuses longer lines."""
    words = "Wohnungsgenossenschaft Zur Schönen Aussicht Am Alten Hafen"
    sender = replace(ZOE, name=words, street=words, house_number="1" * 39, addition="rear house")

    said = addresses.customer(sender, None)

    assert (said["Name1"], said["Name2"]) == (
        "Wohnungsgenossenschaft Zur Schönen",
        "Aussicht Am Alten Hafen",
    )
    assert said["Street"] == "Wohnungsgenossenschaft Zur Schönen"
    assert said["StreetNumber"] == "1" * 39
    assert said["Name3"] == "Aussicht Am Alten Hafen rear house"


@pytest.mark.parametrize("length", [0, 1, 39, 40, 41, 80, 81, 200])
@pytest.mark.parametrize("letter", ["W", "é", "🫖", " "])
def test_no_line_is_ever_too_long(length, letter):
    """Two hundred letters without a blank, pictures, nothing at all."""
    text = letter * length
    sender = replace(
        ZOE, name=text, street=text, house_number=text, addition=text, postal_code=text, town=text
    )

    said = addresses.customer(sender, "+31201234567")

    assert {"Name1", "Street", "City", "CountryCode"} <= set(said)
    assert all(len(line) <= addresses.LINE for line in said.values())
    assert len(said.get("ZIPCode", "")) <= addresses.POSTAL_CODE


@pytest.mark.parametrize(
    ("name", "person"), [("Zoë Zonder", "Zoë Zonder"), ("Bo Li", "Bo Li Amsterdam")]
)
def test_a_driver_asks_for_somebody_with_six_letters(name, person):
    """GLS takes no shorter name."""
    assert addresses.customer(replace(ZOE, name=name), "+31")["ContactPerson"] == person


def test_without_a_phone_there_is_nobody_to_ask_for():
    """We keep no customer's number; the merchant's stands in the contract, or none does."""
    assert "ContactPerson" not in addresses.customer(ZOE, None)


def test_the_merchants_address_is_cleaned_too():
    """A company may be called anything."""
    said = addresses.merchant(a_return_address(company='Moss "& Fern" (Ltd.)'))

    assert said["Name1"] == "Moss & Fern Ltd."
