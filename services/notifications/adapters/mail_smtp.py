"""Letters by SMTP (RFC 5321): one connection each, and a line between refused and in doubt."""

from __future__ import annotations

import asyncio
import socket
import ssl
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

from aiosmtplib import (
    SMTP,
    SMTPAuthenticationError,
    SMTPDataError,
    SMTPException,
    SMTPNotSupported,
    SMTPRecipientRefused,
    SMTPResponseException,
    SMTPSenderRefused,
)
from pydantic import SecretStr

from services._runtime.failpoints import Step, durable
from services.notifications.adapters.mail_mime import international, written
from services.notifications.domain.letter import Letter
from services.notifications.ports import Answer, Deferred, InDoubt, Refused, Taken

OPENING_SECONDS, HANDING_OVER_SECONDS, PARTING_SECONDS = 4.0, 9.0, 1.0
"""Together below what a worker allows. RFC 5321 would wait ten minutes for the last answer; after
these nine seconds the letter is in doubt. A relay beside us answers in milliseconds."""


@dataclass(frozen=True, slots=True)
class Privacy:
    """How private a line must be before anything is said on it, and who we say we are then."""

    tls: Literal["offered", "starttls", "tls"] = "offered"
    ca_file: Path | None = None
    user: str | None = None
    password: SecretStr | None = None


_AS_OFFERED = Privacy()


class MailSmtp:
    """See `ports.Mail`. Without TLS nothing is said to a server, unless privacy is `offered`."""

    def __init__(
        self,
        host: str,
        port: int,
        opening_seconds: float = OPENING_SECONDS,
        handing_over_seconds: float = HANDING_OVER_SECONDS,
        privacy: Privacy = _AS_OFFERED,
    ) -> None:
        self._host, self._port = host, port
        self._opening, self._handing_over = opening_seconds, handing_over_seconds
        self._name = socket.gethostname() or "localhost"
        self._privacy = privacy
        self._context = ssl.create_default_context(cafile=privacy.ca_file)
        self._context.minimum_version = ssl.TLSVersion.TLSv1_2

    async def send(self, letter: Letter, message_id: str, at: datetime) -> Answer:
        """See `ports.Mail`."""
        content = written(letter, message_id, at)
        server = self._line()
        try:
            refused = await self._open(server, letter)
            return refused or await self._hand_over(server, content)
        finally:
            server.close()

    def _line(self) -> SMTP:
        private, secret = self._privacy, self._privacy.password
        return SMTP(
            hostname=self._host,
            port=self._port,
            local_hostname=self._name,
            use_tls=private.tls == "tls",
            start_tls={"offered": None, "starttls": True, "tls": False}[private.tls],
            tls_context=self._context,
            username=private.user,
            password=secret.get_secret_value() if secret else None,
        )

    async def _open(self, server: SMTP, letter: Letter) -> Deferred | Refused | None:
        """None once the server is ready for the letter. Until then nothing of it was sent."""
        utf8 = international(letter)
        options, encoding = (["SMTPUTF8"], "utf-8") if utf8 else ([], "ascii")
        try:
            async with asyncio.timeout(self._opening):
                await server.connect()
                if utf8:
                    await server.ehlo()  # STARTTLS made the server's first answer void
                    if not server.supports_extension("smtputf8"):
                        return Refused("smtp_no_utf8")
                await server.mail(str(letter.sender), options=options, encoding=encoding)
                await server.rcpt(str(letter.to), encoding=encoding)
        except (SMTPException, OSError) as error:  # TimeoutError is an OSError
            return _unopened(error)
        return None if server.is_connected else Deferred("smtp_unreachable")

    async def _hand_over(self, server: SMTP, content: bytes) -> Answer:
        """From here on an answer that does not come leaves the letter in doubt."""
        try:
            async with asyncio.timeout(self._handing_over):
                with durable(Step.MAIL_HAND_OVER):
                    await server.data(content)
        except SMTPDataError as refusal:
            return _refusal(refusal.code) or InDoubt()
        except (SMTPException, OSError):  # TimeoutError is an OSError
            return InDoubt()
        with suppress(SMTPException, OSError):  # it was taken: how we part changes nothing
            await server.quit(timeout=PARTING_SECONDS)
        return Taken()


def _unopened(error: SMTPException | OSError) -> Deferred | Refused:
    """Why nothing was said yet. Only who is named in a letter can make it be refused for good."""
    if isinstance(error, SMTPSenderRefused | SMTPRecipientRefused):
        return _refusal(error.code) or Deferred("smtp_strange")
    return Deferred(f"smtp_{_trouble(error)}")


def _trouble(error: SMTPException | OSError) -> str:
    """It is us they do not want now, or we them, and not this letter."""
    if isinstance(error, SMTPAuthenticationError):
        return "login_refused"
    if isinstance(error, SMTPResponseException):  # at the greeting or EHLO
        return str(error.code) if error.code > 0 else "strange"
    if isinstance(error, TimeoutError):
        return "timeout"
    if type(error) in (SMTPException, SMTPNotSupported):
        return "not_offered"  # privacy or a login that we insist on
    strangers = isinstance(error, ssl.SSLError) or isinstance(error.__cause__, ssl.SSLError)
    return "tls_refused" if strangers else "unreachable"


def _refusal(code: int) -> Deferred | Refused | None:
    """RFC 5321, section 4.2.1: 4yz may be tried again, 5yz may not. None: it is no refusal."""
    match code // 100:
        case 4:
            return Deferred(f"smtp_{code}")
        case 5:
            return Refused(f"smtp_{code}")
        case _:
            return None
