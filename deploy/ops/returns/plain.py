"""Anything that was decided, as JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import datetime
from enum import Enum
from typing import Any

from contracts.shape import Shape


def plain(value: Any) -> Any:
    """The same in dicts, lists, texts and numbers; instants as RFC 3339, sets in order."""
    match value:
        case Shape():
            value = json.loads(value.body())
        case Enum():
            value = value.value
        case datetime():
            value = value.isoformat()
        case Mapping():
            value = {str(plain(key)): plain(one) for key, one in value.items()}
        case set() | frozenset():
            value = sorted(map(plain, value))
        case list() | tuple():
            value = [plain(one) for one in value]
        case _ if is_dataclass(value):
            value = {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    return value
