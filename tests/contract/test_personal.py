"""Personal data is marked where it is declared, hidden from reprs, and rides on few topics."""

import json
from collections.abc import Iterator
from typing import Any, get_args

import pytest

from contracts.json_schema import schema_of
from contracts.shape import PERSONAL, Shape
from contracts.topics import ALL, PORTAL_CONFIGURED, SHIPMENT_RECORDED
from deploy.contracts.story import samples

TELLING_NAMES = frozenset(
    {
        *("name", "first_name", "last_name", "full_name", "company", "email", "phone", "birthday"),
        *("street", "house_number", "addition", "address", "postal_code", "town", "city"),
        *("comment", "message", "note", "content", "tracking_number", "latitude", "longitude"),
    }
)
"""Names a field about a person is likely to have."""

OF_A_POINT = ("name", "street", "postal_code", "town", "latitude", "longitude")
NOT_ABOUT_A_PERSON = {
    **{("ServicePoint", name): "the shop's or locker's" for name in OF_A_POINT},
    ("ShippedItem", "name"): "the product's",
    ("LabelPrinted", "tracking_number"): "the return's own, not the one a lookup asks for",
}
"""Fields of personal topics that are named like a person's and are not."""

PERSONAL_TOPICS = [topic for topic in ALL if topic.personal]
EVERY_TOPIC = pytest.mark.parametrize("topic", ALL, ids=lambda topic: topic.name)


def shapes(model: type[Shape]) -> Iterator[type[Shape]]:
    """A message and every shape it is made of, each once."""
    waiting, seen = [model], {model}
    while waiting:
        shape = waiting.pop()
        yield shape
        for field in shape.model_fields.values():
            inner = set(shapes_in(field.annotation)) - seen
            waiting += inner
            seen |= inner


def shapes_in(annotation: Any) -> Iterator[type[Shape]]:
    """The shapes a type speaks of, through tuples, maps, choices and annotations."""
    if isinstance(annotation, type) and issubclass(annotation, Shape):
        yield annotation
    for argument in get_args(annotation):
        yield from shapes_in(argument)


def marked(topic: Any) -> set[tuple[str, str]]:
    """(shape, field) of everything the committed schema marks as personal."""
    schema = schema_of(topic, "read")
    return {
        (shape["title"], name)
        for shape in (schema, *schema.get("$defs", {}).values())
        for name, field in shape.get("properties", {}).items()
        if field.get(PERSONAL)
    }


def said_in(value: Any, places: set[tuple[str, str]]) -> Iterator[str]:
    """The text of every marked field of a message, at any depth."""
    if isinstance(value, tuple):
        for inner in value:
            yield from said_in(inner, places)
    elif isinstance(value, Shape):
        for name in type(value).model_fields:
            inner = getattr(value, name)
            if (type(value).__name__, name) in places and inner:
                yield inner
            yield from said_in(inner, places)


@EVERY_TOPIC
def test_the_marks_of_both_schemas_are_the_same_and_none_is_lost(topic):
    """The mark survives wherever pydantic puts it: on the field, in a choice, in a list."""
    for side in ("write", "read"):
        text = json.dumps(schema_of(topic, side))
        assert text.count(f'"{PERSONAL}": true') == len(marked(topic))


@EVERY_TOPIC
def test_a_marked_field_is_hidden_from_reprs_and_no_other_is(topic):
    """Logs and error reports print reprs. A field hidden but not marked would escape erasure."""
    hidden = {
        (shape.__name__, name)
        for shape in shapes(topic.model)
        for name, field in shape.model_fields.items()
        if not field.repr
    }

    assert hidden == marked(topic)


@EVERY_TOPIC
def test_only_a_personal_topic_carries_a_marked_field(topic):
    """Everything else is kept long, and must hold nothing that has to be forgotten."""
    assert bool(marked(topic)) == topic.personal


@pytest.mark.parametrize("topic", PERSONAL_TOPICS, ids=lambda topic: topic.name)
def test_a_field_named_like_a_person_is_marked_on_a_personal_topic(topic):
    """Forgetting the mark is the likeliest mistake; each exception has its reason."""
    telling = {
        (shape.__name__, name)
        for shape in shapes(topic.model)
        for name in shape.model_fields
        if name in TELLING_NAMES
    }

    assert telling - marked(topic) <= NOT_ABOUT_A_PERSON.keys()


def test_no_exception_is_out_of_date():
    """A reason for a field that is gone, or marked by now, hides the next mistake."""
    unmarked = {
        (shape.__name__, name)
        for topic in PERSONAL_TOPICS
        for shape in shapes(topic.model)
        for name in shape.model_fields
        if (shape.__name__, name) not in marked(topic)
    }

    assert NOT_ABOUT_A_PERSON.keys() <= unmarked


@pytest.mark.parametrize("topic", PERSONAL_TOPICS, ids=lambda topic: topic.name)
def test_personal_data_is_short_lived_or_can_be_forgotten(topic):
    """What is kept long and cannot be forgotten must not be personal."""
    assert topic.erasable or (isinstance(topic.kept, int) and topic.kept <= 28)


def test_a_null_value_forgets_only_where_personal_data_is_kept_under_its_key():
    """Compaction drops what a null value follows; on any other topic it is a mistake.

    What is kept for a day is gone before compaction could take it.
    """
    erasable = [topic for topic in ALL if topic.erasable]

    assert erasable == [topic for topic in PERSONAL_TOPICS if topic.kept != 1]
    assert SHIPMENT_RECORDED in erasable
    assert all(schema_of(topic, "read").get("x-erasable") for topic in erasable)


@pytest.mark.parametrize("topic", PERSONAL_TOPICS, ids=lambda topic: topic.name)
def test_no_repr_and_no_error_says_what_a_personal_field_holds(topic):
    """A message printed in haste, or refused for another field, gives nobody away."""
    value = samples()[topic.name]["value"]
    message = topic.model.read(json.dumps(value).encode())
    secrets = [text for text in said_in(message, marked(topic)) if len(text) >= 5]

    with pytest.raises(ValueError, match=topic.key) as refused:
        topic.model.read(json.dumps(value | {topic.key: 7}).encode())

    assert secrets
    for secret in secrets:
        assert secret not in repr(message)
        assert secret not in str(refused.value)


def test_an_error_in_a_personal_field_names_the_field_and_not_its_content():
    """The field that is wrong is the one whose content everybody would like to print."""
    value = samples()[SHIPMENT_RECORDED.name]["value"]
    odd = value | {"customer": value["customer"] | {"email": "annika sommer, at home"}}

    with pytest.raises(ValueError, match=r"customer\.email") as refused:
        SHIPMENT_RECORDED.model.read(json.dumps(odd).encode())

    assert "annika" not in str(refused.value)


def test_the_walk_finds_what_is_deep_inside():
    """A walk that sees only the surface would find nothing and be content."""
    names = {shape.__name__ for shape in shapes(PORTAL_CONFIGURED.model)}

    assert {"PortalConfigured", "Fee", "Money", "OfferedReason", "Address"} <= names
    assert ("Customer", "phone") in marked(SHIPMENT_RECORDED)
