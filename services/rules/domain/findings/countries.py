"""Where consumers may withdraw from a sale."""

from __future__ import annotations

from typing import Final

EU: Final = frozenset(
    "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK".split()  # noqa: SIM905  # read as a list
)
"""Members of the European Union, where Directive 2011/83/EU is law."""
