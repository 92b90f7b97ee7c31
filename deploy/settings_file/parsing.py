"""Reads YAML into a tree with positions. Only what cannot be misread: one document, plain data.

Values are those of YAML 1.2: `NO` is Norway, `on` and `yes` are words, `08` is a number. Anchors,
aliases and tags are not read: a file of settings says what it says where it says it.
"""

from __future__ import annotations

import re
from typing import Final

import yaml

from deploy.settings_file.tree import Fault, Map, Path, Place, Scalar, Seq, Tree

MOST_BYTES: Final = 2 * 1024 * 1024
DEEPEST: Final = 60
START: Final = Place(1, 1)

_LOADER: Final = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
_NULL: Final = frozenset(("", "~", "null", "Null", "NULL"))
_BOOL: Final = {
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_INT: Final = re.compile(r"[-+]?[0-9]{1,40}", re.ASCII)
_FLOAT: Final = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]{1,3})?", re.ASCII)


def parse(body: bytes) -> tuple[Tree | None, list[Fault]]:
    """The tree of the file, as far as it goes, and everything in it that is no plain data.

    Without a tree the file cannot be read at all.
    """
    if len(body) > MOST_BYTES:
        return None, [_fault("file_too_large", START, f"more than {MOST_BYTES} bytes")]
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        line = body.count(b"\n", 0, fault.start) + 1
        return None, [_fault("yaml_syntax", Place(line, 1), "not UTF-8")]
    building = _Building()
    stopped = building.read(text)
    if stopped is None and (building.root is None or _is_nothing(building.root)):
        stopped = _fault("yaml_syntax", START, "the file is empty")
    if stopped is not None:
        return None, [*building.faults, stopped]
    return building.root, building.faults


class _TooDeep(Exception):
    def __init__(self, place: Place) -> None:
        super().__init__()
        self.place = place


class _Building:
    """The tree as far as events have told of it."""

    def __init__(self) -> None:
        self.root: Tree | None = None
        self.faults: list[Fault] = []
        self._open: list[tuple[Seq | Map, Path]] = []
        self._key: list[tuple[str, Place] | None] = []
        """For each open one the name whose value comes next."""
        self._skip = 0
        """How deep we are in something that has no name."""
        self._documents = 0

    def read(self, text: str) -> Fault | None:
        """The whole text is taken; or what ended it half-way."""
        try:
            for event in yaml.parse(text, Loader=_LOADER):
                self._take(event)
        except _TooDeep as fault:
            return _fault("yaml_syntax", fault.place, f"nested over {DEEPEST} deep")
        except yaml.MarkedYAMLError as fault:
            return _syntax(fault)
        except yaml.YAMLError as fault:  # it says by its position only which character it is
            line = text.count("\n", 0, getattr(fault, "position", 0) or 0) + 1
            return _fault("yaml_syntax", Place(line, 1), "a character that YAML forbids")
        return None

    def _take(self, event: yaml.Event) -> None:
        match event:
            case yaml.DocumentStartEvent():
                self._documents += 1
                if self._documents == 2:  # noqa: PLR2004
                    self._say("yaml_feature", _place(event), "one file holds one document")
            case yaml.AliasEvent():
                self._say("yaml_feature", _place(event), "aliases (*) are not read: write it out")
                self._value(Scalar(None, "", plain=True, place=_place(event)))
            case yaml.ScalarEvent():
                self._features(event)
                self._scalar(event)
            case yaml.SequenceStartEvent() | yaml.MappingStartEvent():
                self._features(event)
                self._begin(event)
            case yaml.SequenceEndEvent() | yaml.MappingEndEvent():
                self._end()

    def _features(self, event: yaml.NodeEvent) -> None:
        if event.anchor is not None:
            self._say("yaml_feature", _place(event), "anchors (&) are not read")
        if getattr(event, "tag", None) is not None:
            self._say("yaml_feature", _place(event), "tags (!) are not read")

    def _scalar(self, event: yaml.ScalarEvent) -> None:
        plain = event.style in (None, "")
        value = resolved(event.value) if plain else event.value
        if not self._skip and self._awaits_key():
            self._open_key(event.value, _place(event))
            return
        self._value(Scalar(value, event.value, plain, _place(event)))

    def _awaits_key(self) -> bool:
        return bool(self._open) and isinstance(self._open[-1][0], Map) and self._key[-1] is None

    def _open_key(self, name: str, place: Place) -> None:
        into = self._open[-1][0]
        if isinstance(into, Map) and name in into.entries:
            first = into.keys[name].line
            path = (*self._open[-1][1], name)
            self.faults.append(
                Fault("field_twice", path, place, f"{name} stands in line {first} already")
            )
        self._key[-1] = (name, place)

    def _begin(self, event: yaml.SequenceStartEvent | yaml.MappingStartEvent) -> None:
        place = _place(event)
        if len(self._open) + self._skip >= DEEPEST:
            raise _TooDeep(place)
        if not self._skip and self._awaits_key():
            self._say("yaml_feature", place, "a field's name is a word")
            self._key[-1] = ("", place)
            self._skip = 1
            return
        if self._skip:
            self._skip += 1
            return
        made: Seq | Map = (
            Seq([], [], place) if isinstance(event, yaml.SequenceStartEvent) else Map({}, {}, place)
        )
        path = self._value(made)
        self._open.append((made, path))
        self._key.append(None)

    def _end(self) -> None:
        if self._skip:
            self._skip -= 1
            return
        self._open.pop()
        self._key.pop()

    def _value(self, made: Tree) -> Path:
        """The value stands where it belongs; its path."""
        if self._skip:
            return ()
        if not self._open:
            if self.root is None:
                self.root = made
            return ()
        into, path = self._open[-1]
        if isinstance(into, Seq):
            into.items.append(made)
            into.originals.append(len(into.originals))
            return (*path, len(into.items) - 1)
        name, place = self._key[-1] or ("", made.place)
        self._key[-1] = None
        if name not in into.entries:
            into.entries[name], into.keys[name] = made, place
        return (*path, name)

    def _say(self, code: str, place: Place, sentence: str) -> None:
        path = self._open[-1][1] if self._open else ()
        key = self._key[-1] if self._key else None
        self.faults.append(Fault(code, (*path, key[0]) if key else path, place, sentence))


def resolved(text: str) -> str | int | float | bool | None:
    """What a word without quotes is, by the core schema of YAML 1.2."""
    if text in _NULL:
        return None
    if text in _BOOL:
        return _BOOL[text]
    if _INT.fullmatch(text):
        return int(text)
    if _FLOAT.fullmatch(text):
        return float(text)
    return text


def _is_nothing(tree: Tree) -> bool:
    return isinstance(tree, Scalar) and tree.value is None


def _place(event: yaml.Event) -> Place:
    mark = event.start_mark
    return START if mark is None else Place(mark.line + 1, mark.column + 1)


def _syntax(fault: yaml.MarkedYAMLError) -> Fault:
    mark = fault.problem_mark or fault.context_mark
    place = START if mark is None else Place(mark.line + 1, mark.column + 1)
    return _fault("yaml_syntax", place, fault.problem or fault.context or "not YAML")


def _fault(code: str, place: Place, sentence: str) -> Fault:
    return Fault(code, (), place, sentence)
