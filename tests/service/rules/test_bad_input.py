"""Whatever bad is asked of rules ends with a code that never changes, and with no other harm."""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from contracts.envelope import Envelope
from contracts.rulebook import (
    ItemSku,
    KeepItem,
    LimitRefundMethods,
    NotReturnable,
    Rule,
    SetFee,
    WaiveFee,
)
from contracts.rules import PortalRefused, ReturnApproved, ReturnRejected
from contracts.shop import Fee, OfferedReason
from contracts.topics import BY_MODEL
from contracts.words import NotOffered, Refused, Unchanged
from tests.support.builders import (
    TEAPOT,
    a_portal,
    a_request,
    a_requested_item,
    a_shipment,
    an_id,
    pounds,
)
from tests.support.one_service import OneService
from tests.support.rules import rules_in_memory

CANVAS = Path(__file__).parents[3] / "services" / "rules" / "README.md"
TEAPOTS = ItemSku(any_of=(TEAPOT,))


class Bad(NamedTuple):
    """Something bad, and how it ends."""

    name: str
    happens: Callable[[OneService], Awaitable[None]]
    ends: tuple[str, ...]
    """Every refusal, then every dead letter, then every blocking finding, with their codes."""


def asking(**request):
    """A request arrives."""

    async def happens(rules):
        await rules.hears(a_request(**request))

    return happens


def asking_for(**item):
    """A request for one item arrives."""
    return asking(items=(a_requested_item(**item),))


def saved(**settings):
    """The back office saves settings."""

    async def happens(rules):
        await rules.hears(a_portal(version=3, **settings))

    return happens


def saved_then_asked(settings, **request):
    """The back office saves settings, then a request arrives."""

    async def happens(rules):
        await rules.hears(a_portal(version=3, **settings))
        await rules.hears(a_request(**request))

    return happens


def spoilt(message, change):
    """A record arrives that no writer of ours could make."""

    async def happens(rules):
        topic = BY_MODEL[type(message)]
        document, key = json.loads(message.body()), topic.key_of(message)
        change(document)
        headers = Envelope("spoilt", "/test", topic.name, rules.clock(), key.decode()).headers()
        await rules.hears_bytes(topic.name, key, json.dumps(document).encode(), dict(headers))

    return happens


def of_so_many(quantity):
    """A request for so many units arrives."""
    return spoilt(a_request(), lambda document: document["items"][0].update(quantity=quantity))


def with_rule(**rule):
    """Settings arrive with a rule that only somebody else knows."""
    usual = {"rule_id": "r", "then": [{"kind": "not_returnable"}]} | rule
    return spoilt(a_portal(version=3), lambda document: document.update(rules=[usual]))


async def asked_for_a_parcel_nobody_sent(rules):
    """And waited for it until patience ended."""
    await rules.hears(a_request(shipment_id="MF-0"))
    for _ in range(2):
        rules.clock.pass_(seconds=61)
        await rules.works()


async def asked_again_otherwise(rules):
    """One id, two contents."""
    await rules.hears(a_request(return_id=an_id(1), refund_method="gold"))
    await rules.hears(a_request(return_id=an_id(1), refund_method="silver"))


def rule(*then, when=TEAPOTS, rule_id="r"):
    """What follows for teapots."""
    return Rule(rule_id=rule_id, when=when, then=then)


TWICE = (a_requested_item(), a_requested_item(reason="gift"))
FOUR_POUNDS = {"fees": (Fee(price=pounds(4)),)}
NEEDS_WORDS = {"reasons": (OfferedReason(code="other", needs_comment=True),)}
FORBIDS_AND_KEEPS = rule(NotReturnable(), KeepItem())
SETS_AND_WAIVES = rule(SetFee(price=pounds(1)), WaiveFee())
ONLY = LimitRefundMethods

BAD = (
    Bad("unknown reason", asking_for(reason="haunted"), ("refusal: reason_not_offered",)),
    Bad("item not of the parcel", asking_for(line_id="9"), ("refusal: item_unknown",)),
    Bad("more than there is", asking_for(quantity=3), ("refusal: quantity_exceeded",)),
    Bad("no unit", of_so_many(0), ("dead letter: schema",)),
    Bad("less than no unit", of_so_many(-1), ("dead letter: schema",)),
    Bad("half a unit", of_so_many(0.5), ("dead letter: schema",)),
    Bad("duplicate lines", asking(items=TWICE), ("refusal: item_twice",)),
    Bad(
        "refund method not offered",
        asking(refund_method="gold"),
        ("refusal: refund_method_not_offered",),
    ),
    Bad(
        "return method not offered",
        asking(return_method="pickup"),
        ("refusal: return_method_not_offered",),
    ),
    Bad(
        "price mismatch",
        saved_then_asked(FOUR_POUNDS, price_shown=pounds(3)),
        ("refusal: price_changed",),
    ),
    Bad("price never shown", saved_then_asked(FOUR_POUNDS), ("refusal: price_not_shown",)),
    Bad(
        "comment missing",
        saved_then_asked(NEEDS_WORDS, items=(a_requested_item(reason="other", comment=" "),)),
        ("refusal: comment_missing",),
    ),
    Bad("parcel never seen", asked_for_a_parcel_nobody_sent, ("refusal: shipment_unknown",)),
    Bad(
        "portal closed",
        saved_then_asked({"open": False}),
        ("refusal: portal_closed", "finding: closed_by_merchant"),
    ),
    Bad("portal never configured", asking(portal_id="nobody"), ("dead letter: unknown_portal",)),
    Bad(
        "same id, other content",
        asked_again_otherwise,
        ("refusal: refund_method_not_offered", "dead letter: id_reuse"),
    ),
    Bad(
        "a rule that forbids and gives away",
        saved(rules=(FORBIDS_AND_KEEPS,)),
        ("finding: rule_contradicts_itself",),
    ),
    Bad(
        "a rule that sets and waives",
        saved(rules=(SETS_AND_WAIVES,)),
        ("finding: rule_contradicts_itself",),
    ),
    Bad(
        "limits that leave nothing",
        saved(rules=(rule(ONLY(only=("refund",)), ONLY(only=("exchange",))),)),
        ("finding: limit_leaves_nothing",),
    ),
    Bad(
        "two rules of one name",
        saved(rules=(rule(WaiveFee()), rule(KeepItem()))),
        ("finding: rule_twice",),
    ),
    Bad(
        "a rule that forbids everything",
        saved(rules=(rule(NotReturnable(), when=None),)),
        ("finding: nothing_returnable",),
    ),
    Bad(
        "a condition nobody knows",
        with_rule(when={"kind": "moon_phase", "any_of": ["full"]}),
        ("finding: condition_unknown",),
    ),
    Bad(
        "an action nobody knows",
        with_rule(then=[{"kind": "send_flowers"}]),
        ("finding: action_unknown",),
    ),
    Bad("no action", with_rule(then=[]), ("dead letter: schema",)),
)


def ends(rules):
    """How it ended, in the words of the table."""
    found = [f"refusal: {r.code}" for told in rules.told(ReturnRejected) for r in told.refusals]
    found += [f"dead letter: {code}" for code in rules.parked()]
    findings = [finding for told in rules.told(PortalRefused) for finding in told.findings]
    return (*found, *[f"finding: {one.code}" for one in findings if one.severity == "blocking"])


@pytest.mark.parametrize("bad", BAD, ids=lambda bad: bad.name)
async def test_bad_input_ends_as_its_code_and_the_next_good_request_goes_through(bad):
    """Somebody who reads the code must be able to rely on it, and nobody else must notice."""
    rules = rules_in_memory()
    await rules.hears(a_portal())
    await rules.hears(a_shipment())

    await bad.happens(rules)
    seen = ends(rules)
    await rules.hears(a_portal(version=4))
    await rules.hears(a_request(return_id=an_id(99), items=(a_requested_item(quantity=2),)))

    assert seen == bad.ends
    assert [told.return_id for told in rules.told(ReturnApproved)] == [an_id(99)]


def tabled():
    """Every code in the first column of a table in rules' README."""
    firsts = re.findall(r"^\|([^|]+)\|", CANVAS.read_text(), re.MULTILINE)
    return {code for cell in firsts for code in re.findall(r"`([a-z_]+)`", cell)}


@pytest.mark.parametrize("bad", BAD, ids=lambda bad: bad.name)
def test_every_bad_end_is_explained_in_the_canvas(bad):
    """A code nobody explained is a telephone call."""
    assert {end.partition(": ")[2] for end in bad.ends} - tabled() == set()


@pytest.mark.parametrize(
    "codes", [Refused, Unchanged, NotOffered], ids=lambda codes: codes.__name__
)
def test_every_code_of_rules_is_explained_in_the_canvas(codes):
    """Also those that no list of bad input thought of."""
    assert {str(code) for code in codes} - tabled() == set()
