"""Every cause of a no, and the one of a yes: what must be told before, and what is asked then.

A new kind of no is a new row of `CAUSES`: D1 compares its bytes, D2 its timing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from contracts.envelope import derived_id
from contracts.lookup import FindShipment
from contracts.rules import PortalOpened, PortalRefused
from contracts.shape import Home, Shape
from contracts.shop import ShipmentRecorded
from services.lookup.domain.budget import Limits
from tests.support.builders import a_shipment

FOUND = "found"
"""The one cause of a yes."""


@dataclass(frozen=True, slots=True)
class Scene:
    """So many questions for each cause, under names of this scene's own."""

    mark: str
    samples: int

    @property
    def limits(self) -> Limits:
        """So many wrong claims that only the portal that is sprayed ever closes."""
        return Limits(portal=2 * self.samples + 50)

    def told_before(self) -> Iterator[Shape]:
        """The portals and parcels: every cause has a portal of its own."""
        for cause, row in CAUSES.items():
            closed = cause == "closed portal"
            kind = PortalRefused if closed else PortalOpened
            more = {"findings": ()} if closed else {}
            yield kind(portal_id=self.portal(cause), version=1, **more)
            for n in range(self.samples):
                yield from row.parcels(self, cause, n)

    def guessed_before(self) -> Iterator[FindShipment]:
        """The wrong guesses that lock what is locked."""
        for cause, row in CAUSES.items():
            for n in range(row.guesses(self)):
                yield self.ask(cause, -n - 1, row.guess(self, n))

    def question(self, cause: str, n: int) -> FindShipment:
        """The `n`th question whose answer has this cause."""
        return self.ask(cause, n, CAUSES[cause].asks(self, n))

    def ask(self, cause: str, n: int, changes: dict[str, Any]) -> FindShipment:
        """A question at the cause's portal: unless it is changed, the right one."""
        right = {
            "lookup_id": derived_id("scene", self.mark, cause, str(n)),
            "portal_id": self.portal(cause),
            "tracking_number": number(n),
            "postal_code": code(n),
            "client_ref": f"{self.mark}-{cause.replace(' ', '-')}-{n}",
        }
        return FindShipment(**right | changes)

    def portal(self, cause: str) -> str:
        """The portal of one cause."""
        return f"{self.mark}-{cause.replace(' ', '-')}"

    def parcel(self, cause: str, n: int, **changes: Any) -> ShipmentRecorded:
        """The parcel that question `n` names, unless something was changed about it."""
        postal_code = changes.pop("postal_code", code(n))
        home = Home(street="Dam", postal_code=postal_code, town="Amsterdam", country="NL")
        now = datetime.now(UTC)
        usual = {
            "shipment_id": f"{self.portal(cause)}-{n}",
            "portal_id": self.portal(cause),
            "tracking_number": number(n),
            "ordered_at": now - timedelta(days=9),
            "delivered_at": now - timedelta(days=2),
            "deliver_to": home,
        }
        return a_shipment(**usual | changes)


def number(n: int) -> str:
    """A tracking number."""
    return f"RR{abs(n):09}GB"


def code(n: int) -> str:
    """A postal code."""
    return f"{abs(n):04}XY"


def _the_parcel(scene: Scene, cause: str, n: int) -> Iterator[ShipmentRecorded]:
    yield scene.parcel(cause, n)


def _no_parcel(_scene: Scene, _cause: str, _n: int) -> Iterator[ShipmentRecorded]:
    yield from ()


def _elsewhere(scene: Scene, cause: str, n: int) -> Iterator[ShipmentRecorded]:
    yield scene.parcel(cause, n, portal_id=f"{scene.mark}-elsewhere")


def _travelling(scene: Scene, cause: str, n: int) -> Iterator[ShipmentRecorded]:
    yield scene.parcel(cause, n, delivered_at=None)


def _twins(scene: Scene, cause: str, n: int) -> Iterator[ShipmentRecorded]:
    yield scene.parcel(cause, n)
    yield scene.parcel(cause, n, shipment_id=f"{scene.portal(cause)}-{n}-twin")


def _in_one_place(scene: Scene, cause: str, n: int) -> Iterator[ShipmentRecorded]:
    yield scene.parcel(cause, n, postal_code="1012JS")


@dataclass(frozen=True, slots=True)
class Cause:
    """One row. Whatever a row leaves out is as it is for a parcel that is found."""

    asks: Callable[[Scene, int], dict[str, Any]] = lambda _scene, _n: {}
    parcels: Callable[[Scene, str, int], Iterator[ShipmentRecorded]] = _the_parcel
    guesses: Callable[[Scene], int] = lambda _scene: 0
    """How many wrong guesses must have been made before."""
    guess: Callable[[Scene, int], dict[str, Any]] = lambda _scene, _n: {}


CAUSES: dict[str, Cause] = {
    FOUND: Cause(),
    "unknown number": Cause(parcels=_no_parcel),
    "wrong code": Cause(asks=lambda _s, n: {"postal_code": f"{n:04}ZZ"}),
    "not delivered": Cause(parcels=_travelling),
    "two parcels": Cause(parcels=_twins),
    "another shops parcel": Cause(parcels=_elsewhere),
    "closed portal": Cause(),
    "no number at all": Cause(asks=lambda _s, _n: {"tracking_number": ""}),
    "number spent": Cause(
        asks=lambda _s, _n: {"tracking_number": number(0), "postal_code": code(0)},
        guesses=lambda s: s.limits.number,
        guess=lambda _s, n: {"tracking_number": number(0), "postal_code": f"{n:04}ZZ"},
    ),
    "client spent": Cause(
        asks=lambda s, _n: {"client_ref": f"{s.mark}-nosy"},
        guesses=lambda s: s.limits.client,
        guess=lambda s, n: {
            "client_ref": f"{s.mark}-nosy",
            "tracking_number": f"NOSY{n}",
            "postal_code": f"{n:04}ZZ",
        },
    ),
    "code spent": Cause(
        parcels=_in_one_place,
        asks=lambda _s, _n: {"postal_code": "1012JS"},
        guesses=lambda s: s.limits.code,
        guess=lambda _s, n: {"postal_code": "1012JS", "tracking_number": f"POPULAR{n}"},
    ),
    "portal spent": Cause(
        guesses=lambda s: s.limits.portal,
        guess=lambda _s, n: {"tracking_number": f"SPRAY{n}", "postal_code": f"{n:05}Q"},
    ),
}
