"""May a portal go live? Each finding, and what it does to the door."""

from __future__ import annotations

from typing import Any

import pytest

from contracts.rules import PortalOpened, PortalRefused
from services.rules.domain.readiness import BLOCKING, WARNING, blocks, findings, judged
from tests.support.builders import a_portal, a_return_address

BLOCKED: dict[str, dict[str, Any]] = {
    "closed_by_merchant": {"open": False},
    "no_return_address": {"return_addresses": (), "return_address_id": None},
    "return_address_not_chosen": {"return_address_id": None},
    "no_return_method": {"return_methods": ()},
    "no_refund_method": {"refund_methods": ()},
    "window_start_unknown": {"window_starts": "full_moon"},
}


def test_a_complete_portal_opens_without_a_word():
    """Nothing is held against settings that say all they must."""
    told = judged(a_portal(version=7))

    assert told == PortalOpened(portal_id="moss-and-fern", version=7, warnings=())


@pytest.mark.parametrize("code", BLOCKED)
def test_what_is_missing_keeps_the_portal_closed_and_is_named(code: str):
    """A merchant must learn which field to mend, before a customer learns that it is missing."""
    settings = a_portal(**BLOCKED[code])

    told = judged(settings)

    assert isinstance(told, PortalRefused)
    (finding,) = told.findings
    assert (finding.code, finding.severity) == (code, BLOCKING)
    assert finding.field in type(settings).model_fields
    assert finding.sentence.endswith(".")


def test_an_address_that_is_not_among_the_addresses_is_no_choice():
    """A label to an address nobody wrote down cannot be printed."""
    settings = a_portal(return_addresses=(a_return_address(),), return_address_id="attic")

    assert [finding.code for finding in findings(settings)] == ["return_address_not_chosen"]


def test_every_finding_is_named_at_once():
    """Mending one thing to be told the next is how an afternoon is lost."""
    everything: dict[str, Any] = {}
    for changes in BLOCKED.values():
        everything |= changes
    everything |= {"published_window_days": 14}

    found = [finding.code for finding in findings(a_portal(**everything))]

    # Without any address there is none to choose from: that one is not said twice.
    assert set(found) == set(BLOCKED) - {"return_address_not_chosen"} | {
        "window_differs_from_policy"
    }


def test_an_unwise_setting_warns_and_opens():
    """The published policy may be out of date; customers are not locked out for it."""
    told = judged(a_portal(window_days=30, published_window_days=14))

    assert isinstance(told, PortalOpened)
    assert [(w.code, w.severity) for w in told.warnings] == [
        ("window_differs_from_policy", WARNING)
    ]


def test_a_published_policy_that_agrees_is_no_finding():
    """A warning that is always there is read by nobody."""
    assert findings(a_portal(window_days=30, published_window_days=30)) == ()


@pytest.mark.parametrize("start", ["delivered", "ordered"])
def test_a_window_starts_with_the_delivery_or_the_order(start: str):
    """These two are what policies say."""
    assert not blocks(findings(a_portal(window_starts=start)))
