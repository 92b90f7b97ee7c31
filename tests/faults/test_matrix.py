"""The quick rows of the fault matrix. `make faults` plays all of them."""

from __future__ import annotations

import asyncio

import pytest

from tests.faults import rows
from tests.faults.matrix import Result, Row
from tests.faults.playing import played

pytestmark = [pytest.mark.real, pytest.mark.slow]

QUICK = rows.chosen([], quick=True)


@pytest.fixture(scope="module")
def results() -> dict[str, Result]:
    """Each quick row, played once on one stack."""
    return {result.row.name: result for result in asyncio.run(played(QUICK))}


@pytest.mark.parametrize("row", QUICK, ids=lambda row: row.name)
def test_nothing_is_lost_or_doubled_when(row: Row, results: dict[str, Result]):
    """The fault struck work in flight, was healed, and left nothing wrong behind."""
    result = results[row.name]

    if result.skipped:
        pytest.skip(result.skipped)
    assert result.void is None
    assert result.in_flight > 0
    assert result.bit
    assert result.violations == ()


def test_every_row_is_found_by_its_name():
    """Two rows of one name would be one line in the table."""
    names = [row.name for row in rows.every()]

    assert len(set(names)) == len(names)
    assert all(rows.chosen([name]) for name in names)
