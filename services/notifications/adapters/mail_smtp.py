"""Letters by SMTP (RFC 5321): one connection each, and a line between refused and in doubt."""

from __future__ import annotations

import asyncio
import socket
from contextlib import suppress
from datetime import datetime

from aiosmtplib import (
    SMTP,
    SMTPDataError,
    SMTPException,
    SMTPRecipientRefused,
    SMTPResponseException,
    SMTPSenderRefused,
)

from services.notifications.adapters.mail_mime import international, written
from services.notifications.domain.letter import Letter
from services.notifications.ports import Answer, Deferred, InDoubt, Refused, Taken

OPENING_SECONDS, HANDING_OVER_SECONDS, PARTING_SECONDS = 4.0, 9.0, 1.0
"""Together below what a worker allows. RFC 5321 would wait ten minutes for the last answer; after
these nine seconds the letter is in doubt. A relay beside us answers in milliseconds."""


class MailSmtp:
    """See `ports.Mail`. STARTTLS is used where the server offers it."""

    def __init__(
        self,
        host: str,
        port: int,
        opening_seconds: float = OPENING_SECONDS,
        handing_over_seconds: float = HANDING_OVER_SECONDS,
    ) -> None:
        self._host, self._port = host, port
        self._opening, self._handing_over = opening_seconds, handing_over_seconds
        self._name = socket.gethostname() or "localhost"

    async def send(self, letter: Letter, message_id: str, at: datetime) -> Answer:
        """See `ports.Mail`."""
        content = written(letter, message_id, at)
        server = SMTP(hostname=self._host, port=self._port, local_hostname=self._name)
        try:
            refused = await self._open(server, letter)
            return refused or await self._hand_over(server, content)
        finally:
            server.close()

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
        except (SMTPSenderRefused, SMTPRecipientRefused) as refusal:
            return _refusal(refusal.code) or Deferred("smtp_strange")
        except SMTPResponseException as refusal:
            # At the greeting or EHLO: it is us they do not want now, not this letter.
            return Deferred(f"smtp_{refusal.code}" if refusal.code > 0 else "smtp_strange")
        except TimeoutError:
            return Deferred("smtp_timeout")
        except (SMTPException, OSError):
            return Deferred("smtp_unreachable")
        return None if server.is_connected else Deferred("smtp_unreachable")

    async def _hand_over(self, server: SMTP, content: bytes) -> Answer:
        """From here on an answer that does not come leaves the letter in doubt."""
        try:
            async with asyncio.timeout(self._handing_over):
                await server.data(content)
        except SMTPDataError as refusal:
            return _refusal(refusal.code) or InDoubt()
        except (SMTPException, OSError):  # TimeoutError is an OSError
            return InDoubt()
        with suppress(SMTPException, OSError):  # it was taken: how we part changes nothing
            await server.quit(timeout=PARTING_SECONDS)
        return Taken()


def _refusal(code: int) -> Deferred | Refused | None:
    """RFC 5321, section 4.2.1: 4yz may be tried again, 5yz may not. None: it is no refusal."""
    match code // 100:
        case 4:
            return Deferred(f"smtp_{code}")
        case 5:
            return Refused(f"smtp_{code}")
        case _:
            return None
