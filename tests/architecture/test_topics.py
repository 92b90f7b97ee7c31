"""Every topic obeys the grammar, and the catalogue is whole."""

import re

import pytest

from contracts import topics
from contracts.shape import Shape
from contracts.topics import (
    ALL,
    BY_MODEL,
    BY_NAME,
    CUSTOMERS_FORGOTTEN,
    DEAD_LETTERS_HANDLED,
    SERVICES,
    Topic,
    dead_letters_of,
    name_of,
    redriven_to,
)

CATALOGUE = (
    *("portal-configured", "portal-opened", "portal-refused", "shipment-recorded"),
    *("find-shipment", "shipment-found", "shipment-not-found", "options-offered"),
    *("find-service-points", "service-points-proposed"),
    *(
        "request-return",
        "return-approved",
        "return-rejected",
        "return-awaiting-approval",
        "return-cancelled",
    ),
    *("cancel-return", "approve-return", "refuse-return", "release-refund"),
    *("return-unchanged", "refund-due"),
    *(
        "label-issued",
        "label-delayed",
        "label-refused",
        "label-cancelled",
        "label-lapsed",
        "label-printed",
        "parcel-moved",
    ),
    *("customer-emailed", "email-bounced", "merchant-alerted"),
    *("find-reasons", "reasons-found", "reason-spiked"),
)
"""Every message of the design, by the name it goes by."""

OUTSIDERS = {"shop": "shop", "back office": "shop"}
"""Who else tells facts, and the module those are declared in."""

ORDERS = {"Find", "Request", "Cancel", "Approve", "Refuse", "Release"}
STATES = {"Found", "Awaiting", "Due"}
"""Facts that no regular participle says."""

EVERY_TOPIC = pytest.mark.parametrize("topic", ALL, ids=lambda topic: topic.name)


def words_of(topic: Topic) -> list[str]:
    """`ReturnApproved` is the words Return and Approved."""
    return re.findall(r"[A-Z][a-z]+", topic.model.__name__)


def test_every_message_of_the_design_has_its_topic():
    """Later work adds fields. A topic is added with a page on why, such as decisions 15 and 17."""
    names = [f"returns.{name}.v1" for name in CATALOGUE]

    assert len(names) == 34
    assert sorted(BY_NAME) == sorted(names)


def test_every_topic_declared_is_in_the_tables():
    """A topic outside the tables would be created by nobody and documented nowhere."""
    declared = {id(value) for value in vars(topics).values() if isinstance(value, Topic)}

    assert {id(topic) for topic in ALL} == declared
    assert list(BY_NAME.values()) == list(BY_MODEL.values()) == list(ALL)


@EVERY_TOPIC
def test_a_topic_is_named_after_its_model(topic):
    """Search finds it, and nobody has to invent a name."""
    assert topic.name == name_of(topic.model)
    assert re.fullmatch(r"returns\.[a-z]+(-[a-z]+)*\.v[1-9][0-9]*", topic.name)
    assert "".join(words_of(topic)) == topic.model.__name__


def test_no_two_topics_collide_in_the_names_of_metrics():
    """Kafka takes a dot and an underscore for the same there."""
    names = [topic.name for topic in ALL] + [DEAD_LETTERS_HANDLED, CUSTOMERS_FORGOTTEN]
    names += [of(service) for service in SERVICES for of in (dead_letters_of, redriven_to)]

    assert len({name.replace(".", "_") for name in names}) == len(names)
    assert not any("_" in name for name in names)
    assert all(len(name) <= 249 for name in names)


def test_a_topic_carries_one_model_and_a_model_rides_on_one_topic():
    """No unions, no field to switch on, no subscribing to a base class."""
    assert len({topic.model for topic in ALL}) == len(ALL) == len(BY_MODEL) == len(BY_NAME)
    assert all(issubclass(topic.model, Shape) and topic.model is not Shape for topic in ALL)
    assert all(topic.model.__mro__[1] is Shape for topic in ALL)


@EVERY_TOPIC
def test_a_model_lives_with_its_owner(topic):
    """One module per owner: the teller of an event, the listener of an order."""
    module = topic.owner if topic.owner in SERVICES else OUTSIDERS[topic.owner]

    assert topic.model.__module__ == f"contracts.{module}"


@EVERY_TOPIC
def test_orders_are_imperative_and_facts_are_past(topic):
    """The name says whether it may be refused."""
    first, *rest = words_of(topic)
    past = [word for word in rest if word.endswith("ed") or word in STATES]

    if topic.kind == "command":
        assert first in ORDERS
        assert not past
        assert topic.model.__doc__.startswith(f"Order to {topic.owner}:")
    else:
        assert first not in ORDERS
        assert past
        assert topic.model.__doc__.startswith("Fact:")


@EVERY_TOPIC
def test_the_key_is_a_field_every_message_has(topic):
    """A record without a key lands anywhere, and its order is lost."""
    field = topic.model.model_fields[topic.key]

    assert field.is_required()
    assert field.annotation is str
    assert topic.key.endswith("_id")


@EVERY_TOPIC
def test_orders_are_for_services_and_do_not_outlive_their_use(topic):
    """Nobody outside obeys us, and an order from last year must not be found and carried out."""
    if topic.kind == "command":
        assert topic.owner in SERVICES
        assert isinstance(topic.kept, int)
        assert topic.kept <= 28


def test_every_service_tells_something():
    """A service that tells nothing would be nobody's neighbour."""
    tellers = {topic.owner for topic in ALL if topic.kind == "event"}

    assert tellers == {*SERVICES, *OUTSIDERS}
