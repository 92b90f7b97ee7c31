"""What a return costs the customer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from contracts.rulebook import SetFee
from contracts.shape import Money
from contracts.shop import Fee
from services.rules.domain.rulebook.effect import Effect


@dataclass(frozen=True, slots=True)
class Tariff:
    """What a way back costs because of one item."""

    price: Money
    free_above: Money | None = None
    """It costs nothing if the items asked for are worth more than this, together."""

    def due(self, value: Money) -> Money:
        """What is due if the items asked for are worth `value` together."""
        return Money(minor=0, currency=self.price.currency) if self._waived(value) else self.price

    def _waived(self, value: Money) -> bool:
        above = self.free_above
        return above is not None and value.currency == above.currency and value.minor > above.minor


class Fees:
    """A portal's table of fees: the first that fits method and country is due, or nothing."""

    def __init__(self, fees: Sequence[Fee], currency: str) -> None:
        self._firsts: dict[tuple[str | None, str | None], tuple[int, Tariff]] = {}
        for position, fee in enumerate(fees):
            fits = (fee.return_method, fee.country)
            self._firsts.setdefault(fits, (position, Tariff(fee.price, fee.free_above)))
        self.free = Tariff(Money(minor=0, currency=currency))
        """Nothing, in the portal's currency."""

    def tariff(self, effect: Effect, method: str, country: str) -> Tariff:
        """What one item makes this way back cost. What does not travel costs nothing."""
        fee = effect.fee
        if fee is None and not effect.kept:
            return self._in_table(method, country)
        if isinstance(fee, SetFee) and not effect.kept:
            return Tariff(fee.price, fee.free_above)
        return self.free

    def _in_table(self, method: str, country: str) -> Tariff:
        if not self._firsts:
            return self.free
        pairs = ((m, c) for m in (method, None) for c in (country, None))
        fitting = [self._firsts[pair] for pair in pairs if pair in self._firsts]
        return min(fitting, key=_position)[1] if fitting else self.free

    def dearest(self, tariffs: Iterable[Tariff], value: Money) -> Money:
        """What the return costs: as much as its dearest item makes it."""
        return max((one.due(value) for one in tariffs), key=_minor, default=self.free.price)


def _position(found: tuple[int, Tariff]) -> int:
    return found[0]


def _minor(price: Money) -> int:
    return price.minor
