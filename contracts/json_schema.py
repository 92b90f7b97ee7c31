"""JSON Schemas (draft 2020-12) of the messages: closed for tellers, open for readers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, Literal

from contracts.dead_letters import LetterHandled
from contracts.erasure import CustomerForgotten
from contracts.kinds import STRANGER
from contracts.shape import PERSONAL
from contracts.topics import Topic

Schema = dict[str, Any]
Side = Literal["write", "read"]

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
KEY: Final = "x-key"
"""Names the field whose text is the record's key."""
ERASABLE: Final = "x-erasable"
"""True where a null value means: forget what stands under this key."""
MAX_BYTES: Final = "x-max-bytes"
"""The longest value, in bytes, that anybody has to read."""
GROWS: Final = "x-grows"
"""True on a choice told apart by `kind` to which kinds may be added: readers must expect others."""

_NULL: Final = {"type": "null"}
_HEADER: Final = {
    "type": "string",
    "minLength": 1,
    "maxLength": 256,
    "pattern": r"^[^\x00-\x1f\x7f]*$",
}
_COUNT: Final[Schema] = {"type": "string", "pattern": "^-?[0-9]+$"}
_TEXT: Final[Schema] = {"type": "string", "maxLength": 500}
_INSTANT: Final[Schema] = {"type": "string", "format": "date-time"}
_ORIGIN: Final[dict[str, Schema]] = {
    "dlq_original_topic": _TEXT | {"description": "Where it was read."},
    "dlq_original_partition": _COUNT,
    "dlq_original_offset": _COUNT,
    "dlq_original_timestamp": _COUNT | {"description": "Milliseconds since 1970, UTC."},
    "dlq_original_timestamp_type": _TEXT
    | {"description": "`CreateTime` or `LogAppendTime`: whose clock that was."},
    "dlq_first_failed_at": _INSTANT | {"description": "When it was parked the first time."},
    "dlq_original_key": {
        "description": "The record's own key, byte for byte. Absent if it had none.",
        "type": "string",
        PERSONAL: True,
    },
    "dlq_original_value": {
        "description": "`null` if the record had no value: an empty one stands here for it. `left` "
        "if it was larger than a letter may be: value and headers are left where they lie.",
        "type": "string",
        "enum": ["bytes", "null", "left"],
    },
}
"""What stays with a record however often it is parked and put back."""
_FIRST: Final = (
    *("$schema", "$id", "title", "description", KEY, ERASABLE, MAX_BYTES, PERSONAL, STRANGER),
    *("$ref", "type", "const", "enum", "format", "pattern", GROWS, "anyOf"),
    *("properties", "required"),
)
_LAST: Final = ("additionalProperties", "default", "$defs")


def schema_of(topic: Topic[Any], side: Side) -> Schema:
    """What a value on `topic` looks like, for one side of it.

    The write side is what a teller promises: no field the contract does not name, and an absent
    field is left out, never null. The read side is what a reader may rely on: unknown fields may be
    there, and null says the same as absence. A choice that may grow holds a stranger on the read
    side alone: nobody may write a kind that is not in the contract.
    """
    schema = _inside_out(topic.model.model_json_schema(), _tidy)
    schema = _growing(schema, strangers=side == "read")
    schema = _inside_out(schema, _never_null if side == "write" else _open)
    head: Schema = {
        "$schema": DIALECT,
        "$id": f"urn:retour:{topic.name}:{side}",
        KEY: topic.key,
        MAX_BYTES: topic.max_bytes,
    }
    if topic.erasable:
        head[ERASABLE] = True
    return _inside_out(head | schema, _ordered)


def envelope_schema() -> Schema:
    """The headers of every record, as an object of strings.

    Source: CloudEvents 1.0, Kafka protocol binding, binary mode; W3C Trace Context.
    """
    return {
        "$schema": DIALECT,
        "$id": "urn:retour:envelope",
        "title": "Envelope",
        "description": (
            "The headers of every record: CloudEvents 1.0 in binary mode, each value UTF-8 text. "
            "Other headers may be there, and may hold anything: ignore them."
        ),
        "type": "object",
        "properties": {
            "ce_specversion": {"description": "CloudEvents' own version.", "const": "1.0"},
            "ce_id": _header(
                "Which message this is, together with `ce_source`. A repeat has the same id: "
                "what was read once need not be read again."
            ),
            "ce_source": _header("Who told it, such as `/retour/rules`."),
            "ce_type": _header("The name of the topic it was told on."),
            "ce_time": {
                "description": "When it was told.",
                "type": "string",
                "format": "date-time",
            },
            "ce_subject": _header("What it is about: the text of the record's key."),
            "ce_correlationid": _header("The story it belongs to: the id of the first cause."),
            "ce_causationid": _header("The id of the message that caused it."),
            "content-type": {
                "description": "Absent means `application/json`.",
                "type": "string",
                "pattern": r"^application/json(\s*;.*)?$",
            },
            "traceparent": {
                "description": "Its trace. A broken one costs the trace, never the message.",
                "type": "string",
                "pattern": "^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$",
            },
        },
        "required": ["ce_specversion", "ce_id", "ce_source", "ce_type"],
    }


def dead_letter_schema() -> Schema:
    """The headers a service adds to a record it parks, as an object of strings."""
    return _marks(
        "DeadLetter",
        "dead-letter",
        "What is added to the headers a parked record came with; its own are unchanged. The letter "
        "lies under a key of its own: topic, partition, offset and timestamp of the record and its "
        "count of redrives, with slashes between. A null value without these headers erases it.",
        _ORIGIN
        | {
            "dlq_consumer_group": _TEXT | {"description": "The service that parked it."},
            "dlq_error_code": _TEXT | {"description": "Never changes its meaning: search by it."},
            "dlq_error_class": _TEXT
            | {"description": "The kind of error in our code; changes with the code."},
            "dlq_error_message": _TEXT
            | {"description": "For a person. Says where it is wrong, never what stood there."},
            "dlq_attempts": _COUNT
            | {"description": "How often it was tried before it was parked, this time."},
            "dlq_failed_at": _INSTANT,
            "dlq_redrive_count": _COUNT
            | {"description": "How often an operator has put it back. 0 when parked first."},
            "dlq_service_version": _TEXT | {"description": "Of the code that parked it."},
        },
        ("dlq_consumer_group", "dlq_error_code", "dlq_attempts", "dlq_failed_at"),
    )


def redriven_schema() -> Schema:
    """The headers on a record an operator has put back, as an object of strings."""
    return _marks(
        "Redriven",
        "redriven",
        "What is added to the headers a parked record came with when it is put back. Its value and "
        "own headers, `ce_id` among them, are unchanged, and its key stands beside them.",
        _ORIGIN
        | {
            "dlq_redrive_count": _COUNT | {"description": "How often it was put back: at least 1."},
            "dlq_redriven_by": _TEXT | {"description": "Which operator."},
            "dlq_redriven_at": _INSTANT,
            "dlq_redriven_why": _TEXT,
        },
        ("dlq_redrive_count", "dlq_redriven_by", "dlq_redriven_at"),
    )


def letter_handled_schema() -> Schema:
    """What an operator leaves behind on a letter that was redriven or discarded."""
    schema = _inside_out(_inside_out(LetterHandled.model_json_schema(), _tidy), _open)
    head: Schema = {"$schema": DIALECT, "$id": "urn:retour:letter-handled"}
    return _inside_out(head | schema, _ordered)


def customer_forgotten_schema() -> Schema:
    """What an operator leaves behind when a customer was forgotten."""
    schema = _inside_out(_inside_out(CustomerForgotten.model_json_schema(), _tidy), _open)
    head: Schema = {"$schema": DIALECT, "$id": "urn:retour:customer-forgotten"}
    return _inside_out(head | schema, _ordered)


def _marks(
    title: str, name: str, description: str, marks: Mapping[str, Schema], required: Sequence[str]
) -> Schema:
    return {
        "$schema": DIALECT,
        "$id": f"urn:retour:{name}",
        "title": title,
        "description": description,
        "type": "object",
        "properties": {mark: _described_first(schema) for mark, schema in marks.items()},
        "required": [
            *("dlq_original_topic", "dlq_original_partition", "dlq_original_offset"),
            *required,
        ],
    }


def _described_first(schema: Schema) -> Schema:
    return {word: schema[word] for word in sorted(schema, key=lambda word: word != "description")}


def _header(description: str) -> Schema:
    return {"description": description} | _HEADER


def _inside_out(schema: Schema, change: Callable[[Schema], Schema]) -> Schema:
    """`schema` after `change` was made to every schema in it, innermost first."""
    changed = dict(schema)
    for word in ("properties", "patternProperties", "$defs"):
        if word in schema:
            changed[word] = {name: _inside_out(s, change) for name, s in schema[word].items()}
    for word in ("items", "additionalProperties"):
        if isinstance(schema.get(word), dict):
            changed[word] = _inside_out(schema[word], change)
    if "oneOf" in changed:
        # Told apart by their `kind`: no two can hold, and who validates need not count them.
        changed["anyOf"] = changed.pop("oneOf")
    if "anyOf" in changed:
        changed["anyOf"] = [_inside_out(s, change) for s in changed["anyOf"]]
    return change(changed)


def _tidy(schema: Schema) -> Schema:
    """Titles that repeat a field's name go; marks rise to the field; lines become paragraphs."""
    for field in schema.get("properties", {}).values():
        field.pop("title", None)
    for alternative in schema.get("anyOf", ()):
        if alternative.pop(PERSONAL, False):
            schema[PERSONAL] = True
    if "patternProperties" in schema:
        # The keys of a map are data, not fields: a stranger among them is a mistake.
        schema["additionalProperties"] = False
    if "description" in schema:
        paragraphs = schema["description"].split("\n\n")
        schema["description"] = "\n\n".join(" ".join(text.split()) for text in paragraphs)
    return schema


def _open(schema: Schema) -> Schema:
    if "properties" in schema:
        schema.pop("additionalProperties", None)
    return schema


def _growing(schema: Schema, *, strangers: bool) -> Schema:
    """`schema` with its growing choices marked, and the stranger in each of them or in none."""
    unknown = {name for name, shape in schema.get("$defs", {}).items() if shape.get(STRANGER)}
    references = [{"$ref": f"#/$defs/{name}"} for name in unknown]

    def marked(part: Schema) -> Schema:
        choices = part.get("anyOf", ())
        known = [choice for choice in choices if choice not in references]
        if len(known) == len(choices):
            return part
        return part | {GROWS: True, "anyOf": [*choices] if strangers else known}

    schema = _inside_out(schema, marked)
    if unknown and not strangers:
        schema["$defs"] = {n: shape for n, shape in schema["$defs"].items() if n not in unknown}
    return schema


def _never_null(schema: Schema) -> Schema:
    alternatives = schema.get("anyOf", [])
    if _NULL not in alternatives:
        return schema
    left = [alternative for alternative in alternatives if alternative != _NULL]
    rest = {word: value for word, value in schema.items() if word != "anyOf"}
    if rest.get("default", ...) is None:
        del rest["default"]
    return left[0] | rest if len(left) == 1 else rest | {"anyOf": left}


def _ordered(schema: Schema) -> Schema:
    """The same schema, its words in the order a person reads them."""

    def place(word: str) -> tuple[int, str]:
        if word in _FIRST:
            return _FIRST.index(word), word
        return len(_FIRST) + 1 + (_LAST.index(word) + 1 if word in _LAST else 0), word

    return {word: schema[word] for word in sorted(schema, key=place)}
