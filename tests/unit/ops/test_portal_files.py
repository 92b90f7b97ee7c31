"""Settings from a file: the example that is right, three that are not, and every fault's line."""

from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from contracts.rules import Finding
from contracts.shape import Money
from contracts.shop import PortalConfigured
from deploy.contracts.settings import SETTINGS
from deploy.settings_file.amounts import money
from deploy.settings_file.checking import Checked, checked
from services.rules.app import inspected, known_of_carriers

EXAMPLES = Path(__file__).parents[3] / "deploy/examples/portals"
DAY = date(2026, 3, 10)
SHIPPED = known_of_carriers(None)
SMALLEST = """
portal_id: linden
version: 1
brand: {name: Linden}
window_days: 30
currency: EUR
return_methods: [in_store]
refund_methods: [refund]
"""


def gate(settings: PortalConfigured) -> tuple[Finding, ...]:
    """The real one."""
    return inspected(settings, SHIPPED, DAY)


def in_silence(_: PortalConfigured) -> tuple[Finding, ...]:
    """For tests of how a file is written, not of what it says."""
    return ()


def of(text: str | bytes) -> Checked:
    """A file with this in it, beside the little that every file needs."""
    return checked(text if isinstance(text, bytes) else (SMALLEST + text).encode(), in_silence)


def said(found: Checked) -> list[tuple[int, str, str, str]]:
    """Line, field, severity and code of every remark."""
    return [(one.line, one.field, one.severity, one.code) for one in found.remarks]


def example(name: str) -> Checked:
    """One of the files that lie there to be looked at."""
    return checked((EXAMPLES / f"{name}.yaml").read_bytes(), gate)


def test_the_good_example_opens_a_portal():
    """Who copies it starts with something that works."""
    found = example("linden")

    assert said(found) == [(40, "refund_when", "warning", "refund_waits_for_tracking")]
    assert not found.blocking
    assert not found.versioned
    settings = found.settings
    assert settings.fees[1].country == "NO"
    assert settings.fees[0].price == Money(minor=695, currency="EUR")
    assert settings.return_addresses[0].house_number == "12"
    assert [rule.rule_id for rule in settings.rules] == [
        *("worn-stays", "damage-is-free", "trifles-are-kept"),
        *("dear-ones-are-looked-at", "patience-for-the-north"),
    ]


BROKEN: dict[str, list[tuple[int, str, str, str]]] = {
    "broken-writing": [
        (3, "brand", "blocking", "field_missing"),
        (3, "policy_url", "warning", "no_policy_link"),
        (3, "sender_email", "warning", "no_sender_address"),
        (4, "brnad", "blocking", "field_unknown"),
        (6, "window_days", "blocking", "type_wrong"),
        (7, "window_day", "blocking", "field_unknown"),
        (8, "currency", "blocking", "value_wrong"),
        (9, "return_methods", "blocking", "type_wrong"),
        (11, "open", "blocking", "type_wrong"),
        (13, "return_addresses[0].postal_code", "blocking", "field_missing"),
        (16, "return_addresses[0].postcode", "blocking", "field_unknown"),
        (18, "return_addresses[0].country", "blocking", "value_wrong"),
        (20, "fees[0].price", "blocking", "type_wrong"),
        (21, "fees[1].price", "blocking", "type_wrong"),
        (24, "fees[2].country", "blocking", "field_twice"),
        (26, "rules[0].rule_id", "blocking", "value_wrong"),
        (27, "rules[0].when.any_of", "blocking", "field_missing"),
        (28, "rules[0].then", "blocking", "value_wrong"),
        (30, "rules[1].when", "blocking", "value_wrong"),
        (31, "rules[1].then[0].price", "blocking", "field_missing"),
        (31, "rules[1].then[0].prise", "blocking", "field_unknown"),
        (32, "support_url", "blocking", "value_wrong"),
    ],
    "broken-going-live": [
        (2, "policy_url", "warning", "no_policy_link"),
        (2, "sender_email", "warning", "no_sender_address"),
        (2, "support_url", "warning", "no_support_link"),
        (8, "return_addresses[1].address_id", "blocking", "return_address_twice"),
        (9, "return_address_id", "blocking", "no_method_left"),
        (10, "window_days", "warning", "window_below_withdrawal_right"),
        (10, "window_days", "warning", "window_differs_from_policy"),
        (12, "window_starts", "blocking", "window_start_unknown"),
        (14, "return_methods[0]", "warning", "method_not_possible"),
        (14, "return_methods[1]", "blocking", "return_method_unknown"),
        (14, "return_methods[2]", "warning", "method_not_possible"),
        (15, "refund_methods", "blocking", "no_refund_method"),
        (16, "refund_when", "blocking", "refund_when_unknown"),
        (19, "carriers[1].carrier", "warning", "carrier_unknown"),
        (19, "carriers[1].covers_returns", "warning", "contract_excludes_returns"),
        (20, "carriers[2].contract", "blocking", "contract_unknown"),
        (23, "fees[1]", "warning", "fee_never_due"),
        (23, "fees[1].price.currency", "blocking", "currency_differs"),
        (23, "fees[1].country", "blocking", "no_method_left"),
        (24, "fees[2]", "warning", "fee_never_due"),
        (24, "fees[2].return_method", "warning", "fee_for_method_not_offered"),
        (24, "fees[2].country", "blocking", "country_unknown"),
        (25, "fees[3]", "warning", "fee_never_due"),
        (25, "fees[3].price.minor", "blocking", "amount_negative"),
        (28, "reasons[1].code", "warning", "reason_unknown"),
        (29, "reasons[2].code", "blocking", "reason_twice"),
    ],
    "broken-rules": [
        (19, "rules[0].when.kind", "blocking", "condition_unknown"),
        (20, "rules[0].then[0].kind", "blocking", "action_unknown"),
        (22, "rules[1].when", "warning", "exclusion_without_exemption"),
        (23, "rules[1].then[1]", "blocking", "rule_contradicts_itself"),
        (23, "rules[1].then[2]", "warning", "action_without_effect"),
        (24, "rules[2].rule_id", "blocking", "rule_twice"),
        (27, "rules[2].then[0].price.currency", "blocking", "currency_differs"),
        (28, "rules[2].then[1]", "blocking", "rule_contradicts_itself"),
        (29, "rules[2].then[2].only", "blocking", "limit_leaves_nothing"),
        (29, "rules[2].then[2].only[0]", "warning", "rule_names_refund_method_not_offered"),
        (31, "rules[3].when", "warning", "condition_never_holds"),
        (38, "rules[4].when", "blocking", "range_empty"),
        (41, "rules[5].when.any_of", "warning", "condition_never_holds"),
        (41, "rules[5].when.any_of[1]", "blocking", "country_unknown"),
        (47, "rules[6].when.of[0].any_of[0]", "warning", "rule_names_reason_not_offered"),
        (48, "rules[6].when.of[1].any_of[0]", "warning", "rule_names_return_method_not_offered"),
        (49, "rules[6].when.of[2].any_of[0]", "warning", "rule_names_refund_method_not_offered"),
        (50, "rules[6].when.of[3].at_most.currency", "warning", "condition_currency_differs"),
        (56, "rules[8].then[0]", "warning", "rule_fee_never_due"),
        (60, "rules[10]", "warning", "rule_without_effect"),
        (65, "rules[11].then", "blocking", "rules_contradict"),
        (68, "rules[12].then[0]", "warning", "block_country_without_country"),
    ],
}


@pytest.mark.parametrize("name", BROKEN)
def test_every_fault_of_a_broken_file_is_named_with_line_and_field(name: str):
    """All of them at once, and each where an editor can jump to it."""
    found = example(name)

    assert said(found) == BROKEN[name]
    assert found.blocking
    assert all(one.sentence.endswith((".", "?", "already")) for one in found.remarks)


@pytest.mark.parametrize("name", BROKEN)
def test_the_line_that_is_named_holds_the_field(name: str):
    """The numbers above were counted by a program; this is what they must mean."""
    lines = (EXAMPLES / f"{name}.yaml").read_text().splitlines()
    absent = ("field_missing", "no_policy_link", "no_sender_address", "no_support_link")
    for one in example(name).remarks:
        last = one.field.replace("]", "").replace("[", ".").split(".")
        word = next(step for step in reversed(last) if not step.isdigit())
        shown = lines[one.line - 1][one.column - 1 :]
        if one.code not in absent and word in "".join(lines) and not last[-1].isdigit():
            # An amount is one value, of which only the whole has a place in the file.
            assert shown.startswith((word, "price", "at_most")), one


@pytest.mark.parametrize("name", ["linden", *BROKEN])
def test_what_is_meant_is_proposed(name: str):
    """A slip of a finger is told with the word it was to be."""
    sentences = " ".join(one.sentence for one in example(name).remarks)

    expected = {
        "linden": [],
        "broken-writing": ["brand", "window_days", "postal_code", "price"],
        "broken-going-live": ["ordered", "drop_off_labelless", "delivered", "too_large"],
        "broken-rules": ["item_category", "not_returnable", "exchange"],
    }[name]
    assert Counter(sentences.split("Did you mean ")).total() == len(expected) + 1
    assert [word for word in expected if f"Did you mean {word}?" not in sentences] == []


@pytest.mark.parametrize(
    ("written", "means"),
    [
        ("blocked_countries: [NO, BE]", {"blocked_countries": ("NO", "BE")}),
        ("blocked_countries:\n  - NO\n", {"blocked_countries": ("NO",)}),
        ("languages: [no, on]", {"languages": ("no", "on")}),
        ("non_returnable_skus: [0815, 1e5, true, 2026-03-10, 0x1F, yes]", {
            "non_returnable_skus": ("0815", "1e5", "true", "2026-03-10", "0x1F", "yes")
        }),
        ("open: false", {"open": False}),
        ("policy_url: ~", {"policy_url": None}),
        ("approval_days: 08", {"approval_days": 8}),
        ("fees: [{price: 4.50 EUR}]", {"fees.price": Money(minor=450, currency="EUR")}),
        ("fees: [{price: 4 JPY}]", {"fees.price": Money(minor=4, currency="JPY")}),
        ("fees: [{price: {minor: 450, currency: EUR}}]", {
            "fees.price": Money(minor=450, currency="EUR")
        }),
    ],
)  # fmt: skip
def test_a_value_means_what_a_person_reads(written: str, means: dict[str, Any]):
    """YAML 1.1 reads NO as false, 0815 as a number, and a day as a day."""
    found = of(written)

    assert said(found) == []
    for name, value in means.items():
        at: Any = found.settings
        for step in name.split("."):
            at = getattr(at[0] if isinstance(at, tuple) else at, step)
        assert at == value


@pytest.mark.parametrize(
    ("written", "code", "says"),
    [
        ("open: no", "type_wrong", "True or false is due."),
        ("open: 1", "type_wrong", "True or false is due."),
        ('approval_days: "7"', "type_wrong", "A whole number is due."),
        ("approval_days: 7.5", "type_wrong", "A whole number is due."),
        ("approval_days: 61", "value_wrong", "At most 60."),
        ("fees: [{price: 4.505 EUR}]", "type_wrong", "An amount is due, such as 4.50 EUR"),
        ("fees: [{price: 4.50}]", "type_wrong", "An amount is due, such as 4.50 EUR"),
        ("fees: [{price: 4.5 JPY}]", "type_wrong", "An amount is due, such as 4.50 EUR"),
        ('fees: [{price: "4.50 EUR"}]', "type_wrong", "An amount is due, such as 4.50 EUR"),
        ("rules:", "type_wrong", "A list is due: lines that begin with a dash."),
        ("reasons: [gift]", "type_wrong", "Fields are due, each with a name and a colon."),
        ("sender_email: Zoe", "value_wrong", "This must be an e-mail address."),
        ("sender_email: null null", "value_wrong", "This must be an e-mail address."),
        ("currency_: EUR", "field_unknown", "There is no field currency_ here. Did you mean curr"),
        ("portal_id: birch", "field_twice", "portal_id stands in line 2 already"),
        ("open: &door true", "yaml_feature", "anchors (&) are not read"),
        ("open: !!bool true", "yaml_feature", "tags (!) are not read"),
        ("open: !!python/name:os.system x", "yaml_feature", "tags (!) are not read"),
        ("rules: *all", "yaml_feature", "aliases (*) are not read: write it out"),
        ("? [a, b]\n: c", "yaml_feature", "a field's name is a word"),
        ("---\nopen: true", "yaml_feature", "one file holds one document"),
    ],
)
def test_what_could_be_misread_is_refused_in_words(written: str, code: str, says: str):
    """A guess at what a merchant meant is a fee somebody did not agree to."""
    found = of(written)

    assert found.settings is None
    assert found.blocking
    (one,) = [one for one in found.remarks if one.code == code]
    assert one.sentence.startswith(says)
    assert one.line == SMALLEST.count("\n") + 1


@pytest.mark.parametrize(
    ("body", "line", "code"),
    [
        (b"", 1, "yaml_syntax"),
        (b"# nothing\n", 1, "yaml_syntax"),
        (b"a: 1\nb: [1\nc: 2\n", 3, "yaml_syntax"),
        (b"a: 1\n\tb: 2\n", 2, "yaml_syntax"),
        (b"a: 1\nb: \xff\n", 2, "yaml_syntax"),
        (b"a: 1\nb: \x00\n", 2, "yaml_syntax"),
        (b"[" * 100_000, 1, "yaml_syntax"),
        (b"a: " + b"x" * 3_000_000, 1, "file_too_large"),
        (b"- a\n- b\n", 1, "type_wrong"),
        (b"just words\n", 1, "type_wrong"),
    ],
)
def test_what_is_no_file_of_settings_is_one_line(body: bytes, line: int, code: str):
    """Not a stack trace, whatever was given by mistake."""
    (one,) = of(body).remarks

    assert (one.line, one.code, one.severity) == (line, code, "blocking")


def test_a_fault_does_not_hide_what_can_be_judged_without_it():
    """A misspelt colour, and a contract that covers nothing: one round to mend both."""
    text = SMALLEST.replace("{name: Linden}", "{name: Linden, colour: green}") + (
        "fees:\n  - price: nothing\n  - {price: 3 EUR}\n  - {price: 4 GBP, country: NL}\n"
    )

    found = checked(text.encode(), gate)

    assert (4, "brand.colour", "blocking", "value_wrong") in said(found)
    assert (10, "fees[0].price", "blocking", "type_wrong") in said(found)
    # Numbered as in the file, though the first fee could not be read.
    assert (12, "fees[2].price.currency", "blocking", "currency_differs") in said(found)
    assert (12, "fees[2]", "warning", "fee_never_due") in said(found)
    assert found.settings is None


def test_of_a_field_that_stands_there_twice_the_first_is_judged():
    """Both cannot be meant; what is said of the rest must not hang on chance."""
    text = SMALLEST + "currency: GBP\nfees: [{price: 1 EUR}]\n"

    codes = [one.code for one in checked(text.encode(), gate).remarks]

    assert "field_twice" in codes
    assert "currency_differs" not in codes


def test_what_follows_from_a_fault_is_not_said_on_top_of_it():
    """An address that cannot be read is one fault, not a portal without any address."""
    text = SMALLEST + "return_addresses: [{address_id: here}]\nreturn_address_id: here\n"

    codes = {one.code for one in checked(text.encode(), gate).remarks}

    assert "field_missing" in codes
    assert codes.isdisjoint({"no_return_address", "return_address_not_chosen"})


def test_a_version_may_be_left_out():
    """Whoever applies the file lets Kafka count."""
    without = checked(SMALLEST.replace("version: 1\n", "").encode(), in_silence)

    assert without.settings is not None
    assert not without.versioned
    assert of("").versioned


def test_every_setting_there_is_survives_a_file():
    """What the contract can say, a file can: the story's own settings, with all their rules."""
    text = yaml.safe_dump(SETTINGS.model_dump(mode="json", exclude_none=True))

    assert checked(text.encode(), in_silence).settings == SETTINGS


@given(st.binary(max_size=200) | st.text(alphabet="ab:-[]{}#&*!|>'\"\n ,?%@`~", max_size=80))
def test_no_file_breaks_the_reader(given_text: bytes | str):
    """Somebody will give it a picture."""
    body = given_text if isinstance(given_text, bytes) else given_text.encode()

    found = checked(body, gate)

    assert found.settings is None
    assert found.remarks


@given(st.integers(0, 10**12), st.sampled_from(["EUR", "JPY", "KWD"]))
def test_an_amount_is_read_exactly(minor: int, currency: str):
    """No float in between: every cent comes back."""
    decimals = {"EUR": 2, "JPY": 0, "KWD": 3}[currency]
    digits = str(minor).rjust(decimals + 1, "0")
    written = f"{digits[:-decimals]}.{digits[-decimals:]}" if decimals else digits

    assert money(f"{written} {currency}") == {"minor": minor, "currency": currency}


@pytest.mark.parametrize("written", ["4,50 EUR", "1.000,00 EUR", "4.505 EUR", "EUR 4.50", "4.5€"])
def test_an_amount_that_two_countries_read_differently_is_not_read(written: str):
    """Four and a half, or four thousand five hundred."""
    assert money(written) is None
