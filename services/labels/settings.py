"""What labels may be told from outside."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, StringConstraints, field_validator

from services._runtime import settings


class Settings(settings.Settings):
    """`RETOUR_*` in the environment of labels."""

    carrier_url: (
        Annotated[str, StringConstraints(pattern=r"^https?://[^\s/?#]+[^\s?#]*$")] | None
    ) = None
    """Where the carrier simulator answers. Absent means that nobody answers to `simulated`."""
    connections_file: Path | None = None
    """Contracts with carriers, see `adapters.connections`. Absent means that there are none."""
    drawing_processes: int = Field(default=1, ge=1, le=64)
    """How many processes draw documents. One draws about two hundred labels a second."""
    label_formats: tuple[Literal["a6", "a4", "zpl"], ...] = ("a6",)
    """In which formats, with commas between, a label is drawn that its carrier does not draw."""
    hands: int = Field(default=64, ge=1, le=512)
    """How many labels may be on order, drawn or told at once."""

    @field_validator("label_formats", mode="before")
    @classmethod
    def _listed(cls, given: object) -> object:
        return tuple(given.split(",")) if isinstance(given, str) else given

    @field_validator("label_formats")
    @classmethod
    def _for_customers(cls, given: tuple[str, ...]) -> tuple[str, ...]:
        if not {"a6", "a4"} & set(given) or len(set(given)) != len(given):
            raise ValueError("each once, and one that customers can print: a6 or a4")
        return given

    def unsafe(self) -> Iterator[str]:
        """No post takes a label of the simulator's."""
        yield from super().unsafe()
        if self.carrier_url is not None:
            yield "CARRIER_URL (a carrier that only pretends)"
