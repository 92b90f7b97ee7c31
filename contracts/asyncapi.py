"""The AsyncAPI 3.0.0 document of the platform, from the same models as everything else.

Source: AsyncAPI specification 3.0.0; Kafka bindings 0.5.0.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from contracts import asyncapi_letters
from contracts.channels import BINDING, bindings, channel_name
from contracts.json_schema import (
    ERASABLE,
    KEY,
    MAX_BYTES,
    Schema,
    envelope_schema,
    schema_of,
)
from contracts.shape import PERSONAL
from contracts.topics import ALL, SERVICES, Topic

VERSION: Final = "1.4.0"
"""Of the contracts as a whole: the uppermost entry of `CHANGELOG.md`."""

_DRAFT_07: Final = "application/schema+json;version=draft-07"
"""What every AsyncAPI tool must understand; our schemas use nothing younger."""
_OF_A_FILE: Final = {"$schema", "$id", "$defs", KEY, ERASABLE, MAX_BYTES}
"""Words of a schema that make sense at the top of a file of its own."""


def document(samples: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Every topic, message and operation. `samples` holds one message per topic name."""
    return {
        "asyncapi": "3.0.0",
        "info": _info(),
        "defaultContentType": "application/json",
        "servers": {
            "local": {
                "host": "localhost:9092",
                "protocol": "kafka",
                "description": "A placeholder: whoever runs the platform says where its broker is.",
            }
        },
        "channels": {channel_name(topic.name): _channel(topic) for topic in ALL}
        | dict(asyncapi_letters.channels()),
        "operations": dict(_operation(topic) for topic in ALL)
        | dict(asyncapi_letters.operations()),
        "components": {
            "messages": {t.model.__name__: _message(t, samples[t.name]) for t in ALL}
            | asyncapi_letters.messages(),
            "schemas": _schemas(),
        },
    }


def _info() -> dict[str, Any]:
    return {
        "title": "Retour",
        "version": VERSION,
        "description": (
            "An open returns platform. Every message is a CloudEvent: the envelope in the record's "
            "headers, JSON in its value. Delivery is at least once and in order per key: expect "
            "repeats, and know them by `ce_source` and `ce_id`. Ignore fields and headers you do "
            "not know, and expect words you do not know in every open list."
        ),
        "license": {"name": "Apache-2.0", "url": "https://www.apache.org/licenses/LICENSE-2.0"},
        "tags": [{"name": owner} for owner in dict.fromkeys(topic.owner for topic in ALL)],
    }


def _channel(topic: Topic[Any]) -> dict[str, Any]:
    name = topic.model.__name__
    channel: dict[str, Any] = {
        "address": topic.name,
        "title": name,
        "description": _description(topic),
        "messages": {name: {"$ref": f"#/components/messages/{name}"}},
        "tags": [{"name": topic.owner}, {"name": topic.kind}],
        "bindings": bindings(topic.kept, erasable=topic.erasable),
    }
    if topic.personal:
        channel[PERSONAL] = True
    if topic.erasable:
        channel[ERASABLE] = True
    return channel


def _description(topic: Topic[Any]) -> str:
    told = "Obeyed" if topic.kind == "command" else "Told"
    kept = {"long": "kept long", "compacted": "the last word under each key is kept"}.get(
        str(topic.kept), f"kept for {topic.kept} day{'' if topic.kept == 1 else 's'}"
    )
    said = f"{told} by {topic.owner}, keyed by `{topic.key}`, {kept}."
    if topic.personal:
        said += " Carries personal data."
    if topic.erasable:
        said += " A null value means: forget what stands under this key; it asks nothing else."
    return said


def _message(topic: Topic[Any], sample: Mapping[str, Any]) -> dict[str, Any]:
    name = topic.model.__name__
    schema = schema_of(topic, "read")
    key = schema["properties"][topic.key]
    return {
        "name": topic.name,
        "title": name,
        "summary": schema["description"].partition("\n")[0],
        "contentType": "application/json",
        "headers": {
            "type": "object",
            "allOf": [
                {"$ref": "#/components/schemas/Envelope"},
                {"properties": {"ce_type": {"const": topic.name}}},
            ],
        },
        "payload": {
            "schemaFormat": _DRAFT_07,
            "schema": {"$ref": f"#/components/schemas/{name}"},
        },
        "correlationId": {"location": "$message.header#/ce_correlationid"},
        "bindings": {
            "kafka": {
                "key": key | {"description": f"The text of `{topic.key}`."},
                "bindingVersion": BINDING,
            }
        },
        "examples": [{"headers": sample["headers"], "payload": sample["value"]}],
        KEY: topic.key,
        MAX_BYTES: topic.max_bytes,
    }


def _operation(topic: Topic[Any]) -> tuple[str, dict[str, Any]]:
    """What the platform does on a topic: it sends its facts, receives orders and others' facts."""
    channel = channel_name(topic.name)
    sends = topic.kind == "event" and topic.owner in SERVICES
    who, verb = (topic.owner, "tells" if sends else "obeys")
    if topic.owner not in SERVICES:
        who, verb = "retour", "hears"
    return f"{who}-{verb}-{channel}", {
        "action": "send" if sends else "receive",
        "channel": {"$ref": f"#/channels/{channel}"},
        "messages": [{"$ref": f"#/channels/{channel}/messages/{topic.model.__name__}"}],
        "tags": [{"name": topic.owner}],
    }


def _schemas() -> dict[str, Schema]:
    """Every shape once, under its own name.

    Raises:
        ValueError: two shapes share a name and are not the same.
    """
    found: dict[str, Schema] = {}
    headers = (envelope_schema(), *asyncapi_letters.schemas())
    for whole in (*headers, *(schema_of(t, "read") for t in ALL)):
        for name, shape in ({whole["title"]: whole} | whole.get("$defs", {})).items():
            if found.setdefault(name, _placed(shape)) != _placed(shape):
                raise ValueError(f"two shapes are named {name}")
    return dict(sorted(found.items()))


def _placed(schema: Schema) -> Schema:
    """`schema` as it stands among the components, its references turned to its neighbours."""
    placed: Schema = _turned({word: v for word, v in schema.items() if word not in _OF_A_FILE})
    return placed


def _turned(node: Any) -> Any:
    if isinstance(node, list):
        return [_turned(item) for item in node]
    if not isinstance(node, dict):
        return node
    turned = {word: _turned(value) for word, value in node.items()}
    if isinstance(turned.get("$ref"), str):
        turned["$ref"] = turned["$ref"].replace("#/$defs/", "#/components/schemas/")
        if len(turned) > 1:
            # Draft 07 ignores whatever stands beside a reference.
            turned["allOf"] = [{"$ref": turned.pop("$ref")}]
    return turned
