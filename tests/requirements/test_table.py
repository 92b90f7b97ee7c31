"""The table itself: nothing is missing, and no case could pass without a service."""

from __future__ import annotations

import pytest

from tests.requirements.row import Case, Row
from tests.requirements.scene import Scene, Silence
from tests.requirements.table import ASKED_FOR, ROWS, wrong
from tests.requirements.test_requirements import EVERY_CASE, played

NOBODY = ()


async def proves_nothing(case: Case) -> bool:
    """Whether it would see the same where nobody listens."""
    try:
        return await played(case, *NOBODY) == case.seen
    except Silence:
        return False


def a_row(*, allows: object = "approved", refuses: object = "window_closed") -> Row:
    """R31, with a case on each side unless it is None."""
    row = Row("R31", "The window.")

    async def asks(scene: Scene) -> str:
        await scene.story()
        return await scene.asks()

    async def asks_late(scene: Scene) -> str:
        return await asks(scene)

    if allows is not None:
        row.allows(allows)(asks)
    if refuses is not None:
        row.refuses(refuses)(asks_late)
    return row


def with_row(row: Row) -> list[Row]:
    """The table with another R31."""
    return [row if one.requirement == row.requirement else one for one in ROWS]


def test_every_requirement_has_a_row_with_both_sides():
    """One that nobody ever refused by is not a rule, one that nobody ever passed is a wall."""
    assert [row.requirement for row in ROWS] == list(ASKED_FOR)
    assert list(wrong(ROWS)) == []


@EVERY_CASE
async def test_no_case_passes_where_nobody_listens(case: Case):
    """Then it would say something about itself, and nothing about a service."""
    assert not await proves_nothing(case)


@pytest.mark.parametrize(
    ("rows", "noticed"),
    [
        ([row for row in ROWS if row.requirement != "R31"], "R31 has no row"),
        ([*ROWS, a_row()], "R31 has 2 rows"),
        (with_row(a_row(allows=None)), "R31 allows nothing"),
        (with_row(a_row(refuses=None)), "R31 refuses nothing"),
        (with_row(a_row(refuses="approved")), "R31-refuses-asks_late sees what is seen where"),
        (with_row(a_row(refuses=())), "R31-refuses-asks_late sees nothing"),
    ],
)
def test_a_hole_in_the_table_is_noticed(rows, noticed):
    """The check above can fail."""
    assert any(said.startswith(noticed) for said in wrong(rows))


async def test_a_case_that_asserts_nothing_is_noticed():
    """It plays nothing, and says what the row wants to hear."""
    row = Row("R31", "The window.")

    @row.refuses("window_closed")
    async def nothing_is_asked(_: Scene) -> str:
        return "window_closed"

    assert await proves_nothing(row.cases[0])


async def test_a_case_that_sees_something_else_is_noticed():
    """What is compared is what the service said."""
    (case,) = a_row(allows=None).cases

    assert await played(case, "rules") == "approved" != case.seen
