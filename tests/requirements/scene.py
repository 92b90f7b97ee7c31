"""Where a case is played: Moss & Fern's portal, Zoë's parcel, and what is seen of both."""

from __future__ import annotations

import json
from base64 import b64decode
from typing import Any

from contracts.envelope import Envelope
from contracts.labels import LabelPrinted
from contracts.rules import (
    OptionsOffered,
    PortalOpened,
    PortalRefused,
    ReturnApproved,
    ReturnAwaitingApproval,
    ReturnRejected,
)
from contracts.shape import Shape
from contracts.topics import BY_MODEL
from services.rules.domain.capability import Registry
from tests.support.builders import a_find, a_portal, a_request, a_shipment, an_id
from tests.support.scanning import text_of_pdf
from tests.support.town import REGISTRY, Town

VERDICTS = (ReturnApproved, ReturnAwaitingApproval, ReturnRejected)
SAYS = {ReturnApproved: "approved", ReturnAwaitingApproval: "awaiting"}


class Silence(Exception):
    """Nobody answered."""


class Scene:
    """A town, and words for what is seen in it."""

    def __init__(self, *services: str) -> None:
        self._services, self._asked = services, 0
        self.town = Town(*services)

    def knows_carriers(self, registry: Registry = REGISTRY) -> None:
        """From here on in a town where carriers do these things, and nothing was said yet."""
        self.town.close()
        self.town = Town(*self._services, registry=registry)

    async def portal(self, **settings: Any) -> str:
        """The merchant saves settings: `opened`, or `refused` with every blocking finding."""
        told = await self._judged(**settings)
        if isinstance(told, PortalOpened):
            return "opened"
        blocking = [one.code for one in told.findings if one.severity == "blocking"]
        return f"refused: {', '.join(blocking)}"

    async def finds(self, code: str, **settings: Any) -> str:
        """The merchant saves settings: how severe that finding is and where, or `nothing`."""
        told = await self._judged(**settings)
        found = told.warnings if isinstance(told, PortalOpened) else told.findings
        said = [f"{one.severity} at {one.field}" for one in found if one.code == code]
        return ", ".join(said) or "nothing"

    async def _judged(self, **settings: Any) -> PortalOpened | PortalRefused:
        await self.town.hears(a_portal(**settings))
        told = (*self.town.told(PortalOpened), *self.town.told(PortalRefused))
        if not told:
            raise Silence
        return max(told, key=lambda one: one.version)

    async def story(self, **settings: Any) -> None:
        """A portal with these settings, and Zoë's parcel."""
        await self.town.hears(a_portal(**settings), a_shipment())

    async def offer(self, **found: Any) -> OptionsOffered:
        """Zoë's parcel was found: what she may choose from."""
        await self.town.hears(a_find(**found))
        return self.last(OptionsOffered)

    async def verdict(self, **request: Any) -> Any:
        """Zoë asks for a return, each time another one: what she is told."""
        self._asked += 1
        asked = a_request(**{"return_id": an_id(1000 + self._asked)} | request)
        await self.town.hears(asked)
        for told in (one for kind in VERDICTS for one in self.town.told(kind)):
            if told.return_id == asked.return_id:
                return told
        raise Silence

    def last(self, model: type[Shape]) -> Any:
        """What was told last, of this kind."""
        for told in reversed(self.town.told(model)):
            return told
        raise Silence

    async def asks(self, **request: Any) -> str:
        """Zoë asks for a return: `approved`, `awaiting`, or every reason why not."""
        return answer(await self.verdict(**request))

    async def hears_spoilt(self, message: Shape, **changes: Any) -> str:
        """A record arrives that no writer of ours could make: what it is parked as.

        `changes` stand in its JSON instead of what the message says.
        """
        topic, before = BY_MODEL[type(message)], len(self.town.parked())
        key = topic.key_of(message)
        said = json.loads(message.body()) | changes
        envelope = Envelope("spoilt", "/test", topic.name, self.town.clock(), key.decode())
        headers = dict(envelope.headers())
        await self.town.hears_bytes(topic.name, key, json.dumps(said).encode(), headers)
        return ", ".join(self.town.parked()[before:])

    def papers(self) -> list[str]:
        """The text on every label that was printed."""
        return [
            text_of_pdf(b64decode(document.content))
            for printed in self.town.told(LabelPrinted)
            for document in printed.documents
            if document.media_type == "application/pdf"
        ]

    def post_to(self, recipient: str) -> int:
        """How many letters went there."""
        return sum(str(letter.to) == recipient for letter in self.town.letters())


def answer(told: Shape) -> str:
    """A verdict in a few words: reason, item and rule of each refusal."""
    if not isinstance(told, ReturnRejected):
        return SAYS[type(told)]
    return ", ".join(
        refusal.code
        + (f" {refusal.line_id}" if refusal.line_id else "")
        + (f" by {refusal.rule_id}" if refusal.rule_id else "")
        for refusal in told.refusals
    )


def units(options: OptionsOffered) -> dict[str, int | str]:
    """How many of each item may come back, or why none."""
    return {item.line_id: item.why_not or item.returnable_units for item in options.items}


def methods(options: OptionsOffered) -> list[str]:
    """The ways back that are offered."""
    return [way.method for way in options.return_methods]


def withheld(options: OptionsOffered) -> dict[str, str]:
    """The ways back that are switched on and not offered, and why."""
    return {way.method: way.why_not for way in options.withheld_methods}
