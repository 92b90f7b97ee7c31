"""A log, books and a ledger that agree about thirty real returns, to be spoilt one at a time."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace

from contracts import topics
from contracts.labels import LabelIssued
from contracts.notifications import CustomerEmailed, MerchantAlerted
from contracts.rules import Refusal, ReturnApproved, ReturnRejected
from contracts.shape import Money, Shape
from deploy.demo.expected import ALERTED
from deploy.demo.sample import AskedReturn
from deploy.local.carrier.sales import Entry
from tests.support.builders import (
    TUESDAY,
    a_judged_item,
    a_label_issued,
    a_rejection,
    an_approval,
    pounds,
)
from tests.support.kept import Kept
from tests.support.log import Log
from tests.support.oracle import is_carried, reasons_of
from tests.support.worlds import ASKED, MUST, a_number

COST = Money(minor=449, currency="EUR")
PAID = (COST.minor, COST.currency)


@dataclass(frozen=True)
class Books:
    """Everything that must agree."""

    log: Log
    kept: Kept
    ledger: list[Entry]

    def with_log(self, model: type[Shape], change) -> Books:
        """The messages of one kind are what `change` makes of them."""
        topic = topics.BY_MODEL[model]
        where = (topic.name, f"/retour/{topic.owner}")
        told = self.log.told | {where: change(dict(self.log.told[where]))}
        return replace(self, log=replace(self.log, told=told))

    def with_kept(self, **changes) -> Books:
        """The services have something else in their books."""
        return replace(self, kept=replace(self.kept, **changes))


def as_they_must_be() -> Books:
    """Books of a world in which nothing went wrong."""
    told: dict[tuple[str, str], dict[str, Shape]] = defaultdict(dict)
    ids: dict[str, set[str]] = defaultdict(set)
    for message in [m for one in ASKED for m in story(one)]:
        topic = topics.BY_MODEL[type(message)]
        ce_id = id_of(message)
        told[topic.name, f"/retour/{topic.owner}"][ce_id] = message
        ids[topic.name].add(ce_id)
    verdicts = {
        (name, ce_id)
        for name in (topics.RETURN_APPROVED.name, topics.RETURN_REJECTED.name)
        for ce_id in ids[name]
    }
    approved = MUST.approved.values()
    return Books(
        log=Log(told=dict(told), ids=ids),
        kept=Kept(
            told={"rules": verdicts},
            settled={"rules": set()},
            labels={
                f"{one.return_id}:1": (a_number(one), PAID if is_carried(one) else None)
                for one in approved
            },
            costs={one.return_id: PAID if is_carried(one) else None for one in approved},
            reasons=reasons_of(ASKED),
            awake={"labels": 0},
        ),
        ledger=[a_sale(one) for one in approved if is_carried(one)],
    )


def story(one: AskedReturn) -> list[Shape]:
    """What must be told about a return."""
    same = {"return_id": one.return_id, "portal_id": one.order.portal_id}
    order = same | {"shipment_id": f"shipment-{one.order.order_no}"}
    items = tuple(
        a_judged_item(line_id=str(i.line_no), quantity=i.quantity, reason=i.reason)
        for i in one.items
    )
    emailed = CustomerEmailed(**same, letter="label_ready", language="en", sent_at=TUESDAY)
    if one.return_id in MUST.refused:
        codes = tuple(Refusal(code=code) for code in sorted(MUST.codes[one.return_id]))
        return [a_rejection(**order, items=items, refusals=codes), emailed]
    said = [
        an_approval(**order, items=items, value=pounds(1)),
        a_label_issued(
            **order, tracking_number=a_number(one), cost=COST if is_carried(one) else None
        ),
        emailed,
    ]
    if one.order.portal_id in ALERTED:
        said.append(MerchantAlerted(**same, occasion="label_issued", sent_at=TUESDAY))
    return said


def id_of(message: Shape) -> str:
    """The id under which it is told here."""
    return f"{type(message).__name__}-{message.return_id}"


def a_sale(one: AskedReturn, **changes) -> Entry:
    """The line of the carrier's ledger for its label."""
    usual = {
        "event": "sold",
        "reference": f"{one.return_id}:1",
        "tracking_number": a_number(one),
        "kind": "label",
        "cost_minor": COST.minor,
        "currency": COST.currency,
        "routing": "NL",
        "valid_until": TUESDAY,
    }
    return Entry(**usual | changes)


def verdict_id(one: AskedReturn) -> str:
    """The id of its verdict."""
    model = ReturnApproved if one.return_id in MUST.approved else ReturnRejected
    return f"{model.__name__}-{one.return_id}"


def label_id(one: AskedReturn) -> str:
    """The id of its label."""
    return f"{LabelIssued.__name__}-{one.return_id}"
