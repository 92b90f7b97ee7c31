"""What a carrier does wrong on purpose, and what our adapter makes of it, over real sockets."""

from __future__ import annotations

import asyncio
import sys

import pytest

from deploy.local.carrier.sales import entries
from deploy.local.mischief import Mischief, Trick, kinds_of
from deploy.local.processes import LOOPBACK, Process, free_port
from deploy.local.readiness import until_http
from deploy.local.runs import ROOT
from services.labels.domain import faults
from services.labels.domain.order import order_for
from services.labels.domain.sender import sender_of
from tests.support.builders import a_shipment, an_approval, an_id
from tests.support.customer_of import CustomerOfSimulated
from tests.support.eventually import eventually

REFERENCE, OTHER = f"{an_id(1)}:1", f"{an_id(2)}:1"

BECOMES = {
    "error_before": (faults.OutcomeUnknown, []),
    "busy": (faults.RateLimited, []),
    "error_after": (faults.OutcomeUnknown, ["sold"]),
    "cut_short": (faults.OutcomeUnknown, ["sold"]),
    "html": (faults.OutcomeUnknown, ["sold"]),
    "somebody_elses": (faults.OutcomeUnknown, ["sold"]),
}
"""What an order becomes, and what the ledger says then."""


def an_order(number: int = 1):
    """A teapot, to be sent back."""
    return order_for(
        an_approval(return_id=an_id(number), carrier="simulated"), sender_of(a_shipment())
    )


class Trickster:
    """A running carrier that does wrong what `mischief` says, its ledger, our adapter for it."""

    def __init__(self, folder):
        self.port, self.ledger = free_port(), folder / "sales.jsonl"
        self.mischief = Mischief(folder / "tricks.json")
        command = (sys.executable, "-m", "deploy.local.carrier", "--port", str(self.port))
        self.process = Process(
            "carrier",
            [*command, "--ledger", self.ledger, "--mischief", folder / "tricks.json"],
            log=folder / "carrier.log",
            environment={},
            folder=ROOT,
        )
        self.adapter = CustomerOfSimulated(f"http://{LOOPBACK}:{self.port}")

    async def opens(self):
        """It answers."""
        self.process.start()
        await until_http(self.port, "/health", self.process)

    def events(self):
        """What the ledger says happened, in order."""
        return [entry.event for entry in entries(self.ledger)]


@pytest.fixture
async def carrier(tmp_path):
    """An open carrier that means no harm yet."""
    carrier = Trickster(tmp_path)
    await carrier.opens()
    yield carrier
    await carrier.adapter.close()
    carrier.process.stop()


@pytest.mark.parametrize("kind", BECOMES)
async def test_every_trick_is_seen_through_and_the_carrier_tells_what_it_did(carrier, kind):
    """Whatever came back, asking by our reference says whether a label was sold."""
    fault, sold = BECOMES[kind]
    carrier.mischief.play(Trick(kind=kind, step="order", times=1, seconds=7))

    with pytest.raises(fault) as raised:
        await carrier.adapter.issue(an_order())
    found = await carrier.adapter.recover(REFERENCE)

    assert carrier.events() == sold
    assert (found is not None) == bool(sold)
    assert kinds_of(carrier.mischief.bites()) == {kind: 1}
    if kind == "busy":
        assert raised.value.after_seconds == 7


@pytest.mark.parametrize("kind", ["error_before", "busy", "error_after", "cut_short", "html"])
async def test_a_question_that_is_not_answered_says_nothing(carrier, kind):
    """Only the carrier's own yes or no counts: everything else is asked again."""
    await carrier.adapter.issue(an_order())
    carrier.mischief.play(Trick(kind=kind, step="question", times=1))

    with pytest.raises((faults.Unavailable, faults.RateLimited, faults.OutcomeUnknown)):
        await carrier.adapter.recover(REFERENCE)

    assert await carrier.adapter.recover(REFERENCE) is not None


@pytest.mark.slow
async def test_a_carrier_that_sells_and_falls_silent_is_given_up_on(carrier):
    """It takes ten seconds; then the order is in doubt, and the answer is one question away."""
    carrier.mischief.play(Trick(kind="silent", step="order", times=1))

    with pytest.raises(faults.OutcomeUnknown):
        await carrier.adapter.issue(an_order())

    assert carrier.events() == ["sold"]
    assert await carrier.adapter.recover(REFERENCE) is not None


@pytest.mark.slow
async def test_a_late_carrier_sells_although_nobody_waits_any_more(carrier):
    """Absent now is not absent for ever: why one reference must be sold once, whoever asks."""
    carrier.mischief.play(Trick(kind="late", step="order", times=1, seconds=11))
    with pytest.raises(faults.OutcomeUnknown):
        await carrier.adapter.issue(an_order())
    absent = await carrier.adapter.recover(REFERENCE)
    again = await carrier.adapter.issue(an_order())

    await eventually(lambda: len(carrier.events()) == 2, "the late sale")

    assert absent is None
    assert carrier.events() == ["sold", "repeated"]
    assert again.tracking_number == entries(carrier.ledger)[0].tracking_number


async def test_a_forgetful_carrier_sells_twice_and_its_ledger_says_so(carrier):
    """What counts double sales must be able to see one."""
    await carrier.adapter.issue(an_order())
    carrier.mischief.play(Trick(kind="forgets", step="order"))

    await carrier.adapter.issue(an_order())

    assert carrier.events() == ["sold", "sold"]
    assert len({entry.tracking_number for entry in entries(carrier.ledger)}) == 2


async def test_a_trick_is_about_whom_it_names_and_as_often_as_it_says(carrier):
    """Other merchants' orders go on."""
    carrier.mischief.play(Trick(kind="busy", about=f"^{an_id(1)}", times=2, seconds=1))

    for _ in range(2):
        with pytest.raises(faults.RateLimited):
            await carrier.adapter.issue(an_order())
    await carrier.adapter.issue(an_order(2))
    await carrier.adapter.issue(an_order())

    assert [entry.reference for entry in entries(carrier.ledger)] == [OTHER, REFERENCE]


async def test_a_trick_once_each_bites_every_reference_once(carrier):
    """As a queue that turns everybody away the first time."""
    carrier.mischief.play(Trick(kind="busy", once_each=True, seconds=1))

    refused = 0
    for number in (1, 2, 1, 2):
        try:
            await carrier.adapter.issue(an_order(number))
        except faults.RateLimited:
            refused += 1

    assert refused == 2
    assert carrier.events() == ["sold", "sold"]


async def test_a_restarted_carrier_remembers_how_often_it_was_wicked(carrier):
    """Three times is three times, whoever was killed between."""
    carrier.mischief.play(Trick(kind="busy", times=1, seconds=1))
    with pytest.raises(faults.RateLimited):
        await carrier.adapter.issue(an_order())
    carrier.process.kill()
    await carrier.opens()

    await asyncio.gather(carrier.adapter.issue(an_order()), carrier.adapter.issue(an_order(2)))

    assert kinds_of(carrier.mischief.bites()) == {"busy": 1}


async def test_a_carrier_that_was_given_no_tricks_plays_none(tmp_path):
    """The demo's carrier keeps its promises."""
    carrier = Trickster(tmp_path)
    carrier.process._command = carrier.process._command[:-2]
    carrier.mischief.play(Trick(kind="busy"))
    await carrier.opens()

    await carrier.adapter.issue(an_order())

    assert carrier.events() == ["sold"]
    assert carrier.mischief.bites() == []
    await carrier.adapter.close()
    carrier.process.stop()
