"""Log, books and ledger must agree; whatever does not is noticed, in a sentence of its own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from contracts import topics
from contracts.labels import LabelIssued
from contracts.notifications import CustomerEmailed, MerchantAlerted
from contracts.rules import Refusal, ReturnApproved, ReturnRejected
from contracts.shape import Money
from deploy.demo.expected import ALERTED
from tests.support.agreement import disagreements
from tests.support.books import Books, a_sale, as_they_must_be, label_id, verdict_id
from tests.support.worlds import ASKED, CARRIED, MUST, OWN, REFUSED

ALERT = next(one for one in MUST.approved.values() if one.order.portal_id in ALERTED)
REASON = next(iter(as_they_must_be().kept.reasons))
RULES_SAID = topics.RETURN_APPROVED.name


def without(ce_id: str):
    """The message was never told."""
    return lambda told: {key: value for key, value in told.items() if key != ce_id}


def changed(ce_id: str, **changes):
    """The message says something else."""
    return lambda told: told | {ce_id: told[ce_id].model_copy(update=changes)}


def once_more(ce_id: str, **changes):
    """It is told again under another id."""
    return lambda told: told | {"again": told[ce_id].model_copy(update=changes)}


def moved(books: Books) -> Books:
    """A refused return is told as approved, too."""
    approval = books.log.of(ReturnApproved)[verdict_id(OWN)]
    return books.with_log(
        ReturnApproved,
        lambda told: told | {"again": approval.model_copy(update={"return_id": REFUSED.return_id})},
    )


def labelled(books: Books) -> Books:
    """A refused return has a label."""
    label = books.log.of(LabelIssued)[label_id(OWN)]
    other = label.model_copy(update={"return_id": REFUSED.return_id})
    return books.with_log(LabelIssued, lambda told: told | {"again": other})


SPOILT: dict[str, tuple[Callable[[Books], Books], str]] = {
    "a verdict never told": (
        lambda b: b.with_log(ReturnApproved, without(verdict_id(OWN))),
        f"verdict of {OWN.return_id}: approved 0 and rejected 0 times",
    ),
    "a verdict told under two ids": (
        lambda b: b.with_log(ReturnApproved, once_more(verdict_id(OWN))),
        f"verdict of {OWN.return_id}: approved 2 and rejected 0 times",
    ),
    "a refusal never told": (
        lambda b: b.with_log(ReturnRejected, without(verdict_id(REFUSED))),
        f"verdict of {REFUSED.return_id}: approved 0 and rejected 0 times",
    ),
    "both verdicts": (moved, f"verdict of {REFUSED.return_id}: approved 1 and rejected 1 times"),
    "a refusal for another reason": (
        lambda b: b.with_log(
            ReturnRejected, changed(verdict_id(REFUSED), refusals=(Refusal(code="item_twice"),))
        ),
        f"verdict of {REFUSED.return_id}: refused for ['item_twice']",
    ),
    "a verdict about nothing that was asked": (
        lambda b: b.with_log(ReturnApproved, once_more(verdict_id(OWN), return_id="nobody")),
        "verdict of nobody: approved 1",
    ),
    "a label nobody approved": (
        lambda b: b.with_log(ReturnApproved, without(verdict_id(OWN))),
        f"label of {OWN.return_id}: nobody approved it",
    ),
    "a label for another parcel than the approved": (
        lambda b: b.with_log(LabelIssued, changed(label_id(OWN), shipment_id="other")),
        f"label of {OWN.return_id}: nobody approved it",
    ),
    "a label for a refused return": (labelled, f"label of {REFUSED.return_id}: it was rejected"),
    "another merchant's name on a label": (
        lambda b: b.with_log(LabelIssued, changed(label_id(OWN), portal_id="grey-gull")),
        f"LabelIssued of {OWN.return_id}: names portal grey-gull",
    ),
    "another merchant's name on a letter": (
        lambda b: b.with_log(
            CustomerEmailed, changed(f"CustomerEmailed-{OWN.return_id}", portal_id="grey-gull")
        ),
        f"CustomerEmailed of {OWN.return_id}: names portal grey-gull",
    ),
    "decided and never told": (
        lambda b: b.with_kept(told={"rules": b.kept.told["rules"] | {(RULES_SAID, "silent")}}),
        f"rules decided and never told {RULES_SAID} silent",
    ),
    "told and never decided": (
        lambda b: b.with_kept(told={"rules": set()}),
        f"rules told {RULES_SAID} {verdict_id(OWN)} and never decided it",
    ),
    "a label told and not kept": (
        lambda b: b.with_kept(
            labels={k: v for k, v in b.kept.labels.items() if k != f"{OWN.return_id}:1"}
        ),
        f"labels told {topics.LABEL_ISSUED.name} {label_id(OWN)} and does not know the label",
    ),
    "a label sold that nobody knows": (
        lambda b: replace(b, ledger=[*b.ledger, a_sale(OWN, reference="stray:1")]),
        "sale of stray:1: unknown to us",
    ),
    "a label kept with another number": (
        lambda b: b.with_kept(
            labels=b.kept.labels | {f"{CARRIED.return_id}:1": ("SIM0", (449, "EUR"))}
        ),
        f"sale of {CARRIED.return_id}:1: another number or price in our books",
    ),
    "a label that cost something else": (
        lambda b: b.with_kept(costs=b.kept.costs | {CARRIED.return_id: (450, "EUR")}),
        f"cost of {CARRIED.return_id}: carrier, log and analytics say",
    ),
    "a label told at another price": (
        lambda b: b.with_log(
            LabelIssued, changed(label_id(CARRIED), cost=Money(minor=1, currency="EUR"))
        ),
        f"cost of {CARRIED.return_id}: carrier, log and analytics say",
    ),
    "a label analytics never heard of": (
        lambda b: b.with_kept(costs={k: v for k, v in b.kept.costs.items() if k != OWN.return_id}),
        f"cost of {OWN.return_id}: analytics does not know the label",
    ),
    "a label paid twice": (
        lambda b: replace(b, ledger=[*b.ledger, a_sale(CARRIED, cost_minor=1)]),
        f"cost of {CARRIED.return_id}: carrier, log and analytics say",
    ),
    "costs that do not add up": (
        lambda b: replace(b, ledger=b.ledger[1:]),
        "costs in all: carrier, log and analytics say",
    ),
    "a reason counted twice by analytics": (
        lambda b: b.with_kept(reasons=b.kept.reasons | {REASON: (99, 99)}),
        f"reason {'/'.join(REASON)}: requests, log and analytics say",
    ),
    "a reason missing in the log": (
        lambda b: b.with_log(ReturnApproved, without(verdict_id(OWN))),
        f"reason {OWN.order.portal_id}/{OWN.items[0].reason}: requests, log and analytics say",
    ),
    "a letter never told as sent": (
        lambda b: b.with_log(CustomerEmailed, without(f"CustomerEmailed-{OWN.return_id}")),
        f"letter of {OWN.return_id}: told as sent 0 times",
    ),
    "a letter told as sent twice": (
        lambda b: b.with_log(CustomerEmailed, once_more(f"CustomerEmailed-{OWN.return_id}")),
        f"letter of {OWN.return_id}: told as sent 2 times",
    ),
    "an alert told as sent twice": (
        lambda b: b.with_log(MerchantAlerted, once_more(f"MerchantAlerted-{ALERT.return_id}")),
        f"alert of {ALERT.return_id}: label_issued told as sent 2 times",
    ),
    "an intent nobody finished": (
        lambda b: b.with_kept(awake={"labels": 1}),
        "labels: 1 intents are awake",
    ),
    "an intent left to a person": (
        lambda b: b.with_kept(unknown=frozenset({"issue_label:x:1"})),
        "intent issue_label:x:1: waits for a person",
    ),
}
"""What is done to the books, and the sentence that must be said about it."""


def said_of(books: Books) -> list[str]:
    """Everything wrong with them."""
    return disagreements(ASKED, books.log, books.kept, books.ledger)


def test_books_that_agree_are_left_in_peace():
    """An auditor who cries for nothing is not listened to."""
    assert said_of(as_they_must_be()) == []


def test_an_order_repeated_at_the_carrier_costs_nothing():
    """Asked for again is not sold again."""
    books = as_they_must_be()
    again = [entry.model_copy(update={"event": "repeated"}) for entry in books.ledger]

    assert said_of(replace(books, ledger=[*books.ledger, *again])) == []


def test_a_verdict_that_waited_for_its_parcel_is_no_ghost():
    """Its words are dropped once they are told; that it was decided stands."""
    books = as_they_must_be()
    told = books.kept.told["rules"] - {(RULES_SAID, verdict_id(OWN))}
    waited = {f"judge_request:{OWN.return_id}"}

    assert said_of(books.with_kept(told={"rules": told}, settled={"rules": waited})) == []


def test_a_sale_left_to_a_person_is_no_orphan():
    """It is known, and listed as unknown: somebody will look."""
    books = as_they_must_be()
    stray = replace(books, ledger=[*books.ledger, a_sale(OWN, reference=f"{OWN.return_id}:2")])
    listed = stray.with_kept(unknown=frozenset({f"issue_label:{OWN.return_id}:2"}))

    assert f"sale of {OWN.return_id}:2: unknown to us" in said_of(stray)
    assert f"sale of {OWN.return_id}:2: unknown to us" not in said_of(listed)


@pytest.mark.parametrize("how", SPOILT)
def test_a_disagreement_is_noticed(how: str):
    """Each wrong has its sentence."""
    spoil, sentence = SPOILT[how]

    said = said_of(spoil(as_they_must_be()))

    assert any(one.startswith(sentence) for one in said), said
