"""The demo from start to end: `retour demo`, or as a function for tests."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from deploy.demo import carriers, desk, maison
from deploy.demo.expected import Tally, expected
from deploy.demo.frontend import Frontend
from deploy.demo.keepsakes import Keepsakes, keep
from deploy.demo.play import WRONG_CODES, Played, Progress, count, open_shop, play
from deploy.demo.sample import AskedReturn, Order, read, returns
from deploy.local.mailbox import Mailbox
from deploy.local.runs import LOCAL
from deploy.local.stack import Stack
from deploy.ops.access import OPERATOR

FOLDER = LOCAL / "demo"
"""Documents and letters of the last demo."""


@dataclass
class Shown:
    """A demo that was played."""

    asked: list[AskedReturn]
    by_rules: list[AskedReturn]
    """Those of the portal whose merchant has rules."""
    played: Played
    expected: Tally
    kept: Keepsakes
    frontend: Frontend
    first_label_at: datetime
    ran: list[carriers.Ran]
    """One return by each carrier that an adapter is there for."""


def _silent(_what: str, _done: int, _of: int) -> None:
    """Progress, told to nobody."""


async def demo(
    stack: Stack,
    folder: Path = FOLDER,
    most: int | None = None,
    progress: Progress = _silent,
    meanwhile: Callable[[Frontend], None] | None = None,
) -> Shown:
    """The demo's returns, or the first `most` of the sample's, played through a running stack.

    Raises:
        TimeoutError: the system did not answer in time.
    """
    orders = read()
    asked, by_rules = chosen(orders, most)
    async with Frontend(stack.kafka, kafka_as=stack.kafka_as) as frontend:
        if meanwhile is not None:
            meanwhile(frontend)
        onlooker = stack.kafka_as(OPERATOR)
        parcels = [*orders, *maison.orders(orders)]
        gate = await open_shop(frontend, onlooker, parcels, datetime.now(UTC), progress)
        played = Played(gate=gate)
        await desk.play(frontend, by_rules, played, progress)
        await play(frontend, asked, progress, played)
        await count(frontend, [*asked, *by_rules], played)
        kept = keep(frontend, Mailbox(stack.mail_folder), folder)
        ran = await carriers.play(frontend, stack)
    played.tally.emails, played.tally.alerts = kept.to_customers, kept.to_merchants
    return Shown(
        asked=asked,
        by_rules=by_rules,
        played=played,
        expected=expected([*asked, *by_rules], min(WRONG_CODES, len(asked))),
        kept=kept,
        frontend=frontend,
        first_label_at=frontend.first["returns.label-issued.v1"],
        ran=ran,
    )


def chosen(orders: list[Order], most: int | None) -> tuple[list[AskedReturn], list[AskedReturn]]:
    """The sample's returns, and those of the portal with rules: all, or the first of each."""
    return returns(orders)[:most], maison.returns(orders)[:most]


def seconds_since(begun: float) -> float:
    """Seconds of the wall clock since `begun` (`time.time`)."""
    return time.time() - begun
