"""The oracle itself: content with a world where nothing went wrong, and with no other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.support.oracle import Sale, Seen, reasons_of, verdicts, violations
from tests.support.worlds import (
    ASKED,
    CARRIED,
    MUST,
    OWN,
    REFUSED,
    a_letter,
    a_number,
    an_alert,
    as_it_must_be,
    posted_again,
    with_label,
    with_letter,
    without_letter,
)

REASON = next(iter(reasons_of(ASKED)))

SPOILT: dict[str, tuple[Callable[[Seen], Seen], str]] = {
    "a label bought twice under new references": (
        lambda seen: replace(
            seen, sales=[*seen.sales, Sale("sold", f"{CARRIED.return_id}:2", a_number(CARRIED))]
        ),
        f"sale of {CARRIED.return_id}: 2 instead of one",
    ),
    "a label bought twice under one reference": (
        lambda seen: replace(
            seen,
            sales=[*seen.sales, next(s for s in seen.sales if s.return_id == CARRIED.return_id)],
        ),
        f"sale of {CARRIED.return_id}: 2 instead of one",
    ),
    "a label bought for a refused return": (
        lambda seen: replace(
            seen, sales=[*seen.sales, Sale("sold", f"{REFUSED.return_id}:1", "SIM1")]
        ),
        f"sale of {REFUSED.return_id}: 1, and none is due",
    ),
    "a label never bought": (
        lambda seen: replace(
            seen, sales=[s for s in seen.sales if s.return_id != CARRIED.return_id]
        ),
        f"sale of {CARRIED.return_id}: 0 instead of one",
    ),
    "a label never told": (
        lambda seen: replace(
            seen, issued=[one for one in seen.issued if one.return_id != OWN.return_id]
        ),
        f"label of {OWN.return_id}: 0 instead of one",
    ),
    "a second label of our own": (
        lambda seen: with_label(seen, OWN, ce_id="ce-again", tracking_number="RT2"),
        f"label of {OWN.return_id}: 2 instead of one",
    ),
    "a label told in other words": (
        lambda seen: with_label(seen, OWN, carrier="in_store"),
        f"label of {OWN.return_id}: told with other words under the same id",
    ),
    "a label with a number nobody sold": (
        lambda seen: replace(
            seen,
            issued=[
                replace(one, tracking_number="SIM0") if one.return_id == CARRIED.return_id else one
                for one in seen.issued
            ],
        ),
        f"label of {CARRIED.return_id}: not the number that was sold",
    ),
    "a letter sent again as a new one": (
        lambda seen: posted_again(seen, a_letter(CARRIED, message_id="<again>")),
        f"letter of {CARRIED.return_id}: 2 instead of one",
    ),
    "a refusal sent again as a new one": (
        lambda seen: posted_again(seen, a_letter(REFUSED, message_id="<again>")),
        f"letter of {REFUSED.return_id}: 2 instead of one",
    ),
    "a letter never sent": (
        lambda seen: without_letter(seen, a_letter(OWN)),
        f"letter of {OWN.return_id}: 0 instead of one",
    ),
    "a letter about nothing that was asked": (
        lambda seen: posted_again(seen, a_letter(OWN, message_id="<stray>", about="nobody")),
        "letter of nobody: 1, and none is due",
    ),
    "a letter to somebody else": (
        lambda seen: with_letter(
            seen, a_letter(OWN), a_letter(OWN, to=CARRIED.order.recipient.email)
        ),
        f"letter of {OWN.return_id}: went to somebody else",
    ),
    "a letter from another merchant": (
        lambda seen: with_letter(seen, a_letter(OWN), a_letter(OWN, sender="hello@grey.example")),
        f"letter of {OWN.return_id}: comes from another merchant",
    ),
    "a letter with another number": (
        lambda seen: with_letter(seen, a_letter(OWN), a_letter(OWN, text="Number: SIM0")),
        f"letter of {OWN.return_id}: does not say what it must",
    ),
    "an alert never sent": (
        lambda seen: without_letter(seen, an_alert(CARRIED)),
        f"alert of {CARRIED.return_id}: 0 instead of one",
    ),
    "an alert sent twice": (
        lambda seen: posted_again(seen, an_alert(CARRIED, message_id="<again>")),
        f"alert of {CARRIED.return_id}: 2 instead of one",
    ),
    "a letter taken in as new twice": (
        lambda seen: replace(seen, submissions=[*seen.submissions, seen.submissions[0]]),
        f"letter {a_letter(ASKED[0]).message_id}: taken in as new 2 times",
    ),
    "a letter that was taken in and lies nowhere": (
        lambda seen: replace(seen, letters=seen.letters[1:]),
        f"letter {a_letter(ASKED[0]).message_id}: lies there 0 times",
    ),
    "a reason lost": (
        lambda seen: replace(seen, reasons={k: v for k, v in seen.reasons.items() if k != REASON}),
        f"reason {'/'.join(REASON)}: (0, 0) lines and units instead of {reasons_of(ASKED)[REASON]}",
    ),
    "a reason counted twice": (
        lambda seen: replace(
            seen, reasons={**seen.reasons, REASON: tuple(2 * n for n in seen.reasons[REASON])}
        ),
        f"reason {'/'.join(REASON)}: ",
    ),
    "something in the dead letters": (
        lambda seen: replace(seen, parked=["rules schema"]),
        "dead letter: rules schema",
    ),
}
"""What is done to a world, and the sentence the oracle must say about it."""


def test_a_world_without_fault_is_left_in_peace():
    """An oracle that cries for nothing is not listened to."""
    assert violations(ASKED, as_it_must_be()) == []


def test_a_letter_handed_in_again_and_dropped_is_no_fault():
    """After a lost answer that is what must happen."""
    seen = as_it_must_be()
    again = [replace(one, repeated=True) for one in seen.submissions]

    assert violations(ASKED, replace(seen, submissions=[*seen.submissions, *again])) == []


def test_an_order_repeated_at_the_carrier_and_a_label_told_again_are_no_fault():
    """Asking twice costs nothing where one is sold; words may be repeated."""
    seen = as_it_must_be()
    repeated = [replace(sale, event="repeated") for sale in seen.sales]
    again = replace(seen, sales=[*seen.sales, *repeated], issued=[*seen.issued, *seen.issued])

    assert violations(ASKED, again) == []


@pytest.mark.parametrize("how", SPOILT)
def test_a_spoilt_world_is_noticed(how: str):
    """Each wrong has its sentence."""
    spoil, sentence = SPOILT[how]

    said = violations(ASKED, spoil(as_it_must_be()))

    assert any(one.startswith(sentence) for one in said), said


def test_what_is_asked_for_twice_is_approved_once():
    """Verdicts depend on what went back before: the last piece goes only once."""
    full = next(
        one
        for one in MUST.approved.values()
        if any(i.quantity * 2 > one.order.line(i.line_no).quantity for i in one.items)
    )
    again = replace(full, return_id="again")

    must = verdicts([full, again])

    assert list(must.approved) == [full.return_id]
    assert list(must.refused) == ["again"]
