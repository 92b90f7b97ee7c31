"""Garbage: what a batch makes dies by reference counting, so looking for cycles can wait."""

from __future__ import annotations

import gc

BETWEEN_LOOKS = 100_000
"""Objects made since the last look. A batch of 500 messages makes about half as many."""


def calm() -> None:
    """What lives now is taken to live for ever, and cycles are looked for rarely.

    Python's default looks every 700 objects, hundreds of times a batch, and finds nothing.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(BETWEEN_LOOKS, 20, 50)
