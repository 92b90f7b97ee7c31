"""What notifications may be told from outside."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field

from services._runtime import settings
from services.notifications.domain.address import address


def _one_mailbox(text: str) -> str:
    if address(text) is None:
        raise ValueError("not one e-mail address")
    return text


class Settings(settings.Settings):
    """`RETOUR_*` in the environment of notifications."""

    smtp_host: str
    """The mail server that takes our letters."""
    smtp_port: int = Field(default=25, ge=1, le=65535)
    smtp_drops_repeats: bool = False
    """Whether that server promises to drop a letter whose Message-ID it took before."""
    mail_from: Annotated[str, AfterValidator(_one_mailbox)] = "returns@retour.invalid"
    """Who writes to merchants, and to the customers of one that named no sender of its own."""
