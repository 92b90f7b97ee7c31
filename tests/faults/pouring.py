"""More than any customer asks for: parcels of which nothing comes back, recorded by thousands."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from itertools import count

from deploy.demo.frontend import Frontend
from deploy.demo.sample import Order, read
from deploy.demo.shop import shipment
from tests.faults.scene import Scene
from tests.support.copies import copies

FIRST_EDITION = 1_000_000


def nobodys(scene: Scene) -> Iterator[Order]:
    """Orders of which nothing comes back, never recorded before."""
    first = FIRST_EDITION + len(scene.stage.asked)
    return (order for number in count(first) for order in copies(read(), number))


async def recorded_by_the_shop(kafka: str, orders: Iterable[Order]) -> None:
    """The parcels of these orders lie on Kafka."""
    now = datetime.now(UTC)
    async with Frontend(kafka) as shop:
        await asyncio.gather(*[await shop.post(shipment(one, now), "/demo/shop") for one in orders])
