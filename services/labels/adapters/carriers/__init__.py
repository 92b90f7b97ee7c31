"""Every carrier there is: one module or folder here is one carrier. Adding one is adding it."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from pkgutil import iter_modules

from services.labels.adapters.lines.fuse import fused
from services.labels.ports.carriers import Adapter


def every() -> Mapping[str, Adapter]:
    """Every carrier by its code, behind a fuse if it is reached over a line."""
    modules = [import_module(f"{__name__}.{module.name}") for module in iter_modules(__path__)]
    found: list[Adapter] = [module.adapter() for module in modules]
    return {adapter.name: fused(adapter) for adapter in found}
