"""Which fields there are where, by the schema of the settings: for `did you mean`."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches
from functools import cache
from typing import Any

from contracts.shop import PortalConfigured
from deploy.settings_file.tree import Map, Path, Scalar, Step, Tree, inside

Schema = dict[str, Any]


def meant(tree: Tree, path: Path) -> str:
    """` Did you mean …?`, if a field that may stand there has a name like this one's."""
    *above, name = path
    near = get_close_matches(str(name), sorted(fields_at(tree, tuple(above))), n=1, cutoff=0.5)
    return f" Did you mean {near[0]}?" if near else ""


def fields_at(tree: Tree, path: Path) -> frozenset[str]:
    """The fields that what stands there may have; of several kinds, those of the kind it says."""
    at: Tree | None = tree
    schemas = list(_alternatives(_schema(), at))
    for step in path:
        at = None if at is None else inside(at, step)
        schemas = [one for schema in schemas for one in _below(schema, step, at)]
    return frozenset(name for schema in schemas for name in schema.get("properties", ()))


def _below(schema: Schema, step: Step, at: Tree | None) -> Iterator[Schema]:
    below = (
        schema.get("items")
        if isinstance(step, int)
        else schema.get("properties", {}).get(step, schema.get("additionalProperties"))
    )
    if isinstance(below, dict):
        yield from _alternatives(below, at)


def _alternatives(schema: Schema, at: Tree | None) -> Iterator[Schema]:
    """Every schema it can be, as far as the kind that is said there allows."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        yield from _alternatives(_schema()["$defs"][name], at)
        return
    inner = [one for way in ("anyOf", "oneOf", "allOf") for one in schema.get(way, ())]
    for one in inner:
        yield from _alternatives(one, at)
    if not inner:
        kind = schema.get("properties", {}).get("kind", {}).get("const")
        if kind is None or kind == _kind(at):
            yield schema


def _kind(at: Tree | None) -> Any:
    said = at.entries.get("kind") if isinstance(at, Map) else None
    return said.value if isinstance(said, Scalar) else None


@cache
def _schema() -> Schema:
    return PortalConfigured.model_json_schema()
