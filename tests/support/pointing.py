"""Points of Amsterdam and around, carriers that know some, and whoever is asked for them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from contracts.labels import FindServicePoints
from contracts.rules import OfferedMethod, OptionsOffered
from services._runtime.intents_memory import apply
from services.labels import handlers
from services.labels.adapters.answers_memory import AnswersMemory
from services.labels.adapters.connections import Known
from services.labels.adapters.lines.fuse import fused
from services.labels.adapters.places_memory import PlacesMemory
from services.labels.adapters.points_memory import PointsMemory
from services.labels.adapters.senders_memory import SendersMemory
from services.labels.domain.connection import PLATFORM, Connection
from services.labels.domain.point import Place, Point, Spot
from services.labels.ports.carriers import Adapter, Evidence
from services.labels.ports.points import PROPOSE_POINTS
from services.labels.workers.finding import Finder
from services.labels.workers.points import ProposePoints
from tests.support.builders import PORTAL, SHIPMENT, an_id, pounds
from tests.support.one_service import Clock, OneService

DAM = Spot(52.3731, 4.8926)
AMSTERDAM, ROTTERDAM = Place("NL", "1012", DAM), Place("NL", "3011", Spot(51.9225, 4.4825))
RETURNS, PRINTS = "accepts_returns", "prints_labels"


def a_point(point_id: str = "central", **changes: Any) -> Point:
    """A counter at Amsterdam's Central Station, 700 m from the Dam."""
    usual = {
        "point_id": point_id,
        "carrier": "postnl",
        "name": f"Kiosk {point_id}",
        "street": "Stationsplein 1",
        "postal_code": "1012AB",
        "town": "Amsterdam",
        "country": "NL",
        "spot": Spot(52.3791, 4.9003),
        "hours": {"mon": "07:00-20:00", "sun": ""},
        "abilities": frozenset({RETURNS}),
    }
    return Point(**usual | changes)


def north(metres: float, **changes: Any) -> Point:
    """A counter so far north of the Dam, named after how far."""
    up = Spot(DAM.latitude + metres / 111_319.49, DAM.longitude)
    return a_point(f"n{metres:g}", **{"spot": up} | changes)


def an_offer(*ways: tuple[str, str | None], **changes: Any) -> OptionsOffered:
    """What Zoë may choose from: these methods, each with its carrier."""
    methods = [OfferedMethod(method=m, carrier=c, price=pounds(0)) for m, c in ways]
    usual = {
        "lookup_id": an_id(1),
        "portal_id": PORTAL,
        "shipment_id": SHIPMENT,
        "settings_version": 1,
        "items": (),
        "reasons": (),
        "refund_methods": ("refund",),
        "return_methods": tuple(methods),
    }
    return OptionsOffered(**usual | changes)


def a_question(**changes: Any) -> FindServicePoints:
    """A frontend asks for counters of PostNL near the Dam."""
    usual = {
        "lookup_id": an_id(2),
        "portal_id": PORTAL,
        "country": "NL",
        "postal_code": "1012 JS",
        "carrier": "postnl",
    }
    return FindServicePoints(**usual | changes)


@dataclass
class Listed:
    """A carrier's own list, and when its van comes. What stands in `instead` happens instead."""

    points: list[Point] = field(default_factory=list)
    days_: list[date] = field(default_factory=list)
    instead: Any = None
    asked: list[Any] = field(default_factory=list)

    async def near(self, near, connection):
        self.asked.append(near)
        return await self._said(self.points)

    async def days(self, near, today, connection):
        self.asked.append(near)
        return await self._said(self.days_)

    async def _said(self, usual):
        if isinstance(self.instead, Exception):
            raise self.instead
        if self.instead is not None:
            await self.instead()
        return list(usual)


class Buys:
    """A carrier of which nobody buys anything here."""


class Pointed(OneService):
    """Labels as far as it proposes points, with PostNL's list and GLS's van."""

    def __init__(self, steady) -> None:
        clock, senders = Clock(), SendersMemory()
        self.points, self.places, self.answers = PointsMemory(), PlacesMemory(), AnswersMemory()
        self.list, self.van = Listed(), Listed()
        proven = Evidence("simulator")
        adapters = (
            Adapter("listed", "Listed", proven, Buys(), locates=self.list),
            Adapter("gls", "GLS", proven, Buys(), collects=self.van),
            Adapter("unconnected", "Unconnected", proven, Buys(), locates=self.list),
        )
        self.carriers = {each.name: fused(each) for each in adapters}
        for quick in (self.carriers["listed"].locates, self.carriers["gls"].collects):
            quick._line._steady = steady
        known = Known([Connection(PLATFORM, name, "http://x") for name in ("listed", "gls")])
        finder = Finder(self.points, self.answers, self.carriers, known, clock)
        does = ProposePoints(senders, self.places, finder, self.carriers, known, clock)
        super().__init__("labels", handlers.routes(senders), {PROPOSE_POINTS: does}, clock)
        self.there(AMSTERDAM, ROTTERDAM)

    def imports(self, *points: Point) -> None:
        """An operator fills the collection."""
        apply(self.points.keep(points, "now"))

    def there(self, *places: Place) -> None:
        """An operator says where postal codes lie."""
        apply(self.places.keep(places))
