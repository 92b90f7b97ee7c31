from __future__ import annotations

import pytest
from aiokafka.conn import AIOKafkaConnection
from aiokafka.errors import KafkaConnectionError
from aiokafka.protocol.metadata import MetadataRequest

from services._runtime import kafka_line


class Closed:
    """What uvloop's writers are like when the other end has hung up."""

    def __init__(self) -> None:
        self.closed = False

    def write(self, data: bytes) -> None:
        raise RuntimeError("the handler is closed")

    def close(self) -> None:
        self.closed = True


@pytest.fixture
def mended(monkeypatch):
    """The client library as it is in our processes, and as it was afterwards."""
    monkeypatch.setattr(AIOKafkaConnection, "send", AIOKafkaConnection.send)
    kafka_line.mend()


async def test_a_line_that_breaks_under_our_hands_is_a_broken_line(mended):
    """Left as RuntimeError it ends the producer for good: every later word fails at once."""
    connection = AIOKafkaConnection("broker", 9092)
    connection._versions = {MetadataRequest.API_KEY: (0, 1)}
    connection._writer = Closed()

    with pytest.raises(KafkaConnectionError, match="broker:9092 broken"):
        connection.send(MetadataRequest([]))


def test_mending_twice_mends_once(mended):
    """A wrapper around a wrapper would grow with every start in one process."""
    once = AIOKafkaConnection.send

    kafka_line.mend()

    assert AIOKafkaConnection.send is once
