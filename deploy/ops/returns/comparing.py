"""What other settings would have changed, return by return and in all, for a person and as JSON."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any, Final

from contracts.rules import Refusal
from contracts.shape import Money
from deploy.ops.dead_letters.shown import table
from deploy.ops.returns.plain import plain
from services.rules.app import Change, Outcome, Rehearsal, Replayed, wording

WORDS: Final = {
    Change.BLOCKED: "blocked",
    Change.FREED: "freed",
    Change.TO_A_PERSON: "left to a person",
    Change.AT_ONCE: "no longer left to a person",
    Change.FEE: "another fee",
    Change.KEPT: "more is kept",
    Change.TRAVELS: "less is kept",
    Change.OTHER_REASONS: "refused, for other reasons",
    Change.METHODS: "other methods offered",
}


def lines(found: Rehearsal) -> Iterator[str]:
    """Totals first, then every return that would have come out differently."""
    different = found.different
    yield f"requests: {len(found.replayed)}, of which {len(different)} would come out differently"
    for change, count in found.counts.most_common():
        yield f"  {WORDS[change]}: {count}"
    for currency in sorted(found.fees.before.keys() | found.fees.after.keys()):
        before, after = (_sum(fees, currency) for fees in (found.fees.before, found.fees.after))
        yield f"fees: {before} before, {after} after"
    for said, methods in methods_changed(found).items():
        for method, count in sorted(methods.items()):
            yield f"{said.replace('_', ' ')} offered: {method}, to {count}"
    if different:
        yield ""
        head = ("return", "was", "would be", "fee was", "fee would be", "what and why")
        yield from table(head, map(_row, different))


def summary(found: Rehearsal) -> dict[str, Any]:
    """The same as JSON."""
    return {
        "requests": len(found.replayed),
        "different": len(found.different),
        "counts": plain(found.counts),
        "fees": plain(found.fees),
        "methods": plain(methods_changed(found)),
        "returns": [
            {
                "return_id": one.return_id,
                "changes": plain(one.changes),
                "was": {"verdict": _verdict(one.before), **plain(one.before)},
                "would_be": {"verdict": _verdict(one.after), **plain(one.after)},
                "no_longer_offered": plain(one.no_longer),
                "newly_offered": plain(one.newly),
            }
            for one in found.different
        ],
    }


def methods_changed(found: Rehearsal) -> dict[str, Counter[str]]:
    """How many customers could no longer, or could newly, have chosen which methods."""
    changed: dict[str, Counter[str]] = {"no_longer": Counter(), "newly": Counter()}
    for one in found.replayed:
        changed["no_longer"].update(one.no_longer.back | one.no_longer.refunds)
        changed["newly"].update(one.newly.back | one.newly.refunds)
    return changed


def _row(one: Replayed) -> list[str]:
    return [
        one.return_id,
        _verdict(one.before),
        _verdict(one.after),
        _price(one.before.price),
        _price(one.after.price),
        "; ".join(_why(one)),
    ]


def _why(one: Replayed) -> Iterator[str]:
    for change in one.changes:
        match change:
            case Change.BLOCKED | Change.OTHER_REASONS:
                yield f"{WORDS[change]}: {_refusals(one.after.refusals)}"
            case Change.FREED:
                yield f"{WORDS[change]} from {_refusals(one.before.refusals)}"
            case Change.METHODS:
                yield from _methods(one)
            case _:
                yield WORDS[change]
    fresh = [rule for rule in one.after.rules if rule not in one.before.rules]
    gone = [rule for rule in one.before.rules if rule not in one.after.rules]
    if fresh:
        yield f"rules now: {', '.join(fresh)}"
    if gone:
        yield f"rules no longer: {', '.join(gone)}"


def _methods(one: Replayed) -> Iterator[str]:
    lost = sorted(one.no_longer.back | one.no_longer.refunds)
    won = sorted(one.newly.back | one.newly.refunds)
    if lost:
        yield f"no longer offered: {', '.join(lost)}"
    if won:
        yield f"newly offered: {', '.join(won)}"


def _refusals(refusals: Iterable[Refusal]) -> str:
    return ", ".join(
        f"{one.code}{f' (rule {one.rule_id})' if one.rule_id else ''}"
        for one in dict.fromkeys(one.model_copy(update={"line_id": None}) for one in refusals)
    )


def _verdict(said: Outcome) -> str:
    if not said.granted:
        return "refused"
    return "waiting" if said.waits else "approved"


def _price(price: Money | None) -> str:
    return "-" if price is None else wording.money(price)


def _sum(sums: Counter[str], currency: str) -> str:
    return wording.money(Money(minor=sums[currency], currency=currency))
