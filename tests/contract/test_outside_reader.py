"""The outside reader notices what is wrong, and knows nothing but the documents."""

import ast
import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from confluent_kafka import Producer

from contracts.topics import ALL, REFUND_DUE, SHIPMENT_RECORDED
from deploy.contracts.story import samples
from tests.support import outside_reader
from tests.support.outside_reader import Documents, Report, judge, read

DOCUMENTS = Documents()


@dataclass(frozen=True)
class Paper:
    """A record that never saw a broker."""

    on: str
    named: bytes | None
    said: bytes | None
    headed: list[tuple[str, bytes | None]] = field(default_factory=list)

    def topic(self) -> str:
        return self.on

    def partition(self) -> int:
        return 2

    def offset(self) -> int:
        return 41

    def key(self) -> bytes | None:
        return self.named

    def value(self) -> bytes | None:
        return self.said

    def headers(self) -> list[tuple[str, bytes | None]] | None:
        return self.headed or None


def a_record(topic: str = REFUND_DUE.name, **body: object) -> Paper:
    """The sample of a topic as a record, with fields of its body changed."""
    sample = samples()[topic]
    return Paper(
        on=topic,
        named=sample["key"].encode(),
        said=json.dumps(sample["value"] | body).encode(),
        headed=[(name, value.encode()) for name, value in sample["headers"].items()],
    )


def with_header(record: Paper, name: str, value: bytes | None) -> Paper:
    """The record with one header changed or added."""
    return replace(record, headed=[*((n, v) for n, v in record.headed if n != name), (name, value)])


def without_header(record: Paper, name: str) -> Paper:
    """The record with one header gone."""
    return replace(record, headed=[(n, v) for n, v in record.headed if n != name])


def in_structured_mode(record: Paper, **attributes: str) -> Paper:
    """The same event, its envelope around the body."""
    named = {n.removeprefix("ce_"): v.decode() for n, v in record.headed if n.startswith("ce_")}
    event = named | attributes | {"data": json.loads(record.said)}
    headers = [("content-type", b"application/cloudevents+json; charset=utf-8")]
    return replace(record, said=json.dumps(event).encode(), headed=headers)


@pytest.mark.parametrize("topic", ALL, ids=lambda topic: topic.name)
def test_every_sample_is_without_fault(topic):
    """A reader that objects to everything would pass every test below."""
    assert list(DOCUMENTS.violations(a_record(topic.name))) == []


@pytest.mark.parametrize(
    ("record", "objection"),
    [
        (replace(a_record(), named=b"somebody-else"), "key: not the text of return_id"),
        (replace(a_record(), named=None), "key: missing"),
        (replace(a_record(), named=b"\xff"), "key: not UTF-8"),
        (replace(a_record(), headed=[]), "headers: $ breaks required ce_id, ce_source"),
        (without_header(a_record(), "ce_id"), "headers: $ breaks required ce_id"),
        (with_header(a_record(), "ce_id", None), "headers: ce_id is empty or stands twice"),
        (with_header(a_record(), "ce_id", b"\xff"), "headers: ce_id is not UTF-8"),
        (
            with_header(a_record(), "ce_specversion", b"0.3"),
            "headers: $.ce_specversion breaks const",
        ),
        (with_header(a_record(), "ce_time", b"yesterday"), "headers: $.ce_time breaks format"),
        (with_header(a_record(), "ce_type", b"refund"), "headers: ce_type is not the topic's name"),
        (
            with_header(a_record(), "traceparent", b"00-1-2"),
            "headers: $.traceparent breaks pattern",
        ),
        (with_header(a_record(), "content-type", b"text/csv"), "headers: $['content-type'] breaks"),
        (replace(a_record(), said=b"{"), "body: not JSON"),
        (replace(a_record(), said=b""), "body: not JSON"),
        (replace(a_record(), said=b'{"minor": NaN}'), "body: not JSON"),
        (replace(a_record(), said=b"[" * 100_000), "body: not JSON"),
        (replace(a_record(), said=b"[]"), "body: $ breaks type"),
        (replace(a_record(), said=b"{}"), "body: $ breaks required amount, because"),
        (replace(a_record(), said=None), "body: null, on a topic where nothing is forgotten"),
        (a_record(because="x" * 70_000), "body: longer than 65536 bytes"),
        (a_record(because="Because!"), "body: $.because breaks pattern"),
        (a_record(due_at="2026-02-30T10:00:00Z"), "body: $.due_at breaks format"),
        (a_record(due_at="2026-03-10 10:00:00Z"), "body: $.due_at breaks format"),
        (a_record(amount={"minor": 1.5, "currency": "EUR"}), "body: $.amount.minor breaks type"),
        (
            in_structured_mode(a_record(), specversion="0.3"),
            "headers: $.ce_specversion breaks const",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_each_fault_is_named(record, objection):
    """An integrator is told which rule of which document was broken."""
    found = list(DOCUMENTS.violations(record))

    assert any(said.startswith(objection) for said in found), found


@pytest.mark.parametrize(
    "record",
    [
        a_record(hologram=True),
        a_record(due_at="2026-03-13T10:05:00.123456789+01:00"),
        with_header(a_record(), "x-request-id", b"\xff\xfe"),
        without_header(a_record(), "traceparent"),
        without_header(a_record(), "content-type"),
        in_structured_mode(a_record()),
        Paper(SHIPMENT_RECORDED.name, b"tilly-and-thorn/20418", None),
    ],
    ids=["future", "nanoseconds", "foreign header", "no trace", "no type", "structured", "forget"],
)
def test_what_the_documents_allow_is_no_fault(record):
    """Strangers, both modes and forgetting are part of the contract."""
    assert list(DOCUMENTS.violations(record)) == []


def test_a_violation_names_its_place_and_never_what_was_there():
    """Reports are pasted into tickets; an address must not travel with them."""
    customer = samples()[SHIPMENT_RECORDED.name]["value"]["customer"]
    record = a_record(SHIPMENT_RECORDED.name, customer=customer | {"email": "annika at home"})
    report = Report()

    judge(record, DOCUMENTS, report)

    assert report.read == {SHIPMENT_RECORDED.name: 1}
    assert report.violations == [
        "returns.shipment-recorded.v1[2]@41 body: $.customer.email breaks pattern"
    ]


@pytest.fixture
def broker() -> Iterator[Producer]:
    """A broker of librdkafka's inside this process: offsets, partitions, nothing to install."""
    producer = Producer({"test.mock.num.brokers": 1, "bootstrap.servers": "mock", "log_level": 0})
    yield producer
    producer.flush(10)


def tell(producer: Producer, record: Paper) -> None:
    """The record goes on the wire."""
    producer.produce(record.on, key=record.named, value=record.said, headers=record.headed)


def address_of(producer: Producer) -> str:
    """Where the broker listens."""
    return ",".join(f"{b.host}:{b.port}" for b in producer.list_topics(timeout=10).brokers.values())


def test_every_topic_is_read_to_its_end(broker):
    """Counts and places come from a broker, through confluent-kafka, as on a live stack."""
    for topic in ALL:
        tell(broker, a_record(topic.name))
    for number in range(700):
        tell(broker, a_record(hologram=number))
    tell(broker, Paper(SHIPMENT_RECORDED.name, b"tilly-and-thorn/20418", None))
    tell(broker, replace(a_record(), said=b"{}"))
    assert broker.flush(10) == 0

    report = read(address_of(broker), DOCUMENTS)

    ones = {topic.name: 1 for topic in ALL}
    assert report.read == ones | {REFUND_DUE.name: 702, SHIPMENT_RECORDED.name: 2}
    assert len(report.violations) == 2
    assert all(said.startswith(f"{REFUND_DUE.name}[") for said in report.violations)


def test_a_topic_the_broker_does_not_have_is_not_passed_over(broker):
    """Nought messages and no topic are two different findings."""
    tell(broker, a_record())
    assert broker.flush(10) == 0

    with pytest.raises(LookupError, match="the documents name"):
        read(address_of(broker), DOCUMENTS)


def test_it_imports_nothing_of_ours():
    """What it knows, every integrator can know."""
    tree = ast.parse(Path(outside_reader.__file__).read_text())
    imported = {
        name.split(".")[0]
        for node in ast.walk(tree)
        for name in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module or "."]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    }

    assert imported.isdisjoint({"contracts", "services", "deploy", "tests", "."})
    assert {"confluent_kafka", "jsonschema"} <= imported
