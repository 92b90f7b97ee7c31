"""One desk for each carrier the simulator can play, found by the name of its module."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules

from deploy.local.carrier.desk import Desk
from deploy.local.carrier.sales import Ledger

HOUSE = "simulated"
"""The desk that stands at the root: it speaks a language of our own."""


def desks(ledger: Ledger) -> dict[str, Desk]:
    """Every desk by the first word of its addresses, all with one ledger between them."""
    return {name: import_module(f"{__name__}.{name}").desk(ledger) for name in names()}


def names() -> list[str]:
    """The first words of their addresses."""
    return sorted(module.name for module in iter_modules(__path__))
