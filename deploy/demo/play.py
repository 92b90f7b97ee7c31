"""Plays the sample's returns as a frontend would: look up, choose, confirm, wait for the letter."""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from uuid import uuid4

from contracts.analytics import FindReasons, ReasonsFound
from contracts.labels import LabelIssued, LabelPrinted
from contracts.lookup import FindShipment, ShipmentFound, ShipmentNotFound
from contracts.notifications import CustomerEmailed, MerchantAlerted
from contracts.rules import (
    OptionsOffered,
    PortalOpened,
    PortalRefused,
    RefundDue,
    ReturnApproved,
    ReturnAwaitingApproval,
    ReturnCancelled,
    ReturnRejected,
    ReturnUnchanged,
)
from contracts.topics import SERVICES, SHIPMENT_RECORDED
from contracts.words import ReturnMethod
from deploy.demo import shop
from deploy.demo.choosing import request_for
from deploy.demo.expected import ALERTED, Tally
from deploy.demo.frontend import Frontend
from deploy.demo.sample import AskedReturn, Order
from deploy.ops.lag import until_caught_up
from services._runtime.kafka_access import Kafka

AT_ONCE = 40
WRONG_CODES = 12
"""Look-ups with a postal code that is not the parcel's."""
NOBODYS_CODE = "00000"
PATIENCE_SECONDS = 90.0

Progress = Callable[[str, int, int], None]
"""What is being done, how many are done, of how many."""


@dataclass
class Played:
    """What the frontend saw."""

    tally: Tally = field(default_factory=Tally)
    lookups: dict[str, str] = field(default_factory=dict)
    """The lookup behind each return."""
    top: dict[str, ReasonsFound] = field(default_factory=dict)
    """The top reasons by portal."""
    gate: dict[str, PortalOpened | PortalRefused] = field(default_factory=dict)
    """What the go-live gate said of each portal."""


async def open_shop(
    frontend: Frontend, kafka: Kafka, orders: Sequence[Order], now: datetime, progress: Progress
) -> dict[str, PortalOpened | PortalRefused]:
    """Portals are configured and parcels recorded, and every service knows them."""
    gate: dict[str, PortalOpened | PortalRefused] = {}
    settings = list(shop.portals())
    for portal in settings:
        await frontend.tell(portal, "/demo/back-office")
    for portal in settings:
        gate[portal.portal_id] = await frontend.answer(
            portal.portal_id, PortalOpened, PortalRefused
        )
    sent = [await frontend.post(shop.shipment(order, now), "/demo/shop") for order in orders]
    await asyncio.gather(*sent)
    await until_caught_up(kafka, SERVICES, [SHIPMENT_RECORDED.name], PATIENCE_SECONDS)
    progress("parcels recorded", len(orders), len(orders))
    return gate


async def play(
    frontend: Frontend,
    asked: Sequence[AskedReturn],
    progress: Progress,
    played: Played | None = None,
) -> Played:
    """Every return is asked for and answered, and everything that follows from it has been heard.

    Returns of one order are asked for one after the other, as they were; different orders at once.

    Raises:
        TimeoutError: an answer did not come.
    """
    played = Played() if played is None else played
    by_order: dict[str, list[AskedReturn]] = defaultdict(list)
    for one in asked:
        by_order[one.order.order_no].append(one)
    hands, done = asyncio.Semaphore(AT_ONCE), Counter[str]()

    async def ask_all(returns: Sequence[AskedReturn]) -> None:
        async with hands:
            for one in returns:
                await ask(frontend, one, played)
                done["returns"] += 1
                progress("returns decided", done["returns"], len(asked))

    async with asyncio.TaskGroup() as group:
        for returns in by_order.values():
            group.create_task(ask_all(returns))
        for one in islice(asked, WRONG_CODES):
            group.create_task(_mistype(frontend, one.order, played))
    await _settle(frontend, asked, progress)
    await count(frontend, asked, played)
    return played


async def top_reasons(frontend: Frontend, portal_id: str) -> ReasonsFound:
    """What analytics answers now."""
    query_id = str(uuid4())
    await frontend.tell(FindReasons(query_id=query_id, portal_id=portal_id, limit=100))
    return await frontend.answer(query_id, ReasonsFound, seconds=PATIENCE_SECONDS)


async def ask(frontend: Frontend, one: AskedReturn, played: Played) -> None:
    """One return, as its customer would: number and code, options, confirmation, verdict."""
    lookup_id = played.lookups[one.return_id] = str(uuid4())
    typed = one.order.recipient.postal_code.lower()
    await frontend.tell(_find(lookup_id, one.order, f" {typed} "))
    found = await frontend.answer(
        lookup_id, ShipmentFound, ShipmentNotFound, seconds=PATIENCE_SECONDS
    )
    if not isinstance(found, ShipmentFound):
        return
    options = await frontend.answer(lookup_id, OptionsOffered, seconds=PATIENCE_SECONDS)
    await frontend.tell(request_for(one, options))
    verdicts = (ReturnApproved, ReturnRejected, ReturnAwaitingApproval)
    await frontend.answer(one.return_id, *verdicts, seconds=PATIENCE_SECONDS)


async def _mistype(frontend: Frontend, order: Order, played: Played) -> None:
    """A look-up with a postal code of nobody. It must not be found."""
    lookup_id = str(uuid4())
    await frontend.tell(_find(lookup_id, order, NOBODYS_CODE))
    answer = await frontend.answer(
        lookup_id, ShipmentFound, ShipmentNotFound, seconds=PATIENCE_SECONDS
    )
    played.tally.not_found += isinstance(answer, ShipmentNotFound)


def _find(lookup_id: str, order: Order, postal_code: str) -> FindShipment:
    return FindShipment(
        lookup_id=lookup_id,
        portal_id=order.portal_id,
        tracking_number=order.tracking_number,
        postal_code=postal_code,
        language=order.recipient.language,
    )


async def _settle(frontend: Frontend, asked: Sequence[AskedReturn], progress: Progress) -> None:
    """Every return has its letter, and every label its alert where the merchant wants one."""
    theirs = {one.return_id for one in asked}

    def lettered() -> int:
        return len(theirs & {m.return_id for m in frontend.every(CustomerEmailed)})

    def complete() -> bool:
        progress("letters sent", lettered(), len(asked))
        portals = {m.return_id: m.portal_id for m in frontend.every(LabelIssued)}
        due = {return_id for return_id, portal in portals.items() if portal in ALERTED}
        approved = theirs & {m.return_id for m in frontend.every(ReturnApproved)}
        alerted = {m.return_id for m in frontend.every(MerchantAlerted)}
        return lettered() >= len(asked) and approved <= portals.keys() and due <= alerted

    await frontend.until(complete, "the last letter and alert", PATIENCE_SECONDS)


def _portals(asked: Sequence[AskedReturn]) -> list[str]:
    return sorted({one.order.portal_id for one in asked})


async def count(frontend: Frontend, asked: Sequence[AskedReturn], played: Played) -> None:
    """What was heard, as a tally. Letters and alerts are counted in the mailbox, not here."""
    for portal_id in _portals(asked):
        played.top[portal_id] = await top_reasons(frontend, portal_id)
    tally = played.tally = Tally(asked=len(asked), not_found=played.tally.not_found)
    lookups = set(played.lookups.values())
    tally.found = len([m for m in frontend.every(ShipmentFound) if m.lookup_id in lookups])
    tally.approved = len(frontend.every(ReturnApproved))
    rejected = frontend.every(ReturnRejected)
    tally.rejected = len(rejected)
    for verdict in rejected:
        tally.refusals.update({refusal.code for refusal in verdict.refusals})
    kinds = Counter(printed.kind for printed in frontend.every(LabelPrinted))
    tally.labels, tally.qr_codes = kinds["label"], kinds["qr_code"]
    for found in played.top.values():
        tally.reasons.update({ranked.reason: ranked.lines for ranked in found.reasons})
    _count_by_rules(frontend, tally)


def _count_by_rules(frontend: Frontend, tally: Tally) -> None:
    """What only follows where a merchant has rules."""
    waiting = frontend.every(ReturnAwaitingApproval)
    decided: list[ReturnApproved | ReturnRejected] = [
        *frontend.every(ReturnApproved),
        *frontend.every(ReturnRejected),
    ]
    tally.left_to_a_person = len(waiting)
    asked = {one.return_id for one in waiting}
    tally.still_waiting = len(asked - {one.return_id for one in decided})
    nothing = ReturnMethod.NONE
    tally.kept = sum(one.return_method == nothing for one in frontend.every(ReturnApproved))
    tally.cancelled = len(frontend.every(ReturnCancelled))
    tally.unchanged = len(frontend.every(ReturnUnchanged))
    for due in frontend.every(RefundDue):
        tally.refunds[due.because] += 1
        tally.refunded_pence += due.amount.minor
    at_once = [one for one in decided if one.return_id not in asked]
    for verdict in (*waiting, *at_once):
        tally.rules.update(rule for item in verdict.items for rule in item.rules)
