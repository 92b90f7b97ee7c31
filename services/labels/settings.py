"""What labels may be told from outside."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field, StringConstraints

from services._runtime import settings


class Settings(settings.Settings):
    """`RETOUR_*` in the environment of labels."""

    carrier_url: (
        Annotated[str, StringConstraints(pattern=r"^https?://[^\s/?#]+[^\s?#]*$")] | None
    ) = None
    """Where the carrier simulator answers. Absent means that nobody answers to `simulated`."""
    drawing_processes: int = Field(default=1, ge=1, le=64)
    """How many processes draw documents. One draws about a hundred labels a second."""

    def unsafe(self) -> Iterator[str]:
        """No post takes a label of the simulator's."""
        yield from super().unsafe()
        if self.carrier_url is not None:
            yield "CARRIER_URL (a carrier that only pretends)"
