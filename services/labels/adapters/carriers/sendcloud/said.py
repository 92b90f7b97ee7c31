"""What every answer of Sendcloud's is read with: strictly, bounded, and it may say more."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Annotated

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from contracts.shape import RFC_3339

Id = Annotated[int, Field(ge=1, le=2**53)]
Words = Annotated[str, StringConstraints(max_length=4_000)]
"""Something somebody wrote: looked at, never passed on."""
Status = Annotated[str, StringConstraints(max_length=100, pattern=r"^[ -~]*$")]
Number = Annotated[str, StringConstraints(pattern=r"^[A-Z0-9]{4,40}$")]
"""A tracking number, as our contract takes them."""
Amount = Annotated[Decimal, Field(ge=0, le=10_000, allow_inf_nan=False)]


def _only_rfc_3339(given: object) -> object:
    """Sendcloud writes a space where others write a T; pydantic would read bare numbers, too."""
    said = given.replace(" ", "T", 1) if isinstance(given, str) else ""
    if not RFC_3339.fullmatch(said):
        raise ValueError("not RFC 3339 with a zone")
    return datetime.fromisoformat(said)


Instant = Annotated[AwareDatetime, BeforeValidator(_only_rfc_3339)]


class Said(BaseModel):
    """Base of what Sendcloud says. It may say more than we know."""

    model_config = ConfigDict(strict=True, extra="ignore", hide_input_in_errors=True)
