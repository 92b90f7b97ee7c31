"""What the rules that hold for an item do to it, together."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from contracts.rulebook import (
    Action,
    BlockCountry,
    ExtendWindow,
    KeepItem,
    LimitRefundMethods,
    LimitReturnMethods,
    NeedsApproval,
    NotReturnable,
    SetFee,
    WaiveFee,
)
from contracts.words import Refused


@dataclass(frozen=True, slots=True)
class Limit:
    """A rule leaves only these of the methods the portal offers."""

    rule_id: str
    only: frozenset[str]


@dataclass(slots=True)
class Effect:
    """Nothing, until a rule says more. Limits add up, the first fee decides, the longest counts."""

    refused: dict[Refused, str] = field(default_factory=dict)
    """By the first rule that refuses so."""
    refund_limits: list[Limit] = field(default_factory=list)
    return_limits: list[Limit] = field(default_factory=list)
    fee: SetFee | WaiveFee | None = None
    longer: timedelta = timedelta()
    asking: list[str] = field(default_factory=list)
    """The rules that ask for a person."""
    kept: bool = False

    @property
    def needs_approval(self) -> bool:
        """Whether a person decides."""
        return bool(self.asking)


NONE: Final = Effect()
"""No rule holds."""


def effect(held: Iterable[tuple[str, tuple[Action, ...]]]) -> Effect:
    """What follows from these rules, given in their order as id and actions."""
    found = Effect()
    for rule_id, actions in held:
        for action in actions:
            _add(found, rule_id, action)
    return found


def _add(found: Effect, rule_id: str, action: Action) -> None:
    match action:
        case NotReturnable():
            found.refused.setdefault(Refused.NOT_RETURNABLE, rule_id)
        case BlockCountry():
            found.refused.setdefault(Refused.COUNTRY_BLOCKED, rule_id)
        case LimitRefundMethods():
            found.refund_limits.append(Limit(rule_id, frozenset(action.only)))
        case LimitReturnMethods():
            found.return_limits.append(Limit(rule_id, frozenset(action.only)))
        case SetFee() | WaiveFee():
            found.fee = found.fee or action
        case ExtendWindow():
            found.longer = max(found.longer, timedelta(days=action.days))
        case NeedsApproval():
            found.asking.append(rule_id)
        case KeepItem():
            found.kept = True


def broken(limits: Iterable[Limit], method: str) -> Limit | None:
    """The first of the limits that `method` is not within."""
    return next((limit for limit in limits if method not in limit.only), None)
