"""The catalogue of bad input, through real Kafka into the running services, each row once."""

from __future__ import annotations

import asyncio

import pytest

from tests.faults.bad_inputs import Row
from tests.faults.inputs import MOST_MIB, Report, elsewhere, every, plan, play

pytestmark = [pytest.mark.real, pytest.mark.slow]

PLAN = plan(every(), everywhere=False)
SOON_SECONDS = 30.0
"""Far more than anybody should wait, and far less than forever: how long it really takes is in the
table of `make inputs`."""


@pytest.fixture(scope="module")
def report() -> Report:
    """Every row, one after the other, on one stack that is never restarted."""
    return asyncio.run(play(PLAN))


@pytest.mark.parametrize(("row", "service"), PLAN, ids=str)
def test_a_bad_input_ends_as_it_must(report: Report, row: Row, service: str):
    """Refused with its code, whole, at first sight, or handled; so is the next good one."""
    result = report.results[row.id, service]

    assert result.outcome == row.expected
    assert result.delay_seconds < SOON_SECONDS


def test_nothing_else_lies_in_the_dead_letters_and_nobody_died(report: Report):
    """Each bad record once for each who heard it, no good one, and no service was restarted."""
    assert report.surprises == []


def test_no_service_ever_held_more_memory_than_it_may(report: Report):
    """Bombs, brackets and a million items: none of them is unpacked before it is measured."""
    assert {name: mib for name, mib in report.peaks_mib.items() if mib >= MOST_MIB} == {}


def test_every_entry_of_the_catalogue_is_a_row_or_says_why_not():
    """What is forgotten is not tested."""
    known = {one.id.split()[0] for one in (*every(), *elsewhere())}

    assert {f"C{number}" for number in range(1, 71)} - known == set()
