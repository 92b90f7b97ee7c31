"""Which partition a key belongs to: the rule of Apache Kafka's own producer, so all writers agree.

murmur2 as in `org.apache.kafka.common.utils.Utils`, seed and all; the sign bit is cut off. aiokafka
has the same, byte by byte; this one reads four at a time, for every message takes this path.
"""

from __future__ import annotations

from functools import lru_cache
from struct import Struct

_SEED, _MIX, _ALL = 0x9747B28C, 0x5BD1E995, 0xFFFFFFFF


def partition_of(key: bytes, partitions: int) -> int:
    """The partition of `key` on a topic of so many partitions."""
    return (murmur2(key) & 0x7FFFFFFF) % partitions


def murmur2(key: bytes) -> int:
    """MurmurHash2 of `key`, 32 bits, unsigned."""
    length = len(key)
    found = _SEED ^ length
    for word in _words(length // 4).unpack_from(key):
        mixed = word * _MIX & _ALL
        found = (found * _MIX & _ALL) ^ ((mixed ^ mixed >> 24) * _MIX & _ALL)
    rest = key[length & ~3 :]
    if rest:
        found = (found ^ int.from_bytes(rest, "little")) * _MIX & _ALL
    found = (found ^ found >> 13) * _MIX & _ALL
    return found ^ found >> 15


@lru_cache(maxsize=64)
def _words(count: int) -> Struct:
    return Struct(f"<{count}I")
