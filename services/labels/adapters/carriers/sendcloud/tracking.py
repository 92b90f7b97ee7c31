"""What Sendcloud answers when it is asked where a parcel is. Pure."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from pydantic import Field, ValidationError

from services.labels.adapters.carriers.sendcloud import statuses
from services.labels.adapters.carriers.sendcloud.said import Instant, Said, Status
from services.labels.adapters.lines.http import Answer
from services.labels.adapters.lines.refusals import nothing_done
from services.labels.domain import faults
from services.labels.domain.scan import Scan

_GUESSED = frozenset({"calculated", "claim"})
"""Events that nobody scanned: what Sendcloud reckons, and what somebody complains about."""


class _Event(Said):
    event_at: Instant
    status_code: Status
    event_type: Status | None = None


class _Known(Said):
    tracking_number: Status


class _Parcel(Said):
    events: Annotated[list[_Event], Field(max_length=1_000)]
    tracking_numbers: Annotated[list[_Known], Field(max_length=100)]


def scans(answer: Answer, number: str) -> list[Scan]:
    """Every scan of this parcel; none of one that Sendcloud has not heard of.

    Raises:
        AuthFailed, RateLimited, Unavailable: nothing was said of this parcel.
    """
    if answer.status in (HTTPStatus.NOT_FOUND, HTTPStatus.UNPROCESSABLE_ENTITY):
        return []
    if answer.status != HTTPStatus.OK:
        raise nothing_done(answer)
    try:
        parcel = _Parcel.model_validate_json(answer.body)
    except ValidationError:
        raise faults.Unavailable("tracking unreadable") from None
    if number not in {known.tracking_number for known in parcel.tracking_numbers}:
        raise faults.Unavailable("answer about another parcel")
    return [
        Scan(number, statuses.phase_of(event.status_code), event.status_code, event.event_at)
        for event in parcel.events
        if event.event_type not in _GUESSED
    ]
