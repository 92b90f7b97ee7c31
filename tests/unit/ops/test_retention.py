"""What Kafka is told about keeping and letting go, against what `docs/erasure.md` promises."""

from __future__ import annotations

import pytest

from contracts import topics
from deploy.ops.retention import DAY_MS, ERASED_WITHIN_DAYS, HOUR_MS
from deploy.ops.topics import wanted

SETTINGS = {topic.name: topic.topic_configs for topic in wanted()}
LETTERS = [
    of(service)
    for service in topics.SERVICES
    for of in (topics.dead_letters_of, topics.redriven_to)
]
ERASABLE = [*(topic.name for topic in topics.ALL if topic.erasable), *LETTERS]
PERSONAL = [*(topic.name for topic in topics.ALL if topic.personal), *LETTERS]


@pytest.mark.parametrize("name", ERASABLE)
def test_what_is_erased_is_gone_within_the_days_that_are_promised(name: str):
    """A segment must close, its records come of age, and the cleaner be obliged to come."""
    said = SETTINGS[name]
    youngest = int(said.get("min.compaction.lag.ms", 0))
    obliged, closed = int(said["max.compaction.lag.ms"]), int(said["segment.ms"])

    assert "compact" in said["cleanup.policy"].split(",")
    assert youngest < obliged
    assert max(youngest, obliged) + closed <= ERASED_WITHIN_DAYS * DAY_MS


@pytest.mark.parametrize("name", PERSONAL)
def test_days_that_are_over_are_over(name: str):
    """Kafka deletes whole segments. Of seven days each, "one day" would be eight."""
    assert int(SETTINGS[name]["segment.ms"]) <= 6 * HOUR_MS


def test_a_null_value_outlives_whoever_must_hear_it():
    """A service that was down when it was taken away would keep the customer for ever."""
    kept = int(SETTINGS[topics.SHIPMENT_RECORDED.name]["delete.retention.ms"])

    assert kept >= topics.DEAD_LETTERS_KEPT_DAYS * DAY_MS


def test_orders_are_heard_by_a_service_that_was_away_for_a_day():
    """Compaction keeps the last word under each key; the first must have been heard by then."""
    for name in (topics.REQUEST_RETURN.name, topics.LABEL_PRINTED.name, *LETTERS):
        assert int(SETTINGS[name]["min.compaction.lag.ms"]) >= DAY_MS
