"""A return is cancelled before, while and after its label is bought: one clear end each time."""

from __future__ import annotations

import httpx
import pytest

from contracts.labels import LabelCancelled, LabelIssued, LabelPrinted
from contracts.shape import Money
from contracts.words import Cancelled
from services._runtime.intents import State
from services.labels.domain import faults
from tests.support.builders import a_cancellation, a_shipment, an_approval, an_id

REFERENCE = f"{an_id()}:1"
BUYING, CANCELLING = f"issue_label:{REFERENCE}", f"cancel_label:{REFERENCE}"
LOST, REACHED_NOBODY = httpx.ReadTimeout("no answer"), httpx.ConnectError("nobody there")
COST = Money(minor=1049, currency="EUR")


class Desk:
    """A carrier's cancelling: answers or raises what a test put in, in turn."""

    def __init__(self):
        self.says, self.asked = [], []

    async def cancel(self, label, connection):
        self.asked.append((label.tracking_number, connection.id))
        said = self.says.pop(0)
        if isinstance(said, Exception):
            raise said
        return said


@pytest.fixture
def desk():
    """Where labels are taken back; nobody asked yet."""
    return Desk()


@pytest.fixture
def carrier(desk):
    """The simulated carrier takes labels back, unless a test says otherwise."""
    return {"cancels": desk}


async def approved(labels):
    """Her address is known and her return approved."""
    await labels.hears(a_shipment())
    await labels.hears(an_approval(carrier="simulated"))


def outcome(labels):
    """What was told about the cancelling, once."""
    (told,) = labels.told(LabelCancelled)
    return told


async def test_cancelled_before_the_purchase_nothing_is_bought(labels):
    """Approved, not yet bought, cancelled: the worker finds both and spends nothing."""
    await approved(labels)
    await labels.hears(a_cancellation())
    held = labels.intents.all.pop(BUYING)
    await labels.works()  # the cancelling is carried out first
    labels.intents.all[BUYING] = held

    await labels.works()

    assert outcome(labels).outcome == Cancelled.NEVER_BOUGHT
    assert labels.sales() == []
    assert labels.states()[BUYING] is State.REJECTED
    assert labels.told_kinds() == ["returns.label-cancelled.v1"]


async def test_a_cancelling_that_overtakes_its_approval_holds(labels):
    """They come on two topics, and nobody promises which is read first."""
    await labels.hears(a_cancellation())
    await labels.works()

    await approved(labels)
    await labels.works()

    assert outcome(labels).outcome == Cancelled.NEVER_BOUGHT
    assert (labels.sales(), labels.refusals()) == ([], [])


async def test_cancelled_while_the_order_is_out_its_label_is_taken_back(labels, desk):
    """Sold, the answer is lost: the label is found, told to nobody, and given back."""
    desk.says = [Cancelled.CANCELLED]
    await approved(labels)
    labels.line.after = [LOST, REACHED_NOBODY]
    await labels.works()
    await labels.hears(a_cancellation())
    await labels.works()
    assert labels.told_kinds() == []

    await labels.works_later(seconds=21)
    await labels.works_later(seconds=60)

    assert labels.told(LabelIssued) == labels.told(LabelPrinted) == []
    assert outcome(labels).outcome == Cancelled.CANCELLED
    assert outcome(labels).cost == COST
    assert desk.asked == [(outcome(labels).tracking_number, "*/simulated")]
    assert labels.sales() == ["sold"]
    assert (await labels.rows.of(REFERENCE)).cancelled == Cancelled.CANCELLED


async def test_a_label_in_doubt_that_was_never_sold_is_never_bought(labels, desk):
    """The order got lost on its way, and meanwhile the return was cancelled."""
    await approved(labels)
    labels.line.before = [LOST, REACHED_NOBODY]
    await labels.works()
    await labels.hears(a_cancellation())

    await labels.works_later(seconds=21)
    await labels.works_later(seconds=60)

    assert outcome(labels).outcome == Cancelled.NEVER_BOUGHT
    assert (labels.sales(), desk.asked) == ([], [])


class Cancelling:
    """A printer at whose side the return is cancelled while it draws."""

    def __init__(self, press):
        self._press, self.meanwhile = press, None

    async def draw(self, kind, sheet):
        drawn = await self._press.draw(kind, sheet)
        await self.meanwhile()
        return drawn


class TestWhileDrawing:
    """The last moment at which it can still be cancelled unseen."""

    @pytest.fixture
    def printer(self, press):
        return Cancelling(press)

    async def test_cancelled_while_the_label_is_drawn_it_is_not_told(self, labels, printer, desk):
        """Or a customer who cancelled would be mailed a label."""
        desk.says = [Cancelled.CANCELLED]
        await approved(labels)

        async def cancelled():
            await labels.purse.purchases.cancel(REFERENCE, an_approval().portal_id)

        printer.meanwhile = cancelled
        await labels.works()
        await labels.hears(a_cancellation())
        await labels.works()

        assert labels.told_kinds() == ["returns.label-cancelled.v1"]
        assert outcome(labels).outcome == Cancelled.CANCELLED


@pytest.mark.parametrize(
    ("says", "told"),
    [
        (Cancelled.CANCELLED, "cancelled"),
        (Cancelled.REQUESTED, "requested"),
        (Cancelled.TOO_LATE, "too_late"),
        (faults.Rejected(), "too_late"),
        (faults.NotCovered(), "unsupported"),
    ],
)
async def test_after_the_label_was_told_its_carrier_decides(labels, desk, says, told):
    """Whatever it says is told, with what the label had cost."""
    desk.says = [says]
    await approved(labels)
    await labels.works()

    await labels.hears(a_cancellation())
    await labels.works()

    assert (outcome(labels).outcome, outcome(labels).cost) == (told, COST)


async def test_a_carrier_that_does_not_answer_is_asked_again(labels, desk):
    """Asking twice does no harm, and money may come back."""
    desk.says = [faults.Unavailable(), faults.OutcomeUnknown(), Cancelled.CANCELLED]
    await approved(labels)
    await labels.works()
    await labels.hears(a_cancellation())
    for _ in range(3):
        await labels.works_later(seconds=10)

    assert outcome(labels).outcome == Cancelled.CANCELLED
    assert len(desk.asked) == 3


async def test_a_carrier_that_never_answers_is_told_as_too_late(labels, desk):
    """Four weeks on nobody will take it back."""
    desk.says = [faults.Unavailable()]
    await approved(labels)
    await labels.works()
    await labels.hears(a_cancellation())
    await labels.works()

    await labels.works_later(days=29)

    assert outcome(labels).outcome == Cancelled.TOO_LATE


class TestWithoutCancelling:
    """A carrier that has no such thing."""

    @pytest.fixture
    def carrier(self):
        return {}

    async def test_what_a_carrier_cannot_is_told_as_unsupported(self, labels):
        """An unused label runs out."""
        await approved(labels)
        await labels.works()

        await labels.hears(a_cancellation())
        await labels.works()

        assert outcome(labels).outcome == Cancelled.UNSUPPORTED


async def test_another_portal_cancels_nothing(labels, desk):
    """One merchant's mistake must not cost another's customer the label."""
    wrong = a_cancellation(portal_id="somebody-else")
    await labels.hears(wrong)
    await labels.works()
    await approved(labels)
    await labels.works()

    assert len(labels.told(LabelIssued)) == 1
    assert desk.asked == []


async def test_a_told_label_is_not_cancelled_for_another_portal(labels, desk):
    """Nor is it taken back."""
    await approved(labels)
    await labels.works()

    await labels.hears(a_cancellation(portal_id="somebody-else"))
    await labels.works()

    assert (labels.states()[CANCELLING], desk.asked) == (State.REJECTED, [])
    assert labels.told(LabelCancelled) == []


async def test_a_cancelled_return_is_not_refused_when_its_time_is_up(labels):
    """No letter says that there is no label for what nobody wants back."""
    await labels.hears(an_approval(carrier="simulated"))
    await labels.works()  # its parcel was never recorded
    await labels.hears(a_cancellation())
    await labels.works()

    await labels.works_later(days=4)

    assert labels.refusals() == []
    assert outcome(labels).outcome == Cancelled.NEVER_BOUGHT
