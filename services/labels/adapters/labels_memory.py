"""Labels in memory, gone with the process."""

from __future__ import annotations

from dataclasses import replace

from services._runtime.words import Change
from services.labels.domain.issued import LabelRow


class LabelsMemory:
    """See `ports.Labels`."""

    def __init__(self) -> None:
        self._rows: dict[str, LabelRow] = {}

    def keep(self, row: LabelRow) -> Change:
        """See `ports.Labels`."""

        def write() -> None:
            self._rows.setdefault(row.reference, row)

        return Change("labels", write)

    def cancelled(self, reference: str, outcome: str) -> Change:
        """See `ports.Labels`."""

        def write() -> None:
            self._rows[reference] = replace(self._rows[reference], cancelled=outcome)

        return Change("labels", write)

    async def of(self, reference: str) -> LabelRow | None:
        """See `ports.Labels`."""
        return self._rows.get(reference)
