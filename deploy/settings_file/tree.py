"""What a file of settings holds, and where: its fields and values with their lines and columns."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeAlias

Step = str | int
Path = tuple[Step, ...]
"""From the outermost field inwards: names of fields, and numbers in lists, from 0."""

_STEP = re.compile(r"([^.\[\]]+)|\[(\d+)\]")


class Place(NamedTuple):
    """Where something begins, as editors count: from 1."""

    line: int
    column: int


@dataclass(slots=True)
class Scalar:
    """One value, and how it was written."""

    value: str | int | float | bool | None
    text: str
    plain: bool
    """Without quotes: what it is meant to be hangs on the field."""
    place: Place


@dataclass(slots=True)
class Seq:
    """A list."""

    items: list[Tree]
    originals: list[int]
    """The number each item has in the file, also after others were taken out."""
    place: Place


@dataclass(slots=True)
class Map:
    """Fields with their values."""

    entries: dict[str, Tree]
    keys: dict[str, Place]
    place: Place


Tree: TypeAlias = Scalar | Seq | Map


@dataclass(frozen=True, slots=True)
class Fault:
    """Something in the file that is not as it must be, and where. `code` never changes."""

    code: str
    path: Path
    place: Place
    sentence: str


def exported(tree: Tree) -> Any:
    """The values alone, as for JSON."""
    match tree:
        case Scalar():
            return tree.value
        case Seq():
            return [exported(item) for item in tree.items]
        case Map():
            return {name: exported(one) for name, one in tree.entries.items()}


def inside(tree: Tree, step: Step) -> Tree | None:
    """What lies behind one step."""
    if isinstance(tree, Map) and isinstance(step, str):
        return tree.entries.get(step)
    if isinstance(tree, Seq) and isinstance(step, int) and step < len(tree.items):
        return tree.items[step]
    return None


def place_of(tree: Tree, path: Sequence[Step]) -> Place:
    """Where this stands; of what is not in the file, where what it belongs to stands."""
    place = tree.place
    for step in path:
        below = inside(tree, step)
        if below is None:
            return place
        place = tree.keys[step] if isinstance(tree, Map) and isinstance(step, str) else below.place
        tree = below
    return place


def original(tree: Tree, path: Sequence[Step]) -> Path:
    """The same path, with numbers as they are in the file."""
    found: list[Step] = []
    at: Tree | None = tree
    for step in path:
        counted = isinstance(at, Seq) and isinstance(step, int) and step < len(at.originals)
        found.append(at.originals[step] if counted else step)  # type: ignore[union-attr,index]
        at = None if at is None else inside(at, step)
    return tuple(found)


def written(path: Sequence[Step]) -> str:
    """`rules[3].then[0].only`."""
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path).lstrip(
        "."
    )


def steps(field: str) -> Path:
    """The path of `rules[3].then[0].only`."""
    return tuple(_steps(field))


def _steps(field: str) -> Iterator[Step]:
    for name, number in _STEP.findall(field):
        yield name or int(number)
