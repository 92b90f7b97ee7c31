"""Places in memory, gone with the process."""

from __future__ import annotations

from collections.abc import Sequence

from services._runtime.words import Change
from services.labels.domain.distance import middle
from services.labels.domain.point import Place, Spot
from services.labels.domain.postcode import code_of_place, prefixes


class PlacesMemory:
    """See `ports.points.Places`."""

    def __init__(self) -> None:
        self._all: dict[tuple[str, str], Spot] = {}

    def keep(self, places: Sequence[Place]) -> Sequence[Change]:
        """See `ports.points.Places`."""

        def write() -> None:
            self._all |= {(place.country, place.postal_code): place.spot for place in places}

        return [Change("places", write)]

    async def middle_of(self, country: str, postal_code: str) -> Spot | None:
        """See `ports.points.Places`."""
        code = code_of_place(country, postal_code)
        if code is None:
            return None
        if (country, code) in self._all:
            return self._all[country, code]
        for prefix in prefixes(code):
            found = [
                spot
                for (there, each), spot in self._all.items()
                if there == country and each.startswith(prefix)
            ]
            if found:
                return middle(found)
        return None
