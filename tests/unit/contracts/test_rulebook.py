"""Rules survive the wire, strangers among them; what is too deep or too large does not."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from jsonschema import Draft202012Validator
from pydantic import ValidationError

from contracts.actions import Actions
from contracts.conditions import Conditions
from contracts.json_schema import Side, schema_of
from contracts.rulebook import (
    ACTION_KINDS,
    CONDITION_KINDS,
    ItemFinalSale,
    ItemPrice,
    KeepItem,
    Not,
    Rule,
    UnknownAction,
    UnknownCondition,
)
from contracts.rules import ReleaseRefund
from contracts.shape import Money
from contracts.topics import PORTAL_CONFIGURED
from tests.support.generated_rules import CODES, RULES, TEXTS


def judge(side: Side) -> Draft202012Validator:
    """What the documents say of one rule."""
    whole = schema_of(PORTAL_CONFIGURED, side)
    return Draft202012Validator({"$ref": "#/$defs/Rule", "$defs": whole["$defs"]})


JUDGES = {"write": judge("write"), "read": judge("read")}


def has_a_stranger(node: Any) -> bool:
    """Whether something in it, at any depth, is of a kind that nobody knows."""
    if isinstance(node, dict):
        stranger = "kind" in node and node["kind"] not in CONDITION_KINDS | ACTION_KINDS
        return stranger or any(map(has_a_stranger, node.values()))
    return isinstance(node, list) and any(map(has_a_stranger, node))


def read(**rule: Any) -> Rule:
    """The rule as a reader gets it."""
    whole = {"rule_id": "by-night", "then": [{"kind": "keep_item"}]} | rule
    return Rule.read(json.dumps(whole).encode())


def nested(depth: int) -> dict[str, Any]:
    """A condition so deep, as it lies on the wire."""
    condition: dict[str, Any] = {"kind": "item_final_sale"}
    for _ in range(depth - 1):
        condition = {"kind": "all", "of": [{"kind": "parcel_to", "any_of": ["NL"]}, condition]}
    return condition


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(RULES)
def test_every_rule_survives_the_wire(rule):
    """What rules decide by is what the merchant wrote, to the letter."""
    body = rule.body()

    assert Rule.read(body) == rule
    assert Rule.read(body).body() == body


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(RULES)
def test_every_rule_is_one_by_the_schemas_and_a_stranger_by_that_of_readers_alone(rule):
    """Who validates against our files must come to the same answer as our services."""
    told = json.loads(rule.body())

    assert JUDGES["read"].is_valid(told)
    assert JUDGES["write"].is_valid(told) != has_a_stranger(told)


@settings(max_examples=100, deadline=None)
@given(CODES.filter(lambda kind: kind not in CONDITION_KINDS | ACTION_KINDS), TEXTS)
def test_an_unknown_kind_survives_as_a_stranger_whatever_it_says(kind, said):
    """The settings are read, and nobody can overlook that something in them is not understood."""
    rule = read(
        when={"kind": "not", "of": {"kind": kind, "of": said, "deep": {"any_of": [said, 1]}}},
        then=[{"kind": kind, "days": said}],
    )

    assert rule.when == Not(of=UnknownCondition(kind=kind))
    assert rule.then == (UnknownAction(kind=kind),)
    assert Rule.read(rule.body()) == rule


@pytest.mark.parametrize(
    ("stranger", "kind"), [(UnknownCondition, "item_sku"), (UnknownAction, "keep_item")]
)
def test_nobody_can_pass_off_a_known_kind_as_a_stranger(stranger, kind):
    """It would be written as something that a reader takes for another thing, or refuses."""
    with pytest.raises(ValidationError, match="known_kind"):
        stranger(kind=kind)


def test_a_misspelt_kind_in_a_file_is_a_stranger_too():
    """The check before going live can name it; `extra fields` would be a riddle to a merchant."""
    text = json.dumps(
        {
            "rule_id": "typo",
            "when": {"kind": "item_categry", "any_of": ["candles"]},
            "then": [{"kind": "keep_items"}],
        }
    )

    rule = Rule.model_validate_json(text)

    assert rule.when == UnknownCondition(kind="item_categry")
    assert rule.then == (UnknownAction(kind="keep_items"),)


def test_a_misspelt_field_of_a_known_kind_is_refused_in_a_file():
    """Strict when writing: a bound that is not read would make the rule hold for everything."""
    text = '{"rule_id":"typo","when":{"kind":"item_sku","any_of":["A"],"anyof":[]},"then":[]}'

    with pytest.raises(ValidationError, match=r"when\.item_sku\.anyof\n.*extra_forbidden"):
        Rule.model_validate_json(text)


@pytest.mark.parametrize("depth", [1, 8])
def test_conditions_may_nest_eight_deep(depth):
    """Deeper than anybody has needed."""
    assert read(when=nested(depth)).when is not None


@pytest.mark.parametrize("depth", [9, 40, 90])
def test_deeper_is_refused_with_one_code(depth):
    """A walk over a rule may lean on the limit, wherever the rule came from."""
    with pytest.raises(ValidationError, match="too_deep"):
        read(when=nested(depth))


def test_deeper_is_refused_where_a_program_builds_it():
    """A back office written in Python finds out at once, and not from a reader."""
    when: Any = ItemFinalSale()
    for _ in range(2000):
        when = Not(of=when)

    with pytest.raises(ValidationError, match="too_deep"):
        Rule(rule_id="deep", when=when, then=(KeepItem(),))


@pytest.mark.parametrize("depth", [150, 5000])
def test_a_depth_no_parser_can_follow_is_refused_and_nothing_breaks(depth):
    """An evil message costs its sender an answer, and its reader nothing."""
    opening, closing = '{"kind":"not","of":', "}"
    when = opening * depth + '{"kind":"item_final_sale"}' + closing * depth
    body = '{"rule_id":"deep","then":[{"kind":"keep_item"}],"when":' + when + "}"

    with pytest.raises(ValidationError):
        Rule.read(body.encode())


@pytest.mark.parametrize(
    "rule",
    [
        {"when": {"kind": "all", "of": []}},
        {"when": {"kind": "any", "of": [{"kind": "item_final_sale"}] * 51}},
        {"when": {"kind": "item_sku", "any_of": ["x"] * 5001}},
        {"when": {"kind": "item_sku", "any_of": ["x" * 201]}},
        {"when": {"kind": "parcel_from", "any_of": ["NL"] * 301}},
        {"when": {"kind": "request_reason", "any_of": ["gift"] * 101}},
        {"when": {"kind": "days_since_order", "at_least": 3651}},
        {"when": {"kind": "days_since_order", "at_least": -1}},
        {"when": {"kind": "request_quantity", "at_least": 0}},
        {"when": {"kind": "not", "of": [{"kind": "item_final_sale"}]}},
        {"when": {"kind": []}},
        {"when": {"kind": {}}},
        {"when": {"kind": None}},
        {"when": {"kind": True}},
        {"when": {"kind": "x" * 65}},
        {"when": []},
        {"then": []},
        {"then": [{"kind": "keep_item"}] * 11},
        {"then": [{"kind": ["keep_item"]}]},
        {"then": [{}]},
        {"rule_id": "x" * 65},
        {"rule_id": ""},
        {"note": "bell\x07"},
    ],
    ids=lambda rule: json.dumps(rule)[:50],
)
def test_what_is_too_large_or_no_rule_is_refused(rule):
    """Whatever stands there, the answer is a refusal and never another fault."""
    with pytest.raises(ValidationError):
        read(**rule)


def test_a_bound_that_bounds_nothing_is_refused():
    """It would hold for every item, which nobody writes on purpose."""
    with pytest.raises(ValidationError, match="no_bound"):
        read(when={"kind": "days_since_delivery"})
    with pytest.raises(ValidationError, match="no_bound"):
        ItemPrice()


def test_no_kind_is_a_condition_and_an_action():
    """Facts in a verdict go by the names of conditions."""
    assert not CONDITION_KINDS & ACTION_KINDS
    assert len(CONDITION_KINDS) == len(Conditions) == 19
    assert len(ACTION_KINDS) == len(Actions) == 9


def test_a_refund_is_not_released_below_nothing():
    """The customer would owe the merchant for having sent something back."""
    ids = {"return_id": "94254771-48b6-5d6c-9dbf-bc5f6ad7ae61", "portal_id": "p", "by": "staff-7"}

    assert ReleaseRefund(**ids, amount=Money(minor=0, currency="EUR"))
    with pytest.raises(ValidationError, match="negative"):
        ReleaseRefund(**ids, amount=Money(minor=-1, currency="EUR"))
