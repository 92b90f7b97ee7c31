"""Other people's words made fit to be shown."""

from __future__ import annotations

import pytest

from services.notifications.domain.display import LONGEST_NAME, line, person, quoted


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Zoë Zonder", "Zoë Zonder"),
        ("Nguyễn Thị Ánh", "Nguyễn Thị Ánh"),
        ("محمد", "محمد"),
        ("J.R. Hartley", "J. R. Hartley"),
        ("{{7*7}} ${x} %s%n", "{{7*7}} ${x} %s%n"),
        ("Zoë\r\nBcc: c@evil.example", "Zoë Bcc: c@evil. example"),
        ("Zoë\u2028Zonder\x00\x07", "Zoë Zonder"),
        ("\u202eredno\u202c \u200bZoë\ufeff", "redno Zoë"),
        ("Refund https://evil.example/claim now", "Refund now"),
        ("<a href=https://evil.example>Refund</a>", "<a href=>Refund</a>"),
        ("www.evil.example", "www. evil. example"),
        ("  \t ", ""),
    ],
)
def test_a_name_is_shown_without_anything_hidden_or_clickable(name, shown):
    """What a stranger typed as a name must not become a link in a merchant's letter."""
    assert person(name) == shown


def test_a_name_does_not_grow_into_the_next_line():
    """Three hundred accents on one letter cover the page; five thousand letters fill it."""
    assert len(line("Z" + "\u0301" * 300)) <= 5
    assert len(person("Z" * 5000)) == LONGEST_NAME
    assert person("Z" * 5000).endswith("…")


def test_a_brand_keeps_its_full_stop():
    """Some shops are called like their web page."""
    assert line("moss.example") == "moss.example"


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("You wore it. Sorry!", "You wore it. Sorry!"),
        ("At 12.50 it is 3.5 cm too long", "At 12.50 it is 3.5 cm too long"),
        ("www.evil.example", "www. evil. example"),
        ("pay.2day.example", "pay. 2day. example"),
        ("a@b.example", "a@b. example"),
        ("see HTTPS://evil.example/x?y", "see"),
        ("one\ntwo\u202e", "one two"),
        ("a" * 300, "a" * 199 + "…"),
    ],
)
def test_what_a_merchant_writes_is_one_line_that_links_nowhere(written, shown):
    """It stands in a letter that customers trust."""
    assert quoted(written) == shown
