from __future__ import annotations

from dataclasses import dataclass, field

import pytest
import structlog
from aiokafka import TopicPartition
from aiokafka.errors import KafkaConnectionError

from services._runtime.losses import CODE, Losses

HERE, THERE = TopicPartition("orders", 0), TopicPartition("orders", 1)


@dataclass
class Consumer:
    """Where partitions begin now, and what our group has committed."""

    begins: dict[TopicPartition, int]
    done: dict[TopicPartition, int] = field(default_factory=dict)
    down: bool = False

    async def committed(self, place: TopicPartition) -> int | None:
        if self.down:
            raise KafkaConnectionError("nobody answers")
        return self.done.get(place)

    async def beginning_offsets(self, places: list[TopicPartition]) -> dict[TopicPartition, int]:
        return {place: self.begins[place] for place in places}


@dataclass
class Record:
    offset: int
    topic: str = HERE.topic
    partition: int = HERE.partition


@pytest.fixture
def told():
    """What is said in the log."""
    with structlog.testing.capture_logs() as lines:
        yield lines


def losses_in(lines) -> list[tuple[str, int, int, int]]:
    """Code, partition, first offset and number of each loss."""
    return [
        (one["code"], one["partition"], one["first_lost"], one["lost"])
        for one in lines
        if one["event"] == "records_lost" and one["log_level"] == "error"
    ]


async def test_what_was_deleted_while_we_slept_is_told_as_lost(told):
    """The client library would jump over it with a word nobody reads."""
    consumer = Consumer({HERE: 12, THERE: 3}, {HERE: 7, THERE: 3})

    await Losses().assigned(consumer, [HERE, THERE])

    assert losses_in(told) == [(CODE, 0, 7, 5)]


async def test_a_loss_that_was_told_is_not_told_again_by_the_first_record(told):
    """One gap is one loss, however often it is come upon."""
    losses, consumer = Losses(), Consumer({HERE: 12}, {HERE: 7})

    await losses.assigned(consumer, [HERE])
    await losses.heard(consumer, [Record(12)])

    assert losses_in(told) == [(CODE, 0, 7, 5)]


async def test_who_never_read_has_lost_nothing(told):
    """A new service begins with what is left; it was promised no more."""
    await Losses().assigned(Consumer({HERE: 12}), [HERE])

    assert losses_in(told) == []


async def test_a_partition_never_read_of_a_topic_we_read_has_lost_what_is_gone(told):
    """Its first records came and went while we slept: nothing was ever committed there."""
    await Losses().assigned(Consumer({HERE: 3, THERE: 5}, {HERE: 3}), [HERE, THERE])

    assert losses_in(told) == [(CODE, 1, 0, 5)]


async def test_what_is_deleted_under_our_feet_is_told_as_lost(told):
    """A partition that waits for MongoDB for days is overtaken while we run."""
    losses = Losses()
    consumer = Consumer({HERE: 0}, {HERE: 7})
    await losses.assigned(consumer, [HERE])
    await losses.heard(consumer, [Record(7), Record(8)])
    consumer.begins[HERE] = 20

    await losses.heard(consumer, [Record(20)])

    assert losses_in(told) == [(CODE, 0, 9, 11)]


async def test_a_gap_is_no_loss_while_the_partition_begins_before_it(told):
    """Compaction leaves gaps, and so does the end of somebody's transaction."""
    losses = Losses()
    consumer = Consumer({HERE: 0}, {HERE: 7})
    await losses.assigned(consumer, [HERE])

    await losses.heard(consumer, [Record(9), Record(14)])

    assert losses_in(told) == []


async def test_what_is_heard_again_is_no_loss(told):
    """A batch that is turned back begins at an earlier offset."""
    losses = Losses()
    consumer = Consumer({HERE: 7}, {HERE: 7})
    await losses.assigned(consumer, [HERE])
    await losses.heard(consumer, [Record(7), Record(8)])

    await losses.heard(consumer, [Record(7), Record(8)])

    assert losses_in(told) == []


async def test_what_is_deleted_while_a_batch_waits_is_told_as_lost(told):
    """It was heard and not done, and now it cannot come again."""
    losses = Losses()
    consumer = Consumer({HERE: 7}, {HERE: 7})
    await losses.assigned(consumer, [HERE])
    await losses.heard(consumer, [Record(7), Record(8)])
    losses.turned_back({HERE: 7})
    consumer.begins[HERE] = 8

    await losses.heard(consumer, [Record(8)])

    assert losses_in(told) == [(CODE, 0, 7, 1)]


async def test_a_broker_that_does_not_answer_is_no_reason_to_stop(told):
    """Looking for losses must never cost a message."""
    await Losses().assigned(Consumer({}, down=True), [HERE])

    assert [one["event"] for one in told] == ["losses_not_looked_for"]
