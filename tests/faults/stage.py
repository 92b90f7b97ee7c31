"""The stack with a line of its own between each service and Kafka, and each service and MongoDB."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count, islice
from pathlib import Path

from contracts.topics import SERVICES
from deploy.demo.sample import AskedReturn, read, returns
from deploy.local.cluster import Cluster
from deploy.local.processes import free_port
from deploy.local.stack import Stack
from deploy.local.surroundings import Detour
from tests.support.copies import copies
from tests.support.disks import small_disks
from tests.support.proxy import Line, Proxy, mongo_size

Environment = Mapping[str, Mapping[str, str]]


@dataclass
class Stage:
    """What outlives a row: the stack, its lines, and what was asked of it so far."""

    stack: Stack
    kafka: dict[str, Line]
    """The line between each service and Kafka."""
    mongo: dict[str, Line]
    """The line between each service and MongoDB."""
    folder: Path | None = None
    """Where the data lies, if a row wanted disks."""
    asked: list[AskedReturn] = field(default_factory=list)
    """Every return so far, in the order in which they were asked for."""
    recorded: set[str] = field(default_factory=set)
    """The numbers of the orders whose parcels every service knows."""
    due: Counter[str] = field(default_factory=Counter)
    """Sentences of the oracle that must be there: what rows did on purpose, as parking poison."""
    unreadable: set[str] = field(default_factory=set)
    """Sentences of the outside reader about what rows said on purpose."""
    judged: dict[tuple[str, int], int] = field(default_factory=dict)
    """By topic and partition: up to which offset the outside reader has read."""

    def __post_init__(self) -> None:
        self._still = (one for n in count() for one in returns(copies(read(), n)))

    def draw(
        self, number: int, fits: Callable[[AskedReturn], bool] = lambda _: True
    ) -> list[AskedReturn]:
        """The next so many real returns that fit, nobody's before. Now each must have its end."""
        drawn = list(islice((one for one in self._still if fits(one)), number))
        self.asked += drawn
        return drawn


@asynccontextmanager
async def stage(
    environment: Environment | None = None,
    disks: Mapping[str, int] | None = None,
    *,
    cluster: bool = False,
) -> AsyncIterator[Stage]:
    """Everything runs; afterwards nothing is left. Three brokers, and no lines, if a cluster."""
    with small_disks(disks or {}) as folder, Proxy() as proxy:
        if cluster:
            alone = Cluster(folder=folder, environment=environment, mischief=True)
            found = Stage(alone, {}, {}, folder)
        else:
            found = _with_lines(proxy, folder, environment)
        try:
            await found.stack.rise()
            yield found
        finally:
            found.stack.stop()


def _with_lines(proxy: Proxy, folder: Path | None, environment: Environment | None) -> Stage:
    kafka_ports = {name: free_port() for name in SERVICES}
    kafka = {n: proxy.line(lambda port=port: port) for n, port in kafka_ports.items()}
    mongo = {n: proxy.line(lambda: stack.mongo_port, mongo_size) for n in SERVICES}
    detours = {n: Detour(kafka[n].port, kafka_ports[n], mongo[n].port) for n in SERVICES}
    stack = Stack(folder=folder, environment=environment, detours=detours, mischief=True)
    return Stage(stack, kafka, mongo, folder)
