"""What GLS says at its door and ShipIT about shipments, as far as we look: strict, and short."""

from __future__ import annotations

from typing import Annotated

from pydantic import (
    AfterValidator,
    AliasChoices,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
)

from services.labels.adapters.lines.tokens import Granted

LONGEST_LIFE_SECONDS = 4 * 3600.0
"""Of a token, whatever it says of itself."""
LARGEST_PDF_BYTES = 500_001
"""A third of it is a whole number: so it can be told from the length of base64."""


def _as_list(given: object) -> object:
    """GLS's file says that these are lists; its documentation shows a lone one without brackets."""
    return [given] if isinstance(given, str) else given


def _at_most(seconds: float) -> float:
    return min(seconds, LONGEST_LIFE_SECONDS)


_Number = Annotated[str, StringConstraints(pattern=r"^[A-Z0-9]{8,26}$")]
"""Longer ones do not fit on A6 as Code128."""
_References = Annotated[
    list[Annotated[str, Field(max_length=100)]], Field(max_length=20), BeforeValidator(_as_list)
]
_Base64 = Annotated[str, Field(max_length=LARGEST_PDF_BYTES // 3 * 4)]


class Said(BaseModel):
    """Base of what GLS says. It may say more than we know."""

    model_config = ConfigDict(strict=True, extra="ignore", hide_input_in_errors=True)


class LetIn(Granted):
    """A token, as GLS's file `Authentication API v2` has it."""

    model_config = ConfigDict(strict=True)

    token_type: Annotated[str, StringConstraints(pattern=r"^(?i:bearer)$")]
    expires_in: Annotated[float, Field(gt=0, le=366 * 86_400), AfterValidator(_at_most)]


class Routing(Said):
    """How GLS sorts the parcel."""

    FinalLocationCode: Annotated[str, StringConstraints(pattern=r"^[ -~]{1,40}$")] | None = None


class Parcel(Said):
    """One parcel, by both of its names."""

    TrackID: _Number
    ParcelNumber: _Number
    ShipmentUnitReference: _References = []
    RoutingInfo: Routing | None = None


class Print(Said):
    """Documents, in base64."""

    Data: Annotated[list[_Base64], Field(max_length=5), BeforeValidator(_as_list)]


class Shipment(Said):
    """What was made of an order."""

    ShipmentReference: _References = []
    ParcelData: Annotated[list[Parcel], Field(max_length=10)]
    PrintData: Annotated[list[Print], Field(max_length=5)] = []


class Created(Said):
    """The answer to an order, and to the question for a print."""

    CreatedShipment: Shipment


class CancelSaid(Said):
    """The answer to the wish to cancel."""

    TrackID: Annotated[str, Field(max_length=40)]
    Result: Annotated[
        str,
        Field(validation_alias=AliasChoices("Result", "result")),
        StringConstraints(pattern=r"^[A-Z_]{1,40}$"),
    ]
