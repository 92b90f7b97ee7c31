"""What a request on the wire asks for, as far as a fault must know to hit it."""

from __future__ import annotations

PRODUCE, FETCH, OFFSET_COMMIT, HEARTBEAT = 0, 1, 8, 12
"""Kafka's numbers for what may be asked."""


def kafka_asks(request: bytes) -> int:
    """The number of what a request to Kafka asks for. A length of four bytes comes before it."""
    return int.from_bytes(request[4:6], "big")


def is_commit(request: bytes) -> bool:
    """Whether a consumer commits its offsets."""
    return kafka_asks(request) == OFFSET_COMMIT


def is_produce(request: bytes) -> bool:
    """Whether a producer hands in records."""
    return kafka_asks(request) == PRODUCE


def mongo_asks(request: bytes) -> str:
    """The name of the command in an OP_MSG to MongoDB: the first field of its document.

    Before it stand the header (16), flags (4), kind of section (1), length (4) and type (1).
    """
    end = request.find(b"\0", 26)
    return request[26:end].decode("latin-1")


def is_kept_at_once(request: bytes) -> bool:
    """Whether it writes outside any transaction: the driver numbers it and may send it twice."""
    writes = mongo_asks(request) in {"insert", "update", "delete"}
    return writes and b"txnNumber" in request and b"autocommit" not in request


def is_transaction_kept(request: bytes) -> bool:
    """Whether a transaction is committed."""
    return mongo_asks(request) == "commitTransaction"


def is_settled(request: bytes) -> bool:
    """Whether a worker writes down that an intent succeeded.

    A claim names that state, too: among those whose words may still have to be told.
    """
    if mongo_asks(request) != "update" or b"intents" not in request:
        return False
    return b"succeeded" in request and b"in_flight" not in request
