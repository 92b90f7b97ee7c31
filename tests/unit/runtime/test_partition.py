"""Keys land where every other writer would put them."""

from __future__ import annotations

from aiokafka.partitioner import DefaultPartitioner
from aiokafka.partitioner import murmur2 as theirs
from hypothesis import given
from hypothesis import strategies as st

from services._runtime.partition import murmur2, partition_of


@given(st.binary(max_size=100))
def test_our_hash_is_kafkas_hash(key: bytes):
    """A frontend in Java and a service in Python must agree where a return lives."""
    assert murmur2(key) == theirs(key)


@given(st.binary(min_size=1, max_size=60), st.integers(1, 200))
def test_our_choice_is_kafkas_choice(key: bytes, partitions: int):
    """The sign bit is cut off before the remainder is taken, and not after."""
    every = list(range(partitions))

    assert partition_of(key, partitions) == DefaultPartitioner()(key, every, every)


def test_known_keys_lie_where_apache_kafka_puts_them():
    """Values of `org.apache.kafka.common.utils.UtilsTest`, so that two wrongs make no right."""
    known = {
        b"21": -973932308,
        b"foobar": -790332482,
        b"a-little-bit-long-string": -985981536,
        b"a-little-bit-longer-string": -1486304829,
        b"lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8": -58897971,
        b"abc": 479470107,
    }

    assert {key: murmur2(key) for key in known} == {
        key: value & 0xFFFFFFFF for key, value in known.items()
    }
