"""Rules in words: whoever asks why must never be answered in code."""

from __future__ import annotations

import pytest

from contracts.rulebook import (
    ACTION_KINDS,
    CONDITION_KINDS,
    Actions,
    All,
    Any_,
    Conditions,
    DaysSinceDelivery,
    ItemCategory,
    ItemPrice,
    ItemSku,
    LimitReturnMethods,
    Not,
    RequestReason,
    SetFee,
    UnknownCondition,
)
from contracts.shape import Money
from contracts.words import NotOffered, Refused
from services.rules.domain.explaining import wording
from tests.support.builders import pounds

TEA = ItemCategory(any_of=("tea",))
WANTED = {
    "of": (TEA,),
    "any_of": ("GB",),
    "at_least": 3,
    "price": pounds(1),
    "only": ("refund",),
    "days": 7,
}
"""Something for each field that a condition or an action cannot be without."""


def made(model):
    """One of this kind."""
    fields = {name: WANTED[name] for name in model.model_fields if name in WANTED}
    if model is Not:
        fields["of"] = TEA
    if "minor" in str(model.model_fields.get("at_least", "")) or model.__name__ in (
        "ItemPrice",
        "ParcelValue",
    ):
        fields["at_least"] = pounds(3)
    if any(name in model.__name__ for name in ("Reason", "Refund", "Return", "Carrier")):
        fields |= {"any_of": ("refund",)} if "any_of" in fields else {}
    return model(**fields)


@pytest.mark.parametrize("model", Conditions, ids=lambda model: model.__name__)
def test_every_condition_can_be_said(model):
    """A kind that is new to the language is new to its reader too."""
    said = wording.condition(made(model))

    assert said
    assert "_" not in said
    assert "{" not in said


@pytest.mark.parametrize("model", Actions, ids=lambda model: model.__name__)
def test_every_action_can_be_said(model):
    """As above."""
    said = wording.action(made(model))

    assert said
    assert "_" not in said


@pytest.mark.parametrize("code", [*Refused, *NotOffered])
def test_every_no_has_a_sentence(code):
    """A code is for machines."""
    assert wording.sentence(code) != str(code)
    assert "_" not in wording.sentence(code)


def test_all_kinds_were_tried():
    """The two lists above are the language."""
    assert {model.model_fields["kind"].default for model in Conditions} == CONDITION_KINDS
    assert {model.model_fields["kind"].default for model in Actions} == ACTION_KINDS


def test_conditions_inside_conditions_keep_their_brackets():
    """`a and b or c` means two things."""
    late = DaysSinceDelivery(at_least=14)
    why = RequestReason(any_of=("gift", "other"))

    said = wording.condition(All(of=(TEA, Any_(of=(late, Not(of=why))))))

    assert said == (
        "the category is tea and "
        "(at least 14 days since delivery or not (the reason is gift or other))"
    )


def test_ends_are_said_as_they_are():
    """Both ends are inclusive, and either may be missing."""
    assert wording.condition(ItemPrice(at_most=pounds(3))) == "one unit costs at most 3.00 GBP"
    assert wording.condition(ItemPrice(at_least=pounds(1), at_most=pounds(3))) == (
        "one unit costs 1.00 GBP to 3.00 GBP"
    )
    assert wording.condition(DaysSinceDelivery(at_least=3, at_most=3)) == "3 days since delivery"


def test_long_lists_are_counted():
    """Five thousand articles are no sentence."""
    said = wording.condition(ItemSku(any_of=tuple(f"A{n}" for n in range(5000))))

    assert said.endswith("A7 or one of 4992 more")


def test_what_nobody_knows_is_said_so():
    """A stranger's rule must not read as if it were understood."""
    assert "nobody here knows" in wording.condition(UnknownCondition(kind="moon_phase"))


@pytest.mark.parametrize(
    ("minor", "currency", "said"),
    [
        (1295, "GBP", "12.95 GBP"),
        (5, "EUR", "0.05 EUR"),
        (-150, "EUR", "-1.50 EUR"),
        (1295, "JPY", "1295 JPY"),
        (1295, "KWD", "1.295 KWD"),
    ],
)
def test_money_is_written_as_its_currency_is(minor, currency, said):
    """A hundred yen are not one."""
    assert wording.money(Money(minor=minor, currency=currency)) == said


def test_fees_and_limits_name_their_numbers():
    """The two that merchants ask about most."""
    assert wording.action(SetFee(price=pounds(4.95), free_above=pounds(50))) == (
        "costs 4.95 GBP, nothing above 50.00 GBP"
    )
    assert wording.action(LimitReturnMethods(only=("pickup", "in_store"))) == (
        "goes back only by pickup or in_store"
    )
