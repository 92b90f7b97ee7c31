"""The AsyncAPI document passes the official parser, and its examples keep what it promises."""

import fcntl
import hashlib
import json
import shutil
import subprocess
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from jsonschema import Draft7Validator

import contracts
from contracts.json_schema import schema_of
from contracts.topics import (
    ALL,
    CUSTOMERS_FORGOTTEN,
    DEAD_LETTERS_HANDLED,
    SERVICES,
    dead_letters_of,
    redriven_to,
)
from deploy.ops.topics import wanted
from services._runtime.dead_letters import marks, parked, redriven
from services._runtime.errors import Permanent
from tests.support.builders import a_request
from tests.support.outside_reader import formats
from tests.support.records import a_record

FILE = Path(contracts.__file__).parent / "asyncapi.json"
DOCUMENT = json.loads(FILE.read_text())
TOOLS = Path(__file__).resolve().parents[1] / "support" / "asyncapi"
EVERY_TOPIC = pytest.mark.parametrize("topic", ALL, ids=lambda topic: topic.name)


@pytest.fixture(scope="session")
def official_parser():
    """The pinned parser, installed from its lock the first time."""
    for program in ("node", "npm"):
        if shutil.which(program) is None:
            pytest.skip(f"{program} is not installed: the official parser needs Node 20 or newer")
    lock = (TOOLS / "package-lock.json").read_bytes()
    stamp = TOOLS / "node_modules" / f".installed-{hashlib.sha256(lock).hexdigest()[:16]}"
    with (TOOLS / ".gitignore").open() as door:
        fcntl.flock(door, fcntl.LOCK_EX)  # another run of the tests may be installing just now
        if not stamp.exists():
            made = subprocess.run(
                ["npm", "ci"], cwd=TOOLS, capture_output=True, text=True, timeout=300, check=False
            )
            assert made.returncode == 0, made.stderr
            stamp.touch()
    return lambda file: json.loads(
        subprocess.run(
            ["node", "check.mjs", str(file)], cwd=TOOLS, capture_output=True, timeout=60, check=True
        ).stdout
    )


def valid(schema: dict[str, Any], instance: object) -> list[str]:
    """What a schema inside the document objects to. Draft 07, references into the same document."""
    whole = {"components": DOCUMENT["components"]} | schema
    found = Draft7Validator(whole, format_checker=formats).iter_errors(instance)
    return [f"{error.json_path}: {error.validator}" for error in found]


def message_of(topic: Any) -> dict[str, Any]:
    """The document's word on a topic's message."""
    return DOCUMENT["components"]["messages"][topic.model.__name__]


def channel_of(address: str) -> dict[str, Any]:
    """The channel with that address: there is one."""
    [found] = [one for one in DOCUMENT["channels"].values() if one["address"] == address]
    return found


def test_the_official_parser_has_nothing_to_object(official_parser):
    """Generators, portals and linters of the trade all stand on this parser."""
    said = official_parser(FILE)

    assert [d for d in said["diagnostics"] if d["severity"] <= 1] == []
    assert said["document"]["version"] == "3.0.0"
    assert set(said["document"]["channels"]) == {
        *(topic.name for topic in ALL),
        *(dead_letters_of(service) for service in SERVICES),
        *(redriven_to(service) for service in SERVICES),
        DEAD_LETTERS_HANDLED,
        CUSTOMERS_FORGOTTEN,
    }
    assert set(said["document"]["operations"]) == set(DOCUMENT["operations"])


@pytest.mark.parametrize(
    "spoil",
    [
        lambda document: document.pop("info"),
        lambda document: document["operations"]["rules-tells-refund-due-v1"].update(action="shout"),
        lambda document: document["channels"]["refund-due-v1"]["messages"].update(
            RefundDue={"$ref": "#/components/messages/Nobody"}
        ),
        lambda document: document["components"]["schemas"]["Money"].update(type="coin"),
    ],
    ids=["no info", "no such action", "a reference to nothing", "no such type"],
)
def test_the_official_parser_objects_to_a_broken_document(official_parser, tmp_path, spoil):
    """A check that cannot fail is no check."""
    document = json.loads(FILE.read_text())
    spoil(document)
    broken = tmp_path / "asyncapi.json"
    broken.write_text(json.dumps(document))

    said = official_parser(broken)

    assert [d for d in said["diagnostics"] if d["severity"] == 0]


def test_the_lock_of_the_parser_names_hashes_and_no_address():
    """Where packages come from is the business of whoever installs them."""
    lock = json.loads((TOOLS / "package-lock.json").read_text())
    packages = [package for path, package in lock["packages"].items() if path]

    assert len(packages) > 100
    assert all(package["integrity"].startswith("sha512-") for package in packages)
    assert not any("resolved" in package for package in packages)


@EVERY_TOPIC
def test_an_example_is_valid_by_the_document_alone(topic):
    """Headers, key and payload: what a reader of nothing but AsyncAPI would check."""
    message = message_of(topic)
    [example] = message["examples"]
    key = message["bindings"]["kafka"]["key"]

    assert message["payload"]["schemaFormat"] == "application/schema+json;version=draft-07"
    assert valid(message["payload"]["schema"], example["payload"]) == []
    assert valid(message["headers"], example["headers"]) == []
    assert valid(key, example["payload"][message["x-key"]]) == []
    assert valid(key, example["headers"]["ce_subject"]) == []


@EVERY_TOPIC
def test_the_document_refuses_what_is_not_the_message(topic):
    """An empty payload, and an envelope of another type: the references do lead somewhere."""
    message = message_of(topic)
    headers = message["examples"][0]["headers"]

    assert valid(message["payload"]["schema"], {})
    assert valid(message["headers"], {})
    assert valid(message["headers"], headers | {"ce_type": "returns.teapot-sold.v1"})


@EVERY_TOPIC
def test_a_channel_says_how_kafka_keeps_it_and_whether_it_is_personal(topic):
    """An operator creates topics from this, and a data protection officer reads it."""
    channel = channel_of(topic.name)
    configuration = channel["bindings"]["kafka"]["topicConfiguration"]

    assert channel.get("x-personal", False) == topic.personal
    assert channel.get("x-erasable", False) == topic.erasable
    if topic.kept == "compacted":
        assert configuration == {"cleanup.policy": ["compact"]}
    else:
        kept = -1 if topic.kept == "long" else topic.kept * 86_400_000
        policy = ["compact", "delete"] if topic.erasable else ["delete"]
        assert configuration == {"cleanup.policy": policy, "retention.ms": kept}


def test_topics_are_created_as_the_document_says():
    """Retention is a promise about personal data; it is kept by whoever creates the topic."""
    created = {topic.name: topic.topic_configs for topic in wanted()}

    assert set(created) == {channel["address"] for channel in DOCUMENT["channels"].values()}
    for name, configuration in created.items():
        said = channel_of(name)["bindings"]["kafka"]["topicConfiguration"]
        assert configuration["cleanup.policy"].split(",") == said["cleanup.policy"]
        assert int(configuration["retention.ms"]) == said.get("retention.ms", -1)


@EVERY_TOPIC
def test_every_personal_mark_reaches_the_document(topic):
    """Tools that draw data maps read AsyncAPI, not our models."""
    schema = schema_of(topic, "read")
    for called, shape in ({schema["title"]: schema} | schema.get("$defs", {})).items():
        placed = DOCUMENT["components"]["schemas"][called]
        for name, field in shape.get("properties", {}).items():
            assert placed["properties"][name].get("x-personal") == field.get("x-personal")


def test_every_topic_has_one_operation_of_its_owner():
    """A service's facts are sent by it; its orders and other people's facts are received."""
    found = {}
    for operation in DOCUMENT["operations"].values():
        channel = DOCUMENT["channels"][operation["channel"]["$ref"].removeprefix("#/channels/")]
        tag = operation["tags"][0]["name"]
        assert found.setdefault(channel["address"], (operation["action"], tag)) == (
            operation["action"],
            tag,
        )

    for topic in ALL:
        sends = topic.kind == "event" and topic.owner in SERVICES
        assert found.pop(topic.name) == ("send" if sends else "receive", topic.owner)
    for service in SERVICES:
        assert found.pop(dead_letters_of(service)) == ("send", service)
        assert found.pop(redriven_to(service)) == ("receive", service)
    assert found == {
        DEAD_LETTERS_HANDLED: ("send", "operators"),
        CUSTOMERS_FORGOTTEN: ("send", "operators"),
    }


@pytest.mark.parametrize("service", SERVICES)
def test_what_the_floor_parks_is_what_the_document_says(service):
    """Whoever reads dead letters with tools of their own builds on these headers."""
    channel = channel_of(dead_letters_of(service))
    record = SimpleNamespace(
        topic="returns.refund-due.v1",
        partition=0,
        offset=7,
        timestamp=1773133200000,
        timestamp_type=0,
        key=b"k",
        value=None,
        headers=[("ce_id", b"1")],
    )

    tell = parked(
        record, Permanent("no_body", "no value"), service, 1, datetime(2026, 3, 10, tzinfo=UTC)
    )

    schema = DOCUMENT["components"]["schemas"]["DeadLetter"]
    ours = {name: value.decode() for name, value in tell.headers if name.startswith("dlq_")}
    assert tell.topic == channel["address"]
    assert valid(schema, ours) == []
    assert set(ours) == set(schema["properties"])


@pytest.mark.parametrize("service", SERVICES)
def test_what_is_put_back_is_what_the_document_says(service):
    """Another tool may put letters back too, if it says the same."""
    tuesday = datetime(2026, 3, 10, tzinfo=UTC)
    record = a_record(a_request())
    letter = parked(record, Permanent("schema", "items"), service, 1, tuesday)

    tell = redriven(
        replace(record, headers=letter.headers), service, "jo", "portal configured", tuesday
    )

    schema = DOCUMENT["components"]["schemas"]["Redriven"]
    ours = {f"dlq_{name}": text for name, text in marks(tell.headers).items()}
    assert tell.topic == channel_of(redriven_to(service))["address"]
    assert valid(schema, ours) == []
    assert set(ours) == set(schema["properties"])
