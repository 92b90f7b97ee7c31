"""What a customer is paid, and how."""

from __future__ import annotations

from contracts.rules import RefundDue, ReturnApproved
from contracts.shape import Money
from services.notifications.domain.desk import Desk

Settled = ReturnApproved | RefundDue
"""What says how much is paid: once it is due, and before that where nothing has to come back."""


def paid(desk: Desk, settled: Settled) -> str:
    """One sentence: how much, and whether as money, voucher or exchange."""
    phrases, due = desk.phrases.paid, amount_of(settled)
    known = settled.refund_method if settled.refund_method in phrases else "other"
    return desk.filled(phrases[known if due.minor else "nothing"], amount=desk.money(due))


def paid_facts(desk: Desk, settled: Settled) -> tuple[tuple[str, str], ...]:
    """The sum that leads there, as far as it is known. A price of nothing is left out."""
    rows = (("value", settled.value), ("price", settled.price), ("amount", amount_of(settled)))
    return tuple(
        (desk.phrases.facts[key], desk.money(money))
        for key, money in rows
        if money is not None and (money.minor or key == "amount")
    )


def amount_of(settled: Settled) -> Money:
    """What is due, or will be: value less price, and never less than nothing."""
    if isinstance(settled, RefundDue):
        return settled.amount
    value, price = settled.value, settled.price
    taken_off = price.minor if price.currency == value.currency else 0
    return Money(minor=max(value.minor - taken_off, 0), currency=value.currency)
