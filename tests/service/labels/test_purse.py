"""Before money is spent: a number reserved, a price set aside, a note; and what becomes of them."""

from __future__ import annotations

from datetime import timedelta

import httpx
import pytest

from contracts.labels import LabelCancelled, LabelDelayed, LabelIssued
from contracts.shape import Money
from services._runtime.intents import State
from services.labels.domain import faults
from services.labels.domain.connection import PLATFORM, Connection
from services.labels.domain.issued import IssuedLabel
from services.labels.domain.purchase import Aside, Purchase
from tests.service.labels.test_doubt import an_answer
from tests.support.builders import TUESDAY, a_cancellation, a_shipment, an_approval, an_id

LOST, REACHED_NOBODY = httpx.ReadTimeout("no answer"), httpx.ConnectError("nobody there")
PURSE = "*/simulated 2026-03-10 EUR"
NEVER, ITS_COST = 0, 1049


def euros(amount: float) -> Money:
    """12.95 is EUR 1295."""
    return Money(minor=round(amount * 100), currency="EUR")


def intent(number: int = 7) -> str:
    """What buys the label of this return."""
    return f"issue_label:{an_id(number)}:1"


async def approved(labels, *numbers: int) -> None:
    """These returns of Zoë's were approved."""
    await labels.hears(a_shipment())
    for number in numbers or (7,):
        await labels.hears(an_approval(return_id=an_id(number), carrier="simulated"))


class TestCap:
    """A connection that may spend so much a day, and prices to set aside."""

    @pytest.fixture
    def connection(self):
        return Connection(
            PLATFORM,
            "simulated",
            "http://carrier.example",
            prices={"drop_off_point": euros(9), "pickup": euros(15)},
            daily_cap=euros(25),
        )

    async def test_the_next_label_over_the_cap_waits_for_midnight(self, labels):
        """Two at 10.49 fit; a third would only if its price still did."""
        await approved(labels, 1, 2, 3)
        await labels.works()
        assert len(labels.told(LabelIssued)) == 2
        (delayed,) = labels.told(LabelDelayed)
        assert delayed.code == "spending_cap_reached"
        assert delayed.retry_at == (TUESDAY + timedelta(days=1)).replace(hour=0)

        await labels.works_later(hours=14, minutes=59)
        assert len(labels.told(LabelIssued)) == 2
        await labels.works_later(minutes=2)

        assert len(labels.told(LabelIssued)) == 3
        assert labels.sales() == ["sold"] * 3

    async def test_what_a_label_cost_counts_and_not_what_was_set_aside(self, labels):
        """9.00 was set aside, 10.49 was charged."""
        await approved(labels)
        await labels.works()

        assert labels.spending.spent_minor == {PURSE: ITS_COST}

    @pytest.mark.parametrize(
        ("mishap", "state"),
        [({"before": [REACHED_NOBODY]}, State.PLANNED), ({"instead": [422]}, State.REJECTED)],
        ids=["down", "refused"],
    )
    async def test_what_was_not_bought_is_given_back(self, labels, mishap, state):
        """Or a carrier that is down for an hour would use up the day."""
        ((where, what),) = mishap.items()
        setattr(labels.line, where, [an_answer(each) if each == 422 else each for each in what])
        await approved(labels)

        await labels.works()

        assert labels.states()[intent()] is state
        assert labels.spending.spent_minor == {PURSE: NEVER}

    async def test_a_label_in_doubt_counts(self, labels):
        """It may have been bought: too much is counted, never too little."""
        labels.line.after = [LOST, REACHED_NOBODY]
        await approved(labels)
        await labels.works()
        assert labels.spending.spent_minor == {PURSE: 900}

        await labels.works_later(seconds=21)

        assert labels.spending.spent_minor == {PURSE: ITS_COST}

    async def test_a_crash_after_the_price_was_set_aside_sets_it_aside_once(self, labels):
        """The process died before its order went out; the repeat finds its own."""
        aside = Aside(PURSE, euros(9), euros(25))
        await labels.spending.set_aside(aside, Purchase(f"{an_id()}:1", TUESDAY))
        await approved(labels)

        await labels.works()

        assert labels.spending.spent_minor == {PURSE: ITS_COST}


class TestOtherCurrency:
    """The cap is in pounds and the carrier charges in euros."""

    @pytest.fixture
    def connection(self):
        return Connection(
            PLATFORM,
            "simulated",
            "http://carrier.example",
            prices={"drop_off_point": Money(minor=800, currency="GBP")},
            daily_cap=Money(minor=2000, currency="GBP"),
        )

    async def test_what_was_set_aside_counts_and_the_cost_is_told_as_it_is(self, labels):
        """Amounts of two currencies are never added."""
        await approved(labels)

        await labels.works()

        assert labels.label()[0].cost == euros(10.49)
        assert labels.spending.spent_minor == {"*/simulated 2026-03-10 GBP": 800}


# ── late ─────────────────────────────────────────────────────────────────────────────────────────


async def test_a_label_that_waits_for_a_minute_or_more_is_told_as_delayed_once(labels):
    """The carrier asks for patience twice, and the customer hears of it once."""
    labels.line.instead = [an_answer(429, retry_after="90"), an_answer(429, retry_after="90")]
    await approved(labels)
    await labels.works()
    await labels.works_later(seconds=91)

    await labels.works_later(seconds=91)

    (delayed,) = labels.told(LabelDelayed)
    assert delayed.code == "carrier_rate_limited"
    assert delayed.retry_at == TUESDAY + timedelta(seconds=90)
    assert labels.label()


async def test_a_label_that_is_tried_for_two_minutes_is_told_as_delayed(labels):
    """Each pause is short, and together they are long."""
    labels.line.before = [REACHED_NOBODY] * 4
    await approved(labels)
    for seconds in (0, 30, 60):
        await labels.works_later(seconds=seconds)
    assert labels.told(LabelDelayed) == []

    await labels.works_later(seconds=31)

    assert [one.code for one in labels.told(LabelDelayed)] == ["carrier_unavailable"]


async def test_a_doubt_of_two_minutes_is_told_as_delayed(labels):
    """Bought or not, the customer has nothing yet."""
    labels.line.after = [LOST, *[REACHED_NOBODY] * 7]
    await approved(labels)
    await labels.works()
    for _ in range(7):
        await labels.works_later(seconds=21)

    assert len(labels.told(LabelDelayed)) == 1
    await labels.works_later(seconds=21)
    assert labels.label()


async def test_a_label_in_time_is_never_told_as_delayed(labels):
    """Nobody is written to without need."""
    labels.line.before = [REACHED_NOBODY]
    await approved(labels)
    await labels.works()
    await labels.works_later(seconds=2)

    assert labels.label()
    assert labels.told(LabelDelayed) == []


# ── late sales and reserved numbers ──────────────────────────────────────────────────────────────


class TestSettling:
    """A carrier that may work off an order after it has said that it knows of none."""

    @pytest.fixture
    def carrier(self):
        return {"settles_seconds": 120.0}

    async def test_a_sale_after_the_carrier_said_none_is_not_bought_again(self, labels):
        """It says none, sells a minute later, and forgets what it sold under a reference."""
        labels.line.before = [LOST]
        await approved(labels)
        await labels.works()
        assert labels.states()[intent()] is State.IN_FLIGHT

        labels.sells_late(f"{an_id()}:1")
        await labels.works_later(seconds=121)

        assert labels.label()
        assert labels.sales() == ["sold"]

    async def test_when_it_had_time_enough_its_word_counts(self, labels):
        """The order got lost: after two minutes it is sent again."""
        labels.line.before = [LOST]
        await approved(labels)
        await labels.works()
        await labels.works_later(seconds=119)
        assert labels.sales() == []

        await labels.works_later(seconds=2)

        assert labels.sales() == ["sold"]


class Numbers:
    """A carrier's numbers: each is given out once."""

    def __init__(self):
        self.given = []

    async def reserve(self, order, connection):
        self.given.append(f"NUMBER{len(self.given) + 1}")
        return self.given[-1]


class Watched:
    """A carrier that notes what it is asked, and then fails as a test says."""

    def __init__(self):
        self.ordered, self.doubts, self.fails = [], [], []

    async def issue(self, order, connection):
        self.ordered.append(order.reserved)
        if self.fails:
            raise self.fails.pop(0)
        raise faults.Rejected

    async def recover(self, doubt, connection):
        self.doubts.append((doubt.reserved, doubt.ordered_at))


class TestReserved:
    """A carrier that gives numbers out before it sells."""

    @pytest.fixture
    def carrier(self):
        return {"reserves": Numbers(), "carrier": Watched()}

    async def test_every_attempt_goes_out_under_the_same_number(self, labels, carrier):
        """Three attempts, one of them in doubt: one number, so one label."""
        carrier["carrier"].fails = [faults.Unavailable(), faults.OutcomeUnknown()]
        await approved(labels)
        for seconds in (0, 2, 5, 10):
            await labels.works_later(seconds=seconds)

        assert carrier["reserves"].given == ["NUMBER1"]
        assert carrier["carrier"].ordered == ["NUMBER1"] * 3
        assert [number for number, _ in carrier["carrier"].doubts] == ["NUMBER1"]

    async def test_a_crash_reads_the_number_back(self, labels, carrier):
        """The process died after its order went out."""
        await approved(labels)
        await labels.works()
        note = await labels.purse.purchases.of(f"{an_id()}:1")
        await labels.purse.purchases.order(
            Purchase(note.reference, TUESDAY, PLATFORM), an_approval().portal_id
        )
        labels.interrupt(intent())

        await labels.works()

        assert carrier["carrier"].doubts == [("NUMBER1", TUESDAY)]
        assert carrier["carrier"].ordered == ["NUMBER1", "NUMBER1"]

    async def test_an_order_in_doubt_is_in_our_books_when_its_return_is_cancelled(
        self, labels, carrier
    ):
        """It may have been taken: `never_bought` could be a lie, and its price must count."""
        carrier["carrier"].fails = [faults.OutcomeUnknown()]
        await approved(labels)
        await labels.works()
        await labels.hears(a_cancellation())

        for _ in range(3):
            await labels.works_later(seconds=60)

        (told,) = labels.told(LabelCancelled)
        assert (told.outcome, told.tracking_number) == ("unsupported", "NUMBER1")

    async def test_a_no_after_an_order_in_doubt_does_not_end_the_doubt(self, labels, carrier):
        """The second order was turned away at the door; the first may lie on a desk."""
        carrier["carrier"].fails = [faults.OutcomeUnknown(), faults.Unavailable()]
        await approved(labels)
        for seconds in (0, 5):
            await labels.works_later(seconds=seconds)

        assert (await labels.purse.purchases.of(f"{an_id()}:1")).ordered_at is not None


class Named:
    """A carrier with its own word for an order, under a merchant's own contract."""

    async def issue(self, order, connection):
        return IssuedLabel("NUMBER1", "label", "Parcel", carrier_id="order-77")


class TestTheirOwnWord:
    """What cancelling needs, weeks later."""

    @pytest.fixture
    def carrier(self):
        return {"carrier": Named()}

    @pytest.fixture
    def connection(self):
        portal = an_approval().portal_id
        return Connection(
            portal, "simulated", "http://x.example", prices={"drop_off_point": euros(4)}
        )

    async def test_the_contract_its_price_and_the_carriers_word_are_kept(self, labels):
        """Or nobody could take the label back, nor say what it had cost."""
        await approved(labels)
        await labels.works()

        row = await labels.rows.of(f"{an_id()}:1")
        assert (row.carrier_id, row.connection) == ("order-77", an_approval().portal_id)
        assert labels.label()[0].cost == row.cost == euros(4)
