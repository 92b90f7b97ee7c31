"""Every committed sample is a message: by both schemas, by its model, by its envelope."""

import base64
import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

import contracts
from contracts.envelope import open_envelope
from contracts.topics import ALL, BY_NAME, LABEL_PRINTED, SHIPMENT_RECORDED
from deploy.contracts.story import samples
from tests.support.outside_reader import formats

FOLDER = Path(contracts.__file__).parent
FILES = sorted((FOLDER / "samples").glob("*/*.json"))
EVERY_SAMPLE = pytest.mark.parametrize(
    "file", FILES, ids=lambda file: f"{file.parent.name}/{file.stem}"
)


def judge(path: str) -> Draft202012Validator:
    """The committed schema, formats included."""
    return Draft202012Validator(json.loads((FOLDER / path).read_text()), format_checker=formats)


def sample(file: Path) -> tuple[Any, dict[str, Any]]:
    """The topic and the record of a file."""
    return BY_NAME[file.parent.name], json.loads(file.read_text())


def repeats(now: Any, then: Any) -> bool:
    """Whether all that was said then is said now, at every level. More may be said."""
    if isinstance(now, dict) and isinstance(then, dict):
        return all(name in now and repeats(now[name], said) for name, said in then.items())
    if isinstance(now, list) and isinstance(then, list):
        return len(now) == len(then) and all(map(repeats, now, then))
    return type(now) is type(then) and now == then


def test_every_topic_has_a_sample():
    """An example says what a schema cannot."""
    assert {file.parent.name for file in FILES} == {topic.name for topic in ALL}


@EVERY_SAMPLE
def test_a_sample_is_valid_for_readers(file):
    """Whatever was told once may be replayed to today's readers."""
    topic, record = sample(file)

    judge(f"schemas/read/{topic.name}.json").validate(record["value"])
    judge("schemas/envelope.json").validate(record["headers"])


@EVERY_SAMPLE
def test_a_sample_is_valid_for_tellers(file):
    """Contracts only grow: what an older writer said is still a thing that may be said."""
    topic, record = sample(file)

    judge(f"schemas/write/{topic.name}.json").validate(record["value"])


@EVERY_SAMPLE
def test_a_sample_parses_and_says_the_same_again(file):
    """Nothing of it is lost on the way through the model."""
    topic, record = sample(file)

    message = topic.model.read(json.dumps(record["value"]).encode())
    again = topic.model.read(message.body())

    assert again == message
    assert repeats(json.loads(message.body()), record["value"])


@pytest.mark.parametrize("name", list(samples()))
def test_todays_sample_is_what_goes_on_the_wire_to_the_letter(name):
    """The newest sample shows every field our writers write."""
    record = samples()[name]

    message = BY_NAME[name].model.read(json.dumps(record["value"]).encode())

    assert json.loads(message.body()) == record["value"]


@EVERY_SAMPLE
def test_a_sample_has_its_key_and_its_envelope(file):
    """The record's key is the field the contract names, and the envelope opens."""
    topic, record = sample(file)

    message = topic.model.read(json.dumps(record["value"]).encode())
    envelope, _ = open_envelope(
        [(name, value.encode()) for name, value in record["headers"].items()], b"{}"
    )

    assert record["key"].encode() == topic.key_of(message)
    assert envelope.subject == record["key"]
    assert envelope.type == topic.name
    assert {name: value.decode() for name, value in envelope.headers()} == record["headers"]


def test_the_samples_tell_one_story():
    """Each id is told once, and what is caused belongs to the story of its cause."""
    records = samples()
    by_id = {record["headers"]["ce_id"]: record["headers"] for record in records.values()}

    assert len(by_id) == len(records)
    caused = [headers for headers in by_id.values() if headers.get("ce_causationid") in by_id]
    assert len(caused) >= 15
    for headers in caused:
        cause = by_id[headers["ce_causationid"]]
        assert headers["ce_correlationid"] == cause.get("ce_correlationid", cause["ce_id"])
        assert headers["ce_time"] >= cause["ce_time"]


def test_events_are_told_by_their_owner_and_orders_by_outsiders():
    """The source on a sample is the source on the wire."""
    for name, record in samples().items():
        topic, source = BY_NAME[name], record["headers"]["ce_source"]
        if topic.kind == "event" and topic.owner not in ("shop", "back office"):
            assert source == f"/retour/{topic.owner}"
        else:
            assert not source.startswith("/retour/")


def test_the_people_of_the_samples_do_not_exist():
    """Nobody gets a letter because somebody tried an example (RFC 2606)."""
    customer = samples()[SHIPMENT_RECORDED.name]["value"]["customer"]

    assert customer["email"].endswith("@example.com")


def test_the_label_of_the_samples_is_a_pdf():
    """A document in a sample can be opened, so that a frontend can be built against it."""
    document = samples()[LABEL_PRINTED.name]["value"]["documents"][0]

    content = base64.b64decode(document["content"], validate=True)

    assert document["media_type"] == "application/pdf"
    assert content.startswith(b"%PDF-")
    assert content.endswith(b"%%EOF\n")
