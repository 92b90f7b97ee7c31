"""How Kafka is reached."""

from __future__ import annotations

import pytest
from pydantic import SecretStr

from services._runtime.kafka_access import Kafka, KafkaAccess, servers

NAMED = "one:9092, two:9092,three:9093"


@pytest.mark.parametrize("kafka", [NAMED, KafkaAccess(NAMED, "rules", SecretStr("pw"))])
def test_several_bootstrap_servers_are_several(kafka: Kafka):
    """Handed on as one text they are one host of an impossible name, and nobody comes in."""
    assert servers(kafka) == ["one:9092", "two:9092", "three:9093"]
