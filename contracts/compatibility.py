"""May this schema take the place of that one? Both ways: old readers of new words, new readers of old."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from contracts.json_schema import Schema

_LOWER: Final = frozenset({"minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties"})
_UPPER: Final = frozenset(
    {"maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties", "x-max-bytes"}
)
_WALKED: Final = frozenset(
    {"$ref", "$defs", "properties", "required", "items", "anyOf", "enum", "x-personal"}
    | {"additionalProperties", "patternProperties"}
)
_WORDS_ONLY: Final = frozenset({"$schema", "$id", "title", "description", "examples"})


def compatible(old: Schema, new: Schema) -> list[str]:
    """What stands in the way of `new` taking the place of `old`, one sentence each. Empty means nothing.

    A new optional field is welcome; so are other titles and descriptions, and a new mark `x-personal`.
    Everything else breaks somebody: what is tightened refuses messages still to be replayed, and what
    is loosened lets new writers say what old readers refuse.
    """
    return list(_objections(old, new, (old, new), "", frozenset()))


def _objections(
    old: Schema, new: Schema, roots: tuple[Schema, Schema], at: str, seen: frozenset[tuple[str, str]]
) -> Iterator[str]:
    pair = (str(old.get("$ref", "")), str(new.get("$ref", "")))
    if any(pair):
        if pair in seen:
            return
        seen |= {pair}
        old, new = _resolved(old, roots[0]), _resolved(new, roots[1])
    where = at or "the message"
    yield from _fields(old, new, roots, at, seen)
    yield from _inner(old, new, roots, at, seen)
    yield from _words(old, new, where)
    if old.get("x-personal") and not new.get("x-personal"):
        yield f"{where}: is no longer marked personal"
    for word in sorted((old.keys() | new.keys()) - _WALKED - _WORDS_ONLY):
        if old.get(word, ...) != new.get(word, ...):
            yield f"{where}: {_verdict(word, old.get(word), new.get(word))}"


def _resolved(schema: Schema, root: Schema) -> Schema:
    """`schema` with what it refers to in its place. References are to `$defs` of the same file."""
    if "$ref" not in schema:
        return schema
    referred: Schema = root["$defs"][schema["$ref"].removeprefix("#/$defs/")]
    return referred | {word: value for word, value in schema.items() if word != "$ref"}


def _fields(
    old: Schema, new: Schema, roots: tuple[Schema, Schema], at: str, seen: frozenset[tuple[str, str]]
) -> Iterator[str]:
    before, after = old.get("properties", {}), new.get("properties", {})
    due_before, due_after = set(old.get("required", ())), set(new.get("required", ()))
    for name in sorted(before.keys() - after.keys()):
        yield f"{at}.{name}: is gone"
    for name in sorted(due_after - due_before):
        yield f"{at}.{name}: is newly required"
    for name in sorted((due_before - due_after) & after.keys()):
        yield f"{at}.{name}: is no longer required"
    for name in sorted(before.keys() & after.keys()):
        yield from _objections(before[name], after[name], roots, f"{at}.{name}", seen)


def _inner(
    old: Schema, new: Schema, roots: tuple[Schema, Schema], at: str, seen: frozenset[tuple[str, str]]
) -> Iterator[str]:
    """Objections to what a list, a map or a choice is made of."""
    where = at or "the message"
    pairs: list[tuple[str, Any, Any]] = [
        (f"{at}[]", old.get("items"), new.get("items")),
        (f"{at}{{}}", old.get("additionalProperties"), new.get("additionalProperties")),
    ]
    maps = old.get("patternProperties", {}), new.get("patternProperties", {})
    choices = old.get("anyOf", []), new.get("anyOf", [])
    if maps[0].keys() != maps[1].keys() or len(choices[0]) != len(choices[1]):
        yield f"{where}: has another type"
    else:
        pairs += [(f"{at}{{}}", maps[0][key], maps[1][key]) for key in maps[0]]
        pairs += [(at, one, other) for one, other in zip(*choices, strict=True)]
    for place, one, other in pairs:
        if isinstance(one, dict) and isinstance(other, dict):
            yield from _objections(one, other, roots, place, seen)
        elif one != other:
            yield f"{where}: {place or 'the value'} is open where it was closed, or the reverse"


def _words(old: Schema, new: Schema, where: str) -> Iterator[str]:
    """A closed list of words may not shrink, and may not grow: old readers refuse a stranger."""
    before, after = old.get("enum"), new.get("enum")
    if (before is None) != (after is None):
        yield f"{where}: the list of words is {'new' if before is None else 'gone'}"
    elif before is not None and after is not None:
        for word in before:
            if word not in after:
                yield f"{where}: the word {word!r} is gone"
        for word in after:
            if word not in before:
                yield f"{where}: the word {word!r} is new, and old readers refuse it"


def _verdict(word: str, old: Any, new: Any) -> str:  # noqa: ANN401  -- any JSON value
    if word == "type":
        return f"its type was {old} and is {new}"
    if word in _LOWER | _UPPER:
        tighter = old is None or (new is not None and (new > old if word in _LOWER else new < old))
        return f"{word} is {'tightened' if tighter else 'loosened'} from {old} to {new}"
    return f"{word} was {old!r} and is {new!r}"
