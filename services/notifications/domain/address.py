"""Where a letter goes: exactly one mailbox, or nowhere."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from typing import Final

_LONGEST_LOCAL, _LONGEST = 64, 254
_ATOM: Final = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~\-\u0080-\U0010ffff]+")
_DOMAIN: Final = re.compile(
    r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?"
)


@dataclass(frozen=True, slots=True)
class Address:
    """One mailbox: what stands before the @, and a domain name in ASCII (IDNA)."""

    local: str = field(repr=False)
    domain: str = field(repr=False)

    def __str__(self) -> str:
        return f"{self.local}@{self.domain}"

    @property
    def international(self) -> bool:
        """Whether only a mail server that speaks SMTPUTF8 (RFC 6531) can take it."""
        return not self.local.isascii()


def address(text: str) -> Address | None:
    """The one mailbox that `text` names, or None.

    Narrower than RFC 5321 on purpose: no quotes, comments, lists, display names or addresses of
    machines. What passes cannot become a second recipient in any header.
    """
    local, _, domain = unicodedata.normalize("NFC", text).partition("@")
    ascii_domain = _ascii(domain)
    if ascii_domain is None:
        return None
    if not all(_ATOM.fullmatch(atom) and _legible(atom) for atom in local.split(".")):
        return None
    if len(local.encode()) > _LONGEST_LOCAL or len(f"{local}@{ascii_domain}".encode()) > _LONGEST:
        return None
    return Address(local, ascii_domain)


def _legible(atom: str) -> bool:
    """No hidden characters: beyond ASCII, letters, their marks and digits only."""
    return all(c.isascii() or unicodedata.category(c)[0] in "LMN" for c in atom)


def _ascii(domain: str) -> str | None:
    try:
        encoded = domain.encode("idna").decode("ascii").lower()
    except UnicodeError:
        return None
    return encoded if _DOMAIN.fullmatch(encoded) else None
