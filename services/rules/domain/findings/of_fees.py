"""What there is to say about what a return costs: by the table of fees, or by a rule."""

from __future__ import annotations

from collections.abc import Iterator

from contracts.shape import Money
from contracts.shop import PortalConfigured
from services.rules.domain.findings.finding import Found, blocking, warning


def about_fees(settings: PortalConfigured) -> Iterator[Found]:
    """Fees that cannot be meant, and fees that are never due."""
    seen: set[tuple[str | None, str | None]] = set()
    for number, fee in enumerate(settings.fees):
        field, method, country = f"fees[{number}]", fee.return_method, fee.country
        yield from about_price(fee.price, fee.free_above, field, settings.currency)
        if method is not None and method not in settings.return_methods:
            yield warning(
                "fee_for_method_not_offered",
                f"{field}.return_method",
                f"The portal does not offer {method}: this fee is never due.",
                method,
                settings.return_methods,
            )
        if not seen.isdisjoint({(method, country), (method, None), (None, country), (None, None)}):
            yield warning(
                "fee_never_due", field, "An earlier fee comes first and fits whenever this does."
            )
        seen.add((method, country))


def about_price(
    price: Money, free_above: Money | None, field: str, currency: str
) -> Iterator[Found]:
    """What is wrong with what a return shall cost."""
    for name, money in (("price", price), ("free_above", free_above)):
        if money is None:
            continue
        if money.currency != currency:
            yield blocking(
                "currency_differs",
                f"{field}.{name}.currency",
                f"The portal's currency is {currency}, this is in {money.currency}.",
            )
        if money.minor < 0:
            yield blocking(
                "amount_negative", f"{field}.{name}.minor", "An amount cannot be below nothing."
            )
