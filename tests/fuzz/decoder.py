"""What must hold for whatever bytes are read: no exception, a known code, nothing quoted."""

from __future__ import annotations

import random
import re
from datetime import UTC, datetime
from typing import Any

from contracts import topics
from contracts.envelope import open_envelope
from contracts.text import unfit
from services._runtime.dead_letters import parked, put_back
from services._runtime.errors import Permanent
from services._runtime.judging import digest_of
from services._runtime.reading import _fields_of, read
from services._runtime.words import Heard
from tests.support.records import Kept

NOW = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)
CODES = {
    *("limit", "no_body", "not_json", "dup_key", "unicode", "schema", "key_mismatch"),
    *("unknown_type", "header", "version", "content_type", "conflict"),
}
"""The floor's closed list. A refusal with another code is a promise broken to operators."""
_SAYS = re.compile(r"[A-Za-z0-9_.,:;*'/ -]{1,300}")
FIELDS = frozenset().union(*(_fields_of(topic.model) for topic in topics.ALL)) | {"*"}
"""What may stand on the way to a field, besides numbers."""

TOKENS: tuple[bytes, ...] = (
    *(b'"', b"\\", b"{", b"}", b"[", b"]", b":", b",", b"\n", b"\n\n", b": ", b"-", b"<null>"),
    *(b"null", b"true", b"NaN", b"Infinity", b"-Infinity", b"1e999", b"-0", b"5.0", b"1e3"),
    *(b"9223372036854775808", b"9007199254740993", b"9" * 5_000, b"[" * 3_000, b'{"a":' * 1_500),
    *(
        b"\x00",
        b"\x7f",
        b"\xc2\x85",
        b"\xe2\x80\xa8",
        b"\xe2\x80\xae",
        b"\xff\xfe",
        b"\xef\xbb\xbf",
    ),
    *(b"\\u0000", b"\\ud800", b"\\udc00\\ud800", b"\\u2028", b"\\\\u0000", b"\\u009b", b"\\n"),
    *(b'"data":{}', b'"data":[]', b'"id":"1"', b'"specversion":"2.0"', b'"time":"9999-01-01"'),
    *(b"ce_id", b"ce_id: 1\n", b"ce_time: 2026-02-30T00:00:00Z\n", b"content-type", b"traceparent"),
    *(b"application/cloudevents+json", b"application/json; charset=utf-16", b"text/plain"),
    *(b"2026-03-10T09:00:00Z", b"2026-03-10T09:00:00+99:99", b"0000-00-00T00:00:00Z"),
    *(b'{"$gt":""}', b"EUR", b"\xf0\x9f\xa5\xb4", "٠١٢".encode(), "１２".encode(), b"\r\nBcc: x"),
)


def judged(record: Kept) -> Heard[Any] | Permanent:
    """What became of the record, after everything that must hold was found to hold."""
    found = read(record, topics.BY_NAME[record.topic])
    if isinstance(found, Permanent):
        assert found.code in CODES, found.code
        assert _SAYS.fullmatch(str(found)), str(found)
        if found.code == "schema":
            way = str(found).rpartition(": ")[0].split(".")
            assert {step for step in way if not step.isdigit()} <= FIELDS | {"the message"}, way
        letter = parked(record, found, "rules", 1, NOW)
        again = put_back(Kept(letter.topic, letter.key, letter.body, letter.headers))
        assert (again.topic, again.value, again.key) == (record.topic, record.value, record.key)
    else:
        _can_go_on(found, topics.BY_NAME[record.topic])
    return found


def _can_go_on(heard: Heard[Any], topic: topics.Topic[Any]) -> None:
    """What was read can be decided about, told again, and caused by."""
    caused = heard.envelope.caused("returns.return-approved.v1", "/fuzz", heard.key, NOW)
    envelope, _ = open_envelope(caused.headers(), b"{}")
    assert envelope.causation_id == heard.envelope.id
    assert len(digest_of(heard)) > 0
    if heard.message is None:
        assert topic.erasable, "forgotten where nothing can be"
        return
    body = heard.message.body()
    assert topic.model.read(body) == heard.message, "it reads otherwise when told again"
    assert not unfit(body), "a control character came through"
    assert topic.key_of(heard.message) == heard.record.key


def torn(dice: random.Random, seeds: list[bytes]) -> bytes:
    """One of the seeds after a few random wounds."""
    data = bytearray(dice.choice(seeds))
    for _ in range(dice.choice((1, 1, 1, 2, 2, 3, 5, 8))):
        at = dice.randrange(len(data) + 1)
        match dice.randrange(7):
            case 0:
                data[at:at] = dice.choice(TOKENS)
            case 1:
                data[at : at + dice.randrange(1, 12)] = dice.choice(TOKENS)
            case 2:
                del data[at : at + dice.choice((1, 1, 2, 8, 64))]
            case 3 if at < len(data):
                data[at] ^= 1 << dice.randrange(8)
            case 4:
                data[at:at] = dice.randbytes(dice.randrange(1, 6))
            case 5:
                other = dice.choice(seeds)
                start = dice.randrange(len(other))
                data[at : at + dice.randrange(40)] = other[start : start + dice.randrange(80)]
            case _:
                start = dice.randrange(len(data) + 1)
                data[at:at] = data[start : start + dice.randrange(1, 60)]
    return bytes(data)
