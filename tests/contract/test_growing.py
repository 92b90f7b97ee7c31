"""A choice told apart by `kind` may gain kinds, and nothing else may happen to it."""

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

import contracts
from contracts.compatibility import compatible
from contracts.json_schema import GROWS, schema_of
from contracts.kinds import STRANGER
from contracts.rulebook import ACTION_KINDS, CONDITION_KINDS
from contracts.topics import ALL, PORTAL_CONFIGURED
from deploy.contracts.story import samples

SCHEMAS = Path(contracts.__file__).parent / "schemas"
EVERY_SIDE = pytest.mark.parametrize("side", ["write", "read"])
SETTINGS = samples()[PORTAL_CONFIGURED.name]["value"]
MOON = {
    "title": "Moon",
    "type": "object",
    "properties": {
        "kind": {"type": "string", "const": "moon"},
        "full": {"type": "boolean"},
    },
    "required": ["kind"],
}


def committed(side: str) -> dict[str, Any]:
    """The schema of the settings, as it lies in its file."""
    return json.loads((SCHEMAS / side / f"{PORTAL_CONFIGURED.name}.json").read_text())


def with_a_moon(side: str) -> dict[str, Any]:
    """The schema of a later version, which has one condition more: the phase of the moon."""
    schema = committed(side)
    schema["$defs"]["Moon"] = MOON
    schema["$defs"]["Condition"]["anyOf"].insert(3, {"$ref": "#/$defs/Moon"})
    if side == "read":
        unknown = schema["$defs"]["UnknownCondition"]["properties"]["kind"]["not"]["enum"]
        unknown.append("moon")
    return schema


def without(kind: str, side: str) -> dict[str, Any]:
    """The schema with an alternative gone."""
    schema = committed(side)
    for choice in ("Condition", "Action"):
        alternatives = schema["$defs"][choice]["anyOf"]
        alternatives[:] = [one for one in alternatives if not one["$ref"].endswith(f"/{kind}")]
    return schema


def ruled(**rule: Any) -> dict[str, Any]:
    """The settings of the samples with this one rule."""
    whole = {"rule_id": "by-night", "then": [{"kind": "not_returnable"}]} | rule
    return SETTINGS | {"rules": [whole]}


def choices_in(node: Any) -> Iterator[dict[str, Any]]:
    """Every choice that is marked as growing, at any depth."""
    if isinstance(node, dict):
        if GROWS in node:
            yield node
        for inner in node.values():
            yield from choices_in(inner)
    elif isinstance(node, list):
        for inner in node:
            yield from choices_in(inner)


@EVERY_SIDE
def test_a_kind_may_be_added(side):
    """A merchant's next wish must not cost a new topic: old readers keep strangers."""
    assert compatible(committed(side), with_a_moon(side)) == []


@EVERY_SIDE
def test_the_order_of_kinds_says_nothing(side):
    """They are told apart by their name, not by their place."""
    turned = committed(side)
    turned["$defs"]["Condition"]["anyOf"].reverse()

    assert compatible(committed(side), turned) == []


@EVERY_SIDE
@pytest.mark.parametrize(("shape", "kind"), [("ItemSku", "item_sku"), ("KeepItem", "keep_item")])
def test_a_kind_may_not_go(side, shape, kind):
    """Settings that name it are still to be replayed, and their rules still to hold."""
    said = compatible(committed(side), without(shape, side))

    assert any(one.endswith(f"<{kind}>: is gone") for one in said), said


@EVERY_SIDE
def test_a_kind_may_not_change(side):
    """An old reader would take a rule for another one."""
    stricter, meaner = committed(side), committed(side)
    stricter["$defs"]["ItemSku"]["properties"]["any_of"]["maxItems"] = 10
    meaner["$defs"]["SetFee"]["required"].append("free_above")

    assert compatible(committed(side), stricter) == [
        ".rules[].when<item_sku>.any_of: maxItems is tightened from 5000 to 10"
    ]
    assert compatible(committed(side), meaner) == [
        ".rules[].then[]<set_fee>.free_above: is newly required"
    ]


@EVERY_SIDE
def test_a_change_deep_inside_a_choice_of_choices_is_seen(side):
    """Conditions hold conditions: the walk goes round once, and misses nothing on the way."""
    other = committed(side)
    other["$defs"]["Not"]["properties"]["of"] = {"type": "string"}

    assert compatible(committed(side), other) != []


@EVERY_SIDE
def test_a_choice_may_not_cease_to_grow_or_begin_to(side):
    """Who reads it today knows whether to expect strangers."""
    closed = committed(side)
    del closed["$defs"]["Condition"][GROWS]

    assert compatible(committed(side), closed) != []
    assert compatible(closed, committed(side)) != []


def test_readers_may_not_lose_their_stranger_or_gain_one_unmarked():
    """Without it the next kind is refused, and settings end in the dead letters."""
    lost = without("UnknownCondition", "read")

    assert compatible(committed("read"), lost) == [".rules[].when<any other>: is gone"]
    assert compatible(lost, committed("read")) == [
        ".rules[].when<any other>: is new, and old readers know no stranger"
    ]


def test_a_choice_without_the_mark_may_still_not_grow():
    """The leave to grow is given by name, not to whatever looks like it."""
    old, new = committed("read"), with_a_moon("read")
    for schema in (old, new):
        del schema["$defs"]["Condition"][GROWS]

    assert any(one.endswith("has another type") for one in compatible(old, new))


def test_what_narrows_a_shape_beside_its_reference_is_compared():
    """`amount` is money and not below nothing: the bound stands beside the reference."""
    old = {
        "type": "object",
        "properties": {
            "amount": {"$ref": "#/$defs/Money", "properties": {"minor": {"minimum": 0}}}
        },
        "$defs": {
            "Money": {
                "type": "object",
                "properties": {"minor": {"type": "integer"}, "currency": {"type": "string"}},
            }
        },
    }
    tighter, other = copy.deepcopy(old), copy.deepcopy(old)
    tighter["properties"]["amount"]["properties"]["minor"]["minimum"] = 1
    other["$defs"]["Money"]["properties"]["currency"]["type"] = "integer"

    assert compatible(old, old) == []
    assert compatible(old, tighter) == [".amount.minor: minimum is tightened from 0 to 1"]
    assert compatible(old, other) == [".amount.currency: its type was string and is integer"]


@pytest.mark.parametrize("topic", ALL, ids=lambda topic: topic.name)
def test_every_choice_is_told_apart_and_readers_alone_know_a_stranger(topic):
    """The mark promises a `kind` in each alternative, and somebody who expects others."""
    for side in ("write", "read"):
        whole = schema_of(topic, side)
        for choice in choices_in(whole):
            shapes = [
                whole["$defs"][one["$ref"].removeprefix("#/$defs/")] for one in choice["anyOf"]
            ]
            known = [one for one in shapes if not one.get(STRANGER)]
            kinds = [one["properties"]["kind"]["const"] for one in known]
            assert len(set(kinds)) == len(kinds)
            assert all("kind" in one["required"] for one in shapes)
            assert len(shapes) - len(known) == (side == "read")
            for stranger in (one for one in shapes if one.get(STRANGER)):
                assert sorted(stranger["properties"]["kind"]["not"]["enum"]) == sorted(kinds)


def test_the_settings_have_both_choices():
    """The walk above would be content with a schema that has none."""
    for side in ("write", "read"):
        found = [
            {
                kind
                for one in choice["anyOf"]
                for kind in [
                    committed(side)["$defs"][one["$ref"].removeprefix("#/$defs/")]["properties"][
                        "kind"
                    ].get("const")
                ]
                if kind
            }
            for choice in choices_in(committed(side))
        ]
        assert found == [ACTION_KINDS, CONDITION_KINDS]


@pytest.mark.parametrize(
    "rule",
    [
        {"when": {"kind": "moon", "full": True}},
        {"when": {"kind": "not", "of": {"kind": "all", "of": [{"kind": "moon"}]}}},
        {"then": [{"kind": "send_flowers", "to": "the customer"}]},
    ],
    ids=["condition", "deep inside", "action"],
)
def test_a_kind_from_the_future_is_read_and_not_written(rule):
    """Strict when writing: a misspelt kind is found before it is told."""
    value = ruled(**rule)

    assert Draft202012Validator(committed("read")).is_valid(value)
    assert not Draft202012Validator(committed("write")).is_valid(value)
    assert PORTAL_CONFIGURED.model.read(json.dumps(value).encode())


@EVERY_SIDE
@pytest.mark.parametrize(
    "rule",
    [
        {"when": {"kind": "item_sku", "any_of": []}},
        {"when": {"kind": "item_sku"}},
        {"when": {"kind": "not", "of": {"kind": "item_price", "at_least": "much"}}},
        {"when": {"any_of": ["KETTLE-COPPER-12"]}},
        {"when": {"kind": ["item_sku"]}},
        {"when": {"kind": "Item SKU"}},
        {"when": "always"},
        {"then": []},
        {"then": [{"kind": "set_fee"}]},
        {"then": [{"kind": "keep_item"}] * 11},
    ],
    ids=str,
)
def test_a_known_kind_that_is_said_wrongly_is_no_stranger(rule, side):
    """A rule with a fault must not slip through as one that nobody knows."""
    value = ruled(**rule)

    assert not Draft202012Validator(committed(side)).is_valid(value)
    with pytest.raises(ValueError, match="rules"):
        PORTAL_CONFIGURED.model.read(json.dumps(value).encode())
