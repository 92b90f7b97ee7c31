"""Every place where a word could be left behind on a running stack, and who is seen there.

A new place is a new function and a line in `everywhere`.
"""

from __future__ import annotations

import os
import urllib.request
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bson.raw_bson import RawBSONDocument
from pymongo import MongoClient

from deploy.local.mailbox import Mailbox
from deploy.local.stack import Stack
from tests.support.canaries import Eye
from tests.support.otlp_sink import Sink
from tests.support.wire import everything

CHUNK, OVERLAP = 8 * 2**20, 256
INDEXES = (".index", ".timeindex", ".txnindex")
"""Kafka's: offsets and times, in files that are made large and are nearly all nothing."""

Seen = dict[str, set[int]]
"""By place: whose data was seen there. A place where nobody was seen is there too, empty."""


def everywhere(stack: Stack, eye: Eye, sink: Sink) -> Seen:
    """Who is seen where, on the whole stack."""
    found: Seen = defaultdict(set)
    for look in (
        *(_topics(stack, eye), _documents(stack, eye), _files(stack, eye), _logs(stack, eye)),
        *(_spans(sink, eye), _processes(stack, eye), _health(stack, eye), _letters(stack, eye)),
    ):
        for place, who in look:
            found[place] |= who
    return dict(found)


def on_kafka(stack: Stack, eye: Eye) -> Seen:
    """The same, on Kafka alone: what clients read, and the bytes of its segments."""
    found: Seen = defaultdict(set)
    segments = ((p, w) for p, w in _files(stack, eye, "kafka") if p.startswith("segments"))
    for look in (_topics(stack, eye), segments):
        for place, who in look:
            found[place] |= who
    return dict(found)


def _topics(stack: Stack, eye: Eye) -> Iterator[tuple[str, set[int]]]:
    """What any client reads: keys, values, headers."""
    for record in everything(stack.kafka):
        parts = [record.key(), record.value(), *(v for _, v in record.headers() or [])]
        names = [name.encode() for name, _ in record.headers() or []]
        seen = [eye.sees(part) for part in (*parts, *names) if part]
        yield f"topic {record.topic()}", set().union(*seen)
        if record.key() and not record.topic().startswith("returns.dead-letters"):
            yield "keys of records", eye.sees(record.key())


def _documents(stack: Stack, eye: Eye) -> Iterator[tuple[str, set[int]]]:
    """Every document of every collection of every database, as any user of MongoDB finds it."""
    client: MongoClient[Any] = MongoClient(stack.mongo, document_class=RawBSONDocument)
    with client:
        for name in client.list_database_names():
            for collection in client[name].list_collection_names():
                place = f"mongo {name}.{collection}"
                yield place, set()
                for document in client[name][collection].find():
                    yield place, eye.sees_raw(document.raw)


def _files(stack: Stack, eye: Eye, under: str = "") -> Iterator[tuple[str, set[int]]]:
    """Every byte on disk under the stack's folder: segments, data files, journals, what is left."""
    for path in sorted((stack._data / under).rglob("*")):
        if path.is_file() and path.suffix not in INDEXES and "logs" not in path.parts:
            yield _name_of(path.relative_to(stack._data)), seen_in(path, eye)


def _name_of(path: Path) -> str:
    """Whose file it is; those of one topic, and those of MongoDB, are one place."""
    if path.parts[0] == "kafka" and path.parent.name.startswith("returns."):
        return f"segments {path.parent.name.rpartition('-')[0]}"
    if path.parts[0] == "mongod":
        return "files of MongoDB"
    if path.parts[0] == "mail" or path.suffix == ".bites":  # and what the test did to its letters
        return "the customer's mailbox"
    return f"file {'/'.join(path.parts[:3])}"


def seen_in(path: Path, eye: Eye) -> set[int]:
    """Who is seen in the bytes of a file, read in pieces that overlap. It may be gone by now."""
    found: set[int] = set()
    try:
        with path.open("rb") as file:
            before = b""
            while piece := file.read(CHUNK):
                found |= eye.sees_raw(before + piece)
                before = piece[-OVERLAP:]
    except FileNotFoundError:
        pass
    return found


def _logs(stack: Stack, eye: Eye) -> Iterator[tuple[str, set[int]]]:
    for path in stack.logs.rglob("*"):
        if path.is_file():
            yield f"log {path.name}", seen_in(path, eye)


def _spans(sink: Sink, eye: Eye) -> Iterator[tuple[str, set[int]]]:
    yield "spans", set().union(*(eye.sees(body) for body in list(sink.bodies)))


def _processes(stack: Stack, eye: Eye) -> Iterator[tuple[str, set[int]]]:
    """What anybody on the machine may read of a process, and what its owner may."""
    for process in stack._processes.values():
        for pid in _family(process.pid):
            for what in ("cmdline", "environ"):
                yield f"{what} of {process.name}", _of_proc(Path(f"/proc/{pid}/{what}"), eye)


def _family(session: int) -> Iterator[int]:
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                if os.getsid(int(entry.name)) == session:
                    yield int(entry.name)
            except ProcessLookupError:
                continue


def _of_proc(path: Path, eye: Eye) -> set[int]:
    try:
        return eye.sees_raw(path.read_bytes())
    except OSError:  # it has ended
        return set()


def _health(stack: Stack, eye: Eye) -> Iterator[tuple[str, set[int]]]:
    for name, url in stack.health.items():
        for path in ("/live", "/ready"):
            with urllib.request.urlopen(url + path, timeout=10) as answer:  # noqa: S310
                yield f"health of {name}", eye.sees(answer.read())


def _letters(stack: Stack, eye: Eye) -> Iterator[tuple[str, set[int]]]:
    """What customers got: every part of every letter, decoded."""
    for letter in Mailbox(stack.mail_folder).letters():
        for part in (letter, *letter.walk()):
            headers = "\n".join(f"{name}: {value}" for name, value in part.items()).encode()
            content = b"" if part.is_multipart() else part.get_payload(decode=True) or b""
            yield "the customer's mailbox", eye.sees(headers) | eye.sees(content)
