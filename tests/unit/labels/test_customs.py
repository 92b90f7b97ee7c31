"""Which parcels are declared, and what the declaration says."""

from __future__ import annotations

import pytest

from contracts.shape import Money
from services.labels.domain.customs import UNION, amount, declaration, is_declared, kilograms
from services.labels.domain.fill import filled
from services.labels.domain.issued import IssuedLabel
from services.labels.domain.order import order_for
from services.labels.domain.sender import sender_of
from tests.support.builders import (
    a_judged_item,
    a_return_address,
    a_shipment,
    a_shipped_item,
    an_approval,
)

LABEL = IssuedLabel("RT123456789", "label", "Own postage")


def ordered(shipment=None, **approved):
    """The order of a return; Zoë sends it from Amsterdam to Oxford unless told otherwise."""
    return order_for(an_approval(**approved), sender_of(shipment or a_shipment()))


@pytest.mark.parametrize(
    ("here", "there", "declared"),
    [
        ("NL", "NL", False), ("NL", "DE", False), ("FR", "MC", False), ("IE", "EL", False),
        ("CH", "CH", False), ("CH", "LI", False), ("GB", "IM", False), ("GB", "UK", False),
        ("NL", "GB", True), ("GB", "IE", True), ("CH", "DE", True), ("NO", "SE", True),
        ("AX", "FI", True), ("RE", "FR", True), ("IC", "ES", True), ("AD", "ES", True),
        ("TR", "DE", True), ("US", "NL", True), ("XI", "IE", True),
    ],
)  # fmt: skip
def test_a_parcel_is_declared_where_it_crosses_a_border_of_customs_or_taxes(here, there, declared):
    """Without the form it is sent back, or lies at the border; with a needless one nobody minds."""
    assert is_declared(here, there) is is_declared(there, here) is declared


def test_the_union_has_its_members_and_monaco():
    """Twenty-seven and one."""
    assert len(UNION) == 28
    assert not {"GB", "CH", "NO", "IS", "TR", "AD", "SM"} & UNION


def test_what_nobody_told_us_is_left_open():
    """A guessed weight or tariff number is a false declaration; the label comes all the same."""
    declared = declaration(ordered())

    (line,) = declared.lines
    assert (line.grams, line.hs_code, line.origin) == (None, None, None)
    assert declared.grams is None


def test_a_line_declares_all_its_units():
    """Customs add up lines, not pieces."""
    teapot = a_shipped_item(weight_grams=850, hs_code="6911 10 00", origin="CN")
    item = a_judged_item(quantity=2)

    declared = declaration(ordered(a_shipment(items=(teapot,)), items=(item,)))

    (line,) = declared.lines
    assert (line.quantity, line.grams, declared.grams) == (2, 1700, 1700)
    assert line.value.minor == 2 * item.unit_price.minor
    assert (line.hs_code, line.origin) == ("6911 10 00", "CN")


def test_what_the_customer_keeps_is_not_declared():
    """It does not travel."""
    kept = a_judged_item(line_id="2", name="Sad spoon", kept=True)

    declared = declaration(ordered(items=(a_judged_item(), kept)))

    assert [line.description for line in declared.lines] == ["Grumpy teapot"]


def test_the_sheet_carries_a_declaration_only_where_one_is_needed():
    """Within the Union it would send people looking for a printer for nothing."""
    home = a_return_address(country="NL")

    assert filled(ordered(), LABEL, "Return parcel").declaration is not None
    assert filled(ordered(return_to=home), LABEL, "Return parcel").declaration is None
    in_store = ordered(return_method="in_store", carrier=None)
    assert filled(in_store, LABEL, "In store").declaration is None


@pytest.mark.parametrize(
    ("minor", "currency", "said"),
    [
        (129_500, "EUR", "1295.00 EUR"), (5, "GBP", "0.05 GBP"), (0, "EUR", "0.00 EUR"),
        (1500, "JPY", "1500 JPY"), (1500, "KWD", "1.500 KWD"), (-250, "EUR", "-2.50 EUR"),
    ],
)  # fmt: skip
def test_an_amount_has_the_digits_of_its_currency(minor, currency, said):
    """A hundredfold value is a hundredfold duty."""
    assert amount(Money(minor=minor, currency=currency)) == said


def test_weights_are_told_in_kilograms():
    """To the gram."""
    assert [kilograms(grams) for grams in (0, 7, 850, 12_345)] == [
        "0.000",
        "0.007",
        "0.850",
        "12.345",
    ]
