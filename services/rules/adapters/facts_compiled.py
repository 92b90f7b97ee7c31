"""Portals as decisions ask of them: compiled once per version, and not without end."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Mapping

from contracts.shop import PortalConfigured
from services.rules.domain.capability import Registry
from services.rules.domain.portal import Portal, compiled

MOST_BYTES = 32 * 1024 * 1024
"""Of settings as they came: so much is kept compiled. Ten thousand portals of 3 KB fit."""


class Compiled:
    """The portals asked for last; those that nobody has asked for longest give way."""

    def __init__(self, registry: Registry, most_bytes: int = MOST_BYTES) -> None:
        self._registry, self._most = registry, most_bytes
        self._held: OrderedDict[str, tuple[Portal, int]] = OrderedDict()
        self._bytes = 0

    def __len__(self) -> int:
        return len(self._held)

    def missing(self, versions: Mapping[str, int]) -> Iterator[str]:
        """Of these portals, those that are not held in this version or a younger one."""
        for portal_id, version in versions.items():
            held = self._held.get(portal_id)
            if held is None or held[0].version < version:
                yield portal_id

    def get(self, portal_id: str) -> Portal:
        """A portal that is held."""
        self._held.move_to_end(portal_id)
        return self._held[portal_id][0]

    def keep(self, settings: bytes) -> Portal:
        """These settings, compiled."""
        portal = compiled(PortalConfigured.read(settings), self._registry)
        portal_id = portal.settings.portal_id
        self._bytes -= self._held.pop(portal_id, (portal, 0))[1]
        self._held[portal_id] = (portal, len(settings))
        self._bytes += len(settings)
        while self._bytes > self._most and len(self._held) > 1:
            self._bytes -= self._held.popitem(last=False)[1][1]
        return portal
