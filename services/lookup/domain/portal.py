"""A portal as lookup knows it: open or closed."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Portal:
    """What rules said of one version of a portal's settings. It says it once per version."""

    portal_id: str
    version: int
    open: bool
