"""Everything there is to say about a file of settings, at once, by line and field."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Final

from contracts.rules import Finding
from contracts.shop import PortalConfigured
from deploy.settings_file.parsing import parse
from deploy.settings_file.shape import Wrong, fault, shaped
from deploy.settings_file.tree import (
    Fault,
    Map,
    Path,
    Place,
    Scalar,
    Seq,
    Tree,
    inside,
    original,
    place_of,
    steps,
    written,
)

BLOCKING: Final = "blocking"
CLOSED_ON_PURPOSE: Final = "closed_by_merchant"
_ROUNDS: Final = 10

Gate = Callable[[PortalConfigured], Sequence[Finding]]
"""What the rules service would say of settings."""


@dataclass(frozen=True, slots=True)
class Remark:
    """One thing about the file: a fault in how it is written, or a finding about what it says."""

    line: int
    column: int
    field: str
    severity: str
    code: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Checked:
    """What the file says, if it can be read, and every remark in the order of its lines."""

    settings: PortalConfigured | None
    versioned: bool
    """Whether it names its version. If not, `settings` has a stand-in."""
    remarks: tuple[Remark, ...]

    @property
    def blocking(self) -> bool:
        """Whether these settings would keep the portal closed, or are none."""
        return any(one.severity == BLOCKING for one in self.remarks)

    @property
    def closed_on_purpose(self) -> bool:
        """Whether the merchant wants the portal closed, whatever else keeps it so."""
        return self.settings is not None and not self.settings.open


_STAND_INS: Final[dict[str, str | int | dict[str, str] | list[str]]] = {
    "portal_id": "unnamed",
    "version": 1,
    "brand": {"name": "-"},
    "window_days": 3650,
    "currency": "XXX",  # ISO 4217: no currency
    "return_methods": [],
    "refund_methods": [],
}
"""For what must be there and is not, or cannot be read, so that the rest can be judged."""

_ROUTES: Final = frozenset(
    ("no_method_left", "no_method_left_today", "no_carrier_for_method", "method_not_possible")
)
_HANGS_ON: Final[dict[str, frozenset[str]]] = {
    "return_addresses": frozenset(
        ("no_return_address", "return_address_not_chosen", "condition_never_holds")
    ),
    "return_address_id": frozenset(("return_address_not_chosen",)),
    "window_days": frozenset(("window_below_withdrawal_right", "window_differs_from_policy")),
    "window_starts": frozenset(("window_below_withdrawal_right",)),
    "currency": frozenset(("currency_differs", "condition_currency_differs")),
    "return_methods": _ROUTES
    | {
        *("no_return_method", "fee_for_method_not_offered", "refund_waits_for_tracking"),
        *("rule_names_return_method_not_offered", "limit_leaves_nothing"),
    },
    "refund_methods": frozenset(
        ("no_refund_method", "rule_names_refund_method_not_offered", "limit_leaves_nothing")
    ),
    "reasons": frozenset(("rule_names_reason_not_offered",)),
    "languages": frozenset(("reason_unknown",)),
    "carriers": _ROUTES | {"refund_waits_for_tracking"},
    "blocked_countries": _ROUTES | {"window_below_withdrawal_right", "exclusion_without_exemption"},
    "rules": _ROUTES,
    "sender_email": frozenset(("no_sender_address",)),
    "policy_url": frozenset(("no_policy_link",)),
    "support_url": frozenset(("no_support_link",)),
    "open": frozenset((CLOSED_ON_PURPOSE,)),
}
"""Findings that may only be there because something of that field could not be read."""


def checked(body: bytes, gate: Gate) -> Checked:
    """What the file says, what is wrong with it, and what the gate would find.

    What cannot be read does not hide what can be judged without it.
    """
    tree, faults = parse(body)
    if tree is None:
        return Checked(None, versioned=False, remarks=_in_order(map(_faulty, faults)))
    whole = deepcopy(tree)
    versioned = isinstance(tree, Map) and "version" in tree.entries
    if isinstance(tree, Map) and not versioned:
        _stand_in(tree, "version")
    settings, wrongs, unread = _read(tree)
    remarks = [*map(_faulty, faults), *(_faulty(one) for one in wrongs)]
    if settings is not None:
        hidden = frozenset[str]().union(*(_HANGS_ON.get(root, ()) for root in unread))
        remarks += [_found(whole, tree, one) for one in gate(settings) if one.code not in hidden]
    sound = settings if not faults and not wrongs else None
    return Checked(sound, versioned, _in_order(remarks))


def _read(tree: Tree) -> tuple[PortalConfigured | None, list[Fault], set[str]]:
    """The settings without what cannot be read of them; what that is, and in which fields."""
    faults: list[Fault] = []
    unread: set[str] = set()
    for _ in range(_ROUNDS):
        found = shaped(tree)
        if isinstance(found, PortalConfigured):
            return found, faults, unread
        faults += [one for wrong in found if (one := fault(tree, wrong)) not in faults]
        if not isinstance(tree, Map):
            break
        unread |= {str(path[0]) for kind, path, _ in found if kind != "extra_forbidden" and path}
        _take_out(tree, found)
    return None, faults, unread


def _take_out(tree: Map, wrongs: Sequence[Wrong]) -> None:
    """What is wrong is not there any more, and nothing that could be judged is gone with it."""
    entries: dict[str, set[int]] = {}
    for kind, path, _ in wrongs:
        if kind == "extra_forbidden":
            _remove(tree, path)
            continue
        root = str(path[0])
        at = tree.entries.get(root)
        if isinstance(at, Seq) and len(path) > 1 and isinstance(path[1], int):
            entries.setdefault(root, set()).add(path[1])
        else:
            tree.entries.pop(root, None)
            if root in _STAND_INS:
                _stand_in(tree, root)
    for root, numbers in entries.items():
        at = tree.entries.get(root)
        if isinstance(at, Seq):
            keep = [number for number in range(len(at.items)) if number not in numbers]
            at.items = [at.items[number] for number in keep]
            at.originals = [at.originals[number] for number in keep]


def _remove(tree: Tree, path: Path) -> None:
    at: Tree | None = tree
    for step in path[:-1]:
        at = None if at is None else inside(at, step)
    if isinstance(at, Map):
        at.entries.pop(str(path[-1]), None)


def _stand_in(tree: Map, root: str) -> None:
    tree.entries[root] = _tree_of(_STAND_INS[root], tree.place)
    tree.keys.setdefault(root, tree.place)


def _tree_of(value: str | int | dict[str, str] | list[str], place: Place) -> Tree:
    match value:
        case dict():
            entries = {name: _tree_of(one, place) for name, one in value.items()}
            return Map(entries, dict.fromkeys(value, place), place)
        case list():
            items = [_tree_of(one, place) for one in value]
            return Seq(items, list(range(len(items))), place)
    return Scalar(value, str(value), plain=False, place=place)


def _faulty(one: Fault) -> Remark:
    return Remark(*one.place, written(one.path), BLOCKING, one.code, one.sentence)


def _found(whole: Tree, tree: Tree, one: Finding) -> Remark:
    """The finding, where the file says what it is about."""
    path = original(tree, steps(one.field))
    return Remark(*place_of(whole, path), written(path), one.severity, one.code, one.sentence)


def _in_order(remarks: Sequence[Remark] | map[Remark]) -> tuple[Remark, ...]:
    return tuple(sorted(remarks, key=lambda one: (one.line, one.column, one.field, one.code)))
