"""C1 to C37: framing, headers, size, and what parsers stumble over. Every service has one floor."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from typing import Any

from aiokafka.admin import NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import KafkaError

from services._runtime.reading import LONGEST_HEADER
from tests.faults.bad_inputs import (
    ANYBODY,
    Result,
    Row,
    amid_good_ones,
    into_the_letters,
    parked,
    taken,
)
from tests.faults.desk import GOOD, Desk, a_parcel, a_request
from tests.faults.sent import (
    Sent,
    begun,
    beheaded,
    both,
    cut,
    ended,
    headed,
    keyed,
    packed,
    reheaded,
    said,
    structured,
    swapped,
    valued,
)
from tests.support.bombs import MIB, sent

RULES, LABELS = ("rules",), ("labels",)
UNERASABLE = ("lookup", "labels", "notifications", "analytics")
"""Services whose good message is on a topic where a null value asks nothing."""
NOISE = random.Random(1).randbytes(1024)
STRUCTURED = b"Application/CloudEvents+JSON; charset=UTF-8"
BAGGAGE = ("baggage", b"k=" + b"v" * 8190)
FORGED = headed(
    ("dlq_error_code", b"forged"),
    ("dlq_original_topic", b"returns.find-shipment.v1"),
    ("traceparent", b"garbage"),
    BAGGAGE,
)
FEW_NAMES = json.dumps({f"k{n}": n for n in range(4_000)}).encode()[1:-1]
MANY_NAMES = json.dumps({f"k{n}": n for n in range(50_000)}).encode()[1:-1]
ATTACKERS = "attacker.topic"


def quantity(token: bytes) -> Any:
    """The quantity of the first item reads so."""
    return swapped(b'"quantity":1', b'"quantity":' + token)


def price(token: bytes) -> Any:
    """The price that was shown reads so."""
    return ended(b'"price_shown": {"minor": ' + token + b', "currency": "GBP"}')


def parcel_with(old: bytes, new: bytes) -> Any:
    """A parcel instead, one part of it replaced."""
    return lambda _: swapped(old, new)(said(a_parcel()))


async def reply_to(desk: Desk, service: str) -> Result:
    """The header names a topic; nothing may ever be published there."""
    await desk.admin.create_topics([NewTopic(ATTACKERS, 1, 1)])
    message, answer = GOOD[service]
    record = headed(("reply_to", ATTACKERS.encode()))(said(message()))
    _, delay = await amid_good_ones(desk, service, record)
    await desk.answer(answer, record.about)
    ends = await desk.ends_of(ATTACKERS)
    return Result("OK" if sum(ends) == 0 else f"told {sum(ends)} to a stranger", delay)


def refused(id_: str, says: str, expected: str, record: Any) -> Row:
    """A row whose record the broker does not take."""

    async def play(desk: Desk, service: str) -> Result:
        bad: Sent = record(said(GOOD[service][0]()))
        try:
            await desk.hand_in_at_any_size(bad)
        except KafkaError as error:
            outcome = f"REFUSED {type(error).__name__}"
        else:
            outcome = "taken"
        _, delay = await amid_good_ones(desk, service, said(GOOD[service][0]()))
        return Result(outcome, delay)

    return Row(id_, says, expected, ("lookup",), play)


async def too_large_and_there(desk: Desk, service: str) -> Result:
    """As if it had been taken when its topic allowed more: a letter cannot hold it."""
    message, _ = GOOD[service]
    record = replace(said(message()), value=b" " * (10 * MIB))
    where = ConfigResource(ConfigResourceType.TOPIC, record.topic)
    before = await desk.settings_of(record.topic)
    where.configs = before | {"max.message.bytes": str(11 * MIB)}
    await desk.admin.alter_configs([where])
    try:
        (place,) = await desk.hand_in_at_any_size(record)
    finally:
        where.configs = before
        await desk.admin.alter_configs([where])
    _, delay = await amid_good_ones(desk, service, said(message()))
    letter = await desk.letter(service, place)
    marks = dict(letter.headers)
    assert (letter.value, marks["dlq_original_value"]) == (b"", b"left")
    return Result(f"DLQ {marks['dlq_error_code'].decode()}", delay)


async def bomb(desk: Desk, service: str) -> Result:
    """Three hundred megabytes in some ten kilobytes; nothing of it may reach a service."""
    message, _ = GOOD[service]
    record = said(message())
    try:
        await sent(desk.stack.kafka, record.topic, [(record.key, bytes(MIB))] * 300)
    except KafkaError:
        outcome = "REFUSED"  # by its size, or because the broker's heap is smaller than the bomb
    else:
        outcome = "taken"
    _, delay = await amid_good_ones(desk, service, said(message()))
    return Result(outcome, delay)


async def conflicting(desk: Desk, service: str) -> Result:
    """Its headers name another event than its body."""
    message, _ = GOOD[service]
    record = structured(STRUCTURED)(said(message()))
    return await into_the_letters(desk, service, headed(("ce_id", b"another"))(record))


FRAMING = (
    parked("C1", "null where nothing can be forgotten", "no_body", valued(None), UNERASABLE),
    parked("C2", "empty value", "no_body", valued(b"")),
    parked("C3", "a kilobyte of noise", "not_json", valued(NOISE)),
    parked("C4", "UTF-8 with a byte order mark", "not_json", begun(b"\xef\xbb\xbf")),
    parked("C5", "UTF-16", "not_json",
           lambda s: replace(s, value=s.value.decode().encode("utf-16"))),
    parked("C6", "invalid UTF-8 in a string", "not_json", ended(b'"x": "\xc3\x28"')),
    parked("C7", "cut off", "not_json", cut(7)),
    parked("C8", "two documents in a row", "not_json", lambda s: replace(s, value=s.value * 2)),
    parked("C9 array", "an array", "schema", valued(b"[]")),
    parked("C9 string", "a string", "schema", valued(b'"hello"')),
    parked("C9 number", "a number", "schema", valued(b"7")),
    taken("C10 foreign", "a foreign header without a value", headed(("x", None))),
    parked("C10 ours", "ce_subject without a value", "header", reheaded("ce_subject", None)),
    taken("C11 foreign", "a foreign header with ff fe", headed(("x", b"\xff\xfe"))),
    parked("C11 ours", "ce_source with ff fe", "header", reheaded("ce_source", b"\xff\xfe")),
    parked("C12", "two ce_id", "header", headed(("ce_id", b"another"))),
    parked("C13 id", "no ce_id", "header", beheaded("ce_id")),
    parked("C13 source", "no ce_source", "header", beheaded("ce_source")),
    parked("C13 type", "no ce_type", "header", beheaded("ce_type")),
    parked("C13 version", "no ce_specversion", "header", beheaded("ce_specversion")),
    parked("C14", "ce_specversion 2.0", "version", reheaded("ce_specversion", b"2.0")),
    parked("C15 empty", "empty ce_id", "header", reheaded("ce_id", b"")),
    parked("C15 long", "ce_id of 10 kB", "header", reheaded("ce_id", b"x" * 10_000)),
    parked("C15 control", "ce_id with a line break", "header", reheaded("ce_id", b"a\nb")),
    parked("C16 words", "ce_time yesterday", "header", reheaded("ce_time", b"yesterday")),
    parked("C16 9999", "ce_time in 9999", "header", reheaded("ce_time", b"9999-12-31T23:59:59Z")),
    parked("C16 zone", "ce_time without a zone", "header",
           reheaded("ce_time", b"2026-03-10T09:00:00")),
    taken("C17", "structured mode, mixed case", structured(STRUCTURED)),
    Row("C18", "headers contradict a structured body", "DLQ conflict", ANYBODY, conflicting),
    parked("C19", "text/plain", "content_type", reheaded("content-type", b"text/plain")),
    Row("C20", "reply_to names a topic", "OK", ANYBODY, reply_to),
    parked("C21 many", "1 000 headers", "limit", headed(*[("x", b"1")] * 1_000)),
    parked("C21 long", "a header over 16 KiB", "limit", headed(("x", b"1" * (LONGEST_HEADER + 1)))),
    refused("C21 1 MiB", "a header of 1 MiB", "REFUSED MessageSizeTooLargeError",
            headed(("x", b"1" * MIB))),
    taken("C22", "forged dlq_ marks, garbage traceparent, 8 KiB of baggage", FORGED),
    parked("C23 none", "no key", "key_mismatch", keyed(None), UNERASABLE,
           "where a null value erases, Kafka itself refuses it"),
    parked("C23 other", "another key than in the body", "key_mismatch", keyed(b"another")),
)  # fmt: skip

SIZE = (
    refused("C24", "a value of 10 MiB", "REFUSED MessageSizeTooLargeError",
            valued(b" " * (10 * MIB))),
    Row("C24 there", "a value of 10 MiB that lies there all the same", "DLQ limit", ("analytics",),
        too_large_and_there, "the letter says where it lies, and leaves it there"),
    *(taken(f"C26 {c}", f"a batch in {c}", packed(c)) for c in ("gzip", "snappy", "lz4", "zstd")),
    parked("C27 long", "100 000 brackets: too long", "limit", valued(b"[" * 100_000)),
    parked("C27 deep", "60 000 brackets: too deep", "limit", valued(b"[" * 60_000)),
    parked("C28", "an integer of 10 000 digits", "limit", ended(b'"x": ' + b"9" * 10_000)),
    parked("C29 1e999", "1e999", "schema", quantity(b"1e999"), RULES, "`schema` names the field"),
    parked("C29 NaN", "NaN", "schema", quantity(b"NaN"), RULES, "`schema` names the field"),
    parked("C29 Infinity", "Infinity", "schema", quantity(b"Infinity"), RULES,
           "`schema` names the field"),
    parked("C29 unknown", "NaN in a field we do not know", "not_json", ended(b'"x": NaN')),
    taken("C29 -0", "minus nought is nought", price(b"-0"), RULES, "OK-norm"),
    parked("C30", "an amount of 2^63", "schema", price(b"9223372036854775808"), RULES,
           "`schema` names the field"),
    parked("C30 count", "a weight of 2^63 grams", "schema",
           parcel_with(b'"category"', b'"weight_grams":9223372036854775808,"category"'), LABELS,
           "`schema` names the field"),
    parked("C31", "one name twice", "dup_key",
           ended(b'"portal_id": "moss-and-fern"')),
    parked("C31 deep", "one name twice, deep in a field we do not know", "dup_key",
           ended(b'"x": [{"a": 1, "b": {"c": 1, "c" : 2}}]')),
    parked("C31 escaped", "one name twice, once escaped", "dup_key",
           ended(b'"port\\u0061l_id": "tilly-and-thorn"')),
    parked("C31 structured", "one name twice in a structured event", "dup_key",
           both(ended(b'"portal_id": "moss-and-fern"'), structured(STRUCTURED))),
    parked("C32 true", "true for a number", "schema", quantity(b"true"), RULES),
    parked("C32 string", '"5" for a number', "schema", quantity(b'"5"'), RULES),
    parked("C32 float", "5.0 for a whole number", "schema", quantity(b"5.0"), RULES),
    parked("C33", "half a surrogate pair", "unicode", ended(b'"x": "\\ud800"')),
    parked("C34 value", "NUL in a value", "unicode", ended(b'"x": "a\\u0000b"')),
    parked("C34 name", "NUL in a name", "unicode", ended(b'"x\\u0000": 1')),
    parked("C34 C1", "a C1 control character", "unicode", ended('"x": "\x9b31m"'.encode())),
    parked("C35 million", "a list of 200 000, a million cannot be sent", "limit",
           ended(b'"x": [' + b"1," * 200_000 + b"1]")),
    parked("C35 cap", "300 items, 200 over the cap", "schema",
           lambda _: replace(said(a_request()), value=_many_items(300)), RULES,
           "`schema` says too_long"),
    parked("C36 50 000", "an object of 50 000 names", "limit", ended(MANY_NAMES)),
    taken("C36 4 000", "4 000 names we do not know", ended(FEW_NAMES)),
    parked("C37", "a regex bomb where a name is due", "schema",
           swapped(b'"moss-and-fern"', b'"' + b"a" * 50_000 + b'!"')),
)  # fmt: skip

BOMB = (
    Row("C25", "300 MB in 10 kB of zstd", "REFUSED", ("rules",), bomb,
        "the broker unpacks it, and refuses it by its size or for want of memory"),
)  # fmt: skip
"""Last, for it makes the broker work."""


def _many_items(count: int) -> bytes:
    one = {"line_id": "1", "quantity": 1, "reason": "too_large"}
    said_ = json.loads(a_request().body())
    return json.dumps(said_ | {"items": [one] * count}).encode()


ROWS = (*FRAMING, *SIZE)
