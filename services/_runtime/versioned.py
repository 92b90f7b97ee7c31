"""Keeping the newest version of something, whatever order its versions arrive in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pymongo import UpdateOne


def newest(
    key: str, version: int, document: Mapping[str, Any], first: Mapping[str, Any] | None = None
) -> UpdateOne:
    """A write after which `document` stands under `key`, unless that version or a younger did.

    Fields that `document` does not name stay as they are; `first` fills those of a new document
    only. Repeating it changes nothing.
    """
    older = {"$lt": [{"$ifNull": ["$version", 0]}, version]}
    new = {"$literal": {**document, "version": version}}
    merged = {"$mergeObjects": [{"$literal": dict(first or {})}, "$$ROOT", new]}
    return UpdateOne(
        {"_id": key}, [{"$replaceWith": {"$cond": [older, merged, "$$ROOT"]}}], upsert=True
    )
