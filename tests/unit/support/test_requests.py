from __future__ import annotations

import struct

from aiokafka.protocol.commit import OffsetCommitRequest
from aiokafka.protocol.produce import ProduceRequest
from bson import encode

from tests.support.requests import (
    is_commit,
    is_kept_at_once,
    is_produce,
    is_settled,
    is_transaction_kept,
    mongo_asks,
)


def kafka(asks: int) -> bytes:
    """As a client puts it on the wire: length, number, version, correlation, client, body."""
    body = struct.pack(">hhih", asks, 2, 1, -1) + b"whatever"
    return len(body).to_bytes(4, "big") + body


def mongo(command: dict) -> bytes:
    """As a driver puts it on the wire (OP_MSG)."""
    body = struct.pack("<iB", 0, 0) + encode(command)
    return struct.pack("<iiii", 16 + len(body), 1, 0, 2013) + body


def test_a_request_to_kafka_is_known_by_its_number():
    """The fault must hit the commit and nothing else."""
    commit, produce = kafka(OffsetCommitRequest.API_KEY), kafka(ProduceRequest.API_KEY)

    assert [is_commit(each) for each in (commit, produce)] == [True, False]
    assert [is_produce(each) for each in (commit, produce)] == [False, True]


def test_a_command_is_known_by_its_first_field():
    """Drivers put the command first."""
    commit = mongo({"commitTransaction": 1, "lsid": {"id": 1}})

    assert mongo_asks(commit) == "commitTransaction"


def test_a_write_that_stands_alone_is_told_from_one_in_a_transaction():
    """The answer to the one says that it is kept; to the other, that it may be."""
    alone = mongo({"insert": "decisions", "txnNumber": 1})
    within = mongo({"insert": "decisions", "txnNumber": 1, "autocommit": False})
    commit = mongo({"commitTransaction": 1, "txnNumber": 1, "autocommit": False})

    assert [is_kept_at_once(each) for each in (alone, within, commit)] == [True, False, False]
    assert [is_transaction_kept(each) for each in (alone, within, commit)] == [False, False, True]


def test_a_settled_intent_is_known_by_its_end():
    """Neither the claim of an intent nor another collection's update is one."""
    settled = {"update": "intents", "updates": [{"u": {"$set": {"state": "succeeded"}}}]}
    claimed = {
        "update": "intents",
        "updates": [
            {"q": {"state": "planned"}, "u": {"$set": {"state": "in_flight"}}},
            {"q": {"state": {"$in": ["succeeded"]}}, "u": {"$inc": {"fence": 1}}},
        ],
    }
    other = {"update": "labels", "updates": [{"u": {"$set": {"state": "succeeded"}}}]}

    assert [is_settled(mongo(each)) for each in (settled, claimed, other)] == [True, False, False]
