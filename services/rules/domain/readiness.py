"""May a portal go live with these settings?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Final

from contracts.rules import Finding, PortalOpened, PortalRefused
from contracts.shop import PortalConfigured
from services.rules.domain.capability import Registry
from services.rules.domain.findings.finding import BLOCKING, Found, warning
from services.rules.domain.findings.of_carriers import about_carriers
from services.rules.domain.findings.of_rules import about_rules
from services.rules.domain.findings.of_settings import about_settings

MOST_TOLD: Final = 100
"""A message carries so many findings; `retour portal check` shows them all."""
MOST_GUESSED: Final = 200
"""Of so many it is said which word may have been meant: a guess is a hundred times the work."""


def findings(
    settings: PortalConfigured, registry: Registry | None = None, on: date | None = None
) -> tuple[Finding, ...]:
    """Everything that keeps the portal closed, and everything that is unwise, blocking ones first.

    Args:
        settings: what is judged.
        registry: what carriers can do. Without it nothing is said of them.
        on: the day for which carriers are asked. None asks for any day: what no day can mend.
    """
    return _told(_worst_first(settings, registry, on))


def opens(settings: PortalConfigured, registry: Registry) -> bool:
    """Whether nothing keeps the portal closed. It hangs on no day: see `findings`."""
    return all(found.severity != BLOCKING for found in _found(settings, registry, None))


def judged(
    settings: PortalConfigured, registry: Registry | None = None, on: date | None = None
) -> PortalOpened | PortalRefused:
    """The portal is open under these settings, or closed, and why."""
    found = _worst_first(settings, registry, on)
    if len(found) > MOST_TOLD:
        rest = len(found) - (MOST_TOLD - 1)
        counted = f"There are {rest} more findings: `retour portal check` shows them all."
        told = _told([*found[: MOST_TOLD - 1], warning("more_findings", "", counted)])
    else:
        told = _told(found)
    if any(one.severity == BLOCKING for one in told):  # they come first
        return PortalRefused(portal_id=settings.portal_id, version=settings.version, findings=told)
    return PortalOpened(portal_id=settings.portal_id, version=settings.version, warnings=told)


def _found(
    settings: PortalConfigured, registry: Registry | None, on: date | None
) -> Iterator[Found]:
    yield from about_settings(settings)
    if registry is not None:
        yield from about_carriers(settings, registry, on)
    yield from about_rules(settings)


def _worst_first(
    settings: PortalConfigured, registry: Registry | None, on: date | None
) -> list[Found]:
    return sorted(_found(settings, registry, on), key=lambda one: one.severity != BLOCKING)


def _told(found: Sequence[Found]) -> tuple[Finding, ...]:
    return tuple([one.told(guess=place < MOST_GUESSED) for place, one in enumerate(found)])
