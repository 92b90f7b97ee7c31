"""The stack as it should run where nobody may lose anything: three brokers, three copies each.

Each broker is its own process with its own folder, and a controller too: the three elect who leads.
"""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Mapping
from pathlib import Path

from deploy.local import kafka, kafka_jars
from deploy.local.processes import LOOPBACK, Process, free_port, together
from deploy.local.runs import LOCAL, Run
from deploy.local.stack import Prepare, Stack
from deploy.ops import topics

BROKERS = 3
IN_SYNC = 2
"""So many copies of a record there are before anybody is told that it is kept."""
HEAP = "-Xmx384m"

Ports = tuple[int, int]
"""Of clients and other brokers, and of controllers."""


def overrides(node: int, ports: Mapping[int, Ports]) -> str:
    """What is different from `kafka.properties` for this node of so many."""
    voters = ",".join(f"{n}@{LOOPBACK}:{controller}" for n, (_, controller) in ports.items())
    copies = len(ports)
    return f"""
# One of {copies}.
node.id={node}
controller.quorum.voters={voters}
default.replication.factor={copies}
min.insync.replicas={IN_SYNC}
offsets.topic.replication.factor={copies}
transaction.state.log.replication.factor={copies}
transaction.state.log.min.isr={IN_SYNC}
share.coordinator.state.topic.replication.factor={copies}
share.coordinator.state.topic.min.isr={IN_SYNC}
"""


def numbered(data: Path, node: int) -> None:
    """A folder that was formatted for node 1 belongs to this node, and to no other folder's."""
    kept = data / "meta.properties"
    lines = [
        line
        for line in kept.read_text().splitlines()
        if not line.startswith(("node.id=", "directory.id="))
    ]
    # 22 letters of base 64, and no dash in front: that is refused.
    lines += [f"node.id={node}", f"directory.id=R{secrets.token_hex(10)}A"]
    kept.write_text("\n".join(lines) + "\n")


class Cluster(Stack):
    """A `Stack` with three brokers in `parts`, `kafka-1` to `kafka-3`, inside `with Cluster():`.

    There are no detours to them.
    """

    def _describe(self, run: Run) -> None:
        super()._describe(run)
        first = (self._ports.kafka, self._ports.controller)
        others = {node: (free_port(), free_port()) for node in range(2, BROKERS + 1)}
        self.brokers: dict[int, Ports] = {1: first, **others}
        self.kafka = ",".join(f"{LOOPBACK}:{port}" for port, _ in self.brokers.values())
        self._prepare: Prepare = _three_copies

    async def _raise_kafka(self, java: Path) -> None:
        jars = await kafka_jars.bring(LOCAL, self.logs, self._tell)
        formatted = await kafka.format_storage(
            jars, java, self._basics, self.logs / "kafka-format.log"
        )
        await together([self._raise_broker(node, jars, java, formatted) for node in self.brokers])

    async def _raise_broker(self, node: int, jars: Path, java: Path, formatted: Path) -> None:
        name, ports = f"kafka-{node}", self.brokers[node]
        folder = self._data / name
        if not (folder / "data").exists():
            shutil.copytree(formatted, folder / "data")
            numbered(folder / "data", node)
        broker = kafka.broker(
            jars,
            java,
            formatted,
            folder,
            ports,
            self._basics,
            self.logs / f"{name}.log",
            more=overrides(node, self.brokers),
            name=name,
            options=(HEAP,),
        )
        await self._raise(self.parts, broker, lambda: _answers(ports[0], broker))

    def _settings_of(self, name: str) -> dict[str, str]:
        return {**super()._settings_of(name), "RETOUR_KAFKA": self.kafka}


async def _answers(port: int, broker: Process) -> None:
    """This broker answers, whatever the others do."""
    await kafka.until_ready(f"{LOOPBACK}:{port}", broker)


async def _three_copies(bootstrap: str) -> None:
    await topics.create(bootstrap, replicas=BROKERS)
