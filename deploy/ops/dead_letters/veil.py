"""What may be shown of a record that may be about a person. Pure.

Nothing is shown because nobody forbade it: a value appears where the contract of its topic knows
the field, does not mark it personal, and the value is of the field's kind. A letter is often here
because something stood in the wrong place.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final

from contracts.json_schema import Schema, envelope_schema, schema_of
from contracts.shape import PERSONAL
from contracts.topics import BY_NAME
from services._runtime.dead_letters import MARK

VEIL: Final = "•••"

_KINDS: Final[Mapping[str, tuple[type, ...]]] = {
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
}
_HARMLESS: Final = re.compile(r"[A-Za-z0-9._:/+=-]{1,128}")
"""A word without spaces and without an at sign: an id, a time, a name somebody chose."""
_RFC_3339: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
_ENVELOPE: Final = frozenset(envelope_schema()["properties"]) - {"ce_subject"}


def veiled_body(value: bytes | None, topic: str) -> Any:
    """`value` as JSON, veiled; a sentence in angle brackets where it cannot be shown at all."""
    if value is None:
        return "<null>"
    if topic not in BY_NAME:
        return f"<{len(value)} bytes of a topic no contract knows>"
    try:
        said = json.loads(value)
    except (ValueError, RecursionError):
        return f"<{len(value)} bytes that are not JSON>"
    schema = _schema(topic)
    return _veiled(said, schema, schema.get("$defs", {}))


def veiled_key(key: bytes | None, topic: str) -> str | None:
    """The key, if it is what the contract has for a key there."""
    if key is None:
        return None
    if topic not in BY_NAME:
        return VEIL
    schema = _schema(topic)
    field = schema["properties"][BY_NAME[topic].key]
    shown: str = _veiled(key.decode(errors="replace"), field, schema.get("$defs", {}))
    return shown


def veiled_header(name: str, value: bytes | None) -> tuple[str, str | None]:
    """A header. Ours and those of the envelope are shown if they look like what they should be."""
    shown_name = name if _HARMLESS.fullmatch(name) else VEIL
    if value is None:
        return shown_name, None
    text = value.decode(errors="replace")
    if name == MARK + "original_key":
        return shown_name, VEIL  # shown as the key, if it is what a key should be
    if name.startswith(MARK):
        return shown_name, text if text.isprintable() else VEIL
    if name in _ENVELOPE and _HARMLESS.fullmatch(text):
        return shown_name, text
    return shown_name, VEIL


def word(text: str | None) -> str | None:
    """An id somebody else chose, if it looks like one."""
    return text if text is None or _HARMLESS.fullmatch(text) else VEIL


@lru_cache
def _schema(topic: str) -> Schema:
    return schema_of(BY_NAME[topic], "read")


def _veiled(value: Any, node: Schema, shapes: Mapping[str, Schema]) -> Any:
    if PERSONAL in node:
        return VEIL if value is not None else None
    if "$ref" in node:
        return _veiled(value, _resolved(node, shapes), shapes)
    if "anyOf" in node:
        tries = (_veiled(value, one, shapes) for one in _alternatives(value, node, shapes))
        return next((shown for shown in tries if shown != VEIL), VEIL)
    if isinstance(value, dict) and node.get("type") == "object":
        return _veiled_fields(value, node, shapes)
    if isinstance(value, list) and node.get("type") == "array":
        return [_veiled(one, node.get("items", {}), shapes) for one in value]
    return value if _fits(value, node) else VEIL


def _alternatives(value: Any, node: Schema, shapes: Mapping[str, Schema]) -> list[Schema]:
    """What `value` may be. Where alternatives have a kind, the one of its kind, or the stranger."""
    every: list[Schema] = node["anyOf"]
    if not isinstance(value, dict) or "kind" not in value:
        return every
    kinds = [_resolved(one, shapes).get("properties", {}).get("kind") for one in every]
    own = [
        one
        for one, kind in zip(every, kinds, strict=True)
        if (kind or {}).get("const") == value["kind"]
    ]
    return own or [
        one for one, kind in zip(every, kinds, strict=True) if "const" not in (kind or {})
    ]


def _resolved(node: Schema, shapes: Mapping[str, Schema]) -> Schema:
    return shapes[node["$ref"].rpartition("/")[2]] if "$ref" in node else node


def _veiled_fields(value: Mapping[str, Any], node: Schema, shapes: Mapping[str, Schema]) -> Any:
    fields, maps = node.get("properties", {}), node.get("patternProperties", {})
    shown: dict[str, Any] = {}
    for name, inner in value.items():
        of_map = next((schema for words, schema in maps.items() if re.search(words, name)), None)
        schema = fields.get(name, of_map)
        if schema is not None:
            shown[name] = _veiled(inner, schema, shapes)
    if strangers := len(value) - len(shown):
        shown[VEIL] = f"<{strangers} unknown to the contract>"
    return shown


def _fits(value: Any, node: Schema) -> bool:
    """Whether a plain value is of the kind the contract has here, and so may be shown."""
    if value is None:
        return True
    if "const" in node or "enum" in node:
        return value == node.get("const", VEIL) or value in node.get("enum", ())
    if isinstance(value, bool) or not isinstance(value, str):
        kinds = _KINDS.get(node.get("type", ""), ())
        return isinstance(value, kinds) and (not isinstance(value, bool) or bool in kinds)
    return node.get("type") == "string" and value.isprintable() and _is_word(value, node)


def _is_word(value: str, node: Schema) -> bool:
    if node.get("format") == "date-time":
        return _RFC_3339.fullmatch(value) is not None
    if len(value) > node.get("maxLength", len(value)):
        return False
    if "pattern" in node:
        return re.search(node["pattern"], value) is not None
    return _HARMLESS.fullmatch(value) is not None
