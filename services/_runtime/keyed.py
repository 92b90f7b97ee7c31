"""Settings of a service that hears personal orders: it digests them by a secret key."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pydantic import Field, SecretStr, field_validator

from services._runtime import settings

_HEX = re.compile(r"(?:[0-9a-fA-F]{2}){16,64}")

SHORTEST_KEY = 32
"""Bytes, in production."""


class Settings(settings.Settings):
    """`RETOUR_*` in the environment of a service with a key of its own."""

    digest_key: SecretStr = Field(repr=False)
    """What is personal and must be known again is digested with this secret: 32 to 128 hexadecimal
    digits, an even count. The same for every process of the service."""

    @field_validator("digest_key")
    @classmethod
    def _is_long_enough(cls, given: SecretStr) -> SecretStr:
        if _HEX.fullmatch(given.get_secret_value()) is None:
            raise ValueError("needs 32 to 128 hexadecimal digits, an even count")
        return given

    def unsafe(self) -> Iterator[str]:
        """Whoever guesses the key can try every postal code against a stolen database."""
        yield from super().unsafe()
        if len(self.key()) < SHORTEST_KEY or len(set(self.key())) < SHORTEST_KEY // 3:
            yield "DIGEST_KEY (not 32 random bytes: openssl rand -hex 32)"

    def key(self) -> bytes:
        """The secret itself: 16 to 64 bytes."""
        return bytes.fromhex(self.digest_key.get_secret_value())
