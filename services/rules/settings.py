"""What rules may be told from outside."""

from __future__ import annotations

from pathlib import Path

from services._runtime import keyed


class Settings(keyed.Settings):
    """`RETOUR_*` in the environment of rules. Requests may be personal: their digests are keyed."""

    patience_seconds: float = 60.0
    """How long a request may wait for its parcel to be recorded before it is refused."""
    capabilities_file: Path | None = None
    """Facts about carriers besides those shipped: CSV, as `services/rules/capabilities.csv`."""
