"""What is asked about service points: by an offer for each of its ways back, or by a frontend."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated

from pydantic import Field

from contracts.labels import FindServicePoints
from contracts.rules import OptionsOffered
from contracts.shape import Code, Country, Name, RandomId, Shape, Text
from contracts.words import PointAbility, ReturnMethod
from services.labels.domain.choose import is_carried

PROPOSED = 10
"""So many points are listed: the nearest, which is preselected, and what there is besides it."""

_AT_A_POINT: Mapping[str, frozenset[str]] = {
    ReturnMethod.DROP_OFF_POINT: frozenset({PointAbility.ACCEPTS_RETURNS}),
    ReturnMethod.DROP_OFF_LABELLESS: frozenset(
        {PointAbility.ACCEPTS_RETURNS, PointAbility.PRINTS_LABELS}
    ),
}


class Question(Shape):
    """One question about points or days: what an intent to propose is planned with.

    An offer asks for the customer of `shipment_id`; a frontend says `country` and `postal_code`.
    """

    lookup_id: RandomId
    portal_id: Name
    shipment_id: Name | None = None
    country: Country | None = None
    postal_code: Text | None = None
    carrier: Code | None = None
    return_method: Code | None = None
    limit: Annotated[int, Field(ge=1, le=50)] = PROPOSED

    @property
    def day_wanted(self) -> bool:
        """Whether somebody shall come, so that it is a day that is wanted and not a point."""
        return self.return_method == ReturnMethod.PICKUP

    @property
    def point_wanted(self) -> bool:
        """Whether there is anything to hand over at a point, as far as was said."""
        return self.return_method is None or self.return_method in _AT_A_POINT

    @property
    def abilities(self) -> frozenset[str]:
        """What a point must be able to do."""
        method = self.return_method or ReturnMethod.DROP_OFF_POINT
        return _AT_A_POINT.get(method, frozenset())


def of_offer(offered: OptionsOffered) -> Iterator[Question]:
    """A question for each way back that goes by a carrier's point, or by its van."""
    for way in offered.return_methods:
        if way.carrier is None or not is_carried(way.carrier):
            continue
        if way.method in _AT_A_POINT or way.method == ReturnMethod.PICKUP:
            yield Question(
                lookup_id=offered.lookup_id,
                portal_id=offered.portal_id,
                shipment_id=offered.shipment_id,
                carrier=way.carrier,
                return_method=way.method,
            )


def of_command(asked: FindServicePoints) -> Question:
    """The question a frontend asks."""
    return Question(
        lookup_id=asked.lookup_id,
        portal_id=asked.portal_id,
        country=asked.country,
        postal_code=asked.postal_code,
        carrier=asked.carrier,
        return_method=asked.return_method,
        limit=asked.limit,
    )
