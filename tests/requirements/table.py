"""The table: every requirement on what a merchant can set, and on verdicts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tests.requirements import (
    of_addresses,
    of_carriers,
    of_items,
    of_links,
    of_methods,
    of_policy,
    of_ways,
)
from tests.requirements.row import Row

ASKED_FOR = tuple(f"R{number}" for number in (*range(8, 12), *range(15, 21), *range(25, 47)))
"""The requirements that must have a row, in this order."""

_ROWS = (
    *of_items.ROWS,
    *of_methods.ROWS,
    *of_addresses.ROWS,
    *of_policy.ROWS,
    *of_links.ROWS,
    *of_ways.ROWS,
    *of_carriers.ROWS,
)
ROWS = tuple(sorted(_ROWS, key=lambda row: int(row.requirement[1:])))
CASES = tuple(case for row in ROWS for side in ("allows", "refuses") for case in row.of(side))


def wrong(rows: Iterable[Row]) -> Iterator[str]:
    """What is missing in the table, or proves nothing in it."""
    found = [row.requirement for row in rows]
    yield from (f"{name} has no row" for name in ASKED_FOR if name not in found)
    yield from (
        f"{name} has {found.count(name)} rows" for name in ASKED_FOR if found.count(name) > 1
    )
    for row in rows:
        allowed, refused = row.of("allows"), row.of("refuses")
        if not allowed:
            yield f"{row.requirement} allows nothing"
        if not refused:
            yield f"{row.requirement} refuses nothing"
        seen = [case.seen for case in allowed]
        yield from (
            f"{case.name} sees what is seen where it is allowed"
            for case in refused
            if case.seen in seen
        )
        names = [case.name for case in row.cases]
        yield from (f"{name} stands there twice" for name in {*names} if names.count(name) > 1)
        yield from (f"{case.name} sees nothing" for case in row.cases if case.seen in (None, ()))
