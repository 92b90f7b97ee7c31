"""What stands on a return document."""

from __future__ import annotations

from collections.abc import Mapping

from contracts.shape import Address
from contracts.words import ReturnMethod
from services.labels.domain.customs import declaration
from services.labels.domain.issued import IssuedLabel
from services.labels.domain.order import LabelOrder
from services.labels.domain.sender import Sender
from services.labels.domain.sheet import AddressLines, Sheet
from services.labels.domain.tracking import return_number

_METHODS: Mapping[str, str] = {
    ReturnMethod.DROP_OFF_POINT: "Drop off at a service point",
    ReturnMethod.DROP_OFF_LABELLESS: "Show the code, no printer needed",
    ReturnMethod.PICKUP: "Collected from the sender",
    ReturnMethod.IN_STORE: "Hand over in store",
}
_NUMBER_FIRST = frozenset({"AU", "CA", "FR", "GB", "IE", "LU", "MC", "MT", "NZ", "US"})
"""Countries that write 12 High Street, not High Street 12."""


def filled(order: LabelOrder, label: IssuedLabel, title: str) -> Sheet:
    """The sheet for a label under the carrier's `title`: from the customer, to the merchant.

    The day to hand it over by is the merchant's last or the label's, whichever comes first.
    What is brought to a shop is declared by whoever carries it, if at all.
    """
    last = min(filter(None, (order.send_back_by, label.valid_until)))
    return Sheet(
        carrier=title,
        titles=tuple(filter(None, (label.product, _METHODS.get(order.method)))),
        sender=_customer(order.sender),
        recipient=_merchant(order.recipient),
        tracking_number=label.tracking_number,
        return_number=return_number(order.return_id),
        order_no=order.order_no,
        items=order.items,
        return_by=last.date(),
        routing=label.routing,
        note=label.note,
        declaration=None if order.method == ReturnMethod.IN_STORE else declaration(order),
    )


def _customer(sender: Sender) -> AddressLines:
    return AddressLines(
        name=sender.name,
        lines=_lines(sender.street, sender.house_number, sender.addition, sender.country),
        postal_code=sender.postal_code,
        town=sender.town,
        country=sender.country,
    )


def _merchant(address: Address) -> AddressLines:
    return AddressLines(
        name=address.company,
        lines=_lines(address.street, address.house_number, "", address.country),
        postal_code=address.postal_code,
        town=address.town,
        country=address.country,
    )


def _lines(street: str, number: str, addition: str, country: str) -> tuple[str, ...]:
    numbered = (number, street) if country in _NUMBER_FIRST else (street, number)
    return tuple(line for line in (" ".join(filter(None, numbered)), addition) if line)
