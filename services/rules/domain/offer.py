"""What a customer may choose from: the same questions the verdict will ask."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from contracts.lookup import ShipmentFound
from contracts.rules import OfferedItem, OptionsOffered, Refusal
from contracts.words import Refused
from services.rules.domain import room
from services.rules.domain.hearing.case import Case, WhyNot, case, nothing_returns
from services.rules.domain.hearing.trace import MOST_RULES
from services.rules.domain.offering.choices import Choosing, choosing
from services.rules.domain.offering.validity import valid_until
from services.rules.domain.offering.ways import choice, ways_back, withheld
from services.rules.domain.parcel import Line, Parcel
from services.rules.domain.portal import Portal

_MOST_TELLING: Final = (
    *(Refused.NOT_RETURNABLE, Refused.QUANTITY_EXCEEDED, Refused.COUNTRY_BLOCKED),
    *(Refused.NOT_DELIVERED, Refused.WINDOW_CLOSED, Refused.PORTAL_CLOSED),
    *(Refused.REFUND_METHOD_NOT_OFFERED, Refused.RETURN_METHOD_NOT_OFFERED),
)
"""Of several reasons an item shows the first of these."""
_OF_AN_ITEM: Final = (Refused.NOT_RETURNABLE, Refused.QUANTITY_EXCEEDED)
"""What is never said of a whole parcel."""


@dataclass(frozen=True, slots=True)
class _Shown:
    """An item, what there is to choose from, and if there is nothing, why."""

    line: Line
    found: Choosing
    why_not: WhyNot | None


def offer(
    found: ShipmentFound, portal: Portal, parcel: Parcel | None, now: datetime
) -> OptionsOffered:
    """Items with their choices, ways back with price, deadline and links, as things stand.

    What is offered is accepted up to and including `valid_until`, at exactly the price it says. A
    parcel of another portal is as good as unknown.
    """
    if parcel is None or parcel.portal_id != found.portal_id:
        return _nothing_known(found, portal)
    about = case(portal, parcel, now)
    never = tuple(nothing_returns(about))
    shown = [_shown(about, line, never) for line in parcel.lines.values()]
    given = [one.found for one in shown if one.why_not is None]
    rectangles = [rectangle for one in given for rectangle in one.rectangles]
    reasons = {code for rectangle in rectangles for code in rectangle.reasons}
    refunds = {method for rectangle in rectangles for method in rectangle.refund_methods}
    items = tuple(room.offered([_item(about, one) for one in shown]))
    return OptionsOffered(
        lookup_id=found.lookup_id,
        portal_id=found.portal_id,
        shipment_id=found.shipment_id,
        settings_version=portal.version,
        items=items,
        reasons=tuple([r for code, r in portal.reasons.items() if code in reasons]),
        refund_methods=tuple([m for m in portal.refund_methods if m in refunds]),
        return_methods=ways_back(about, rectangles),
        withheld_methods=tuple(withheld(about, [one.found for one in shown])),
        return_until=max((i.return_until for i in items if i.return_until), default=None),
        valid_until=valid_until(about, [until for one in given for until in one.open_until]),
        policy_url=portal.settings.policy_url,
        support_url=portal.settings.support_url,
        refusals=() if given else tuple(_refusals(never, shown)),
    )


def _nothing_known(found: ShipmentFound, portal: Portal) -> OptionsOffered:
    closed = () if portal.open else (Refusal(code=Refused.PORTAL_CLOSED),)
    return OptionsOffered(
        lookup_id=found.lookup_id,
        portal_id=found.portal_id,
        shipment_id=found.shipment_id,
        settings_version=portal.version,
        items=(),
        reasons=(),
        refund_methods=(),
        return_methods=(),
        policy_url=portal.settings.policy_url,
        support_url=portal.settings.support_url,
        refusals=(*closed, Refusal(code=Refused.SHIPMENT_UNKNOWN)),
    )


def _shown(about: Case, line: Line, never: Sequence[Refused]) -> _Shown:
    found = choosing(about, line)
    if found.rectangles and not never:
        return _Shown(line, found, None)
    whys = [*found.why_not] if not found.rectangles else []
    whys += [(code, None) for code in never]
    return _Shown(line, found, min(whys, key=lambda why: _MOST_TELLING.index(why[0])))


def _item(about: Case, one: _Shown) -> OfferedItem:
    line, found = one.line, one.found
    rectangles = found.rectangles if one.why_not is None else []
    return OfferedItem(
        line_id=line.line_id,
        sku=line.sku,
        name=line.name,
        unit_price=line.unit_price,
        returnable_units=max((r.units[1] for r in rectangles), default=0),
        why_not=None if one.why_not is None else one.why_not[0],
        return_until=max(found.open_until or found.shut_since, default=None),
        choices=tuple([choice(about, rectangle) for rectangle in rectangles]),
        rules=() if rectangles else _refusing(found),
    )


def _refusing(found: Choosing) -> tuple[str, ...]:
    rules = dict.fromkeys(rule_id for _, rule_id in found.why_not if rule_id is not None)
    return tuple(rules)[:MOST_RULES]


def _refusals(never: Sequence[Refused], shown: Sequence[_Shown]) -> Iterator[Refusal]:
    """Why nothing can come back: of the parcel what is so for all of it, then item by item."""
    yield from (Refusal(code=code) for code in never)
    whys = [(one.line.line_id, *one.why_not) for one in shown if one.why_not is not None]
    codes = {(code, rule_id) for _, code, rule_id in whys}
    alike = len(codes) == 1 and not any(code in _OF_AN_ITEM for code, _ in codes)
    for line_id, code, rule_id in whys[:1] if alike else whys:
        if code not in never:
            yield Refusal(code=code, line_id=None if alike else line_id, rule_id=rule_id)
