"""Labels in memory, gone with the process."""

from __future__ import annotations

from functools import partial

from services._runtime.words import Change
from services.analytics.domain.label import BoughtLabel


class LabelsMemory:
    """See `ports.Labels`."""

    def __init__(self) -> None:
        self.labels: dict[str, BoughtLabel] = {}

    def keep(self, label: BoughtLabel) -> Change:
        """See `ports.Labels`."""
        return Change("labels", partial(self.labels.__setitem__, label.id, label))
