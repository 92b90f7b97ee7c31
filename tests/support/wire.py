"""Every record on a broker as it lies there, whatever its topic."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from confluent_kafka.admin import AdminClient

from contracts import topics
from tests.support import outside_reader
from tests.support.outside_reader import Record

DEAD_LETTERS = frozenset(topics.dead_letters_of(service) for service in topics.SERVICES)


class _Keeps:
    """Stands where the documents stand, and keeps each record instead of judging it."""

    def __init__(self, names: Sequence[str]) -> None:
        self.topics = names
        self.records: list[Record] = []

    def violations(self, record: Record) -> Iterable[str]:
        self.records.append(record)
        return ()


def everything(bootstrap: str) -> list[Record]:
    """Every record from the beginning to now but the broker's own; of one partition, in its order.

    Raises:
        TimeoutError, LookupError, confluent_kafka.KafkaException: see `outside_reader.read`.
    """
    found = AdminClient({"bootstrap.servers": bootstrap}).list_topics(timeout=10.0)
    keeps = _Keeps([name for name in found.topics if not name.startswith("__")])
    outside_reader.read(bootstrap, keeps)
    return keeps.records
