"""Records as files a person can read and a fuzzer can tear: topic, key, headers, blank line, value.

    returns.request-return.v1
    0f1c6f0e-6d0c-4a7e-9d55-5a3f4d1f0b8e
    ce_id: click-1

    {"return_id": ...}

A line `-` stands for no key, a header without a colon has no value. Every file is some record.
"""

from __future__ import annotations

import json
from pathlib import Path

from contracts import topics
from deploy.contracts.story import samples
from tests.support.records import Kept

CORPUS = Path(__file__).with_name("corpus")
NONE = b"-"
ERASED = b"<null>"


def parsed(data: bytes) -> Kept:
    """The record in a file, whatever the file holds."""
    head, _, value = data.partition(b"\n\n")
    topic, key, *headers = [*head.split(b"\n"), b"", b""][: max(2, head.count(b"\n") + 1)]
    known = topics.BY_NAME.get(topic.decode(errors="replace"))
    name = topics.ALL[sum(topic) % len(topics.ALL)].name if known is None else known.name
    return Kept(
        name,
        None if key == NONE else key,
        None if value == ERASED else value,
        tuple(_header(line) for line in headers),
    )


def written(record: Kept) -> bytes:
    """The file of a record whose headers hold no line breaks."""
    lines = [record.topic.encode(), NONE if record.key is None else record.key]
    lines += [n.encode() if v is None else n.encode() + b": " + v for n, v in record.headers]
    return b"\n".join(lines) + b"\n\n" + (ERASED if record.value is None else record.value)


def seeds() -> list[bytes]:
    """One good record of every topic, in both modes, and everything kept in the corpus."""
    found = []
    for name, sample in samples().items():
        headers = tuple((n, v.encode()) for n, v in sample["headers"].items())
        value = json.dumps(sample["value"], ensure_ascii=False, separators=(",", ":")).encode()
        found.append(written(Kept(name, sample["key"].encode(), value, headers)))
        event = {n.removeprefix("ce_"): v for n, v in sample["headers"].items()}
        whole = json.dumps({**event, "data": sample["value"]}).encode()
        kind = (("content-type", b"application/cloudevents+json"),)
        found.append(written(Kept(name, sample["key"].encode(), whole, kind)))
    return found + [file.read_bytes() for file in sorted(CORPUS.glob("*.record"))]


def _header(line: bytes) -> tuple[str, bytes | None]:
    name, colon, value = line.partition(b": ")
    return name.decode(errors="replace"), value if colon else None
