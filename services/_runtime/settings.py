"""What a process may be told from outside: `RETOUR_*`, read once."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

PREFIX = "RETOUR_"


class Settings(BaseModel):
    """`RETOUR_*` in the environment of every service. A name we do not know is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    kafka: str
    """Bootstrap servers, `host:port` with commas between."""
    mongo: str = Field(repr=False)
    """MongoDB connection string of a replica set. May carry a password, so it is never shown."""
    http_host: str = "127.0.0.1"
    http_port: int = 8080
    """Where `/live` and `/ready` answer."""
    batch_records: int = Field(default=500, ge=1, le=10_000)
    """At most so many records are decided, kept and told together."""
    log_format: Literal["auto", "json", "console"] = "auto"
    """`auto` is `console` on a terminal and `json` elsewhere."""
    otlp_endpoint: str | None = None
    """Where spans go (OTLP over HTTP). Absent means no span leaves the process."""

    @classmethod
    def load(cls, environ: Mapping[str, str] = os.environ) -> Self:
        """The settings in `environ`.

        Raises:
            SystemExit: a setting is missing, unknown or malformed; says which, never its value.
        """
        given = {
            name.removeprefix(PREFIX).lower(): value
            for name, value in environ.items()
            if name.startswith(PREFIX)
        }
        try:
            return cls.model_validate(given)
        except ValidationError as error:
            wrong = ", ".join(
                f"{PREFIX}{str(e['loc'][0]).upper()} ({e['msg'].lower()})" for e in error.errors()
            )
            sys.exit(f"settings_invalid: {wrong}")
