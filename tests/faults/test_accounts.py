"""The judge of the accounts: content where they agree, and with nothing else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.support.accounts import Accounts, Sold, violations

CLERK, REFUSED, DOUBT = "r1:1", "r2:1", "r3:1"
TEA = Sold(CLERK, "SIM1", 449)
LOST = Sold(DOUBT, "SIM3", 1049)

RIGHT = Accounts(
    sold=(TEA, LOST),
    posted=(("r1", "zoe@example.com"), ("r4", "jo@example.com")),
    labels=(TEA,),
    orders={CLERK: "succeeded", REFUSED: "rejected", DOUBT: "unknown"},
    letters={"r1:label_ready": "succeeded", "r2:label_refused": "rejected", "r4:x": "unknown"},
    spent_minor=449,
)
"""One label given out, one refused, one in doubt; one letter posted, one bounced, one in doubt."""

SPOILT: dict[str, tuple[Callable[[Accounts], Accounts], str]] = {
    "a label sold twice": (
        lambda b: replace(b, sold=(*b.sold, replace(TEA, tracking_number="SIM9"))),
        f"accounts: {CLERK} was sold 2 times",
    ),
    "a label nobody knows of": (
        lambda b: replace(b, sold=(*b.sold, Sold("r9:1", "SIM9", 449))),
        "accounts: r9:1 was sold and nobody knows of it (None)",
    ),
    "a label sold for an order that was refused": (
        lambda b: replace(b, sold=(*b.sold, Sold(REFUSED, "SIM9", 449))),
        f"accounts: {REFUSED} was sold and nobody knows of it (rejected)",
    ),
    "another label than was sold": (
        lambda b: replace(b, labels=(replace(TEA, tracking_number="SIM9"),)),
        f"accounts: {CLERK} is kept as another label than was sold",
    ),
    "a label nobody sold": (
        lambda b: replace(b, sold=(LOST,)),
        f"accounts: {CLERK} is kept and was never sold",
    ),
    "an order that never ends": (
        lambda b: replace(b, orders={**b.orders, "r9:1": "in_flight"}),
        "accounts: the order of r9:1 is in_flight for ever",
    ),
    "a cent too much": (
        lambda b: replace(b, spent_minor=450),
        "accounts: analytics says labels cost 450, the carrier 449",
    ),
    "a letter that lies nowhere": (
        lambda b: replace(b, posted=b.posted[1:]),
        "accounts: the letter r1:label_ready was taken and lies nowhere",
    ),
    "a letter that was refused and lies there": (
        lambda b: replace(b, posted=(*b.posted, ("r2", "al@example.com"))),
        "accounts: the letter r2:label_refused was refused and lies there",
    ),
    "a letter that never ends": (
        lambda b: replace(b, letters={**b.letters, "r9:x": "planned"}),
        "accounts: the letter r9:x is planned for ever",
    ),
    "a letter nobody planned": (
        lambda b: replace(b, posted=(*b.posted, ("r9", "al@example.com"))),
        "accounts: a letter about r9 lies there and nobody planned it",
    ),
}
"""What is done to them, and the sentence that must be said about it."""


def test_accounts_that_agree_are_left_in_peace():
    """Doubt and refusal are no loss, as long as they are known."""
    assert violations(RIGHT) == []


@pytest.mark.parametrize("how", SPOILT)
def test_accounts_that_disagree_are_noticed(how: str):
    """Each wrong has its sentence."""
    spoil, sentence = SPOILT[how]

    assert sentence in violations(spoil(RIGHT))
