"""What people type, paste and print, reduced to what they mean."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.lookup.domain.plain import plain


@pytest.mark.parametrize(
    "typed",
    [
        "1012AB",
        "1012 ab",
        " 1012\tAb\r\n",
        "1012-AB",
        "１０１２　ａｂ",
        "١٠١٢ab",
        "۱۰۱۲ab",
        "१०१२ ab",
        "1012\N{NO-BREAK SPACE}AB",
        "1012\N{NARROW NO-BREAK SPACE}AB",
        "1012\N{NON-BREAKING HYPHEN}AB",
        "1012\N{EN DASH}AB",
        "1012\N{MINUS SIGN}AB",
        "1012\N{SOFT HYPHEN}AB",
        "\N{ZERO WIDTH NO-BREAK SPACE}1012\N{ZERO WIDTH SPACE}AB",
        "\N{LEFT-TO-RIGHT ISOLATE}1012AB\N{POP DIRECTIONAL ISOLATE}",
    ],
)
def test_the_same_thing_typed_differently_is_the_same(typed):
    """A customer on a phone, in another script or pasting from a PDF must not be turned away."""
    assert plain(typed) == "1012AB"


def test_zeros_stay_wherever_they_stand():
    """A code is text: 01067 is Dresden, and 1067 is nowhere."""
    assert plain(" 00 1067 00") == "00106700"


@pytest.mark.parametrize("alike", ["1О12AB", "1012AВ", "l012AB"])
def test_letters_that_only_look_alike_stay_different(alike):
    """A Cyrillic O is no zero: guessing what was meant would widen what a guess may hit."""
    assert plain(alike) != "1012AB"


@settings(deadline=None)
@given(st.text(max_size=60))
def test_doing_it_twice_changes_nothing(typed):
    """Both sides of a comparison come through here, in whatever state they arrive."""
    once = plain(typed)

    assert plain(once) == once


@settings(deadline=None)
@given(
    st.text(max_size=60), st.sampled_from(" \t\n-\N{EN DASH}\N{SOFT HYPHEN}\N{IDEOGRAPHIC SPACE}")
)
def test_nothing_is_lost_but_what_separates(typed, separator):
    """Whatever is typed around and within a plain word, the word comes out whole."""
    word = plain(typed)

    assert plain(separator + separator.join(word) + separator) == word
