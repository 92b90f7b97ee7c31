"""What an operator sees of a letter: what the contract knows and does not mark."""

from __future__ import annotations

import json

import pytest

from contracts.json_schema import schema_of
from contracts.shape import PERSONAL
from contracts.topics import ALL, REQUEST_RETURN, SHIPMENT_RECORDED
from deploy.contracts.story import samples
from deploy.ops.dead_letters.veil import VEIL, veiled_body, veiled_header, veiled_key
from tests.support.builders import a_request, a_requested_item, a_shipment

CANARY = "Canary Zonder, Dam 1"
SAMPLES = samples()


def with_canaries(value, node, shapes):
    """The message with the canary in every marked field, and how many those are."""
    if "$ref" in node:
        return with_canaries(value, shapes[node["$ref"].rpartition("/")[2]], shapes)
    if "anyOf" in node and PERSONAL not in node:
        fitting = [n for n in node["anyOf"] if n.get("type") != "null"]
        if any(kind_of(n, shapes) for n in fitting):
            fitting = [n for n in fitting if kind_of(n, shapes) == value["kind"]]
        return with_canaries(value, fitting[0], shapes)
    if PERSONAL in node:
        return CANARY, 1
    if isinstance(value, dict):
        pairs = {
            name: with_canaries(value.get(name), field, shapes)
            for name, field in node.get("properties", {}).items()
            if name in value or PERSONAL in field
        }
        return {n: v for n, (v, _) in pairs.items()}, sum(count for _, count in pairs.values())
    if isinstance(value, list):
        parts = [with_canaries(one, node["items"], shapes) for one in value]
        return [v for v, _ in parts], sum(count for _, count in parts)
    return value, 0


def kind_of(node, shapes):
    """What an alternative says it is, if alternatives are told apart so."""
    shape = shapes[node["$ref"].rpartition("/")[2]] if "$ref" in node else node
    return shape.get("properties", {}).get("kind", {}).get("const")


@pytest.mark.parametrize("topic", ALL, ids=lambda topic: topic.name)
def test_every_marked_field_of_every_topic_is_veiled(topic):
    """Whoever adds a field and marks it need not think of this tool."""
    schema = schema_of(topic, "read")
    message, hidden = with_canaries(SAMPLES[topic.name]["value"], schema, schema.get("$defs", {}))

    shown = json.dumps(veiled_body(json.dumps(message).encode(), topic.name), ensure_ascii=False)

    assert "Canary" not in shown
    assert shown.count(VEIL) == hidden


@pytest.mark.parametrize("topic", ALL, ids=lambda topic: topic.name)
def test_what_is_not_marked_is_shown(topic):
    """A veil over everything would be of no use: ids, codes and amounts are why one looks."""
    schema = schema_of(topic, "read")
    value = SAMPLES[topic.name]["value"]
    _, hidden = with_canaries(value, schema, schema.get("$defs", {}))

    shown = veiled_body(json.dumps(value).encode(), topic.name)

    assert shown[topic.key] == value[topic.key]
    if not hidden:
        assert shown == value


@pytest.mark.parametrize(
    "spoil",
    [
        {"emial": CANARY},
        {"portal_id": CANARY},
        {"portal_id": {"name": CANARY}},
        {"items": CANARY},
        {"items": [CANARY]},
        {"items": [{"line_id": "1", "coment": CANARY}]},
        {"language": CANARY},
        {CANARY: 1},
        {"price_shown": {"minor": CANARY, "currency": CANARY}},
    ],
    ids=str,
)
def test_a_name_in_the_wrong_place_is_veiled_too(spoil):
    """It is in the wrong place: that is why it was parked."""
    value = json.loads(a_request().body()) | spoil

    shown = json.dumps(veiled_body(json.dumps(value).encode(), REQUEST_RETURN.name))

    assert "Canary" not in shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, "<null>"),
        (b"", "<0 bytes that are not JSON>"),
        (b"\xff\xfe", "<2 bytes that are not JSON>"),
        (CANARY.encode(), "<20 bytes that are not JSON>"),
        (b'"Canary"', VEIL),
        (b"[" * 100_000, "<100000 bytes that are not JSON>"),
        (b"9" * 10_000, "<10000 bytes that are not JSON>"),
    ],
    ids=["null", "empty", "not UTF-8", "text", "a string", "deep", "long number"],
)
def test_what_is_no_message_is_described_and_not_shown(value, shown):
    """Garbage is the likeliest place for a name."""
    assert veiled_body(value, REQUEST_RETURN.name) == shown


def test_a_topic_without_a_contract_shows_nothing():
    """Nobody said what is personal there."""
    assert "Canary" not in veiled_body(b'{"name": "Canary"}', "somebody.elses.topic")
    assert veiled_key(b"Canary", "somebody.elses.topic") == VEIL


@pytest.mark.parametrize(
    ("key", "shown"),
    [
        (None, None),
        (b"zoe@example.com", VEIL),
        (b"Zoe", VEIL),
        (b"\xff", VEIL),
        (
            b"00000007-0000-4000-8000-000000000007",
            "00000007-0000-4000-8000-000000000007",
        ),
    ],
)
def test_a_key_is_shown_if_it_is_one(key, shown):
    """Somebody may have keyed by e-mail address: that is how it came here."""
    assert veiled_key(key, REQUEST_RETURN.name) == shown


def test_headers_are_shown_if_they_are_the_envelopes_or_ours():
    """Strangers' headers may hold anything."""
    assert veiled_header("ce_id", b"click-1") == ("ce_id", "click-1")
    assert veiled_header("dlq_error_message", b"items: missing")[1] == "items: missing"
    assert veiled_header("ce_source", b"Zoe <zoe@example.com>")[1] == VEIL
    assert veiled_header("ce_subject", b"20418")[1] == VEIL
    assert veiled_header("x-customer", b"Zoe") == ("x-customer", VEIL)
    assert veiled_header("dlq_original_key", b"zoe@example.com")[1] == VEIL
    assert veiled_header("Zoe Zonder", None) == (VEIL, None)


def test_what_the_customer_wrote_and_who_she_is_stay_hidden_in_a_whole_message():
    """The two messages that are about a person most."""
    said = a_request(items=(a_requested_item(comment=CANARY),))
    for topic, message in ((REQUEST_RETURN, said), (SHIPMENT_RECORDED, a_shipment())):
        shown = json.dumps(veiled_body(message.body(), topic.name), ensure_ascii=False)

        for word in ("Canary", "Zoë", "zoe@example.com", "1012JS", "Amsterdam", "RR123456785GB"):
            assert word not in shown
