"""What operators say of people who asked to be forgotten: that it was done, never who they were."""

from __future__ import annotations

from contracts.shape import Instant, Name, Shape, Text


class CustomerForgotten(Shape):
    """An operator had a customer forgotten. It names their shipment, and nothing about them.

    Told once for every time it was done: nothing here is ever taken back.
    """

    shipment_id: Name
    by: Text
    """Who, as the operator's machine or shell names them."""
    ticket: Name | None = None
    """Under which the wish is filed elsewhere."""
    at: Instant
    recorded: bool
    """Whether the shipment was recorded still, when it was done."""
    requests: int
    documents: int
    letters: int
    put_back: int
    """How many requests, documents, dead letters and letters put back were erased with it."""
