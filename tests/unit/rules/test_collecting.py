"""The day on which somebody shall come for a parcel, while its return waits for a person."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from contracts.rules import ApproveReturn
from services.rules.domain.orders import obeyed
from services.rules.domain.returned import opened
from tests.support.builders import TUESDAY, a_request, a_wait, an_approval, an_id

WEDNESDAY = date(2026, 3, 11)
YES = ApproveReturn(return_id=an_id(), portal_id="moss-and-fern", by="jo")


@pytest.mark.parametrize(
    ("days_later", "day"),
    [(0, WEDNESDAY), (1, WEDNESDAY), (2, None)],
    ids=["soon", "that day", "late"],
)
def test_a_day_that_goes_by_while_a_person_thinks_is_left_out(days_later, day):
    """Nobody can come yesterday: the carrier then comes when it can."""
    granted = an_approval(return_method="pickup", collect_on=WEDNESDAY)
    held = opened(a_request(), a_wait(), granted, "handed_over", TUESDAY).after

    (told, *_) = obeyed(held, YES, TUESDAY + timedelta(days=days_later)).tell

    assert told.collect_on == day
