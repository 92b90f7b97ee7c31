"""The point that a customer chose, as the papers of their label show it."""

from __future__ import annotations

from contracts.labels import ServicePoint
from services.labels.domain.order import LabelOrder
from services.labels.domain.proposal import shown
from services.labels.ports.points import Places
from services.labels.workers.finding import Finder


class Chosen:
    """Finds it again. One that has closed since is not shown: the label holds at any other."""

    def __init__(self, finder: Finder, places: Places) -> None:
        self._finder, self._places = finder, places

    async def shown(self, carrier: str, order: LabelOrder) -> ServicePoint | None:
        """The point, if one was chosen and is still one to send somebody to."""
        if order.service_point_id is None:
            return None
        point = await self._finder.of(carrier, order.service_point_id)
        home = order.sender.spot or await self._places.middle_of(
            order.sender.country, order.sender.postal_code
        )
        return None if point is None or home is None else shown(point, home)
