"""What Sendcloud posts to us when a parcel moves: signed with HMAC-SHA256 of the body. Pure.

The secret is the connection's `webhook_signature_key`, or its `secret_key`: which of them Sendcloud
signs with depends on the kind of integration. The same words posted twice are the same scans.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated

from pydantic import Field, ValidationError

from services.labels.adapters.carriers.sendcloud import statuses
from services.labels.adapters.carriers.sendcloud.said import Said, Words
from services.labels.domain import faults
from services.labels.domain.connection import Connection
from services.labels.domain.scan import Scan
from services.labels.ports.carriers import Hook

SIGNATURE = "sendcloud-signature"
SIGNATURE_KEY, SECRET_KEY = "webhook_signature_key", "secret_key"
MOVED = "parcel_status_changed"
_ABOUT_NO_PARCEL = frozenset(
    {
        "integration_connected",
        "integration_updated",
        "integration_modified",
        "integration_deleted",
        "return_created",
    }
)
_OURS = re.compile(r"[A-Z0-9]{4,40}")
_IN_MILLISECONDS = 100_000_000_000
"""More than that is milliseconds: as seconds it would be the year 5138."""
_Clock = Annotated[float, Field(ge=946_684_800, le=7_258_118_400_000, allow_inf_nan=False)]
"""2000 in seconds to 2200 in milliseconds: Sendcloud does not say which it writes."""


class _Anything(Said):
    action: Annotated[str, Field(max_length=100)]


class _Status(Said):
    id: Annotated[int, Field(ge=0, le=2**31)]


class _Parcel(Said):
    tracking_number: Words | None = None
    status: _Status


class _Moved(Said):
    timestamp: _Clock
    carrier_status_change_timestamp: _Clock | None = None
    parcel: _Parcel


class SendcloudHooks:
    """See `ports.carriers.Hooks`."""

    def scans(self, hook: Hook, connection: Connection) -> Sequence[Scan]:
        """See `ports.carriers.Hooks`. A message about anything but a parcel has no scans."""
        if not is_signed(hook, connection):
            raise faults.Forged
        try:
            action = _Anything.model_validate_json(hook.body).action
            if action in _ABOUT_NO_PARCEL:
                return ()
            if action != MOVED:
                raise faults.Unreadable("another kind of message")
            return _scans(_Moved.model_validate_json(hook.body))
        except ValidationError:
            raise faults.Unreadable from None


def is_signed(hook: Hook, connection: Connection) -> bool:
    """Whether whoever posted it knows the secret. Takes as long for a near miss as for nonsense."""
    secret = connection.secrets.get(SIGNATURE_KEY) or connection.secrets.get(SECRET_KEY)
    if not secret:
        return False
    said = hook.headers.get(SIGNATURE, "").strip().lower()
    due = hmac.new(secret.encode(), hook.body, "sha256").hexdigest()
    return hmac.compare_digest(due.encode(), said.encode("utf-8", "replace"))


def _scans(moved: _Moved) -> Sequence[Scan]:
    """One scan, or none of a parcel that has no number yet, or one that is never ours."""
    number = moved.parcel.tracking_number or ""
    if not _OURS.fullmatch(number):
        return ()
    word = statuses.word_of(moved.parcel.status.id)
    at = moved.carrier_status_change_timestamp or moved.timestamp
    return (Scan(number, statuses.phase_of(word), word, _instant(at)),)


def _instant(clock: float) -> datetime:
    seconds = clock / 1_000 if clock > _IN_MILLISECONDS else clock
    return datetime.fromtimestamp(seconds, UTC)
