"""Keys land where every other writer would put them."""

from __future__ import annotations

from aiokafka.partitioner import murmur2 as theirs
from hypothesis import given
from hypothesis import strategies as st

from services._runtime.partition import murmur2


@given(st.binary(max_size=100))
def test_our_hash_is_kafkas_hash(key: bytes):
    """A frontend in Java and a service in Python must agree where a return lives."""
    assert murmur2(key) == theirs(key)
