"""Money as people write it."""

from __future__ import annotations

import pytest

from contracts.shape import Money
from services.notifications.adapters.words_toml import words
from services.notifications.domain.amount import amount

PHRASES = words().phrases
SPACES = str.maketrans({"\N{NO-BREAK SPACE}": " ", "\N{NARROW NO-BREAK SPACE}": " "})


def written(minor, currency, language="en"):
    """The amount, its unbreakable spaces shown as ordinary ones."""
    return amount(Money(minor=minor, currency=currency), PHRASES[language]).translate(SPACES)


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "EUR 1,234,567.08"),
        ("de", "1.234.567,08 EUR"),
        ("nl", "1.234.567,08 EUR"),
        ("it", "1.234.567,08 EUR"),
        ("fr", "1 234 567,08 EUR"),
        ("es", "1 234 567,08 EUR"),
    ],
)
def test_each_language_writes_numbers_its_own_way(language, said):
    """1.234 is a thousand in one country and one and a bit in another."""
    assert written(123_456_708, "EUR", language) == said


@pytest.mark.parametrize(
    ("minor", "currency", "said"),
    [
        (1295, "JPY", "JPY 1,295"),
        (1295, "KWD", "KWD 1.295"),
        (5, "GBP", "GBP 0.05"),
        (0, "EUR", "EUR 0.00"),
    ],
)
def test_a_currency_has_its_own_minor_unit(minor, currency, said):
    """Yen have no cents: a hundredth of a refund would be a scandal."""
    assert written(minor, currency) == said


def test_a_negative_amount_keeps_its_digits():
    """Rounding below zero must not turn -0.05 into -0.95."""
    assert written(-5, "GBP") == "GBP \N{MINUS SIGN}0.05"


def test_no_line_break_parts_a_number_from_its_currency():
    """12.95 at the end of one line and EUR on the next is misread."""
    assert " " not in amount(Money(minor=123_456_708, currency="EUR"), PHRASES["fr"])
