"""What labels does when a message arrives: keep senders, plan labels. Nothing is told here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from contracts import topics
from contracts.rules import ReturnApproved
from contracts.shop import ShipmentRecorded
from services._runtime.words import Heard, Outcome, Plan, Route
from services.labels.domain.order import reference_of, travelling
from services.labels.domain.sender import sender_of
from services.labels.ports import ISSUE_LABEL, Senders


def routes(senders: Senders) -> tuple[Route[Any], ...]:
    """The topics labels listens to."""

    async def on_shipment_recorded(heard: Sequence[Heard[ShipmentRecorded]]) -> list[Outcome]:
        return [
            Outcome(keep=(senders.forget(one.key),), forget=(one.key,))
            if one.message is None
            else Outcome(keep=(senders.keep(one.key, sender_of(one.message)),))
            for one in heard
        ]

    async def on_return_approved(heard: Sequence[Heard[ReturnApproved]]) -> list[Outcome]:
        return [Outcome(plan=_labels(one.said)) for one in heard]

    return (
        Route(topics.SHIPMENT_RECORDED, on_shipment_recorded),
        Route(topics.RETURN_APPROVED, on_return_approved),
    )


def _labels(order: ReturnApproved) -> tuple[Plan, ...]:
    """One label, or none where nothing travels."""
    if not travelling(order):
        return ()
    return (Plan(ISSUE_LABEL, reference_of(order), order, about=order.shipment_id),)
