"""The life of a return as its neighbours see it: waiting, saying yes or no, cancelling, paying."""

from __future__ import annotations

import pytest

from contracts import topics
from contracts.rulebook import ItemPrice, KeepItem, NeedsApproval, Rule
from contracts.rules import (
    ApproveReturn,
    CancelReturn,
    RefundDue,
    RefuseReturn,
    ReleaseRefund,
    ReturnApproved,
    ReturnAwaitingApproval,
    ReturnCancelled,
    ReturnRejected,
    ReturnUnchanged,
)
from contracts.shop import Fee
from services._runtime.intents import State
from services.rules.domain.orders import LEAST_TO_SEND
from services.rules.ports import EXPIRE_APPROVAL
from tests.support.builders import (
    ORDER,
    PORTAL,
    SHIPMENT,
    TUESDAY,
    a_parcel_movement,
    a_portal,
    a_request,
    a_requested_item,
    a_shipment,
    an_id,
    days,
    pounds,
)
from tests.support.rules import rules_in_memory

BOTH_TEAPOTS = (a_requested_item(quantity=2),)
DEAR = Rule(
    rule_id="dear-things",
    when=ItemPrice(at_least=pounds(10)),
    then=(NeedsApproval(),),
)


def about(model, **changes):
    """An order about Zoë's return."""
    usual = {"return_id": an_id(), "portal_id": PORTAL, "by": "jo"}
    return model(**usual | changes)


@pytest.fixture
async def rules():
    """Rules that knows Moss & Fern, where nothing waits, and Zoë's parcel."""
    service = rules_in_memory()
    await service.hears(a_portal())
    await service.hears(a_shipment())
    return service


@pytest.fixture
async def waiting(rules):
    """A person at Moss & Fern looks at whatever is dear, and Zoë has asked to send both teapots."""
    await rules.hears(a_portal(version=2, rules=(DEAR,), approval_days=5))
    await rules.hears(a_request(items=BOTH_TEAPOTS))
    return rules


@pytest.fixture
async def approved(rules):
    """Zoë may send both teapots back."""
    await rules.hears(a_request(items=BOTH_TEAPOTS))
    assert len(rules.told(ReturnApproved)) == 1
    return rules


async def free_teapots(service) -> int:
    """How many teapots may still be asked for: somebody asks for one after the other."""
    number = 100
    while True:
        number += 1
        before = len(service.told(ReturnRejected))
        await service.hears(a_request(return_id=an_id(number)))
        if len(service.told(ReturnRejected)) > before:
            return number - 101


# ── waiting for a person ─────────────────────────────────────────────────────────────────────────


async def test_what_a_rule_leaves_to_a_person_waits_and_holds_its_units(waiting):
    """Nobody else may take them meanwhile."""
    (told,) = waiting.told(ReturnAwaitingApproval)
    assert told.expires_at == TUESDAY + days(5)
    assert waiting.told(ReturnApproved) == []

    await waiting.hears(a_request(return_id=an_id(1)))

    (rejected,) = waiting.told(ReturnRejected)
    assert [r.code for r in rejected.refusals] == ["quantity_exceeded"]


async def test_a_person_says_yes(waiting):
    """It is approved by name, with the order's number, and nothing is taken twice."""
    waiting.clock.pass_(days=2)

    await waiting.hears(about(ApproveReturn))

    (approved,) = waiting.told(ReturnApproved)
    assert (approved.approved_by, approved.order_no) == ("jo", ORDER)
    assert approved.decided_at == TUESDAY + days(2)
    assert approved.items[0].quantity == 2
    assert await free_teapots(waiting) == 0


@pytest.mark.parametrize(("window", "left"), [(30, days(25)), (6, LEAST_TO_SEND + days(2))])
async def test_after_a_late_yes_there_is_time_to_send(rules, window, left):
    """Who asked on the last day, and then had to wait, still gets two weeks."""
    await rules.hears(a_portal(version=2, rules=(DEAR,), window_days=window))
    await rules.hears(a_request())
    rules.clock.pass_(days=2)

    await rules.hears(about(ApproveReturn))

    (approved,) = rules.told(ReturnApproved)
    assert approved.send_back_by == TUESDAY + left


async def test_a_person_says_no_and_why(waiting):
    """The customer is told in that person's words, and the units are free."""
    await waiting.hears(about(RefuseReturn, because="We sold it as worn."))

    (rejected,) = waiting.told(ReturnRejected)
    assert [r.code for r in rejected.refusals] == ["refused_by_merchant"]
    assert (rejected.refused_by, rejected.because) == ("jo", "We sold it as worn.")
    await waiting.hears(a_portal(version=3))
    assert await free_teapots(waiting) == 2


async def test_nobody_waits_for_ever(waiting):
    """When the time is up it is refused, once, and the units are free."""
    waiting.clock.pass_(days=4, hours=23)
    await waiting.works()
    assert waiting.told(ReturnRejected) == []

    waiting.clock.pass_(hours=1)
    await waiting.works()
    waiting.clock.pass_(days=1)
    await waiting.works()

    (rejected,) = waiting.told(ReturnRejected)
    assert [r.code for r in rejected.refusals] == ["approval_expired"]
    await waiting.hears(a_portal(version=3))
    assert await free_teapots(waiting) == 2


async def test_a_yes_after_the_last_instant_is_too_late(waiting):
    """Also where the refusal has not been told yet."""
    waiting.clock.pass_(days=5)

    await waiting.hears(about(ApproveReturn))

    (told,) = waiting.told(ReturnUnchanged)
    assert (told.ordered, told.because) == ("approve", "not_waiting")


async def test_what_was_approved_does_not_expire(waiting):
    """The intent is still there, and finds nothing to do."""
    await waiting.hears(about(ApproveReturn))
    waiting.clock.pass_(days=6)

    await waiting.works()

    assert waiting.told(ReturnRejected) == []
    assert waiting.states() == {f"{EXPIRE_APPROVAL}:{an_id()}": State.SUCCEEDED}


async def test_a_request_that_overtook_its_parcel_waits_for_a_person_then(rules):
    """First for the parcel, then for the person, and not for ever."""
    service = rules_in_memory()
    await service.hears(a_portal(rules=(DEAR,)))
    await service.hears(a_request())
    await service.hears(a_shipment())
    service.clock.pass_(seconds=1)
    await service.works()
    assert len(service.told(ReturnAwaitingApproval)) == 1

    service.clock.pass_(days=7)
    await service.works()

    (rejected,) = service.told(ReturnRejected)
    assert [r.code for r in rejected.refusals] == ["approval_expired"]


# ── cancelling ───────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("told_first", [ReturnAwaitingApproval, ReturnApproved])
async def test_a_cancelled_return_frees_its_units(rules, told_first):
    """Until it is handed over, whether a person has looked at it or not."""
    rulebook = (DEAR,) if told_first is ReturnAwaitingApproval else ()
    await rules.hears(a_portal(version=2, rules=rulebook))
    await rules.hears(a_request(items=BOTH_TEAPOTS))
    assert len(rules.told(told_first)) == 1

    await rules.hears(about(CancelReturn, by="customer"))

    (cancelled,) = rules.told(ReturnCancelled)
    assert (cancelled.by, cancelled.shipment_id) == ("customer", SHIPMENT)
    await rules.hears(a_portal(version=3))
    assert await free_teapots(rules) == 2


async def test_cancelling_twice_frees_once(approved):
    """The second time nothing changes, and whoever ordered it is told."""
    await approved.hears(about(CancelReturn, by="customer"))
    await approved.hears(a_request(return_id=an_id(1), items=BOTH_TEAPOTS))

    await approved.hears(about(CancelReturn, by="customer"))

    (told,) = approved.told(ReturnUnchanged)
    assert (told.ordered, told.because) == ("cancel", "already_cancelled")
    assert await free_teapots(approved) == 0


@pytest.mark.parametrize("phase", ["handed_over", "in_transit", "delivered", "returned_to_sender"])
async def test_what_was_handed_over_cannot_be_cancelled(approved, phase):
    """Its units stay taken: the goods are gone."""
    await approved.hears(a_parcel_movement(phase=phase))

    await approved.hears(about(CancelReturn, by="customer"))

    (told,) = approved.told(ReturnUnchanged)
    assert told.because == "already_handed_over"
    assert approved.told(ReturnCancelled) == []
    assert await free_teapots(approved) == 0


@pytest.mark.parametrize("phase", ["announced", "cancelled", "unknown", "a_word_of_tomorrow"])
async def test_a_parcel_that_was_not_handed_over_can_be_cancelled(approved, phase):
    """A carrier that knows of a label has no parcel yet."""
    await approved.hears(a_parcel_movement(phase=phase))

    await approved.hears(about(CancelReturn, by="customer"))

    assert len(approved.told(ReturnCancelled)) == 1


async def test_a_return_whose_customer_was_forgotten_can_still_be_cancelled_and_its_units_are_free(
    approved,
):
    """Nothing about a person is needed for it."""
    await approved.forgets(SHIPMENT)

    await approved.hears(about(CancelReturn, by="merchant"))

    assert len(approved.told(ReturnCancelled)) == 1
    await approved.hears(a_shipment(version=2))
    assert await free_teapots(approved) == 2


# ── paying ───────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("refund_when", "phases", "because"),
    [
        ("handed_over", ["announced", "handed_over", "in_transit", "delivered"], "handed_over"),
        ("handed_over", ["delivered", "handed_over"], "handed_over"),
        ("delivered", ["handed_over", "in_transit", "delivered", "delivered"], "delivered"),
        ("delivered", ["delivered", "in_transit", "handed_over"], "delivered"),
    ],
)
async def test_a_refund_is_due_once_when_the_merchant_said(rules, refund_when, phases, because):
    """Whatever carriers repeat, and in whatever order."""
    await rules.hears(a_portal(version=2, refund_when=refund_when))
    await rules.hears(a_request(items=BOTH_TEAPOTS))

    for phase in phases:
        await rules.hears(a_parcel_movement(phase=phase))

    (due,) = rules.told(RefundDue)
    assert (due.because, due.amount, due.refund_method) == (because, pounds(25.9), "refund")


@pytest.mark.parametrize(
    ("refund_when", "phases"),
    [
        ("manually", ["handed_over", "delivered"]),
        ("delivered", ["handed_over", "in_transit", "delivery_failed", "lost"]),
        ("handed_over", ["announced", "returned_to_sender", "lost"]),
    ],
)
async def test_nothing_is_due_before_that(rules, refund_when, phases):
    """What went back to the customer, or nowhere, is for a person to judge."""
    await rules.hears(a_portal(version=2, refund_when=refund_when))
    await rules.hears(a_request())

    for phase in phases:
        await rules.hears(a_parcel_movement(phase=phase))

    assert rules.told(RefundDue) == []


async def test_the_refund_is_what_the_items_cost_less_the_price(rules):
    """By the settings of that day, whatever the merchant has changed since."""
    await rules.hears(
        a_portal(version=2, fees=(Fee(price=pounds(4.5)),), refund_when="handed_over")
    )
    await rules.hears(a_request(price_shown=pounds(4.5)))
    await rules.hears(a_portal(version=3, refund_when="manually"))

    await rules.hears(a_parcel_movement())

    (due,) = rules.told(RefundDue)
    assert (due.amount, due.value, due.price) == (pounds(8.45), pounds(12.95), pounds(4.5))


async def test_a_price_above_the_value_leaves_nothing_and_not_less(rules):
    """Nobody owes the merchant money for a return."""
    await rules.hears(a_portal(version=2, fees=(Fee(price=pounds(20)),)))
    await rules.hears(a_request(price_shown=pounds(20)))

    await rules.hears(about(ReleaseRefund))

    (due,) = rules.told(RefundDue)
    assert due.amount == pounds(0)


@pytest.mark.parametrize(
    ("asked", "paid"), [(None, 25.9), (0, 0), (10, 10), (25.9, 25.9), (26, 25.9)]
)
async def test_a_merchant_releases_at_most_what_was_approved(approved, asked, paid):
    """Whatever the portal waits for; a second release changes nothing."""
    amount = None if asked is None else pounds(asked)

    await approved.hears(about(ReleaseRefund, amount=amount))
    await approved.hears(about(ReleaseRefund, amount=amount))
    await approved.hears(a_parcel_movement(phase="delivered"))

    (due,) = approved.told(RefundDue)
    (told,) = approved.told(ReturnUnchanged)
    assert (due.because, due.amount) == ("released", pounds(paid))
    assert (told.ordered, told.because) == ("release_refund", "already_due")


async def test_a_release_in_another_currency_is_refused(approved):
    """Rules changes no money."""
    euros = pounds(5).model_copy(update={"currency": "EUR"})

    await approved.hears(about(ReleaseRefund, amount=euros))

    (told,) = approved.told(ReturnUnchanged)
    assert told.because == "other_currency"
    assert approved.told(RefundDue) == []


async def test_what_waits_for_a_person_is_not_paid(waiting):
    """First somebody says yes."""
    await waiting.hears(about(ReleaseRefund))
    await waiting.hears(a_parcel_movement(phase="delivered"))

    (told,) = waiting.told(ReturnUnchanged)
    assert told.because == "not_approved"
    assert waiting.told(RefundDue) == []


async def test_once_the_refund_is_due_nothing_can_be_cancelled(approved):
    """Goods and money, that would be."""
    await approved.hears(about(ReleaseRefund))

    await approved.hears(about(CancelReturn, by="customer"))

    (told,) = approved.told(ReturnUnchanged)
    assert told.because == "already_due"


async def test_a_refund_of_a_customer_who_was_forgotten_is_still_due(approved):
    """Money is owed to whoever paid, and names nobody."""
    await approved.forgets(SHIPMENT)

    await approved.hears(a_parcel_movement(phase="delivered"))

    (due,) = approved.told(RefundDue)
    assert due.amount == pounds(25.9)


@pytest.mark.parametrize(("refund_when", "due"), [("delivered", 1), ("manually", 0)])
async def test_where_nothing_travels_the_refund_is_due_at_once(rules, refund_when, due):
    """Unless the merchant pays by hand."""
    keep = Rule(rule_id="keep-it", then=(KeepItem(),))
    await rules.hears(a_portal(version=2, rules=(keep,), refund_when=refund_when))

    await rules.hears(a_request(return_method="none"))

    assert len(rules.told(ReturnApproved)) == 1
    assert [one.because for one in rules.told(RefundDue)] == ["nothing_to_send"] * due


async def test_where_nothing_travels_the_refund_is_due_when_a_person_says_yes(rules):
    """And not before."""
    kept = Rule(rule_id="keep-it", then=(KeepItem(), NeedsApproval()))
    await rules.hears(a_portal(version=2, rules=(kept,)))
    await rules.hears(a_request(return_method="none"))
    assert rules.told(RefundDue) == []

    await rules.hears(about(ApproveReturn))

    assert [one.because for one in rules.told(RefundDue)] == ["nothing_to_send"]


# ── orders that change nothing ───────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("order", "because"),
    [
        (about(ApproveReturn), "not_waiting"),
        (about(RefuseReturn), "not_waiting"),
        (about(CancelReturn, portal_id="another-portal"), "other_portal"),
        (about(ReleaseRefund, portal_id="another-portal"), "other_portal"),
    ],
    ids=["approve", "refuse", "cancel another's", "pay another's"],
)
async def test_an_order_that_comes_too_late_or_to_the_wrong_door_changes_nothing(
    approved, order, because
):
    """Whoever ordered it is told, and nothing is parked."""
    await approved.hears(order)

    (told,) = approved.told(ReturnUnchanged)
    assert (told.because, told.portal_id) == (because, order.portal_id)
    assert approved.parked() == []
    assert await free_teapots(approved) == 0


@pytest.mark.parametrize("model", [ApproveReturn, RefuseReturn, CancelReturn, ReleaseRefund])
@pytest.mark.parametrize(
    ("ended", "because"),
    [(CancelReturn, "already_cancelled"), (RefuseReturn, "already_refused")],
)
async def test_what_is_over_stays_over(waiting, model, ended, because):
    """No order brings it back to life, and none is paid."""
    await waiting.hears(about(ended))

    await waiting.hears(about(model))
    await waiting.hears(a_parcel_movement(phase="delivered"))

    (told,) = waiting.told(ReturnUnchanged)
    assert told.because == because
    assert waiting.told(ReturnApproved) == waiting.told(RefundDue) == []


async def test_an_order_heard_again_is_told_again_in_the_same_words(waiting):
    """A crash may have eaten the first telling."""
    await waiting.hears(about(ApproveReturn), ce_id="yes")
    await waiting.hears(about(ApproveReturn), ce_id="yes")

    told = [t for t in waiting.speaker.said if t.topic == topics.RETURN_APPROVED.name]
    assert len(told) == 2
    assert told[0] == told[1]


# ── what overtakes its return ────────────────────────────────────────────────────────────────────


async def test_an_order_that_overtook_its_request_is_obeyed_when_that_is_decided(rules):
    """Topics keep no order among each other."""
    await rules.hears(about(CancelReturn, by="customer"))
    await rules.hears(a_request(items=BOTH_TEAPOTS))
    rules.clock.pass_(seconds=1)

    await rules.works()

    assert len(rules.told(ReturnCancelled)) == 1
    assert await free_teapots(rules) == 2


async def test_a_movement_that_overtook_its_request_is_not_lost(rules):
    """A refund hangs on it."""
    await rules.hears(a_parcel_movement(phase="delivered"))
    await rules.hears(a_request())
    rules.clock.pass_(seconds=1)

    await rules.works()

    assert len(rules.told(RefundDue)) == 1


@pytest.mark.parametrize("model", [ApproveReturn, RefuseReturn, CancelReturn, ReleaseRefund])
async def test_an_order_about_a_return_nobody_asked_for_is_told_so(rules, model):
    """After patience has ended: twice as long as a request may wait for its parcel."""
    await rules.hears(about(model))
    rules.clock.pass_(seconds=119)
    await rules.works()
    assert rules.told(ReturnUnchanged) == []

    rules.clock.pass_(seconds=2)
    await rules.works()

    (told,) = rules.told(ReturnUnchanged)
    assert told.because == "return_unknown"


async def test_two_orders_that_wait_are_both_answered(rules):
    """Each is an order of its own."""
    await rules.hears(about(CancelReturn, by="customer"))
    await rules.hears(about(CancelReturn, by="merchant"))
    await rules.hears(a_request())
    rules.clock.pass_(seconds=1)

    await rules.works()

    assert len(rules.told(ReturnCancelled)) == len(rules.told(ReturnUnchanged)) == 1


# ── the books ────────────────────────────────────────────────────────────────────────────────────


async def test_a_request_from_before_the_ledgers_memory_changes_nothing(approved):
    """The return itself is the last guard. Its verdict was told long ago, and is not told again."""
    said = len(approved.speaker.said)
    approved.ledger.decisions.clear()

    await approved.hears(a_request(items=BOTH_TEAPOTS))
    await approved.hears(about(ReleaseRefund))
    approved.ledger.decisions.clear()
    await approved.hears(about(ReleaseRefund))

    fresh = [tell.topic for tell in approved.speaker.said[said:]]
    assert fresh == [topics.REFUND_DUE.name, topics.RETURN_UNCHANGED.name]


async def test_another_request_under_an_old_id_is_parked(approved):
    """One id names one return, however long ago."""
    approved.ledger.decisions.clear()

    await approved.hears(a_request(return_method="in_store"))

    assert approved.parked() == ["id_reuse"]
