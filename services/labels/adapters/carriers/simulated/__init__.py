"""The simulated carrier: a real HTTP service that sells labels no post will take."""

from __future__ import annotations

from services.labels.adapters.carriers.simulated.client import Simulated

__all__ = ["Simulated"]
