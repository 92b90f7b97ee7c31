"""Which language a letter is written in."""

from __future__ import annotations

import pytest

from services.notifications.domain.language import language_for


@pytest.mark.parametrize(
    ("asked", "customer", "country", "offered", "chosen"),
    [
        ("fr", "nl", "NL", ("en", "fr"), "fr"),
        ("fr", "nl", "NL", ("en",), "nl"),
        (None, "nl", "DE", ("en", "de"), "nl"),
        (None, None, "DE", ("en",), "de"),
        (None, None, "BE", ("en", "fr"), "fr"),
        (None, None, "BE", ("en",), "nl"),
        (None, None, "PL", ("it", "en"), "it"),
        (None, "pl", "PL", ("pl", "es"), "es"),
        ("pl", "pl", None, ("pl",), "en"),
    ],
    ids=[
        "the language asked for wins if the portal offers it",
        "else the customer's own",
        "the customer's own wins over the country's",
        "else the country's, offered or not",
        "of several languages of a country the one that is offered",
        "or the one of most of its people",
        "else the portal's first",
        "a language we do not speak counts as not given",
        "else English",
    ],
)
def test_the_language_is_chosen_in_this_order(asked, customer, country, offered, chosen):
    """A label nobody can read the steps of is not sent back."""
    assert language_for(asked, customer, country, offered) == chosen
