"""Stores in memory, and on a real mongod where a test asks for one."""

from __future__ import annotations

from uuid import uuid4

import pytest

from services._runtime import intents_mongo, ledger_mongo, mongo
from tests.support.stores import InMemory, InMongo


@pytest.fixture
async def database(mongo_uri):
    """A database of this test's own, with the floor's indexes, gone afterwards."""
    db = mongo.database(mongo_uri, f"floor-{uuid4().hex[:12]}")
    await mongo.ensure(db, (*ledger_mongo.INDEXES, *intents_mongo.INDEXES))
    yield db
    await db.client.drop_database(db.name)
    db.client.close()


@pytest.fixture(params=["memory", pytest.param("mongo", marks=pytest.mark.real)])
def house(request):
    """The suite runs on every adapter."""
    if request.param == "memory":
        return InMemory()
    return InMongo(request.getfixturevalue("database"))
