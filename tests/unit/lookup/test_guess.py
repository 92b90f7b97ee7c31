"""What a question may use up, without what was typed."""

from __future__ import annotations

import pytest

from contracts.lookup import FindShipment
from services.lookup.domain.guess import Scope, guess_of

KEY = bytes(range(16))
ASKED = FindShipment(
    lookup_id="6f1c6f0e-6d0c-4a7e-9d55-5a3f4d1f0b8e",
    portal_id="moss-and-fern",
    tracking_number="rr 123 456 785 gb",
    postal_code="nl-1012 js",
    client_ref="gateway-7",
)


def keys(**changes):
    """The budgets of the question with these changes, by scope."""
    return dict(guess_of(ASKED.model_copy(update=changes), KEY).keys)


@pytest.mark.parametrize(
    ("changes", "others"),
    [
        ({"tracking_number": "RR-123456785-GB", "postal_code": "1012JS"}, set()),
        ({"lookup_id": "00000000-0000-4000-8000-000000000000", "language": "nl"}, set()),
        ({"tracking_number": "RR987654321GB"}, {Scope.NUMBER}),
        ({"postal_code": "1012 JT"}, {Scope.CODE}),
        ({"client_ref": "gateway-8"}, {Scope.CLIENT}),
        ({"portal_id": "another-shop"}, {Scope.NUMBER, Scope.CODE}),
    ],
    ids=["typed otherwise", "asked otherwise", "number", "code", "client", "portal"],
)
def test_what_makes_another_budget_and_what_does_not(changes, others):
    """A space more must not be a way out, and another shop's numbers are none of ours."""
    usual, changed = keys(), keys(**changes)

    assert {scope for scope in Scope if usual.get(scope) != changed.get(scope)} == others


def test_who_is_not_named_has_no_budget_of_their_own():
    """All the nameless together would lock each other out."""
    assert keys(client_ref=None).keys() == {Scope.NUMBER, Scope.CODE}


def test_no_budget_can_be_read_or_tried_out():
    """The same number under another secret is another budget; what was typed is in none."""
    ours, theirs = guess_of(ASKED, KEY), guess_of(ASKED, bytes(16))

    assert {key for _, key in ours.keys}.isdisjoint(key for _, key in theirs.keys)
    for canary in ("123456", "1012", "gateway"):
        assert canary not in repr(ours)


def test_number_and_code_that_look_alike_are_two_budgets():
    """Whoever types the same word into both fields spends two."""
    same = keys(tracking_number="1012JS", client_ref="1012JS")

    assert len({key.split(":")[1] for key in same.values()}) == 3
