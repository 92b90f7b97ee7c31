"""Every row of the matrix, in the order of its ids. A new module of rows is named here."""

from __future__ import annotations

from collections.abc import Sequence

from tests.faults import (
    rows_brokers,
    rows_kafka,
    rows_machine,
    rows_mongo,
    rows_outside,
    rows_processes,
    rows_releases,
    rows_replay,
    rows_topics,
)
from tests.faults.matrix import Row

MODULES = (
    rows_brokers,
    rows_kafka,
    rows_machine,
    rows_mongo,
    rows_outside,
    rows_processes,
    rows_releases,
    rows_replay,
    rows_topics,
)


def every() -> list[Row]:
    """All rows: F2 before F11."""
    return sorted((row for module in MODULES for row in module.ROWS), key=_place)


def chosen(names: Sequence[str], *, quick: bool = False) -> list[Row]:
    """The rows of these ids or names; all if none is given.

    Raises:
        SystemExit: a name fits no row.
    """
    known = {word for row in every() for word in (row.id, row.name)}
    if unknown := set(names) - known:
        raise SystemExit(f"no such row: {', '.join(sorted(unknown))}")
    return [
        row
        for row in every()
        if (not names or {row.id, row.name} & set(names)) and (row.quick or not quick)
    ]


def _place(row: Row) -> tuple[int, str]:
    return int(row.id.removeprefix("F")), row.name
