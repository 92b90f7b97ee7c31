"""Does the file say what settings must say? Every field that is not as the contract wants it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any, Final

from pydantic import ValidationError

from contracts.shop import PortalConfigured
from deploy.settings_file.amounts import money
from deploy.settings_file.fields import meant
from deploy.settings_file.tree import (
    Fault,
    Map,
    Path,
    Place,
    Scalar,
    Seq,
    Step,
    Tree,
    exported,
    inside,
    original,
    place_of,
)

_MISSING: Final = "missing"
_UNKNOWN: Final = "extra_forbidden"
_TYPES: Final = {
    "string_type": "text is due",
    "int_type": "a whole number is due",
    "int_from_float": "a whole number is due",
    "int_parsing": "a whole number is due",
    "bool_type": "true or false is due",
    "bool_parsing": "true or false is due",
    "tuple_type": "a list is due: lines that begin with a dash",
    "dict_type": "fields are due, each with a name and a colon",
    "model_type": "fields are due, each with a name and a colon",
    "model_attributes_type": "fields are due, each with a name and a colon",
}
_PATTERNS: Final = {
    "^[A-Z]{2}$": "a country as in ISO 3166-1, such as NL",
    "^[A-Z]{3}$": "a currency as in ISO 4217, such as EUR",
    "^[a-z]{2}$": "a language as in ISO 639-1, such as nl",
    "^[a-z][a-z0-9_]{0,63}$": "a word in small letters such as drop_off_point",
    "^#[0-9a-fA-F]{6}$": 'a colour such as "#7a3b2e", in quotes: # begins a remark',
    "^https://": "an address that begins with https://",
    "^[^\\s@": "an e-mail address",
    "^[A-Za-z0-9][A-Za-z0-9._:/-]": "a name of at most 64 letters, digits and . _ : / -",
}

Wrong = tuple[str, Path, dict[str, Any]]
"""pydantic's word for what is wrong, where, and what else it says."""


def shaped(tree: Tree) -> PortalConfigured | list[Wrong]:
    """The settings in `tree`, or everything that keeps it from being settings.

    What is unambiguous is taken as it is meant, in `tree` itself: a postal code of digits only is
    text, because text is due there; `4.50 EUR` is an amount where an amount is due.
    """
    found = _validated(tree)
    if isinstance(found, list):
        taken = [_taken_as_meant(tree, wrong) for wrong in found]  # all of them, not up to one
        if any(taken):
            return _validated(tree)
    return found


def fault(tree: Tree, wrong: Wrong) -> Fault:
    """What is wrong, for a person: where in the file, and what is due."""
    kind, path, said = wrong
    place, told = place_of(tree, path), original(tree, path)
    if kind == _MISSING:
        return Fault("field_missing", told, place, f"{path[-1]} is missing.")
    if kind == _UNKNOWN:
        sentence = f"There is no field {path[-1]} here.{meant(tree, path)}"
        return Fault("field_unknown", told, place, sentence)
    if kind in _TYPES:
        sentence = _TYPES[kind]
        if said.get("class_name") == "Money":
            sentence = "an amount is due, such as 4.50 EUR: no more decimals than the currency has"
        return Fault("type_wrong", told, place, f"{sentence[0].upper()}{sentence[1:]}.")
    return Fault("value_wrong", told, place, _due(kind, said))


def _due(kind: str, said: dict[str, Any]) -> str:
    if kind == "string_pattern_mismatch":
        pattern = str(said["pattern"])
        due = next((due for begins, due in _PATTERNS.items() if pattern.startswith(begins)), None)
        return f"This must be {due or 'text without control characters'}."
    if kind == "string_too_long":
        return f"At most {said['max_length']} letters."
    if kind in ("too_short", "too_long"):
        bound = "min_length" if kind == "too_short" else "max_length"
        return f"At {'least' if kind == 'too_short' else 'most'} {said[bound]} of these."
    bounds = {"greater_than_equal": ("ge", "At least"), "less_than_equal": ("le", "At most")}
    if kind in bounds:
        name, words = bounds[kind]
        return f"{words} {said[name]}."
    return f"{said['msg'][:1].upper()}{said['msg'][1:]}."


def _validated(tree: Tree) -> PortalConfigured | list[Wrong]:
    try:
        return PortalConfigured.model_validate_json(json.dumps(exported(tree)))
    except ValidationError as error:
        return list(_wrongs(tree, error))


def _wrongs(tree: Tree, error: ValidationError) -> Iterator[Wrong]:
    seen = set()
    for one in error.errors(include_url=False, include_input=False):
        kind = one["type"]
        path = tuple(_steps(tree, one["loc"], named=kind == _MISSING))
        if kind == "too_short" and _long_enough(tree, path, one["ctx"]["min_length"]):
            continue  # only what is sound in it was counted
        if (kind, path) not in seen:
            seen.add((kind, path))
            yield kind, path, {**one.get("ctx", {}), "msg": one["msg"]}


def _long_enough(tree: Tree, path: Path, least: int) -> bool:
    at: Tree | None = tree
    for step in path:
        at = None if at is None else inside(at, step)
    return isinstance(at, Seq) and len(at.items) >= least


def _steps(tree: Tree, loc: Sequence[Step], *, named: bool) -> Iterator[Step]:
    """Where that is in the file. pydantic also names the kind it took something for."""
    at: Tree | None = tree
    for number, step in enumerate(loc):
        below = None if at is None else inside(at, step)
        if below is not None:
            at = below
            yield step
        elif named and number == len(loc) - 1:
            yield step


def _taken_as_meant(tree: Tree, wrong: Wrong) -> bool:
    kind, path, said = wrong
    if not path:
        return False
    above = tree
    for step in path[:-1]:
        above = inside(above, step) or above
    at = inside(above, path[-1])
    if not isinstance(at, Scalar) or not at.plain:
        return False
    if kind == "string_type" and at.value is not None:
        at.value = at.text
        return True
    if kind == "model_type" and said.get("class_name") == "Money":
        amount = money(at.text)
        if amount is not None:
            _put(above, path[-1], _spelled_out(amount, at.place))
            return True
    return False


def _put(above: Tree, step: Step, made: Map) -> None:
    if isinstance(above, Map) and isinstance(step, str):
        above.entries[step] = made
    elif isinstance(above, Seq) and isinstance(step, int):
        above.items[step] = made


def _spelled_out(amount: dict[str, int | str], place: Place) -> Map:
    entries: dict[str, Tree] = {
        name: Scalar(value, str(value), plain=True, place=place) for name, value in amount.items()
    }
    return Map(entries, dict.fromkeys(entries, place), place)
