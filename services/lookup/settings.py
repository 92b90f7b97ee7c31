"""What lookup may be told from outside."""

from __future__ import annotations

import re

from pydantic import Field, SecretStr, field_validator

from services._runtime import settings

_HEX = re.compile(r"(?:[0-9a-fA-F]{2}){16,64}")


class Settings(settings.Settings):
    """`RETOUR_*` in the environment of lookup."""

    digest_key: SecretStr = Field(repr=False)
    """The secret that tracking numbers and postal codes are digested with: 32 to 128 hexadecimal
    digits, an even count. Parcels digested with another key are not found."""
    late_seconds: float = Field(default=2.0, ge=0)
    """A question older than this when it is heard is late: what was told before may come after."""
    patience_seconds: float = Field(default=15.0, ge=0)
    """How long a late question may wait for its parcel before it is answered with no."""

    @field_validator("digest_key")
    @classmethod
    def _is_long_enough(cls, given: SecretStr) -> SecretStr:
        if _HEX.fullmatch(given.get_secret_value()) is None:
            raise ValueError("needs 32 to 128 hexadecimal digits, an even count")
        return given

    def key(self) -> bytes:
        """The secret itself: 16 to 64 bytes."""
        return bytes.fromhex(self.digest_key.get_secret_value())
