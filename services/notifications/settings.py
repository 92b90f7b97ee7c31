"""What notifications may be told from outside."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, FilePath, SecretStr, model_validator

from services._runtime import settings
from services._runtime.unsafe import loopback, weak
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
    smtp_tls: Literal["offered", "starttls", "tls"] = "offered"
    """`starttls` and `tls` (from the first byte) insist on it; `offered` takes it where it is."""
    smtp_ca_file: FilePath | None = None
    """Who may vouch for that server (PEM). Absent means whom this machine believes."""
    smtp_user: str | None = None
    smtp_password: SecretStr | None = Field(default=None, repr=False)
    """Said only after TLS has begun."""
    smtp_drops_repeats: bool = False
    """Whether that server promises to drop a letter whose Message-ID it took before."""
    mail_from: Annotated[str, AfterValidator(_one_mailbox)] = "returns@retour.invalid"
    """Who writes to merchants, and to the customers of one that named no sender of its own."""

    @model_validator(mode="after")
    def _logs_in_privately(self) -> Self:
        if (self.smtp_user is None) != (self.smtp_password is None):
            raise ValueError("RETOUR_SMTP_USER and RETOUR_SMTP_PASSWORD need each other")
        if self.smtp_user is not None and self.smtp_tls == "offered":
            raise ValueError("RETOUR_SMTP_USER needs RETOUR_SMTP_TLS=starttls or tls")
        return self

    def unsafe(self) -> Iterator[str]:
        """Letters name people: they leave this machine encrypted, and from an address of ours."""
        yield from super().unsafe()
        if self.smtp_tls == "offered" and not loopback(self.smtp_host):
            yield "SMTP_TLS (letters may leave this machine in the clear)"
        if self.smtp_password is not None and weak(self.smtp_password):
            yield "SMTP_PASSWORD (too short)"
        if self.mail_from.endswith(".invalid"):
            yield "MAIL_FROM (nobody's address)"
