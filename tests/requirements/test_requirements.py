"""Every requirement of the table: at least one scene it lets through, at least one it does not."""

from __future__ import annotations

import pytest

from tests.requirements.row import Case
from tests.requirements.scene import Scene
from tests.requirements.table import CASES

EVERY_CASE = pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)


async def played(case: Case, *services: str) -> object:
    """What is seen when the case is played with these services."""
    scene = Scene(*services)
    try:
        return await case.play(scene)
    finally:
        scene.town.close()


@EVERY_CASE
async def test_what_is_seen_is_what_the_requirement_says(case: Case):
    """The row says what; this says whether."""
    assert await played(case, *case.row.services) == case.seen
