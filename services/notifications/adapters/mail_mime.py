"""A letter as it goes over the wire: RFC 5322 and MIME, in ASCII unless an address needs more."""

from __future__ import annotations

import re
from datetime import datetime
from email import policy
from email.headerregistry import Address as MimeAddress
from email.message import EmailMessage, MIMEPart
from typing import Final

from services.notifications.domain.address import Address
from services.notifications.domain.letter import Enclosure, Letter

_SHOWN: Final = "<shown>"
"""Content-ID of the picture in the HTML part, which refers to it as `cid:shown`."""
_SHORT: Final = 60
"""Characters of a mailbox that stand on one line of a header, with room for its name and quotes."""
_SPECIAL: Final = re.compile(r'[()<>@,;:\\".\[\]]')
"""RFC 5322, section 3.2.3: what a name may hold in quotes only."""


def international(letter: Letter) -> bool:
    """Whether only a mail server that speaks SMTPUTF8 can take this letter."""
    return letter.to.international or letter.sender.international


def written(letter: Letter, message_id: str, at: datetime) -> bytes:
    """The letter's bytes. Text comes first, HTML beside it, then the enclosures.

    Line breaks in headers are refused and addresses are set as objects, so nothing in a name or
    subject can become a header or a recipient.

    Raises:
        ValueError: a header holds a line break.
    """
    rules = policy.SMTPUTF8 if international(letter) else policy.SMTP
    message = EmailMessage(rules.clone(cte_type="7bit"))
    message["Date"] = at
    message["Message-ID"] = message_id
    message["From"] = _mailbox(letter.sender, letter.sender_name)
    message["To"] = _mailbox(letter.to)
    message["Subject"] = _literal(letter.subject)
    message["Auto-Submitted"] = "auto-generated"
    message["X-Retour-Return"] = letter.about
    message.set_content(letter.text)
    if letter.html is not None:
        message.add_alternative(letter.html, subtype="html")
        if letter.shown is not None:
            _show(message, letter.shown)
    for enclosure in letter.enclosures:
        main, _, sub = enclosure.media_type.partition("/")
        message.add_attachment(enclosure.content, main, sub, filename=enclosure.filename)
    message["Content-Language"] = letter.language  # last: content headers move with the content
    return message.as_bytes()


def _mailbox(address: Address, name: str = "") -> MimeAddress:
    """One mailbox, whatever the name says. A long one goes without the signs that need quotes.

    Python loses the quotes where it folds a header: what stood between them would be addresses.
    """
    shown = _literal(name)
    if len(shown) + len(str(address)) > _SHORT:
        shown = " ".join(_SPECIAL.sub(" ", shown).split())
    return MimeAddress(shown, address.local, address.domain)


def _literal(text: str) -> str:
    """No encoded word (RFC 2047): its reader would find a line break that nobody could see here."""
    return text.replace("=?", "= ?")


def _show(message: EmailMessage, picture: Enclosure) -> None:
    """The picture stands in the HTML part, whatever a mail program thinks of attachments."""
    page = message.get_body(("html",))
    assert isinstance(page, MIMEPart)  # noqa: S101  -- it was just added
    main, _, sub = picture.media_type.partition("/")
    page.add_related(
        picture.content, main, sub, cid=_SHOWN, disposition="inline", filename=picture.filename
    )
