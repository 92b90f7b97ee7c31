"""What loyalty may be told from outside."""

from __future__ import annotations

from services._runtime import settings


class Settings(settings.Settings):
    """`RETOUR_*` in the environment of loyalty: what every service knows, and nothing more."""
