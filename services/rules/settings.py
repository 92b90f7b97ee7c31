"""What rules may be told from outside."""

from __future__ import annotations

from services._runtime import settings


class Settings(settings.Settings):
    """`RETOUR_*` in the environment of rules."""

    patience_seconds: float = 60.0
    """How long a request may wait for its parcel to be recorded before it is refused."""
