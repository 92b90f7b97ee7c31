"""The ground of integration tests: real Kafka and MongoDB, by Docker if it answers, else local."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import time
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pymongo import MongoClient

from deploy.local.stack import Stack
from deploy.ops import topics

KAFKA_IMAGE, MONGO_IMAGE = "confluentinc/cp-kafka:8.1.0", "mongo:7.0"
PATIENCE_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Ground:
    """Where Kafka and MongoDB answer, and who provides them."""

    kafka: str
    mongo: str
    by: str


@contextlib.contextmanager
def ground() -> Iterator[Ground]:
    """Both answer, with every topic of the contracts; afterwards nothing of them is left."""
    with _containers() if docker_answers() else _local() as found:
        asyncio.run(topics.create(found.kafka))
        _never_forgets(found.mongo)
        yield found


def _never_forgets(mongo: str) -> None:
    """Nothing expires by itself: to most tests it is a Tuesday of months ago, to mongod it is not.

    It looks once a minute, so that a decision of that Tuesday vanished amid a test now and then.
    """
    with MongoClient[dict[str, Any]](mongo) as client:
        client.admin.command("setParameter", 1, ttlMonitorEnabled=False)


def docker_answers() -> bool:
    """Whether a Docker engine can be spoken to from here."""
    import docker  # noqa: PLC0415  # slow, and only wanted where containers may be
    from docker.errors import DockerException  # noqa: PLC0415

    with warnings.catch_warnings():
        # Where nobody answers, the client leaves its socket to the collector, unclosed; found
        # later, amid a test, that would be the test's error.
        warnings.simplefilter("ignore", ResourceWarning)
        try:
            docker.from_env(timeout=3).ping()
        except DockerException:
            return False
        finally:
            gc.collect()
    return True


@contextlib.contextmanager
def _local() -> Iterator[Ground]:
    with Stack(services=()) as stack:
        yield Ground(stack.kafka, stack.mongo, "local stack")


@contextlib.contextmanager
def _containers() -> Iterator[Ground]:
    from testcontainers.core.container import DockerContainer  # noqa: PLC0415
    from testcontainers.kafka import KafkaContainer  # noqa: PLC0415

    kafka = KafkaContainer(KAFKA_IMAGE).with_kraft()
    mongo = DockerContainer(MONGO_IMAGE).with_command("--replSet rs0 --bind_ip_all")
    with kafka, mongo.with_exposed_ports(27017):
        _initiate(mongo)
        address = f"{mongo.get_container_host_ip()}:{mongo.get_exposed_port(27017)}"
        uri = f"mongodb://{address}/?directConnection=true"
        yield Ground(kafka.get_bootstrap_server(), uri, "containers")


def _initiate(mongo) -> None:
    """The container is a replica set of one, and primary."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    script = (
        "try { rs.status() } catch (e) { rs.initiate() };"
        " quit(db.hello().isWritablePrimary ? 0 : 1)"
    )
    while mongo.exec(["mongosh", "--quiet", "--eval", script]).exit_code != 0:
        if time.monotonic() > deadline:
            raise TimeoutError("the MongoDB container did not become primary")
