"""May a portal go live with these settings?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from contracts.rules import Finding, PortalOpened, PortalRefused
from contracts.shop import PortalConfigured

BLOCKING, WARNING = "blocking", "warning"


def findings(settings: PortalConfigured) -> tuple[Finding, ...]:
    """Everything that keeps the portal closed, and everything that is unwise."""
    return tuple(_findings(settings))


def blocks(found: Iterable[Finding]) -> bool:
    """Whether the portal must stay closed."""
    return any(finding.severity == BLOCKING for finding in found)


def judged(settings: PortalConfigured) -> PortalOpened | PortalRefused:
    """The portal is open under these settings, or closed, and why."""
    found = findings(settings)
    if blocks(found):
        return PortalRefused(portal_id=settings.portal_id, version=settings.version, findings=found)
    return PortalOpened(portal_id=settings.portal_id, version=settings.version, warnings=found)


def _findings(settings: PortalConfigured) -> Iterator[Finding]:
    if not settings.open:
        yield _blocking("closed_by_merchant", "open", "The merchant closed this portal.")
    if not settings.return_addresses:
        yield _blocking(
            "no_return_address", "return_addresses", "Add the address where returns arrive."
        )
    elif settings.return_address_id not in {a.address_id for a in settings.return_addresses}:
        yield _blocking(
            "return_address_not_chosen", "return_address_id", "Choose one of the return addresses."
        )
    if not settings.return_methods:
        yield _blocking("no_return_method", "return_methods", "Offer at least one return method.")
    if not settings.refund_methods:
        yield _blocking("no_refund_method", "refund_methods", "Offer at least one refund method.")
    if settings.window_starts not in ("delivered", "ordered"):
        yield _blocking(
            "window_start_unknown", "window_starts", "Count days from delivery or order."
        )
    if settings.published_window_days not in (None, settings.window_days):
        yield Finding(
            code="window_differs_from_policy",
            severity=WARNING,
            field="window_days",
            sentence="The published policy names another number of days.",
        )


def _blocking(code: str, field: str, sentence: str) -> Finding:
    return Finding(code=code, severity=BLOCKING, field=field, sentence=sentence)
