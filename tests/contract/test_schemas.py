"""The schemas are valid, closed for those who tell and open for those who read."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

import contracts
from contracts.json_schema import DIALECT
from contracts.kinds import STRANGER
from contracts.topics import ALL, PARCEL_MOVED, PORTAL_CONFIGURED
from deploy.contracts.story import samples
from tests.support.outside_reader import formats

SCHEMAS = Path(contracts.__file__).parent / "schemas"
SAMPLES = samples()
EVERY_TOPIC = pytest.mark.parametrize("topic", ALL, ids=lambda topic: topic.name)
EVERY_SIDE = pytest.mark.parametrize("side", ["write", "read"])


def schema(side: str, topic: Any) -> dict[str, Any]:
    """The committed file."""
    return json.loads((SCHEMAS / side / f"{topic.name}.json").read_text())


def says_yes(side: str, topic: Any, value: Any) -> bool:
    """Whether that side's schema takes the value."""
    return Draft202012Validator(schema(side, topic)).is_valid(value)


def objects_in(node: Any) -> Iterator[dict[str, Any]]:
    """Every schema of an object with fields, at any depth."""
    if isinstance(node, dict):
        if "properties" in node and node.get("type") == "object":
            yield node
        for inner in node.values():
            yield from objects_in(inner)
    elif isinstance(node, list):
        for inner in node:
            yield from objects_in(inner)


def with_a_stranger_everywhere(value: Any) -> Iterator[Any]:
    """Copies of `value`, each with one unknown field in one of its objects, at any depth."""
    if isinstance(value, dict):
        yield value | {"hologram": True}
        for name, inner in value.items():
            for changed in with_a_stranger_everywhere(inner):
                yield value | {name: changed}
    elif isinstance(value, list):
        for place, inner in enumerate(value):
            for changed in with_a_stranger_everywhere(inner):
                yield [*value[:place], changed, *value[place + 1 :]]


@EVERY_SIDE
@EVERY_TOPIC
def test_a_schema_is_valid_and_says_what_it_is(topic, side):
    """A tool finds it by its id, a person by its title and description."""
    found = schema(side, topic)

    Draft202012Validator.check_schema(found)
    assert found["$schema"] == DIALECT
    assert found["$id"] == f"urn:retour:{topic.name}:{side}"
    assert found["title"] == topic.model.__name__
    assert found["description"].startswith(("Fact:", "Order to "))
    assert found["x-key"] == topic.key
    assert found["x-max-bytes"] == topic.max_bytes
    assert found.get("x-erasable", False) == topic.erasable


@EVERY_TOPIC
def test_the_write_side_is_closed_and_the_read_side_open_at_every_level(topic):
    """Strict when writing, tolerant when reading: an object of one schema is no exception."""
    written = list(objects_in(schema("write", topic)))
    read = list(objects_in(schema("read", topic)))
    strangers = [found["title"] for found in read if found.get(STRANGER)]

    assert len(written) == len(read) - len(strangers) >= 1
    assert strangers == (
        ["UnknownAction", "UnknownCondition"] if topic is PORTAL_CONFIGURED else []
    )
    assert not any(found.get(STRANGER) for found in written)
    assert all(found["additionalProperties"] is False for found in written)
    assert all("additionalProperties" not in found for found in read)


@EVERY_TOPIC
def test_a_field_from_the_future_is_refused_by_the_writer_and_ignored_by_the_reader(topic):
    """At every level, in the schemas and in the models alike."""
    value = SAMPLES[topic.name]["value"]
    # Maps hold data under free keys; a stranger there is data, and none of the fields' business.
    strangers = [s for s in with_a_stranger_everywhere(value) if says_yes("read", topic, s)]

    assert strangers
    for stranger in strangers:
        assert not says_yes("write", topic, stranger)
        assert topic.model.read(json.dumps(stranger).encode()) == topic.model.read(
            json.dumps(value).encode()
        )
        with pytest.raises(ValueError, match="hologram"):
            topic.model.model_validate_json(json.dumps(stranger))


def test_a_map_takes_no_key_of_another_kind():
    """The keys of a map are data: what is no language is a mistake on either side."""
    value = SAMPLES[PORTAL_CONFIGURED.name]["value"]
    odd = value | {"reasons": [{"code": "gift", "wording": {"Deutsch": "Geschenk"}}]}

    assert not says_yes("write", PORTAL_CONFIGURED, odd)
    assert not says_yes("read", PORTAL_CONFIGURED, odd)
    with pytest.raises(ValueError, match="wording"):
        PORTAL_CONFIGURED.model.read(json.dumps(odd).encode())


@EVERY_TOPIC
def test_null_is_never_written_and_read_as_absence(topic):
    """On the wire an absent field is absent; a reader still survives a writer who says null."""
    value = SAMPLES[topic.name]["value"]
    optional = [name for name, field in topic.model.model_fields.items() if field.default is None]

    for name in optional:
        silent = {field: said for field, said in value.items() if field != name}
        null = silent | {name: None}
        assert not says_yes("write", topic, null)
        assert says_yes("read", topic, null)
        assert topic.model.read(json.dumps(null).encode()) == topic.model.read(
            json.dumps(silent).encode()
        )
    for name in topic.model.model_fields.keys() - optional:
        assert not says_yes("read", topic, value | {name: None})


@EVERY_TOPIC
def test_the_write_schema_knows_no_null_at_all(topic):
    """Not even inside a list or a map: our writers leave out what they do not know."""
    text = json.dumps(schema("write", topic))

    assert '"null"' not in text
    assert ": null" not in text


@pytest.mark.parametrize(
    "change",
    [
        {"parcel_no": 0},
        {"parcel_no": 100},
        {"parcel_no": "1"},
        {"parcel_no": True},
        {"parcel_no": 1.5},
        {"carrier": "DHL"},
        {"country": "de"},
        {"tracking_number": "RR 6182"},
        {"carrier_code": "x" * 201},
        {"carrier_code": "bell\x07"},
        {"return_id": "94254771-48B6-5D6C-9DBF-BC5F6AD7AE61"},
        {"happened_at": "yesterday"},
        {"happened_at": "2026-03-10T10:00:00"},
        {"happened_at": 1773133200},
    ],
    ids=str,
)
def test_what_a_schema_refuses_the_model_refuses_too(change):
    """An integrator who validates against our files must not be surprised by our services."""
    value = SAMPLES[PARCEL_MOVED.name]["value"] | change

    for side in ("write", "read"):
        judge = Draft202012Validator(schema(side, PARCEL_MOVED), format_checker=formats)
        assert not judge.is_valid(value)
    with pytest.raises(ValueError, match=next(iter(change))):
        PARCEL_MOVED.model.read(json.dumps(value).encode())
