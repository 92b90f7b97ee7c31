"""What text may hold: the glance at the bytes agrees with a look at every character."""

from __future__ import annotations

import json
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import ValidationError

from contracts.shop import Brand, Customer
from contracts.text import once_each, unfit
from tests.support.builders import a_shipment, a_shipped_item

TEXT = st.text(
    st.characters(exclude_categories=["Cs"]) | st.sampled_from("\\\x00\x1f\x7f\x85\x9f\n")
)


@example(name="", value="\\\x00", ascii_only=True)  # an escaped backslash, then an escape
@given(name=TEXT, value=TEXT, ascii_only=st.booleans())
def test_a_body_is_unfit_exactly_when_it_holds_a_control_character(name, value, ascii_only):
    """Escaped or as itself, in a name or a value; a backslash before it is no escape."""
    body = json.dumps({name: [value, "\\u0000"]}, ensure_ascii=ascii_only).encode()

    controls = {c for c in name + value if unicodedata.category(c) == "Cc"} - set("\t\n\r")

    assert unfit(body) == bool(controls)


@pytest.mark.parametrize("escaped", [r"\u000B", r"\u000b", r"\f", r"\b", r"\u007F", r"\u0080"])
def test_no_way_to_write_a_control_character_is_forgotten(escaped: str):
    """JSON has several."""
    assert unfit(f'{{"a": "x{escaped}"}}'.encode())
    assert not unfit(f'{{"a": "x\\{escaped}"}}'.encode())


def test_an_object_that_names_a_field_twice_is_refused_and_not_quoted():
    """The last would win, whichever was meant."""
    assert once_each([("a", 1), ("b", 2)]) == {"a": 1, "b": 2}
    with pytest.raises(KeyError, match="dup_key"):
        once_each([("a", 1), ("a", 1)])


@pytest.mark.parametrize("end", ["\n", "\r\n", "\u2028", "\u2029"])
def test_names_that_stand_in_headers_are_one_line(end: str):
    """Ours refuse to write what they would refuse to read."""
    with pytest.raises(ValidationError, match="one line"):
        Brand(name=f"Moss{end}Fern")
    with pytest.raises(ValidationError, match="one line"):
        Customer(name=f"Zoë{end}", email="zoe@example.com")
    with pytest.raises(ValidationError, match="one line"):
        a_shipment(order_no=f"1{end}2")


def test_two_items_of_one_parcel_have_two_names():
    """A customer who sends line 1 back must mean one item."""
    with pytest.raises(ValidationError, match="one line_id"):
        a_shipment(items=(a_shipped_item(), a_shipped_item()))
