"""The simulated carrier's own words for where a parcel is, and how it signs what it posts. Pure."""

from __future__ import annotations

import hmac
from collections.abc import Collection, Mapping, Sequence
from hashlib import sha256
from http import HTTPStatus
from typing import Annotated, Final

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from contracts.words import Phase
from services.labels.adapters.lines.http import Answer
from services.labels.adapters.lines.refusals import nothing_done
from services.labels.domain import faults
from services.labels.domain.scan import Scan

PHASES: Final[Mapping[str, Phase]] = {
    "DATA": Phase.ANNOUNCED,
    "DROPPED": Phase.HANDED_OVER,
    "COLLECTED": Phase.HANDED_OVER,
    "SORTED": Phase.IN_TRANSIT,
    "CUSTOMS": Phase.AT_CUSTOMS,
    "VAN": Phase.OUT_FOR_DELIVERY,
    "DELIVERED": Phase.DELIVERED,
    "NOBODY_IN": Phase.DELIVERY_FAILED,
    "GOING_BACK": Phase.RETURNED_TO_SENDER,
    "LOST": Phase.LOST,
    "VOID": Phase.CANCELLED,
}
SIGNATURE: Final = "x-simulated-signature"
"""The header that holds the HMAC-SHA256 of the body, in hex."""
HOOK_KEY: Final = "hook_key"
"""The secret of a connection that it is made with. Without it nothing posted is believed."""


class _Said(BaseModel):
    model_config = ConfigDict(strict=True, extra="ignore", hide_input_in_errors=True)


class _Scan(_Said):
    tracking_number: Annotated[str, StringConstraints(pattern=r"^[A-Z0-9]{8,26}$")]
    code: Annotated[str, StringConstraints(pattern=r"^[A-Z_]{1,40}$")]
    at: AwareDatetime
    country: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")] | None = None


class _Scans(_Said):
    scans: Annotated[list[_Scan], Field(max_length=500)]


def posted(body: bytes, signature: str, key: str) -> Sequence[Scan]:
    """The scans in what was posted.

    Raises:
        Forged: it was not signed with this key, or there is none.
        Unreadable: it was, and says nothing that we understand.
    """
    right = hmac.new(key.encode(), body, sha256).hexdigest()
    if not key or not hmac.compare_digest(right.encode(), signature.encode("latin-1", "replace")):
        raise faults.Forged
    try:
        return _scans(body)
    except ValidationError:
        raise faults.Unreadable from None


def tracked(answer: Answer, asked: Collection[str]) -> Sequence[Scan]:
    """The scans in the answer to a question; those of parcels nobody asked about are left out.

    Raises:
        CarrierFault: there is no answer.
    """
    if answer.status != HTTPStatus.OK:
        raise nothing_done(answer)
    try:
        return [one for one in _scans(answer.body) if one.tracking_number in asked]
    except ValidationError:
        raise faults.Unavailable("answer unreadable") from None


def _scans(body: bytes) -> Sequence[Scan]:
    return [
        Scan(
            one.tracking_number, PHASES.get(one.code, Phase.UNKNOWN), one.code, one.at, one.country
        )
        for one in _Scans.model_validate_json(body).scans
    ]
