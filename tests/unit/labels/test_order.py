"""From an approved return to an order, or to the reason why there is none."""

from __future__ import annotations

from services.labels.domain.order import Refusal, order_for, travelling
from services.labels.domain.sender import Forgotten, sender_of
from tests.support.builders import (
    SPOON,
    a_judged_item,
    a_shipment,
    an_approval,
    an_id,
    pounds,
)

ZOE = sender_of(a_shipment())
KEPT_SPOON = a_judged_item(
    line_id="2", sku=SPOON, name="Sad spoon", quantity=2, unit_price=pounds(3), kept=True
)


def test_the_parcel_goes_from_the_customer_to_the_merchant():
    """The other way round it would travel to the customer a second time."""
    order = order_for(an_approval(), ZOE)

    assert (order.sender.name, order.sender.town) == ("Zoë Zonder", "Amsterdam")
    assert (order.recipient.company, order.recipient.town) == ("Moss & Fern", "Oxford")


def test_the_reference_follows_from_the_return_alone():
    """It is what keeps a second order from being a second label."""
    first = order_for(an_approval(), ZOE)
    again = order_for(an_approval(order_no="other", return_method="pickup"), ZOE)

    assert first.reference == again.reference == f"{an_id()}:1"


def test_an_item_is_named_by_the_best_word_we_have():
    """Rules may not know an item's name, but the customer must recognise it."""
    nameless = a_judged_item(name=None)
    unknown = a_judged_item(name=None, sku=None, quantity=3)

    order = order_for(an_approval(items=(a_judged_item(), nameless, unknown)), ZOE)

    assert order.items == ((1, "Grumpy teapot"), (1, "GRUMPY-TEAPOT"), (3, "1"))


def test_what_the_customer_keeps_is_not_in_the_parcel():
    """Customs would look for two spoons that never left the house."""
    approved = an_approval(items=(a_judged_item(), KEPT_SPOON), value=pounds(18.95))

    order = order_for(approved, ZOE)

    assert order.items == ((1, "Grumpy teapot"),)
    assert order.value == pounds(12.95)


def test_nothing_travels_where_everything_is_kept():
    """Whether rules say so by the method or item by item."""
    by_method = an_approval(return_method="none", carrier=None)
    by_item = an_approval(items=(KEPT_SPOON,))

    assert travelling(by_method) == travelling(by_item) == ()
    assert len(travelling(an_approval(items=(a_judged_item(), KEPT_SPOON)))) == 1


def test_an_unknown_sender_is_waited_for():
    """Topics keep no order among each other."""
    assert order_for(an_approval(), None) is None


def test_a_forgotten_customer_gets_no_new_label():
    """Nobody is left to send it to."""
    assert order_for(an_approval(), Forgotten()) == Refusal("sender_erased")


def test_one_merchants_customer_never_stands_on_anothers_label():
    """A mistake elsewhere must not become a leak here."""
    approved = an_approval(portal_id="grey-gull")

    assert order_for(approved, ZOE) == Refusal("portal_mismatch")


def test_a_sender_is_not_shown_by_its_repr():
    """Logs and tracebacks show reprs."""
    assert "Zonder" not in repr(order_for(an_approval(), ZOE))
    assert "1012JS" not in repr(ZOE)
