"""Sendcloud's simulator plays tricks: one label is sold, whatever happens on the way."""

from __future__ import annotations

from datetime import UTC, datetime

import httpx
import pytest

from deploy.local.carrier.counter import door
from deploy.local.carrier.sales import Ledger, entries
from deploy.local.mischief import Mischief, Trick
from services.labels.adapters.carriers.sendcloud.client import Sendcloud
from services.labels.adapters.lines.http import HttpLine
from services.labels.domain import faults
from services.labels.domain.connection import Connection
from services.labels.domain.order import order_for
from services.labels.domain.sender import sender_of
from services.labels.ports.carriers import Doubt
from tests.support.builders import a_return_address, a_shipment, an_approval

CONNECTION = Connection(
    "*",
    "sendcloud",
    "http://carrier/sendcloud",
    {"public_key": "moss", "secret_key": "fern"},
    {"ship_with_drop_off_point": "postnl:return"},
)
ATTEMPTS = 8


async def bought(client, order, connection=CONNECTION):
    """The label, by an order and as many questions as it takes, as a worker asks them."""
    begun, in_doubt = datetime.now(UTC), False
    for _ in range(ATTEMPTS):
        try:
            if in_doubt:
                label = await client.recover(Doubt(order.reference, None, begun), connection)
                if label is not None:
                    return label
            in_doubt = True
            return await client.issue(order, connection)
        except (faults.OutcomeUnknown, faults.Unavailable, faults.RateLimited):
            continue
    raise AssertionError("no label in so many attempts")


def at(folder, mischief=None, ledger=None):
    """The adapter, talking to the simulator."""
    ledger = ledger or Ledger(folder / "sales.jsonl")
    return Sendcloud(
        HttpLine(httpx.ASGITransport(door(ledger, mischief=mischief))), lambda: datetime.now(UTC)
    )


def an_order():
    """Zoë's order, within the Netherlands."""
    to = a_return_address(country="NL")
    return order_for(an_approval(return_to=to), sender_of(a_shipment()))


@pytest.mark.parametrize("times", [1, 2, 3])
@pytest.mark.parametrize("step", ["order", "question", ""])
@pytest.mark.parametrize(
    "kind", ["error_before", "error_after", "busy", "html", "cut_short", "late"]
)
async def test_whatever_trick_is_played_one_label_is_sold(kind, step, times, tmp_path):
    """The ledger of the simulator is the truth about it."""
    mischief = Mischief(tmp_path / "tricks.json")
    mischief.play(Trick(kind=kind, step=step, times=times, seconds=0))

    label = await bought(at(tmp_path, mischief), an_order())

    sold = [one.tracking_number for one in entries(tmp_path / "sales.jsonl")]
    assert sold == [label.tracking_number]
    assert label.documents[0].content.startswith(b"%PDF-")


async def test_a_simulator_that_died_still_knows_what_it_sold(tmp_path):
    """Only the addresses are gone: the ledger names nobody."""
    sold = await at(tmp_path).issue(an_order(), CONNECTION)

    again = at(tmp_path, ledger=Ledger(tmp_path / "sales.jsonl"))
    found = await again.recover(Doubt(an_order().reference, None, datetime.now(UTC)), CONNECTION)

    assert (found.tracking_number, found.carrier_id, found.cost) == (
        sold.tracking_number,
        sold.carrier_id,
        sold.cost,
    )


async def test_a_carrier_that_forgets_sells_twice_and_a_person_hears_of_it(tmp_path):
    """What we rely on is not ours: if Sendcloud broke its promise, both labels would be found."""
    mischief = Mischief(tmp_path / "tricks.json")
    client = at(tmp_path, mischief)
    await client.issue(an_order(), CONNECTION)
    mischief.play(Trick(kind="forgets", step="order"))
    await client.issue(an_order(), CONNECTION)

    with pytest.raises(faults.OutcomeUnknown):
        await client.recover(Doubt(an_order().reference, None, datetime.now(UTC)), CONNECTION)
    assert len(entries(tmp_path / "sales.jsonl")) == 2
