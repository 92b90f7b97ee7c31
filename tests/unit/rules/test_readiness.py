"""May a portal go live? Each finding, where it is found, and what it does to the door."""

from __future__ import annotations

import re
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.rulebook import (
    All,
    BlockCountry,
    DaysSinceDelivery,
    ExtendWindow,
    ItemCategory,
    ItemFinalSale,
    ItemPrice,
    ItemTag,
    KeepItem,
    LimitRefundMethods,
    LimitReturnMethods,
    NeedsApproval,
    Not,
    NotReturnable,
    ParcelFrom,
    ParcelTo,
    ParcelValue,
    RequestReason,
    RequestRefundMethod,
    RequestReturnMethod,
    Rule,
    SetFee,
    UnknownAction,
    UnknownCondition,
    WaiveFee,
)
from contracts.rules import PortalOpened, PortalRefused
from contracts.shape import Money
from contracts.shop import CarrierChoice, Fee, OfferedReason, PortalConfigured
from contracts.topics import PORTAL_OPENED, PORTAL_REFUSED
from services.rules.adapters.capabilities_csv import registry
from services.rules.domain.capability import Capability, Registry
from services.rules.domain.findings.finding import BLOCKING, WARNING, warning
from services.rules.domain.readiness import findings, judged, opens
from tests.support.builders import a_portal, a_return_address

RULES = Path(__file__).parents[3] / "services/rules"
DAY = date(2026, 3, 10)
SHIPPED = registry()
GLS = CarrierChoice(carrier="gls", contract="direct")
SHOES, HATS = ItemCategory(any_of=("shoes",)), ItemCategory(any_of=("hats",))


def euros(minor: int, currency: str = "EUR") -> Money:
    """An amount."""
    return Money(minor=minor, currency=currency)


def complete(**changes: Any) -> PortalConfigured:
    """A Dutch portal that leaves nothing to say."""
    usual = {
        "return_addresses": (a_return_address(country="NL", postal_code="1033 RE"),),
        "currency": "EUR",
        "return_methods": ("drop_off_point", "pickup"),
        "carriers": (GLS, CarrierChoice(carrier="own_label")),
        "policy_url": "https://moss.example/returns",
        "support_url": "https://moss.example/help",
        "refund_when": "manually",
    }
    return a_portal(**usual | changes)


def rules(*given: Rule) -> dict[str, Any]:
    """Settings with these rules."""
    return {"rules": given}


def rule(*then: Any, when: Any = SHOES, rule_id: str = "one") -> Rule:
    """One rule."""
    return Rule(rule_id=rule_id, when=when, then=then)


def found(settings: PortalConfigured) -> list[tuple[str, str, str]]:
    """Code, severity and field of every finding."""
    return [(f.code, f.severity, f.field) for f in findings(settings, SHIPPED, DAY)]


TWO = (a_return_address(country="NL"), a_return_address(country="NL", town="Delft"))
ADDRESS_IN_GB = (a_return_address(),)

ABOUT_SETTINGS: dict[str, tuple[dict[str, Any], str, str]] = {
    "closed_by_merchant": ({"open": False}, BLOCKING, "open"),
    "no_return_address": (
        {"return_addresses": (), "return_address_id": None},
        BLOCKING,
        "return_addresses",
    ),
    "return_address_not_chosen": ({"return_address_id": None}, BLOCKING, "return_address_id"),
    "return_address_twice": (
        {"return_addresses": TWO},
        BLOCKING,
        "return_addresses[1].address_id",
    ),
    "no_return_method": ({"return_methods": ()}, BLOCKING, "return_methods"),
    "return_method_unknown": (
        {"return_methods": ("drop_off_point", "dropoff")},
        BLOCKING,
        "return_methods[1]",
    ),
    "return_method_twice": (
        {"return_methods": ("pickup", "drop_off_point", "pickup")},
        WARNING,
        "return_methods[2]",
    ),
    "no_refund_method": ({"refund_methods": ()}, BLOCKING, "refund_methods"),
    "refund_method_unknown": ({"refund_methods": ("gold",)}, BLOCKING, "refund_methods[0]"),
    "refund_method_twice": (
        {"refund_methods": ("refund", "refund")},
        WARNING,
        "refund_methods[1]",
    ),
    "reason_twice": (
        {"reasons": (OfferedReason(code="gift"), OfferedReason(code="gift"))},
        BLOCKING,
        "reasons[1].code",
    ),
    "reason_unknown": (
        {"reasons": (OfferedReason(code="haunted", wording={"en": "Haunted"}),)},
        WARNING,
        "reasons[0].code",
    ),
    "contract_unknown": (
        {"carriers": (CarrierChoice(carrier="own_label", contract="handshake"), GLS)},
        BLOCKING,
        "carriers[0].contract",
    ),
    "carrier_unknown": (
        {"carriers": (GLS, CarrierChoice(carrier="own_label"), CarrierChoice(carrier="owls"))},
        WARNING,
        "carriers[2].carrier",
    ),
    "carrier_twice": (
        {"carriers": (GLS, CarrierChoice(carrier="own_label"), GLS)},
        WARNING,
        "carriers[2].carrier",
    ),
    "contract_excludes_returns": (
        {
            "carriers": (
                *(GLS, CarrierChoice(carrier="own_label")),
                CarrierChoice(carrier="hermes_de", contract="direct", covers_returns=False),
            )
        },
        WARNING,
        "carriers[2].covers_returns",
    ),
    "no_carrier_for_method": (
        {"carriers": (), "return_methods": ("drop_off_point", "drop_off_labelless")},
        WARNING,
        "return_methods[1]",
    ),
    "method_not_possible": (
        {"carriers": (CarrierChoice(carrier="gls"), CarrierChoice(carrier="own_label"))},
        WARNING,
        "return_methods[1]",
    ),
    "no_method_left": (
        {"return_methods": ("pickup",), "fees": (Fee(price=euros(1), country="BE"),)},
        BLOCKING,
        "fees[0].country",
    ),
    "window_start_unknown": ({"window_starts": "full_moon"}, BLOCKING, "window_starts"),
    "window_below_withdrawal_right": ({"window_days": 13}, WARNING, "window_days"),
    "window_differs_from_policy": ({"published_window_days": 14}, WARNING, "window_days"),
    "refund_when_unknown": ({"refund_when": "never"}, BLOCKING, "refund_when"),
    "refund_waits_for_tracking": ({"refund_when": "delivered"}, WARNING, "refund_when"),
    "fee_for_method_not_offered": (
        {"fees": (Fee(price=euros(1), return_method="in_store"),)},
        WARNING,
        "fees[0].return_method",
    ),
    "fee_never_due": (
        {"fees": (Fee(price=euros(1)), Fee(price=euros(2), return_method="pickup"))},
        WARNING,
        "fees[1]",
    ),
    "currency_differs": (
        {"fees": (Fee(price=euros(1), free_above=euros(9, "GBP")),)},
        BLOCKING,
        "fees[0].free_above.currency",
    ),
    "amount_negative": ({"fees": (Fee(price=euros(-1)),)}, BLOCKING, "fees[0].price.minor"),
    "country_unknown": ({"blocked_countries": ("US", "UK")}, BLOCKING, "blocked_countries[1]"),
    "no_sender_address": ({"sender_email": None}, WARNING, "sender_email"),
    "no_policy_link": ({"policy_url": None}, WARNING, "policy_url"),
    "no_support_link": ({"support_url": None}, WARNING, "support_url"),
}

ABOUT_RULES: dict[str, tuple[dict[str, Any], str, str]] = {
    "rule_twice": (
        rules(rule(NeedsApproval()), rule(NeedsApproval(), when=HATS)),
        BLOCKING,
        "rules[1].rule_id",
    ),
    "condition_unknown": (
        rules(rule(NeedsApproval(), when=Not(of=UnknownCondition(kind="moon")))),
        BLOCKING,
        "rules[0].when.of.kind",
    ),
    "action_unknown": (
        rules(rule(NeedsApproval(), UnknownAction(kind="sing"))),
        BLOCKING,
        "rules[0].then[1].kind",
    ),
    "rule_contradicts_itself": (
        rules(rule(NotReturnable(), KeepItem())),
        BLOCKING,
        "rules[0].then[1]",
    ),
    "rules_contradict": (
        rules(rule(NotReturnable()), rule(KeepItem(), rule_id="two")),
        BLOCKING,
        "rules[1].then",
    ),
    "action_without_effect": (
        rules(rule(KeepItem(), WaiveFee())),
        WARNING,
        "rules[0].then[1]",
    ),
    "rule_without_effect": (
        rules(rule(NotReturnable()), rule(ExtendWindow(days=3), rule_id="two")),
        WARNING,
        "rules[1]",
    ),
    "rule_fee_never_due": (
        rules(
            rule(WaiveFee(), when=None), rule(NeedsApproval(), SetFee(price=euros(1)), rule_id="2")
        ),
        WARNING,
        "rules[1].then[1]",
    ),
    "nothing_returnable": (rules(rule(NotReturnable(), when=None)), BLOCKING, "rules[0]"),
    "limit_leaves_nothing": (
        {
            "refund_methods": ("refund", "exchange"),
            **rules(
                rule(LimitRefundMethods(only=("refund",)), when=None),
                rule(LimitRefundMethods(only=("exchange",)), when=None, rule_id="two"),
            ),
        },
        BLOCKING,
        "rules[1].then[0].only",
    ),
    "rule_names_reason_not_offered": (
        {
            "reasons": (OfferedReason(code="gift"),),
            **rules(rule(NeedsApproval(), when=RequestReason(any_of=("gift", "too_small")))),
        },
        WARNING,
        "rules[0].when.any_of[1]",
    ),
    "rule_names_refund_method_not_offered": (
        {
            "refund_methods": ("refund",),
            **rules(rule(NeedsApproval(), when=RequestRefundMethod(any_of=("exchange",)))),
        },
        WARNING,
        "rules[0].when.any_of[0]",
    ),
    "rule_names_return_method_not_offered": (
        rules(rule(LimitReturnMethods(only=("drop_off_point", "in_store")))),
        WARNING,
        "rules[0].then[0].only[1]",
    ),
    "range_empty": (
        rules(rule(NeedsApproval(), when=DaysSinceDelivery(at_least=5, at_most=4))),
        BLOCKING,
        "rules[0].when",
    ),
    "condition_never_holds": (
        rules(rule(NeedsApproval(), when=All(of=(SHOES, All(of=(HATS,)))))),
        WARNING,
        "rules[0].when",
    ),
    "condition_currency_differs": (
        rules(rule(NeedsApproval(), when=ParcelValue(at_least=euros(1, "USD")))),
        WARNING,
        "rules[0].when.at_least.currency",
    ),
    "exclusion_without_exemption": (
        rules(rule(NotReturnable(), when=ItemFinalSale())),
        WARNING,
        "rules[0].when",
    ),
    "block_country_without_country": (
        rules(rule(BlockCountry(), when=ItemTag(any_of=("lamp",)))),
        WARNING,
        "rules[0].then[0]",
    ),
}
EVERY = ABOUT_SETTINGS | ABOUT_RULES


def test_a_complete_portal_opens_without_a_word():
    """Nothing is held against settings that say all they must: a brand needs no logo for it."""
    told = judged(complete(version=7), SHIPPED, DAY)

    assert told == PortalOpened(portal_id="moss-and-fern", version=7, warnings=())


@pytest.mark.parametrize("code", EVERY)
def test_a_finding_names_its_field_and_nothing_else_is_said(code: str):
    """A merchant must learn which field to mend, before a customer learns that it is wrong."""
    changes, severity, field = EVERY[code]

    assert found(complete(**changes)) == [(code, severity, field)]


@pytest.mark.parametrize("code", EVERY)
def test_a_finding_is_a_sentence_that_fits_into_a_message(code: str):
    """It is read by a person, in a back office that somebody else wrote."""
    (finding,) = findings(complete(**EVERY[code][0]), SHIPPED, DAY)

    assert finding.sentence.endswith((".", "?"))
    assert finding.sentence.isascii()
    assert len(finding.sentence) < 200


@pytest.mark.parametrize("code", EVERY)
def test_what_blocks_closes_the_portal_and_what_warns_does_not(code: str):
    """The published policy may be out of date; customers are not locked out for it."""
    changes, severity, _ = EVERY[code]
    settings = complete(version=3, **changes)

    told = judged(settings, SHIPPED, DAY)

    kind = PortalRefused if severity == BLOCKING else PortalOpened
    assert (type(told), told.version) == (kind, 3)
    listed = told.findings if isinstance(told, PortalRefused) else told.warnings
    assert listed == findings(settings, SHIPPED, DAY)


def test_every_finding_is_named_at_once_and_blocking_ones_first():
    """Mending one thing to be told the next is how an afternoon is lost."""
    settings = complete(
        window_days=10,
        published_window_days=30,
        policy_url=None,
        refund_methods=(),
        return_address_id="attic",
        window_starts="full_moon",
        rules=(rule(NotReturnable(), when=None), rule(WaiveFee(), WaiveFee(), rule_id="one")),
    )

    codes = [(code, severity) for code, severity, _ in found(settings)]

    assert [severity for _, severity in codes] == [BLOCKING] * 5 + [WARNING] * 2
    assert {code for code, _ in codes} == {
        *("return_address_not_chosen", "no_refund_method", "window_start_unknown"),
        *("rule_twice", "nothing_returnable"),
        *("window_differs_from_policy", "no_policy_link"),
    }


@pytest.mark.parametrize(
    "changes",
    [
        {"published_window_days": 30},
        {"window_starts": "ordered"},
        {"window_starts": "delivered", "window_days": 14},
        {"refund_when": "handed_over", "return_methods": ("pickup",), "carriers": (GLS,)},
        {"return_addresses": ADDRESS_IN_GB, "window_days": 3, "return_methods": ("in_store",)},
        {"reasons": (OfferedReason(code="haunted", wording={"en": "Haunted", "nl": "Spookt"}),)},
        {"fees": (Fee(price=euros(1), country="BE"), Fee(price=euros(2)))},
        {
            "return_methods": ("pickup",),
            "blocked_countries": ("BE",),
            "fees": (Fee(price=euros(1), country="BE"),),
        },
        {
            "return_methods": ("pickup",),
            **rules(rule(NotReturnable(), when=ParcelFrom(any_of=("BE",)))),
        },
        {
            "return_methods": ("pickup",),
            **rules(rule(NotReturnable(), when=All(of=(SHOES, ParcelFrom(any_of=("BE",)))))),
        },
        rules(rule(NotReturnable(), when=DaysSinceDelivery(at_least=15))),
        rules(rule(KeepItem(), when=RequestReturnMethod(any_of=("none",)))),
        rules(rule(NeedsApproval(), when=ParcelTo(any_of=("NL",)))),
        rules(rule(WaiveFee()), rule(SetFee(price=euros(1)), when=HATS, rule_id="two")),
        rules(rule(NotReturnable(), when=All(of=(ItemFinalSale(), SHOES)))),
        rules(rule(NeedsApproval(), when=All(of=(SHOES, ItemTag(any_of=("red",)))))),
        rules(
            rule(
                NeedsApproval(),
                when=All(of=(ItemTag(any_of=("red",)), ItemTag(any_of=("blue",)))),
            )
        ),
    ],
)
def test_what_may_be_meant_is_no_finding(changes: dict[str, Any]):
    """A warning that is always there is read by nobody: only what is certain is said."""
    assert found(complete(**changes)) == []


@pytest.mark.parametrize(
    "when",
    [
        All(of=(SHOES, Not(of=SHOES))),
        All(of=(DaysSinceDelivery(at_most=3), All(of=(DaysSinceDelivery(at_least=4),)))),
        All(of=(ItemPrice(at_most=euros(5)), ItemPrice(at_least=euros(6)))),
        All(of=(RequestReason(any_of=("gift",)), RequestReason(any_of=("other", "too_small")))),
        All(of=(ParcelFrom(any_of=("NL", "BE")), ParcelFrom(any_of=("FR",)))),
    ],
)
def test_what_excludes_each_other_never_holds(when: All):
    """A rule that looks as if it did something, and never will."""
    settings = complete(rules=(rule(NeedsApproval(), when=Not(of=when)),))

    assert found(settings) == [("condition_never_holds", WARNING, "rules[0].when.of")]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"window_days": 14, "window_starts": "ordered"}, "window_below_withdrawal_right"),
        (
            {
                "window_days": 10,
                "return_addresses": ADDRESS_IN_GB,
                "return_methods": ("drop_off_point",),
                "fees": (Fee(price=euros(1), country="IE"),),
            },
            "window_below_withdrawal_right",
        ),
        (
            rules(rule(NotReturnable(), when=DaysSinceDelivery(at_least=14))),
            "exclusion_without_exemption",
        ),
        (
            rules(rule(NotReturnable(), when=ItemPrice(at_most=euros(500)))),
            "exclusion_without_exemption",
        ),
    ],
)
def test_what_the_law_of_the_union_grants_is_not_taken_away_in_silence(changes, code: str):
    """Directive 2011/83/EU: fourteen days from delivery, and no exception for bargains."""
    assert [one for one, _, _ in found(complete(**changes))] == [code]


def test_a_country_that_a_rule_serves_needs_a_way_back():
    """Who grants Norwegians more time must let them send something."""
    north = rule(ExtendWindow(days=9), when=Not(of=ParcelFrom(any_of=("NL", "NO"))))
    settings = complete(return_methods=("pickup",), rules=(north,))

    assert found(settings) == [("no_method_left", BLOCKING, "rules[0].when.of.any_of[1]")]


def test_a_country_whose_methods_a_rule_takes_away_has_none_left():
    """Carriers could; the merchant's own rule does not let them."""
    at_home = rule(LimitReturnMethods(only=("pickup",)), when=ParcelFrom(any_of=("BE",)))

    assert found(complete(rules=(at_home,))) == [
        ("no_method_left", BLOCKING, "rules[0].when.any_of[0]")
    ]


def test_who_keeps_everything_needs_no_way_back():
    """Nothing travels, so nothing can be stuck."""
    settings = complete(return_methods=("pickup",), rules=(rule(KeepItem(), when=None),))
    abroad = settings.model_copy(update={"fees": (Fee(price=euros(1), country="BE"),)})

    assert found(abroad) == []


def lapsing(**valid: date) -> Registry:
    """All that is known is pickup by GLS in the Netherlands, for a time."""
    fact = Capability(
        "pickup",
        "NL",
        "NL",
        "gls",
        None,
        source="made up",
        **{"valid_from": None, "valid_until": None, **valid},
    )
    return Registry([fact])


def test_what_lapses_is_a_warning_from_the_next_day_on():
    """The gate is judged for a day; a portal that stands open is not closed by midnight."""
    known = lapsing(valid_until=DAY)
    settings = complete(return_methods=("pickup",), carriers=(GLS,))

    assert findings(settings, known, DAY) == ()
    after = findings(settings, known, DAY + timedelta(days=1))
    assert [(one.code, one.severity) for one in after] == [
        ("method_not_possible", WARNING),
        ("no_method_left_today", WARNING),
    ]
    assert "not_today" in after[0].sentence


@given(
    st.lists(st.sampled_from(sorted(EVERY)), max_size=4),
    st.dates(DAY - timedelta(days=40), DAY + timedelta(days=40)),
    st.dates(DAY - timedelta(days=40), DAY + timedelta(days=40)),
)
def test_no_day_closes_a_portal_that_another_opens(codes: list[str], one: date, other: date):
    """Every process compiles the settings on a day of its own, and all must agree on the door."""
    changes: dict[str, Any] = {}
    for code in codes:
        changes |= EVERY[code][0]
    settings, known = complete(**changes), lapsing(valid_from=DAY, valid_until=DAY)

    doors = {isinstance(judged(settings, known, day), PortalOpened) for day in (one, other, None)}
    assert doors == {opens(settings, known)}


def test_the_longest_list_of_findings_fits_on_its_topic():
    """A merchant with a thousand mistakes is answered, too: the worst first, the rest counted."""
    wide = "x" * 64
    strange = tuple(
        rule(
            *(UnknownAction(kind=wide) for _ in range(10)),
            when=UnknownCondition(kind=wide),
            rule_id=f"r{number:063}",
        )
        for number in range(999)
    )
    fees = tuple(Fee(price=euros(-1, "GBP"), return_method=wide) for _ in range(1000))
    settings = complete(rules=strange, fees=fees, policy_url=None)

    told = judged(settings, SHIPPED, DAY)

    assert isinstance(told, PortalRefused)
    assert len(told.body()) < PORTAL_REFUSED.max_bytes
    *shown, counted = told.findings
    assert {one.severity for one in shown} == {BLOCKING}
    assert counted.code == "more_findings"
    assert str(len(findings(settings, SHIPPED, DAY)) - len(shown)) in counted.sentence


def test_the_longest_list_of_warnings_fits_on_its_topic_and_opens():
    """Being cut short must not turn a warning into a closed door."""
    fees = tuple(Fee(price=euros(1), return_method="x" * 64) for _ in range(1000))

    told = judged(complete(fees=fees), SHIPPED, DAY)

    assert isinstance(told, PortalOpened)
    assert len(told.body()) < PORTAL_OPENED.max_bytes
    assert told.warnings[-1].code == "more_findings"


def test_the_canvas_lists_every_finding_there_is():
    """A code nobody can look up is a riddle."""
    canvas = (RULES / "README.md").read_text()
    codes = {*EVERY, "no_method_left_today", "more_findings"}

    assert {code for code in codes if f"`{code}`" not in canvas} == set()


def test_the_table_above_has_every_code_that_the_gate_can_say():
    """A finding without a test is one that may have stopped working."""
    domain = RULES / "domain"
    said = {
        code
        for file in [*domain.glob("findings/of_*.py"), domain / "readiness.py"]
        for code in re.findall(r'(?:blocking|warning)\(\s*f?"([a-z_{}]+)"', file.read_text())
    }
    kinds = {"return_method", "refund_method"}
    spelled = {code.replace("{kind}", kind) for code in said for kind in kinds}
    spelled = {s.replace("{what}", what) for s in spelled for what in (*kinds, "reason")}

    assert spelled == {*EVERY, "no_method_left_today", "more_findings"}


def test_the_longest_finding_is_a_message_still():
    """A rule nested eight deep has a long address; what does not fit must not stop the service."""
    deep: Any = ParcelFrom(any_of=(*("NL",) * 299, "UK"))
    for _ in range(7):
        deep = All(of=(*(SHOES,) * 49, deep))
    filler = (rule(NeedsApproval(), rule_id=f"r{n}") for n in range(999))

    told = findings(complete(rules=(*filler, rule(NeedsApproval(), when=deep))))

    assert [one.field for one in told] == [f"rules[999].when{'.of[49]' * 7}.any_of[299]"]
    assert len(warning("long", "open", "x" * 300).told(guess=True).sentence) == 200
