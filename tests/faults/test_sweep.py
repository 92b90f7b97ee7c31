"""Every kind of durable step once: a service dies exactly there, and nothing comes of it.

`make sweep` does so for every failpoint of every service.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from deploy.local import ending
from deploy.local.stack import Stack
from tests.sweep.__main__ import Swept, sweep
from tests.sweep.crash_points import QUICK
from tests.sweep.rounds import SWIFT

pytestmark = [pytest.mark.real, pytest.mark.slow]


@pytest.fixture(scope="module")
def swept() -> Iterator[Swept]:
    """One round on the whole stack, with returns on their way."""
    found = Swept()
    with Stack(environment=SWIFT) as stack:
        ending.run(sweep(stack, [QUICK], found, lambda _: None))
        yield found


def test_every_process_died_exactly_where_it_was_told_to(swept: Swept):
    """By SIGKILL at that step, with that step in hand; else the sweep proves nothing."""
    assert [run.point for run in swept.runs if not run.died_there] == []
    assert len(swept.runs) == len(QUICK)


def test_nothing_is_lost_and_nothing_is_twice_wherever_it_died(swept: Swept):
    """Sales, labels, letters, reasons, repeats, intents: all as if nobody had died."""
    assert swept.returns > len(QUICK)
    assert [said for _, said in swept.violations] == []
