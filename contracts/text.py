"""What text on the wire may hold beyond what a schema can say. Outside readers need not check it.

JSON lets a writer put into a string what no screen, header, database or label can carry, and say
one field twice. A message that does is refused whole: nobody can know what was meant.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, Final

from pydantic import AfterValidator
from pydantic_core import PydanticCustomError

UNFIT: Final = "unicode"
"""Code of a message with a control character, or with a line break where one line is due."""
TWICE: Final = "dup_key"
"""Code of a message in which one object names one field twice."""

_ITSELF: Final = re.compile(rb"\xc2[\x80-\x9f]")
_CONTROL: Final = (
    rb"u00(?:0[0-8bcBCeEfF]|1[0-9a-fA-F]|7[fF]|[89][0-9a-fA-F])"  # as four digits
    rb"|[bf]"  # by a letter
)
_ESCAPED: Final = re.compile(rb"\\(?:" + _CONTROL + rb")")
_ESCAPES: Final = re.compile(rb"\\(?:(" + _CONTROL + rb")|.)", re.DOTALL)
_BREAK: Final = re.compile("[\n\r\u2028\u2029]")


def unfit(body: bytes) -> bool:
    """Whether JSON holds a control character (C0, DEL, C1), tab and line breaks aside.

    It may stand in a name or in a value, known or not, as itself or escaped. Each look is for one
    byte first: most bodies have none of the three, and every message takes this path.
    """
    if b"\x7f" in body or (b"\xc2" in body and _ITSELF.search(body)):
        return True
    # A backslash may be escaped itself, so what looks like an escape is looked at from the left.
    return _ESCAPED.search(body) is not None and any(one[1] for one in _ESCAPES.finditer(body))


def once_each(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """The object of these pairs (for `object_pairs_hook`).

    Raises:
        KeyError: a name stands twice. Says nothing of it: it may be anything.
    """
    given = list(pairs)
    found = dict(given)
    if len(found) != len(given):
        raise KeyError(TWICE)
    return found


def _in_one_line(text: str) -> str:
    if _BREAK.search(text):
        raise PydanticCustomError("unicode", "a line break where one line is due")
    return text


OneLine: Final = AfterValidator(_in_one_line)
"""Marks a name that stands in the headers of letters: no line break of any kind."""
