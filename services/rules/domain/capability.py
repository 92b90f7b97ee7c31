"""What can be done between which countries, by whom: dated facts, answered for one day."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from contracts.shop import CarrierChoice
from contracts.words import NotOffered

OWN_LABEL: Final = "own_label"
"""The carrier of customers who post the parcel themselves, with a printed address label."""
PLATFORM, DIRECT = "platform", "direct"


@dataclass(frozen=True, slots=True)
class Capability:
    """One dated fact: this carrier does this between these countries, under such a contract."""

    method: str
    from_country: str | None
    """Where the customer is. None means everywhere."""
    to_country: str | None
    """Where the return address is. None means everywhere."""
    carrier: str | None
    """None where nobody carries anything, such as a return in store."""
    contract: str | None
    """`platform` or `direct`, if only that contract will do."""
    valid_from: date | None
    valid_until: date | None
    """The last day, inclusive."""
    source: str

    def holds(self, on: date | None) -> bool:
        """Whether it is true that day: its first and its last day count. None is any day."""
        if on is None:
            return True
        begun = self.valid_from is None or self.valid_from <= on
        return begun and (self.valid_until is None or on <= self.valid_until)

    def turns(self) -> Iterator[date]:
        """The days on which it begins and ceases to be true."""
        if self.valid_from is not None:
            yield self.valid_from
        if self.valid_until is not None and self.valid_until < date.max:
            yield self.valid_until + timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Way:
    """Whether a method is possible, by whom, and from which fact that follows."""

    carrier: str | None = None
    why_not: NotOffered | None = None
    fact: Capability | None = None

    @property
    def offered(self) -> bool:
        """Whether a parcel can go so."""
        return self.why_not is None


_NEARNESS: Final = (
    NotOffered.NO_CARRIER,
    NotOffered.NOT_ON_THIS_ROUTE,
    NotOffered.NOT_TODAY,
    NotOffered.PLATFORM_CONTRACT_NEEDED,
    NotOffered.DIRECT_CONTRACT_NEEDED,
    NotOffered.CONTRACT_EXCLUDES_RETURNS,
)
"""From far to near: where one is named, all that stand before it are fulfilled."""
_LISTED_NONE: Final = (CarrierChoice(carrier=OWN_LABEL),)

_Service = tuple[str, str | None]
_Route = tuple[str, str | None, str | None, str | None]


class Registry:
    """Every fact, found by method, carrier and route: what others there are costs nothing."""

    def __init__(self, facts: Iterable[Capability]) -> None:
        facts = tuple(facts)
        routes: dict[_Route, list[Capability]] = defaultdict(list)
        anywhere: dict[_Service, Capability] = {}
        for fact in facts:
            routes[fact.method, fact.carrier, fact.from_country, fact.to_country].append(fact)
            anywhere.setdefault((fact.method, fact.carrier), fact)
        self._routes = {route: tuple(found) for route, found in routes.items()}
        self._anywhere = anywhere
        self.methods: Final = frozenset(method for method, _ in anywhere)
        """Methods that somebody can do somewhere, some day."""
        self.carriers: Final = frozenset(carrier for _, carrier in anywhere if carrier is not None)
        """Carriers of which anything is known."""
        self.origins: Final = frozenset(origin for _, _, origin, _ in routes if origin is not None)
        """Countries from which somebody can do something."""
        self._turns = tuple(sorted({day for fact in facts for day in fact.turns()}))

    def turns_after(self, day: date) -> date | None:
        """The next day on which some fact begins or ceases to be true, if there is one."""
        place = bisect_right(self._turns, day)
        return self._turns[place] if place < len(self._turns) else None

    def way(
        self,
        method: str,
        from_country: str,
        to_country: str,
        carriers: Sequence[CarrierChoice],
        on: date | None,
    ) -> Way:
        """The first of the merchant's carriers, in the merchant's order, that can do it that day.

        What needs no carrier is possible whatever they listed. Whoever listed none lets customers
        post the parcel themselves. If nobody can, the reason that comes closest to a yes.
        """
        return best(
            way
            for choice in (None, *(carriers or _LISTED_NONE))
            for way in self._tried(method, from_country, to_country, choice, on)
        )

    def _tried(
        self, method: str, origin: str, to: str, choice: CarrierChoice | None, on: date | None
    ) -> Iterator[Way]:
        carrier = None if choice is None else choice.carrier
        known = self._anywhere.get((method, carrier))
        if known is None:
            return
        yield Way(carrier, NotOffered.NOT_ON_THIS_ROUTE, known)
        for begins in (origin, None):
            for ends in (to, None):
                for fact in self._routes.get((method, carrier, begins, ends), ()):
                    yield Way(carrier, _missing(fact, choice, on), fact)


def best(ways: Iterable[Way]) -> Way:
    """The first that is offered; if none is, the one that comes closest, the first of those."""
    nearest = Way(why_not=NotOffered.NO_CARRIER)
    for way in ways:
        if way.why_not is None:
            return way
        nearest = max(nearest, way, key=_nearness)
    return nearest


def _missing(fact: Capability, choice: CarrierChoice | None, on: date | None) -> NotOffered | None:
    """What keeps this choice from what the fact says is possible on the route."""
    if not fact.holds(on):
        return NotOffered.NOT_TODAY
    if choice is None:
        return None
    if fact.contract not in (None, choice.contract):
        return (
            NotOffered.DIRECT_CONTRACT_NEEDED
            if fact.contract == DIRECT
            else NotOffered.PLATFORM_CONTRACT_NEEDED
        )
    return None if choice.covers_returns else NotOffered.CONTRACT_EXCLUDES_RETURNS


def _nearness(way: Way) -> int:
    return -1 if way.why_not is None else _NEARNESS.index(way.why_not)
