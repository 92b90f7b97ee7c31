"""Whether two samples come from one distribution: the rank test of Mann and Whitney, with ties."""

from __future__ import annotations

import math
from collections.abc import Sequence


def rank_test(one: Sequence[float], other: Sequence[float]) -> float:
    """The two-sided p-value, by the normal approximation with continuity and tie correction."""
    first, second = len(one), len(other)
    pooled = sorted([(value, True) for value in one] + [(value, False) for value in other])
    total, ranks_of_one, ties, place = first + second, 0.0, 0.0, 0
    while place < total:
        end = place
        while end < total and pooled[end][0] == pooled[place][0]:
            end += 1
        tied, mean_rank = end - place, (place + 1 + end) / 2
        ranks_of_one += mean_rank * sum(is_one for _, is_one in pooled[place:end])
        ties += tied**3 - tied
        place = end
    u = ranks_of_one - first * (first + 1) / 2
    spread = first * second / 12 * (total + 1 - ties / (total * (total - 1)))
    if spread == 0:
        return 1.0
    z = max(abs(u - first * second / 2) - 0.5, 0.0) / math.sqrt(spread)
    return math.erfc(z / math.sqrt(2))


def holm(values: Sequence[float]) -> list[float]:
    """The p-values of several tests at once (Holm), in the order they came in."""
    order = sorted(range(len(values)), key=values.__getitem__)
    found, least = [0.0] * len(values), 0.0
    for done, place in enumerate(order):
        least = max(least, min(1.0, (len(values) - done) * values[place]))
        found[place] = least
    return found
