"""Which product of PostNL a return is, by where it comes from and goes to. Pure.

From PostNL's own pages on products of March 2024. A label to be printed is sold from the
Netherlands and Belgium to either; a code instead of a label in the Netherlands only, for its
counters in Belgium print none.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from contracts.words import ReturnMethod
from services.labels.domain import faults
from services.labels.domain.order import LabelOrder

Option = tuple[str, str]
"""Characteristic and option."""

SMART_RETURN, SINGLE_LABEL, LONG_TERM = ("152", "025"), ("152", "027"), ("191", "001")
USUAL_DAYS, LONG_DAYS = 20, 35
"""For how long after it was announced a parcel may be handed over within the Netherlands."""

RECEIVER, SENDER = "01", "02"
"""Types of addresses and of contacts: here the merchant receives and the customer sends."""

_REPLY_NUMBER = "antwoordnummer"


@dataclass(frozen=True, slots=True)
class Product:
    """What is ordered. `informed` is whose e-mail PostNL wants: a type of contact."""

    code: str
    options: tuple[Option, ...] = ()
    informed: str = RECEIVER
    days: int | None = None
    """How long the label holds, if PostNL says."""


_POINT, _LABELLESS = ReturnMethod.DROP_OFF_POINT, ReturnMethod.DROP_OFF_LABELLESS

_PRODUCTS: Mapping[tuple[str, str, str], Product] = {
    (_POINT, "NL", "NL"): Product("2285", (SINGLE_LABEL,), SENDER, USUAL_DAYS),
    (_LABELLESS, "NL", "NL"): Product("2285", (SMART_RETURN,), SENDER, USUAL_DAYS),
    (_POINT, "NL", "BE"): Product("4785"),
    (_POINT, "BE", "NL"): Product("3250"),
    (_POINT, "BE", "BE"): Product("4882"),
}
_TO_A_STREET: Mapping[str, str] = {"2285": "3285"}
"""The same product to an ordinary address, where the first goes to business reply numbers only."""


def product_of(order: LabelOrder, *, long_term: bool = False) -> Product:
    """The product this return is.

    Raises:
        NotCovered: there is none.
    """
    route = (order.method, order.sender.country, order.recipient.country)
    product = _PRODUCTS.get(route)
    if product is None:
        raise faults.NotCovered(" ".join(route))
    if not order.recipient.street.strip().lower().startswith(_REPLY_NUMBER):
        product = replace(product, code=_TO_A_STREET.get(product.code, product.code))
    if long_term and product.days is not None:
        product = replace(product, options=(*product.options, LONG_TERM), days=LONG_DAYS)
    return product
