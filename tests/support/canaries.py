"""Personal data that nobody could mistake for anything else, and the eye that finds it in bytes.

Every canary begins with one word that occurs nowhere else and says whose it is, so that one search
for few words finds every field of every customer, whatever it is wrapped in.
"""

from __future__ import annotations

import base64
import gzip
import json
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from tests.support.scanning import text_of_pdf

WORD: Final = "QZXKVJWPYQ"
DEEPEST: Final = 4
_BASE64 = re.compile(rb"[A-Za-z0-9+/]{64,}={0,2}")


def canary(who: int, name: str) -> str:
    """What stands in this field of this customer: 14 capitals and digits."""
    return f"{_whose(who)}{name[0].upper()}"


def _whose(who: int) -> str:
    """Three times, so that one of them is whole wherever base64 cuts."""
    return f"{WORD}{who}{who}{who}"


@dataclass(frozen=True)
class Eye:
    """Sees canaries, and the documents that carry them. `customers` are those it looks for."""

    customers: tuple[int, ...]
    documents: dict[int, set[bytes]] = field(default_factory=dict)
    """A stretch out of each document drawn for a customer, as it travels: found in raw bytes,
    where nobody could open the document."""

    def sees(self, data: bytes, depth: int = 0) -> set[int]:
        """Whose data is in there, however it is spelt, packed or drawn."""
        found = {who for who, marks in self.documents.items() if any(m in data for m in marks)}
        if any(form in data for form in forms(WORD)):
            found |= {w for w in self.customers if any(f in data for f in forms(_whose(w)))}
        if depth < DEEPEST:
            for inner in _opened(data):
                found |= self.sees(inner, depth + 1)
        return found & set(self.customers)

    def sees_raw(self, data: bytes) -> set[int]:
        """The same, in bytes too many to be opened: nothing packed is unpacked."""
        return self.sees(data, DEEPEST)


@lru_cache
def forms(word: str) -> tuple[bytes, ...]:
    """`word` as it may lie in bytes: five alphabets, two cases, and base64 wherever it begins."""
    plain, lower = word.encode(), word.lower().encode()
    escaped = "".join(f"\\u{ord(letter):04x}" for letter in word)
    spelt = {
        *(plain, lower),
        *(word.encode("utf-16-le"), word.encode("utf-16-be")),
        *(plain.hex().encode(), plain.hex().upper().encode(), lower.hex().encode()),
        *(escaped.encode(), escaped.upper().replace("\\U", "\\u").encode()),
        "".join(f"={ord(letter):02X}" for letter in word).encode(),
        "".join(f"%{ord(letter):02X}" for letter in word).encode(),
    }
    return (*sorted(spelt), *_in_base64(plain))


def _in_base64(plain: bytes) -> Iterator[bytes]:
    """The letters that do not hang on what stands before or after."""
    for before in range(3):
        packed = base64.b64encode(b"\0" * before + plain)
        yield packed[(0, 2, 3)[before] : -4 if (before + len(plain)) % 3 else None]


def _opened(data: bytes) -> Iterator[bytes]:
    """What is inside, as far as it can be opened: compressed, a document, text in base64, JSON."""
    if data[:2] == b"\x1f\x8b":
        try:
            yield gzip.decompress(data)
        except (OSError, EOFError, zlib.error):
            return
    elif data[:5] == b"%PDF-":
        yield text_of_pdf(data).encode()
    elif len(data) < 4 * 2**20:
        if data[:1] in b"[{":
            yield from _spelt_out(data)
        for packed in _BASE64.findall(data):
            inner = base64.b64decode(packed[: len(packed) // 4 * 4])
            if inner[:5] == b"%PDF-" or inner[:2] == b"\x1f\x8b":
                yield inner


def _spelt_out(data: bytes) -> Iterator[bytes]:
    """JSON without escapes."""
    try:
        yield json.dumps(json.loads(data), ensure_ascii=False).encode("utf-8", "surrogatepass")
    except (ValueError, RecursionError):
        return
