"""What somebody posted, without a word of what it says: evidence that is about nobody."""

from __future__ import annotations

import json
import re
from typing import Any, Final

LONGEST: Final = 1000
_DEEPEST: Final = 6
_NAMES: Final = 40
_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,39}")


def skeleton(body: bytes) -> str:
    """The names and kinds of a JSON document, in the order of the names; never a value.

    A list shows its first element. What is no JSON is only said to be none.
    """
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        return "no JSON"
    return json.dumps(_bones(said, 0), separators=(",", ":"))[:LONGEST]


def _bones(said: Any, depth: int) -> Any:
    if depth >= _DEEPEST:
        return "…"
    match said:
        case dict():
            named = sorted(name for name in said if _NAME.fullmatch(name))[:_NAMES]
            return {name: _bones(said[name], depth + 1) for name in named}
        case list():
            return [_bones(said[0], depth + 1)] if said else []
        case _:
            return type(said).__name__
