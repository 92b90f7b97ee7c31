"""A reader from another company: Kafka, JSON Schema and the committed documents are all it knows.

It imports nothing of ours. What it finds wrong is wrong in the documents or on the wire.
"""

from __future__ import annotations

import json
import re
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from confluent_kafka import Consumer, KafkaError, KafkaException, TopicPartition
from jsonschema import Draft202012Validator, FormatChecker

DOCUMENTS = Path(__file__).resolve().parents[2] / "contracts"
STRUCTURED = "application/cloudevents"
_LEADERLESS = (KafkaError.NOT_LEADER_FOR_PARTITION, KafkaError.LEADER_NOT_AVAILABLE)
_RFC_3339 = re.compile(
    r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)", re.IGNORECASE | re.ASCII
)

formats = FormatChecker(formats=())
"""Knows `date-time`, without a package that may be missing and would then say yes to everything."""


@formats.checks("date-time", raises=ValueError)
def _is_date_time(value: object) -> bool:
    if not isinstance(value, str):
        return True
    # The standard library reads at most six digits of a second.
    shortened = re.sub(r"(\.\d{6})\d+", r"\1", value.upper())
    return bool(_RFC_3339.fullmatch(value)) and bool(datetime.fromisoformat(shortened))


class Record(Protocol):
    """A record as confluent-kafka hands it over."""

    def topic(self) -> str: ...
    def partition(self) -> int: ...
    def offset(self) -> int: ...
    def key(self) -> bytes | None: ...
    def value(self) -> bytes | None: ...
    def headers(self) -> list[tuple[str, bytes | None]] | None: ...


@dataclass
class Report:
    """What was read, and what was wrong with it. A violation never quotes what a field holds."""

    read: Counter[str] = field(default_factory=Counter)
    """Records per topic; a topic nobody wrote to counts 0."""
    violations: list[str] = field(default_factory=list)


class Documents:
    """The committed schemas, ready to judge a record by."""

    def __init__(self, folder: Path = DOCUMENTS) -> None:
        self._envelope = _validator(folder / "schemas" / "envelope.json")
        self._bodies = {
            file.name.removesuffix(".json"): _validator(file)
            for file in sorted((folder / "schemas" / "read").glob("*.json"))
        }

    @property
    def topics(self) -> list[str]:
        """Every topic that has a schema."""
        return list(self._bodies)

    def violations(self, record: Record) -> Iterator[str]:
        """What is wrong with one record: its key, its headers, its body."""
        schema = self._bodies[record.topic()].schema
        try:
            key = (record.key() or b"").decode()
        except UnicodeDecodeError:
            yield "key: not UTF-8"
            return
        if not key:
            yield "key: missing"
        value = record.value()
        if value is None:
            # A null value asks to forget its key; compaction leaves it nothing but the key.
            if not schema.get("x-erasable"):
                yield "body: null, on a topic where nothing is forgotten"
            return
        if len(value) > schema["x-max-bytes"]:
            yield f"body: longer than {schema['x-max-bytes']} bytes"
        yield from self._of_a_message(record, key, value)

    def _of_a_message(self, record: Record, key: str, value: bytes) -> Iterator[str]:
        try:
            body = json.loads(value, parse_constant=_no_number)
        except (ValueError, RecursionError):
            yield "body: not JSON"
            return
        try:
            headers = _text(self._envelope.schema, record.headers() or [])
        except ValueError as wrong:
            yield f"headers: {wrong}"
            return
        if headers.get("content-type", "").lower().startswith(STRUCTURED):
            headers, body = _unwrapped(headers, body)
        yield from (f"headers: {said}" for said in _errors(self._envelope, headers))
        if headers.get("ce_type", record.topic()) != record.topic():
            yield "headers: ce_type is not the topic's name"
        yield from (f"body: {said}" for said in _errors(self._bodies[record.topic()], body))
        named = self._bodies[record.topic()].schema["x-key"]
        if not isinstance(body, dict) or key != body.get(named):
            yield f"key: not the text of {named}"


def read(
    bootstrap: str, documents: Documents | None = None, within_seconds: float = 120.0
) -> Report:
    """Read every topic from its beginning to where it ends now, and judge each record.

    Raises:
        TimeoutError: the ends were not reached in time.
        LookupError: the documents name a topic the broker does not have.
        confluent_kafka.KafkaException: the broker does not answer, or says no.
    """
    documents = documents or Documents()
    report = Report(read=Counter(dict.fromkeys(documents.topics, 0)))
    consumer = Consumer(
        {
            "bootstrap.servers": bootstrap,
            "group.id": "outside-reader",  # librdkafka insists; nothing is ever committed under it
            "enable.auto.commit": False,
            "enable.partition.eof": True,
            "allow.auto.create.topics": False,
            "isolation.level": "read_committed",
        }
    )
    try:
        _read_all(consumer, documents, report, time.monotonic() + within_seconds)
    finally:
        consumer.close()
    return report


def judge(record: Record, documents: Documents, report: Report) -> None:
    """The record is counted, and what is wrong with it noted with its place."""
    report.read[record.topic()] += 1
    place = f"{record.topic()}[{record.partition()}]@{record.offset()}"
    report.violations += [f"{place} {said}" for said in documents.violations(record)]


def _read_all(consumer: Consumer, documents: Documents, report: Report, deadline: float) -> None:
    ends = _ends(consumer, documents.topics, deadline)
    behind = {place for place, (begin, end) in ends.items() if begin < end}
    consumer.assign([TopicPartition(*place, ends[place][0]) for place in behind])
    while behind:
        if time.monotonic() > deadline:
            raise TimeoutError(f"not read to the end: {sorted(behind)}")
        for record in consumer.consume(num_messages=500, timeout=1.0):
            place = record.topic(), record.partition()
            fault = record.error()
            # The end of a partition is told as a fault; compaction may have taken the last offsets.
            over = fault is not None and fault.code() == KafkaError._PARTITION_EOF
            if fault is not None and not over:
                raise KafkaException(fault)
            if not over and record.offset() < ends[place][1]:
                judge(record, documents, report)
            if over or record.offset() + 1 >= ends[place][1]:
                behind.discard(place)


def _ends(
    consumer: Consumer, topics: list[str], deadline: float
) -> dict[tuple[str, int], tuple[int, int]]:
    """Where each partition begins and ends now."""
    known = consumer.list_topics(timeout=10.0).topics
    ends = {}
    for topic in topics:
        if topic not in known:
            raise LookupError(f"the documents name {topic}, the broker does not")
        if known[topic].error is not None:
            raise KafkaException(known[topic].error)
        for partition in known[topic].partitions:
            place = TopicPartition(topic, partition)
            ends[topic, partition] = _marks(consumer, place, deadline)
    return ends


def _marks(consumer: Consumer, place: TopicPartition, deadline: float) -> tuple[int, int]:
    """The first offset and the one after the last. Waits for a leader just being chosen."""
    while True:
        try:
            marks: tuple[int, int] = consumer.get_watermark_offsets(place, timeout=10.0)
        except KafkaException as refused:
            if refused.args[0].code() not in _LEADERLESS or time.monotonic() > deadline:
                raise
            consumer.list_topics(place.topic, timeout=10.0)  # who leads it now?
            consumer.poll(0.1)
        else:
            return marks


def _validator(file: Path) -> Draft202012Validator:
    schema = json.loads(file.read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema, format_checker=formats)


def _errors(validator: Draft202012Validator, instance: object) -> list[str]:
    """Where which rule is broken, each once. Never what stands there: it may be personal."""
    found = []
    for error in validator.iter_errors(instance):
        said = f"{error.json_path} breaks {error.validator}"
        if error.validator == "required":
            said += " " + ", ".join(sorted(set(error.validator_value) - set(error.instance)))
        found.append(said)
    return list(dict.fromkeys(found))


def _text(envelope: dict[str, Any], headers: list[tuple[str, bytes | None]]) -> dict[str, str]:
    """The headers the envelope names, as text. Others may hold anything."""
    found: dict[str, str] = {}
    for name, value in headers:
        if name in envelope["properties"] or name.startswith("ce_"):
            if value is None or name in found:
                raise ValueError(f"{name} is empty or stands twice")
            try:
                found[name] = value.decode()
            except UnicodeDecodeError:
                raise ValueError(f"{name} is not UTF-8") from None
    return found


def _no_number(word: str) -> None:
    """Python reads NaN and Infinity; JSON has no such words (RFC 8259, section 6)."""
    raise ValueError(word)


def _unwrapped(headers: dict[str, str], event: Any) -> tuple[dict[str, str], Any]:
    """A structured event as if it had come in binary mode."""
    if not isinstance(event, dict):
        return {}, event
    attributes = {f"ce_{name}": value for name, value in event.items() if name != "data"}
    attributes.pop("ce_datacontenttype", None)
    rest = {name: value for name, value in headers.items() if name != "content-type"}
    return rest | attributes, event.get("data")
