"""One return by each carrier there is an adapter for, against the simulator's desk for it.

The last of them is followed home: the simulated carrier posts what it has seen, signed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from http import HTTPStatus
from http.client import HTTPConnection
from typing import Final
from urllib.parse import urlsplit
from uuid import uuid4

from contracts.labels import LabelIssued, LabelPrinted, LabelRefused, ServicePointsProposed
from contracts.lookup import FindShipment, ShipmentFound
from contracts.notifications import CustomerEmailed
from contracts.rules import (
    OptionsOffered,
    RefundDue,
    RequestedItem,
    RequestReturn,
    ReturnApproved,
)
from contracts.topics import SERVICES, SHIPMENT_RECORDED
from contracts.words import Letter, Reason, RefundMethod, ReturnMethod
from deploy.demo import points_sample
from deploy.demo.errands import ERRANDS, FOLLOWED, Errand, parcel, settings
from deploy.demo.frontend import Frontend
from deploy.demo.tracking import tracking_number
from deploy.local.carrier.hooks import a_scan, hook
from deploy.local.merchants import made_up
from deploy.local.stack import Stack
from deploy.ops.access import OPERATOR
from deploy.ops.lag import until_caught_up

PATIENCE_SECONDS: Final = 90.0


@dataclass(frozen=True)
class Ran:
    """What came of an errand."""

    errand: Errand
    proposed: ServicePointsProposed
    issued: LabelIssued
    printed: LabelPrinted
    refund: RefundDue | None = None
    """What the merchant owes since the parcel arrived, if it was followed."""


async def play(frontend: Frontend, stack: Stack) -> list[Ran]:
    """Every errand has its label and its letter, and one parcel has arrived.

    Raises:
        TimeoutError: an answer did not come, or it was another than a label.
    """
    now = datetime.now(UTC)
    await points_sample.imported(stack.mongo_as("labels"), FOLLOWED, now)
    for errand in ERRANDS:
        await frontend.tell(settings(errand), "/demo/back-office")
        await frontend.tell(parcel(errand, now), "/demo/shop")
    kafka = stack.kafka_as(OPERATOR)
    await until_caught_up(kafka, SERVICES, [SHIPMENT_RECORDED.name], PATIENCE_SECONDS)
    ran = await asyncio.gather(*(_run(frontend, errand) for errand in ERRANDS))
    return [
        await _followed(frontend, one, stack) if one.errand.carrier == FOLLOWED else one
        for one in ran
    ]


async def _run(frontend: Frontend, errand: Errand) -> Ran:
    lookup_id, return_id = str(uuid4()), str(uuid4())
    find = FindShipment(
        lookup_id=lookup_id,
        portal_id=errand.portal_id,
        tracking_number=tracking_number(errand.portal_id),
        postal_code=errand.home.postal_code,
    )
    await frontend.tell(find)
    found = await frontend.answer(lookup_id, ShipmentFound, seconds=PATIENCE_SECONDS)
    offered = await frontend.answer(lookup_id, OptionsOffered, seconds=PATIENCE_SECONDS)
    proposed = await _proposed(frontend, lookup_id, errand.method)
    await frontend.tell(
        RequestReturn(
            return_id=return_id,
            portal_id=errand.portal_id,
            shipment_id=found.shipment_id,
            items=(RequestedItem(line_id="1", quantity=1, reason=Reason.CHANGED_MIND),),
            refund_method=RefundMethod.REFUND,
            return_method=errand.method,
            service_point_id=proposed.points[0].point_id if proposed.points else None,
            collect_on=proposed.collect_on[0] if proposed.collect_on else None,
            price_shown=offered.return_methods[0].price,
            lookup_id=lookup_id,
        )
    )
    await frontend.answer(return_id, ReturnApproved, seconds=PATIENCE_SECONDS)
    answer: LabelPrinted | LabelRefused = await frontend.answer(
        return_id, LabelPrinted, LabelRefused, seconds=PATIENCE_SECONDS
    )
    if isinstance(answer, LabelRefused):
        raise TimeoutError(f"{errand.carrier} refused: {answer.code}")
    issued = await frontend.answer(return_id, LabelIssued, seconds=PATIENCE_SECONDS)
    await frontend.answer(return_id, CustomerEmailed, seconds=PATIENCE_SECONDS)
    return Ran(errand, proposed, issued, answer)


async def _followed(frontend: Frontend, one: Ran, stack: Stack) -> Ran:
    """The carrier has posted two scans, each twice, and the refund is due."""
    now, number = datetime.now(UTC), one.issued.tracking_number
    scans = [a_scan(number, code, now) for code in ("DROPPED", "DELIVERED")]
    headers, body = hook(scans, made_up("hook_key"))
    for _ in range(2):
        await asyncio.to_thread(_post, stack.health["labels"], headers, body)
    return_id = one.issued.return_id
    due = await frontend.answer(return_id, RefundDue, seconds=PATIENCE_SECONDS)

    def written() -> bool:
        told = frontend.every(CustomerEmailed)
        return (return_id, Letter.REFUND_DUE) in {(said.return_id, said.letter) for said in told}

    await frontend.until(written, "the letter about the refund", PATIENCE_SECONDS)
    return replace(one, refund=due)


def _post(url: str, headers: dict[str, str], body: bytes) -> None:
    """It is in labels' hands.

    Raises:
        TimeoutError: labels did not take it.
    """
    line = HTTPConnection(urlsplit(url).netloc, timeout=PATIENCE_SECONDS)
    try:
        line.request("POST", f"/hooks/{FOLLOWED}/*", body, headers)
        if (status := line.getresponse().status) != HTTPStatus.ACCEPTED:
            raise TimeoutError(f"labels answered a carrier's post with {status}")
    finally:
        line.close()


async def _proposed(
    frontend: Frontend, lookup_id: str, method: ReturnMethod
) -> ServicePointsProposed:
    """What labels proposes for this way back."""

    def found() -> Sequence[ServicePointsProposed]:
        heard = (one.message for one in frontend.heard[lookup_id])
        every = (said for said in heard if isinstance(said, ServicePointsProposed))
        return [said for said in every if said.return_method == method]

    await frontend.until(lambda: bool(found()), f"points about {lookup_id}", PATIENCE_SECONDS)
    return found()[0]
