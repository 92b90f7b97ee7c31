"""Where a parcel is, in GLS's words and in ours. Pure.

The file `Track And Trace V1` (1.0.7) names every status a parcel can have, and a few events as
examples. Four events more stand in answers that users of it have published. Any other is kept
under GLS's own word, as `unknown`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints, ValidationError

from contracts.words import Phase
from services.labels.adapters.carriers.gls.said import Said
from services.labels.adapters.lines.http import Answer
from services.labels.adapters.lines.refusals import nothing_done
from services.labels.domain import faults
from services.labels.domain.scan import Scan

NUMBERS_AT_ONCE, CALLS_A_DAY = 10, 500
"""What GLS allows everybody."""
MOST_EVENTS = 500
FIRST_YEAR, LAST_YEAR = 2000, 2099

STATUSES = {
    "PLANNEDPICKUP": Phase.ANNOUNCED,
    "INPICKUP": Phase.ANNOUNCED,
    "NOTPICKEDUP": Phase.ANNOUNCED,  # the driver came in vain: the customer still has it
    "PREADVICE": Phase.ANNOUNCED,
    "INTRANSIT": Phase.IN_TRANSIT,
    "INWAREHOUSE": Phase.IN_TRANSIT,
    "INDELIVERY": Phase.OUT_FOR_DELIVERY,
    "DELIVEREDPS": Phase.IN_TRANSIT,  # a return is for its merchant: in a shop it is not there yet
    "DELIVERED": Phase.DELIVERED,
    "NOTDELIVERED": Phase.DELIVERY_FAILED,
    "CANCELED": Phase.CANCELLED,
    "FINAL": Phase.UNKNOWN,  # its history is closed; how it ended is not said
}
EVENTS = {
    "INTIAL.PREADVICE": Phase.ANNOUNCED,
    "INTIAL.E48_DATA": Phase.ANNOUNCED,  # provided for collection, not collected
    "INTIAL.NORMAL": Phase.HANDED_OVER,
    "INBOUD.NORMAL": Phase.IN_TRANSIT,  # published by users
    "OUTBOD.NORMAL": Phase.IN_TRANSIT,  # published by users
    "OUTDEL.NORMAL": Phase.OUT_FOR_DELIVERY,  # published by users
    "DELIVD.PARCELSHOP": Phase.IN_TRANSIT,
    "DELIVD.NORMAL": Phase.DELIVERED,  # published by users
    "CANCEL.NORMAL": Phase.CANCELLED,
    "CHANGD.MONEWADDR": Phase.UNKNOWN,  # somebody changed a wish: the parcel is where it was
    "CHANGD.PARCELBOX": Phase.UNKNOWN,
}
"""GLS spells them so."""


def _written(given: object) -> object:
    """An instant is written out. A number, which pydantic would read as seconds, is none."""
    if not isinstance(given, str):
        raise ValueError("not an instant")  # noqa: TRY004  # pydantic catches this one
    return given


def _sane(instant: datetime) -> datetime:
    if instant.tzinfo is None or not FIRST_YEAR <= instant.year <= LAST_YEAR:
        raise ValueError("no zone, or no year of ours")
    return instant


_Code = Annotated[str, StringConstraints(pattern=r"^[!-~]{1,64}$")]
_Instant = Annotated[
    datetime, Field(strict=False), BeforeValidator(_written), AfterValidator(_sane)
]


class _Event(Said):
    code: _Code
    at: Annotated[_Instant, Field(validation_alias="eventDateTime")]
    country: Annotated[str, Field(max_length=100)] | None = None


class _Now(Said):
    status: _Code
    at: Annotated[_Instant, Field(validation_alias="statusDateTime")]


class _Parcel(Said):
    requested: Annotated[str, Field(max_length=40)]
    events: Annotated[list[Any], Field(max_length=MOST_EVENTS)] = []


class _Parcels(Said):
    parcels: Annotated[list[dict[str, Any]], Field(max_length=10 * NUMBERS_AT_ONCE)] = []


M = TypeVar("M", bound=Said)


def path(numbers: Sequence[str]) -> str:
    """Where the history of these parcels is read."""
    return f"/track-and-trace-v1/tracking/simple/trackids/{','.join(numbers)}"


def scans(answer: Answer, numbers: Sequence[str]) -> tuple[Scan, ...]:
    """Every scan of these parcels in the answer; what it says of others is left out.

    So is what cannot be read: its neighbours are told.

    Raises:
        AuthFailed, RateLimited, Unavailable: nothing was said of any.
    """
    if answer.status != HTTPStatus.OK:
        raise nothing_done(answer)
    try:
        said = _Parcels.model_validate_json(answer.body).parcels
    except ValidationError:
        raise faults.Unavailable("answer unreadable") from None
    histories = ((_read(_Parcel, one), one) for one in said)
    return tuple(
        scan
        for parcel, whole in histories
        if parcel is not None and parcel.requested in numbers
        for scan in _of(parcel, whole)
    )


def _of(parcel: _Parcel, whole: dict[str, Any]) -> Iterator[Scan]:
    """The events, and the status as one more if no event tells as much."""
    events = [event for each in parcel.events if (event := _read(_Event, each)) is not None]
    phases = [EVENTS.get(event.code, Phase.UNKNOWN) for event in events]
    for event, phase in zip(events, phases, strict=True):
        place = event.country if event.country and _is_country(event.country) else None
        yield Scan(parcel.requested, phase, event.code, event.at, place)
    now = _read(_Now, whole)
    phase = STATUSES.get(now.status, Phase.UNKNOWN) if now else Phase.UNKNOWN
    if now is not None and phase not in phases:
        yield Scan(parcel.requested, phase, now.status, now.at)


def _read(model: type[M], given: object) -> M | None:
    try:
        return model.model_validate(given)
    except ValidationError:
        return None


def _is_country(text: str) -> bool:
    return len(text) == len("NL") and text.isascii() and text.isalpha() and text.isupper()
