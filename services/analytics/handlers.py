"""What analytics does when a message arrives: record it, or answer a question from the records."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from contracts import topics
from contracts.analytics import FindReasons
from contracts.labels import LabelIssued
from contracts.rules import (
    ReturnApproved,
    ReturnAwaitingApproval,
    ReturnCancelled,
    ReturnRejected,
)
from contracts.shop import ShipmentRecorded
from services._runtime.words import Heard, Outcome, Route, by_message
from services.analytics.domain.label import bought
from services.analytics.domain.record import cancellation, record
from services.analytics.domain.shipped import shipped
from services.analytics.ports import Labels, Reasons, Shipments


def routes(reasons: Reasons, labels: Labels, shipments: Shipments) -> tuple[Route[Any], ...]:
    """The topics analytics listens to."""

    async def on_return_approved(heard: Sequence[Heard[ReturnApproved]]) -> list[Outcome]:
        return [Outcome(keep=reasons.keep(record(one.said))) for one in heard]

    async def on_return_rejected(heard: Sequence[Heard[ReturnRejected]]) -> list[Outcome]:
        return [Outcome(keep=reasons.keep(record(one.said))) for one in heard]

    async def on_return_awaiting_approval(
        heard: Sequence[Heard[ReturnAwaitingApproval]],
    ) -> list[Outcome]:
        return [Outcome(keep=reasons.keep(record(one.said))) for one in heard]

    async def on_return_cancelled(heard: Sequence[Heard[ReturnCancelled]]) -> list[Outcome]:
        return [Outcome(keep=(reasons.cancel(cancellation(one.said)),)) for one in heard]

    async def on_label_issued(heard: Sequence[Heard[LabelIssued]]) -> list[Outcome]:
        return [Outcome(keep=(labels.keep(bought(one.said)),)) for one in heard]

    async def on_shipment_recorded(heard: Sequence[Heard[ShipmentRecorded]]) -> list[Outcome]:
        changes = (
            shipments.forget(one.key)
            if one.message is None
            else shipments.keep(shipped(one.message))
            for one in heard
        )
        return [Outcome(keep=(change,)) for change in changes]

    async def on_find_reasons(heard: Sequence[Heard[FindReasons]]) -> list[Outcome]:
        # One after the other: a hundred large questions at once would only get in each other's way.
        return [Outcome(tell=(await reasons.ranked(one.said),)) for one in heard]

    return (
        Route(topics.SHIPMENT_RECORDED, on_shipment_recorded),
        Route(topics.RETURN_APPROVED, on_return_approved),
        Route(topics.RETURN_REJECTED, on_return_rejected),
        Route(topics.RETURN_AWAITING_APPROVAL, on_return_awaiting_approval),
        Route(topics.RETURN_CANCELLED, on_return_cancelled),
        Route(topics.LABEL_ISSUED, on_label_issued),
        Route(topics.FIND_REASONS, on_find_reasons, once=by_message),
    )
