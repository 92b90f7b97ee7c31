"""What operators say about dead letters: not a message of the story, but on Kafka all the same."""

from __future__ import annotations

from typing import Literal

from contracts.shape import Instant, Shape, Text


class LetterHandled(Shape):
    """An operator redrove or discarded a letter.

    It speaks of the record that was parked, not only of where the letter lies: a letter that was
    parked twice is handled once, and a new letter in the place of an old one is not.
    """

    action: Literal["redriven", "discarded"]
    by: Text
    """Who, as the operator's machine or shell names them."""
    why: Text = ""
    at: Instant
    original_topic: Text
    original_partition: int
    original_offset: int
    original_timestamp: int
    """Milliseconds since 1970, UTC."""
    redrive_count: int
    """How often the record had been put back before."""
    error_code: Text
