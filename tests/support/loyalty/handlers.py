"""What loyalty does when a message arrives: it stamps a card."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from contracts import topics
from contracts.rules import ReturnApproved
from services._runtime.words import Heard, Outcome, Route
from services.loyalty.domain import stamp_for
from services.loyalty.ports import Stamps


def routes(stamps: Stamps) -> tuple[Route[Any], ...]:
    """The topics loyalty listens to."""

    async def on_return_approved(heard: Sequence[Heard[ReturnApproved]]) -> list[Outcome]:
        return [Outcome(keep=(stamps.keep(stamp_for(one.said)),)) for one in heard]

    return (Route(topics.RETURN_APPROVED, on_return_approved),)
