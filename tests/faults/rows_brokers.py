"""Rows about several brokers that keep three copies of everything."""

from __future__ import annotations

import os
import signal
import time
from collections import Counter

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from contracts.notifications import CustomerEmailed
from contracts.topics import SERVICES
from deploy.local.cluster import BROKERS
from tests.faults.matrix import Row
from tests.faults.scene import Scene
from tests.support.eventually import eventually

STOPS_SECONDS, SERVED_SECONDS, IN_SYNC_SECONDS = 60.0, 60.0, 90.0


async def restarted_in_turn(scene: Scene) -> None:
    """F9. Each broker ends in order and comes back, and then the one that leads most is killed.

    Two brokers are enough to go on: while one is away, customers get their letters.
    """
    for node in range(1, BROKERS + 1):
        await _away(scene, node, signal.SIGTERM)
    leads = await _leads(scene)
    await _away(scene, max(leads, key=lambda node: leads[node]), signal.SIGKILL)


async def _away(scene: Scene, node: int, how: signal.Signals) -> None:
    """The broker ends amid work, others lead what it led, work goes on, and it comes back."""
    name = f"kafka-{node}"
    broker = scene.process(name)
    led = (await _leads(scene))[node]
    async with scene.caught(*SERVICES):
        os.kill(broker.pid, how)
        begins = time.monotonic()
    await eventually(lambda: not broker.alive, f"{name} to end", STOPS_SECONDS)
    served = _served(scene)

    def one_more() -> bool:
        scene.admit_up_to()
        return _served(scene) > served

    await eventually(one_more, f"a letter while {name} is away", SERVED_SECONDS)
    scene.proofs.append(f"a letter {time.monotonic() - begins:.1f} s after {how.name}")

    async def others_lead() -> bool:
        return not (await _leads(scene))[node]

    await eventually(others_lead, f"others to lead what {name} led", IN_SYNC_SECONDS)
    scene.bit("partitions led by others", led)
    await scene.back(name)

    async def in_sync() -> bool:
        return all(len(each["isr"]) == BROKERS for each in await _partitions(scene))

    await eventually(in_sync, f"{name} to have caught up", IN_SYNC_SECONDS)


def _served(scene: Scene) -> int:
    return len({letter.return_id for letter in scene.frontend.every(CustomerEmailed)})


async def _leads(scene: Scene) -> Counter[int]:
    """How many partitions each broker leads."""
    return Counter(each["leader"] for each in await _partitions(scene))


async def _partitions(scene: Scene) -> list[dict]:
    """Every partition, as the brokers tell of it; asked until one of them answers."""

    async def told() -> list[dict]:
        admin = AIOKafkaAdminClient(bootstrap_servers=scene.stage.stack.kafka)
        try:
            await admin.start()
            return [each for topic in await admin.describe_topics() for each in topic["partitions"]]
        except (KafkaError, OSError):
            return []
        finally:
            await admin.close()

    return await eventually(told, "a broker to answer", STOPS_SECONDS)


ROWS = (
    Row(
        "F9",
        "three brokers are restarted in turn, and one is killed",
        restarted_in_turn,
        returns=90,
        cluster=True,
    ),
)
