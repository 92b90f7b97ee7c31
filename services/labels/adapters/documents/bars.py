"""How wide the bars of a Code128 may be, and which way round they go on an A6 label."""

from __future__ import annotations

from dataclasses import dataclass

from services.labels.adapters.documents.codes import CodeUnprintableError

A6_WIDTH_MM = 105.0
A6_HEIGHT_MM = 148.0
QUIET_MODULES = 10
WIDEST_MM = 0.5
"""Four dots of a 203 dpi label printer: every bar begins and ends on a dot."""
NARROWEST_MM = 0.42
"""Below this, a blurred picture of the bars was not read any more."""


@dataclass(frozen=True, slots=True)
class Bars:
    """The width of one module, and whether the code climbs the label's long side."""

    module_mm: float
    climbing: bool


def bars_for(modules: int) -> Bars:
    """The widest bars that fit, quiet zones included; across the label where possible.

    Across: up to 230 modules (17 letters). Climbing: up to 332 (27 letters).

    Raises:
        CodeUnprintableError: more than that; narrower bars would not be read everywhere.
    """
    total = modules + 2 * QUIET_MODULES
    for climbing, room in ((False, A6_WIDTH_MM), (True, A6_HEIGHT_MM)):
        module = min(WIDEST_MM, room / total)
        if module == WIDEST_MM:
            return Bars(WIDEST_MM, climbing)
        if module >= NARROWEST_MM:
            return Bars(NARROWEST_MM, climbing)
    msg = f"{modules} modules do not fit on A6 with bars of {NARROWEST_MM} mm"
    raise CodeUnprintableError(msg)
