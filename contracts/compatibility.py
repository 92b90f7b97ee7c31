"""May this schema take the place of that one? For old readers of new words, and the reverse."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Final

from contracts.json_schema import ERASABLE, GROWS, Schema
from contracts.kinds import STRANGER

_LOWER: Final = frozenset({"minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties"})
_UPPER: Final = frozenset(
    {"maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties", "x-max-bytes"}
)
_WALKED: Final = frozenset(
    {"$ref", "$defs", "properties", "required", "items", "anyOf", "enum", "x-personal"}
    | {"additionalProperties", "patternProperties"}
)
_UNKNOWN: Final = "any other"
_FOR_PEOPLE: Final = frozenset({"$schema", "$id", "title", "description", "examples"})


def compatible(old: Schema, new: Schema) -> list[str]:
    """What stands in the way of `new` taking the place of `old`: a sentence each, or nothing.

    A new optional field is welcome; so are other titles and descriptions, a new mark `x-personal`,
    and a new mark `x-erasable`: a null value asks nothing of who keeps nothing, and an old reader
    that refuses it has lost no message. A choice marked `x-grows` may gain kinds: its readers keep
    what they do not know as a stranger. Everything else breaks somebody: what is tightened
    refuses messages still to be replayed, and what is loosened lets new writers say what old
    readers refuse.
    """
    return list(_objections(old, new, _At(old, new)))


@dataclass(frozen=True)
class _At:
    """Where the walk is, below which roots, and which references led there."""

    old_root: Schema
    new_root: Schema
    path: str = ""
    followed: frozenset[tuple[str, str]] = frozenset()

    def __str__(self) -> str:
        return self.path or "the message"

    def inside(self, step: str) -> _At:
        return replace(self, path=self.path + step)


def _objections(old: Schema, new: Schema, at: _At) -> Iterator[str]:
    references = (str(old.get("$ref", "")), str(new.get("$ref", "")))
    if any(references):
        if references in at.followed:
            return
        at = replace(at, followed=at.followed | {references})
        old, new = _resolved(old, at.old_root), _resolved(new, at.new_root)
    yield from _fields(old, new, at)
    yield from _parts(old, new, at)
    yield from _words(old, new, at)
    if old.get("x-personal") and not new.get("x-personal"):
        yield f"{at}: is no longer marked personal"
    for word in sorted((old.keys() | new.keys()) - _WALKED - _FOR_PEOPLE):
        if word == ERASABLE and new.get(word) is True:
            continue
        if old.get(word, ...) != new.get(word, ...):
            yield f"{at}: {_verdict(word, old.get(word), new.get(word))}"


def _resolved(schema: Schema, root: Schema) -> Schema:
    """`schema` with what it refers to in its place. References are to `$defs` of the same file."""
    if "$ref" not in schema:
        return schema
    referred: Schema = root["$defs"][schema["$ref"].removeprefix("#/$defs/")]
    beside = {word: value for word, value in schema.items() if word != "$ref"}
    if "properties" in beside:
        fields = referred.get("properties", {})
        narrowed = {
            name: fields.get(name, {}) | more for name, more in schema["properties"].items()
        }
        beside["properties"] = fields | narrowed
    return referred | beside


def _fields(old: Schema, new: Schema, at: _At) -> Iterator[str]:
    before, after = old.get("properties", {}), new.get("properties", {})
    due_before, due_after = set(old.get("required", ())), set(new.get("required", ()))
    for name in sorted(before.keys() - after.keys()):
        yield f"{at.inside('.' + name)}: is gone"
    for name in sorted(due_after - due_before):
        yield f"{at.inside('.' + name)}: is newly required"
    for name in sorted((due_before - due_after) & after.keys()):
        yield f"{at.inside('.' + name)}: is no longer required"
    for name in sorted(before.keys() & after.keys()):
        yield from _objections(before[name], after[name], at.inside(f".{name}"))


def _parts(old: Schema, new: Schema, at: _At) -> Iterator[str]:
    """Objections to what a list, a map or a choice is made of."""
    pairs: list[tuple[str, Any, Any]] = [
        ("[]", old.get("items"), new.get("items")),
        ("{}", old.get("additionalProperties"), new.get("additionalProperties")),
    ]
    maps = old.get("patternProperties", {}), new.get("patternProperties", {})
    choices = old.get("anyOf", []), new.get("anyOf", [])
    if old.get(GROWS) is True and new.get(GROWS) is True:
        yield from _kinds(old, new, at)
        choices = [], []
    if maps[0].keys() != maps[1].keys() or len(choices[0]) != len(choices[1]):
        yield f"{at}: has another type"
    else:
        pairs += [("{}", maps[0][key], maps[1][key]) for key in maps[0]]
        pairs += [("", one, other) for one, other in zip(*choices, strict=True)]
    for step, one, other in pairs:
        if isinstance(one, dict) and isinstance(other, dict):
            yield from _objections(one, other, at.inside(step))
        elif one != other:
            yield f"{at}: what it may hold is open where it was closed, or the reverse"


def _kinds(old: Schema, new: Schema, at: _At) -> Iterator[str]:
    """Objections to a choice that may grow: each kind it had is still there, and unchanged."""
    before, after = _by_kind(old, at.old_root), _by_kind(new, at.new_root)
    for kind, one in before.items():
        if kind in after:
            yield from _objections(one, after[kind], at.inside(f"<{kind}>"))
        else:
            yield f"{at.inside(f'<{kind}>')}: is gone"
    if _UNKNOWN in after.keys() - before.keys():
        yield f"{at.inside(f'<{_UNKNOWN}>')}: is new, and old readers know no stranger"


def _by_kind(choice: Schema, root: Schema) -> dict[str, Schema]:
    """The alternatives by what their `kind` must be; that of the strangers by a name of its own."""
    found = {}
    for alternative in choice["anyOf"]:
        shape = _resolved(alternative, root)
        if shape.get(STRANGER):
            # Which kinds are no strangers follows from the other alternatives.
            kind = {word: v for word, v in shape["properties"]["kind"].items() if word != "not"}
            found[_UNKNOWN] = shape | {"properties": shape["properties"] | {"kind": kind}}
        else:
            found[shape["properties"]["kind"]["const"]] = alternative
    return found


def _words(old: Schema, new: Schema, at: _At) -> Iterator[str]:
    """A closed list of words may not shrink, and may not grow: old readers refuse a stranger."""
    before, after = old.get("enum"), new.get("enum")
    if (before is None) != (after is None):
        yield f"{at}: the list of words is {'new' if before is None else 'gone'}"
    elif before is not None and after is not None:
        for word in before:
            if word not in after:
                yield f"{at}: the word {word!r} is gone"
        for word in after:
            if word not in before:
                yield f"{at}: the word {word!r} is new, and old readers refuse it"


def _verdict(word: str, old: Any, new: Any) -> str:
    if word == "type":
        return f"its type was {old} and is {new}"
    if word in _LOWER | _UPPER:
        tighter = old is None or (new is not None and (new > old if word in _LOWER else new < old))
        return f"{word} is {'tightened' if tighter else 'loosened'} from {old} to {new}"
    return f"{word} was {old!r} and is {new!r}"
