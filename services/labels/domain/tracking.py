"""Tracking numbers of our own, for ways back without a carrier."""

from __future__ import annotations

from base64 import b32encode
from hashlib import blake2b

_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_PREFIX = "RT"
_RANDOM_CHARACTERS = 14
_CROCKFORD = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", "0123456789ABCDEFGHJKMNPQRSTVWXYZ")
"""Crockford's alphabet: no I, L, O or U, which are misread on the telephone."""


def own_number(reference: str) -> str:
    """The number that follows from `reference` alone: RT, 14 characters, a check character.

    17 characters, so that its Code128 fits across an A6 label; 70 bits of BLAKE2b, so that a
    billion numbers have a chance of one in two thousand to hold a pair, and none can be guessed
    from another.
    """
    digest = blake2b(reference.encode(), digest_size=10, person=b"retour-label").digest()
    middle = b32encode(digest).decode().translate(_CROCKFORD)[:_RANDOM_CHARACTERS]
    number = _PREFIX + middle
    return number + check_character(number)


def check_character(number: str) -> str:
    """The check character of ISO/IEC 7064, MOD 37,36: one wrong or two swapped characters show.

    Raises:
        ValueError: `number` holds anything but digits and capitals.
    """
    product = 36
    for character in number:
        product = (product + _ALPHABET.index(character)) % 36 or 36
        product = product * 2 % 37
    return _ALPHABET[(37 - product) % 36]


def return_number(return_id: str) -> str:
    """What people read out on the telephone: the first eight characters of the return's id."""
    first = return_id[:8].upper()
    return f"{first[:4]}-{first[4:]}"
