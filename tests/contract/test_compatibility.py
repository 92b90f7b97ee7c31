"""What may change in a contract, and what needs a new topic."""

import copy

import pytest

from contracts.compatibility import compatible

TEAPOT = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "urn:retour:returns.teapot-sold.v1:write",
    "title": "TeapotSold",
    "description": "Fact: a teapot was sold.",
    "x-key": "teapot_id",
    "x-max-bytes": 1024,
    "type": "object",
    "properties": {
        "teapot_id": {"type": "string", "pattern": "^[a-z]+$", "minLength": 1, "maxLength": 20},
        "cups": {"type": "integer", "minimum": 1, "maximum": 12, "default": 6},
        "glaze": {"enum": ["celadon", "shino"], "type": "string"},
        "sold_at": {"type": "string", "format": "date-time"},
        "buyer": {"type": "string", "x-personal": True},
        "price": {"$ref": "#/$defs/Money"},
        "extras": {
            "type": "array",
            "items": {"$ref": "#/$defs/Extra"},
            "minItems": 0,
            "maxItems": 5,
        },
        "names": {
            "type": "object",
            "patternProperties": {"^[a-z]{2}$": {"type": "string", "maxLength": 9}},
            "additionalProperties": False,
        },
        "note": {"anyOf": [{"type": "string", "maxLength": 99}, {"type": "null"}], "default": None},
    },
    "required": ["teapot_id", "price"],
    "additionalProperties": False,
    "$defs": {
        "Money": {
            "type": "object",
            "properties": {"minor": {"type": "integer"}, "currency": {"const": "EUR"}},
            "required": ["minor", "currency"],
        },
        "Extra": {
            "type": "object",
            "properties": {"code": {"type": "string"}, "lid": {"type": "boolean"}},
            "required": ["code"],
        },
    },
}

GONE = object()


def changed(*changes: tuple[str, object]) -> dict:
    """The teapot with the value at each path replaced, added or, if GONE, removed."""
    schema = copy.deepcopy(TEAPOT)
    for path, value in changes:
        *way, last = path.split("/")
        node = schema
        for step in way:
            node = node[int(step) if isinstance(node, list) else step]
        if value is GONE:
            del node[last]
        else:
            node[int(last) if isinstance(node, list) else last] = value
    return schema


@pytest.mark.parametrize(
    "change",
    [
        ("properties/spout", {"type": "string", "maxLength": 3}),
        ("properties/weight", {"$ref": "#/$defs/Extra"}),
        ("$defs/Extra/properties/colour", {"type": "string"}),
        ("$defs/Box", {"type": "object"}),
        ("title", "TeapotSoldAtLast"),
        ("description", "Fact: somebody bought a teapot."),
        ("properties/cups/description", "How many it fills."),
        ("properties/sold_at/x-personal", True),
        ("x-erasable", True),
    ],
    ids=lambda change: change[0],
)
def test_additions_and_words_for_people_are_welcome(change):
    """A contract that cannot grow would be replaced every month."""
    assert compatible(TEAPOT, changed(change)) == []


@pytest.mark.parametrize(
    ("changes", "objection"),
    [
        ([("properties/cups", GONE)], ".cups: is gone"),
        ([("$defs/Extra/properties/lid", GONE)], ".extras[].lid: is gone"),
        ([("required", ["teapot_id", "price", "cups"])], ".cups: is newly required"),
        (
            [
                ("properties/spout", {"type": "string"}),
                ("required", ["teapot_id", "price", "spout"]),
            ],
            ".spout: is newly required",
        ),
        ([("$defs/Extra/required", ["code", "lid"])], ".extras[].lid: is newly required"),
        ([("required", ["teapot_id"])], ".price: is no longer required"),
        ([("properties/cups/type", "number")], ".cups: its type was integer and is number"),
        ([("$defs/Money/properties/minor/type", "string")], ".price.minor: its type was integer"),
        ([("properties/cups/minimum", 2)], ".cups: minimum is tightened from 1 to 2"),
        ([("properties/cups/minimum", 0)], ".cups: minimum is loosened from 1 to 0"),
        ([("properties/cups/minimum", GONE)], ".cups: minimum is loosened from 1 to None"),
        ([("properties/cups/maximum", 11)], ".cups: maximum is tightened from 12 to 11"),
        ([("properties/cups/maximum", 13)], ".cups: maximum is loosened from 12 to 13"),
        (
            [("properties/cups/exclusiveMaximum", 99)],
            "exclusiveMaximum is tightened from None to 99",
        ),
        ([("properties/teapot_id/maxLength", 19)], "maxLength is tightened from 20 to 19"),
        ([("properties/teapot_id/minLength", 2)], "minLength is tightened from 1 to 2"),
        ([("properties/extras/maxItems", 4)], ".extras: maxItems is tightened from 5 to 4"),
        ([("properties/extras/minItems", 1)], ".extras: minItems is tightened from 0 to 1"),
        ([("properties/teapot_id/pattern", "^[a-m]+$")], ".teapot_id: pattern was"),
        ([("properties/buyer/pattern", "^B")], ".buyer: pattern was None"),
        ([("properties/sold_at/format", "date")], ".sold_at: format was 'date-time'"),
        ([("properties/sold_at/format", GONE)], ".sold_at: format was 'date-time'"),
        ([("properties/glaze/enum", ["celadon"])], ".glaze: the word 'shino' is gone"),
        (
            [("properties/glaze/enum", ["celadon", "shino", "raku"])],
            ".glaze: the word 'raku' is new, and old readers refuse it",
        ),
        ([("properties/glaze/enum", GONE)], ".glaze: the list of words is gone"),
        ([("properties/buyer/enum", ["me"])], ".buyer: the list of words is new"),
        ([("$defs/Money/properties/currency/const", "GBP")], ".price.currency: const was 'EUR'"),
        ([("properties/cups/default", 4)], ".cups: default was 6 and is 4"),
        ([("properties/buyer/x-personal", GONE)], ".buyer: is no longer marked personal"),
        ([("properties/price", {"type": "integer"})], ".price.currency: is gone"),
        ([("properties/note/anyOf/0/maxLength", 98)], ".note: maxLength is tightened"),
        ([("properties/note/anyOf", [{"type": "string"}])], ".note: has another type"),
        (
            [("properties/names/patternProperties", {"^[a-z]{3}$": {"type": "string"}})],
            ".names: has another type",
        ),
        (
            [("properties/names/patternProperties/^[a-z]{2}$/maxLength", 8)],
            ".names{}: maxLength is tightened from 9 to 8",
        ),
        ([("additionalProperties", GONE)], "the message: what it may hold is open"),
        ([("x-key", "buyer")], "the message: x-key was 'teapot_id'"),
        ([("x-max-bytes", 512)], "the message: x-max-bytes is tightened from 1024 to 512"),
        ([("x-erasable", False)], "the message: x-erasable was None and is False"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_whatever_breaks_a_reader_or_a_replay_is_named(changes, objection):
    """The reviewer of a change sees which field breaks whom."""
    objections = compatible(TEAPOT, changed(*changes))

    assert any(objection in said for said in objections), objections


def test_a_schema_that_speaks_of_itself_can_be_compared():
    """A tree of categories, say: the walk must end, and still see the change."""
    tree = {
        "$ref": "#/$defs/Node",
        "$defs": {
            "Node": {
                "type": "object",
                "properties": {"name": {"type": "string"}, "child": {"$ref": "#/$defs/Node"}},
            }
        },
    }
    other = copy.deepcopy(tree)
    other["$defs"]["Node"]["properties"]["name"]["type"] = "integer"

    assert compatible(tree, tree) == []
    assert compatible(tree, other) == [".name: its type was string and is integer"]
