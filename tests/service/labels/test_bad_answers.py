"""What a carrier may answer, and what becomes of the label: a clear end each time, never a second.

Each trick is played on the order alone, and then on everything the carrier is asked.
"""

from __future__ import annotations

from dataclasses import dataclass

import httpx
import pytest

from contracts.labels import LabelIssued
from contracts.shape import Money
from deploy.local.carrier.counter import door
from deploy.local.carrier.sales import Ledger, entries
from deploy.local.mischief import Mischief, Trick
from services._runtime.intents import State
from services.labels.domain.connection import PLATFORM, Connection
from tests.service.labels.test_purse import euros
from tests.support.builders import a_shipment, an_approval, an_id

REFERENCE = f"{an_id()}:1"
INTENT = f"issue_label:{REFERENCE}"
SOLD = "label"


@dataclass(frozen=True)
class Answered:
    """What comes of a trick: once, and if the carrier insists."""

    kind: str
    once: str
    insists: str
    code: str | None = None


TABLE = (
    Answered("html", SOLD, State.UNKNOWN, "carrier_outcome_unknown"),
    Answered("huge", SOLD, State.IN_FLIGHT, "carrier_unavailable"),
    Answered("error_after", SOLD, State.IN_FLIGHT, "carrier_unavailable"),
    Answered("wrong_media", SOLD, SOLD),
    Answered("no_pdf", SOLD, State.UNKNOWN, "carrier_outcome_unknown"),
    Answered("somebody_elses", SOLD, State.UNKNOWN, "carrier_outcome_unknown"),
    Answered("other_currency", SOLD, SOLD),
)


@pytest.fixture
def connection():
    """So much may be spent a day, in euros."""
    return Connection(
        PLATFORM, "simulated", "http://x.example", {}, {}, {"drop_off_point": euros(9)}, euros(25)
    )


@pytest.fixture
async def tricked(labels, tmp_path):
    """Her return was approved, and its carrier may do as `mischief` says."""
    labels.mischief = Mischief(tmp_path / "tricks.json")
    behind = door(Ledger(labels.sales_file), mischief=labels.mischief)
    labels.line._carrier = httpx.ASGITransport(behind, raise_app_exceptions=False)
    await labels.hears(a_shipment())
    await labels.hears(an_approval(carrier="simulated"))
    return labels


def numbers_sold(labels) -> set[str]:
    """Every number in the carrier's ledger: never more than one."""
    return {one.tracking_number for one in entries(labels.sales_file)}


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.kind)
async def test_once_it_costs_at_most_a_question(tricked, row):
    """The label is told as it was sold, whatever its first answer looked like."""
    tricked.mischief.play(Trick(kind=row.kind, step="order", times=1))

    await tricked.works()

    issued, _ = tricked.label()
    assert row.once == SOLD
    assert numbers_sold(tricked) == {issued.tracking_number}


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.kind)
async def test_if_it_insists_there_is_a_clear_end_and_no_second_label(tricked, row):
    """A label, a person who is told why, or a question that is asked again."""
    tricked.mischief.play(Trick(kind=row.kind))
    await tricked.works()
    for _ in range(3):
        await tricked.works_later(seconds=21)

    if row.insists == SOLD:
        assert tricked.label()
    else:
        intent = tricked.intents.all[INTENT]
        assert (intent.state, intent.code) == (row.insists, row.code)
        assert tricked.told(LabelIssued) == []
    assert len(numbers_sold(tricked)) == 1


async def test_a_cost_in_another_currency_is_told_as_it_is_and_never_added(tricked):
    """What was set aside counts: yen and euros have no sum."""
    tricked.mischief.play(Trick(kind="other_currency"))

    await tricked.works()

    assert tricked.label()[0].cost == Money(minor=1049, currency="JPY")
    assert list(tricked.spending.spent_minor.values()) == [900]


async def test_a_second_number_for_a_label_in_our_books_is_left_to_a_person(tricked):
    """Kept under one number, the process died, and now its carrier says another."""
    await tricked.works()
    issued, _ = tricked.label()
    tricked.mischief.play(Trick(kind="second_number"))
    tricked.interrupt(INTENT)

    await tricked.works()

    intent = tricked.intents.all[INTENT]
    assert (intent.state, intent.code) == (State.UNKNOWN, "number_differs")
    assert (await tricked.rows.of(REFERENCE)).tracking_number == issued.tracking_number
    assert len(tricked.told(LabelIssued)) == 1
