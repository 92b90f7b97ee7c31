"""What labels does when a message arrives: keep senders, plan labels. Nothing is told here."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from typing import Any

from contracts import topics
from contracts.labels import FindServicePoints
from contracts.rules import OptionsOffered, ReturnApproved, ReturnCancelled
from contracts.shop import ShipmentRecorded
from services._runtime.words import Heard, Outcome, Plan, Route, by_message
from services.labels.domain.order import first_reference, reference_of, travelling
from services.labels.domain.proposing import Question, of_command, of_offer
from services.labels.domain.sender import sender_of
from services.labels.ports import CANCEL_LABEL, ISSUE_LABEL, Senders
from services.labels.ports.points import PROPOSE_POINTS

LOOKED_FOR_SECONDS = 3600.0
"""A customer who looks for a point is gone by then."""

CANCELLED_WITHIN_SECONDS = 28 * 24 * 3600.0


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

    async def on_options_offered(heard: Sequence[Heard[OptionsOffered]]) -> list[Outcome]:
        return [Outcome(plan=_answers(one, *of_offer(one.said))) for one in heard]

    async def on_find_service_points(heard: Sequence[Heard[FindServicePoints]]) -> list[Outcome]:
        return [Outcome(plan=_answers(one, of_command(one.said))) for one in heard]

    async def on_return_cancelled(heard: Sequence[Heard[ReturnCancelled]]) -> list[Outcome]:
        return [Outcome(plan=(_cancelling(one.said),)) for one in heard]

    return (
        Route(topics.SHIPMENT_RECORDED, on_shipment_recorded),
        Route(topics.OPTIONS_OFFERED, on_options_offered),
        Route(topics.FIND_SERVICE_POINTS, on_find_service_points),
        Route(topics.RETURN_APPROVED, on_return_approved),
        Route(topics.RETURN_CANCELLED, on_return_cancelled),
    )


def _answers(heard: Heard[Any], *questions: Question) -> tuple[Plan, ...]:
    """An answer to each question, once for each time it was asked: a message heard twice is one."""
    asked = sha256(by_message(heard).encode()).hexdigest()[:16]
    return tuple(
        Plan(
            PROPOSE_POINTS,
            f"{one.lookup_id}:{asked}:{one.carrier or '*'}:{one.return_method or '*'}",
            one,
            deadline_seconds=LOOKED_FOR_SECONDS,
            about=one.shipment_id or "",
        )
        for one in questions
    )


def _cancelling(wish: ReturnCancelled) -> Plan:
    """The wish outlives a label in doubt, about which a person may take weeks to decide."""
    reference = first_reference(wish.return_id)
    return Plan(
        CANCEL_LABEL,
        reference,
        wish,
        deadline_seconds=CANCELLED_WITHIN_SECONDS,
        about=wish.shipment_id,
    )


def _labels(order: ReturnApproved) -> tuple[Plan, ...]:
    """One label, or none where nothing travels."""
    if not travelling(order):
        return ()
    return (Plan(ISSUE_LABEL, reference_of(order), order, about=order.shipment_id),)
