"""What stands on a return document."""

from __future__ import annotations

from datetime import date

from services.labels.domain.fill import filled
from services.labels.domain.issued import IssuedLabel
from services.labels.domain.order import order_for
from services.labels.domain.sender import sender_of
from tests.support.builders import TUESDAY, a_return_address, a_shipment, an_approval, days

LABEL = IssuedLabel("RT123456789", "label", "Own postage")


def sheet_of(label=LABEL, shipment=None, **approved):
    """The sheet of Zoë's return."""
    order = order_for(an_approval(**approved), sender_of(shipment or a_shipment()))
    return filled(order, label, "Royal Pigeon")


def test_the_customer_is_the_sender_and_the_merchant_the_recipient():
    """A label the other way round sends the parcel out again."""
    sheet = sheet_of()

    assert (sheet.sender.name, sheet.sender.lines) == ("Zoë Zonder", ("Dam 1",))
    assert (sheet.recipient.name, sheet.recipient.lines) == ("Moss & Fern", ("1 Fern Lane",))


def test_an_addition_has_a_line_of_its_own():
    """Without it the parcel's way back has no flat."""
    home = a_shipment().deliver_to.model_copy(update={"addition": "2 hoog"})

    sheet = sheet_of(shipment=a_shipment(deliver_to=home))

    assert sheet.sender.lines == ("Dam 1", "2 hoog")


def test_a_street_without_number_stays_as_it_is():
    """Many addresses come as one line."""
    address = a_return_address(street="Unit 4, Fern Lane", house_number="")

    assert sheet_of(return_to=address).recipient.lines == ("Unit 4, Fern Lane",)


def test_the_earlier_of_two_days_is_the_last():
    """A label that has expired is worth as little as a window that has closed."""
    soon = IssuedLabel("RT123456789", "label", "Own postage", valid_until=TUESDAY + days(3))
    late = IssuedLabel("RT123456789", "label", "Own postage", valid_until=TUESDAY + days(90))

    assert sheet_of(soon).return_by == date(2026, 3, 13)
    assert sheet_of(late).return_by == sheet_of().return_by == date(2026, 4, 4)


def test_a_method_we_do_not_know_goes_unmentioned():
    """Enumerations are open on the wire."""
    assert sheet_of(return_method="by_balloon").titles == ("Own postage",)
    assert sheet_of(return_method="pickup").titles == ("Own postage", "Collected from the sender")
