"""analytics as its neighbours see it: what goes in, what comes out."""

from __future__ import annotations

import pytest

from contracts.analytics import ReasonsFound
from contracts.rules import Refusal
from services._runtime.errors import Permanent
from services.analytics import READS, TELLS, handlers
from services.analytics.adapters.labels_memory import LabelsMemory
from services.analytics.adapters.reasons_memory import ReasonsMemory
from services.analytics.adapters.shipments_memory import ShipmentsMemory
from tests.support.builders import (
    SHIPMENT,
    a_cancellation,
    a_judged_item,
    a_label_issued,
    a_question,
    a_rejection,
    a_shipment,
    a_shipped_item,
    a_wait,
    an_approval,
    an_id,
    pounds,
)
from tests.support.one_service import OneService


class Analytics(OneService):
    """analytics with everything in memory, its rooms within reach of the test."""

    def __init__(self, reasons=None):
        self.reasons = reasons or ReasonsMemory()
        self.labels, self.shipments = LabelsMemory(), ShipmentsMemory()
        super().__init__("analytics", handlers.routes(self.reasons, self.labels, self.shipments))


@pytest.fixture
def analytics():
    """The service, having heard nothing."""
    return Analytics()


async def test_the_reasons_of_approved_and_refused_returns_are_ranked(analytics):
    """A merchant learns as much from what was refused as from what comes back."""
    await analytics.hears(an_approval(items=(a_judged_item(quantity=2),)))
    await analytics.hears(a_rejection(return_id=an_id(8), items=(a_judged_item(reason="gift"),)))

    await analytics.hears(a_question())

    (found,) = analytics.told(ReasonsFound)
    assert [one.reason for one in found.reasons] == ["damaged_on_arrival", "gift"]
    assert (found.query_id, found.lines, found.returns) == (an_id(42), 2, 2)
    assert found.reasons[0].value == pounds(25.90)
    assert not analytics.parked()


async def test_a_return_heard_again_counts_once(analytics):
    """Kafka repeats itself, and an operator may replay a year."""
    for _ in range(3):
        await analytics.hears(an_approval())

    await analytics.hears(a_question())

    (found,) = analytics.told(ReasonsFound)
    assert (found.lines, found.returns) == (1, 1)


async def test_a_return_that_waited_and_was_cancelled_is_one_return(analytics):
    """Three topics tell of it, in any order, and again after a replay."""
    told = (a_cancellation(), an_approval(), a_wait())
    for message in (*told, *reversed(told)):
        await analytics.hears(message)

    await analytics.hears(a_question(verdict="approved", cancelled=True, by="month"))
    await analytics.hears(a_question(cancelled=False))

    gone, left = analytics.told(ReasonsFound)
    assert (gone.lines, gone.returns, gone.reasons[0].trend) == (1, 1, (1,))
    assert (left.lines, left.returns) == (0, 0)
    assert not analytics.parked()


async def test_a_question_heard_again_gets_the_answer_it_got(analytics):
    """A redelivered question must not be answered in two ways."""
    await analytics.hears(a_question(), ce_id="asked once")
    await analytics.hears(an_approval())

    await analytics.hears(a_question(), ce_id="asked once")
    await analytics.hears(a_question(), ce_id="asked anew")

    assert [found.lines for found in analytics.told(ReasonsFound)] == [0, 0, 1]
    first, second, anew = (dict(tell.headers)["ce_id"] for tell in analytics.speaker.said)
    assert first == second != anew


async def test_a_portal_never_heard_of_is_answered_with_nothing(analytics):
    """A new merchant's first look at the page is no error."""
    await analytics.hears(an_approval())

    await analytics.hears(a_question(portal_id="nobody"))

    (found,) = analytics.told(ReasonsFound)
    assert (found.portal_id, found.lines, found.reasons) == ("nobody", 0, ())


async def test_a_question_with_filters_is_answered_for_them_alone(analytics):
    """Refused for the Netherlands is a different story from approved for Germany."""
    await analytics.hears(an_approval(country="DE"))
    await analytics.hears(
        a_rejection(return_id=an_id(8), refusals=(Refusal(code="country_blocked"),))
    )

    await analytics.hears(a_question(country="NL", verdict="rejected"))

    (found,) = analytics.told(ReasonsFound)
    assert (found.lines, found.returns) == (1, 1)


async def test_a_label_costs_once_however_often_it_is_told(analytics):
    """The sum of labels must equal the carrier's invoice."""
    await analytics.hears(a_label_issued())
    await analytics.hears(a_label_issued())
    await analytics.hears(a_label_issued(parcel_no=2, cost=None))

    costs = [(label.parcel_no, label.cost) for label in analytics.labels.labels.values()]
    assert costs == [(1, pounds(4.20)), (2, None)]


async def test_the_youngest_version_of_a_parcel_counts(analytics):
    """A shop takes a line off the order; an older telling must not put it back."""
    older, younger = a_shipment(), a_shipment(version=2, items=(a_shipped_item(quantity=1),))

    await analytics.hears(younger)
    await analytics.hears(older)

    (kept,) = analytics.shipments.shipments.values()
    assert [(line.line_id, line.units) for line in kept.lines] == [("1", 1)]


async def test_a_forgotten_parcel_is_no_longer_counted(analytics):
    """Erasure is an ordinary event, and what was never heard of can be forgotten too."""
    await analytics.hears(a_shipment())

    await analytics.forgets(SHIPMENT)
    await analytics.forgets("never-heard-of")

    assert not analytics.shipments.shipments
    assert not analytics.parked()


async def test_erasing_a_customer_leaves_the_reasons(analytics):
    """A reason names no person, and a merchant's totals must not change behind its back."""
    await analytics.hears(a_shipment())
    await analytics.hears(an_approval())

    await analytics.forgets(SHIPMENT)
    await analytics.hears(a_question())

    assert analytics.told(ReasonsFound)[0].lines == 1


async def test_a_question_too_large_is_parked_and_its_neighbour_is_answered():
    """One merchant's ten years must not keep another from an answer."""

    class Overwhelmed(ReasonsMemory):
        async def ranked(self, query):
            if query.portal_id == "everything":
                raise Permanent("question_too_large")
            return await super().ranked(query)

    analytics = Analytics(Overwhelmed())

    await analytics.hears(a_question(portal_id="everything"))
    await analytics.hears(a_question())

    assert analytics.parked() == ["question_too_large"]
    assert [found.portal_id for found in analytics.told(ReasonsFound)] == ["moss-and-fern"]


async def test_an_unreadable_return_is_parked(analytics):
    """What cannot be read cannot be counted, and must not vanish."""
    body = an_approval().body().replace(b'"settings_version":1', b'"settings_version":"one"')

    await analytics.hears_bytes(
        "returns.return-approved.v1",
        an_id().encode(),
        body,
        {
            "ce_specversion": b"1.0",
            "ce_id": b"1",
            "ce_source": b"/retour/rules",
            "ce_type": b"returns.return-approved.v1",
            "content-type": b"application/json",
        },
    )

    assert analytics.parked() == ["schema"]
    assert not analytics.reasons.records


def test_analytics_listens_to_what_it_says_it_reads(analytics):
    """The canvas of the service is checked, not believed."""
    assert {route.topic for route in analytics.routes} == set(READS)
    assert [topic.model for topic in TELLS] == [ReasonsFound]
