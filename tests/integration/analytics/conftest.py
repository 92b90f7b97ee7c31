"""Analytics' records in both of their homes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest

from services._runtime import mongo
from services._runtime.intents_memory import IntentsMemory
from services._runtime.ledger_memory import LedgerMemory
from services._runtime.ledger_mongo import LedgerMongo
from services.analytics.adapters.labels_memory import LabelsMemory
from services.analytics.adapters.labels_mongo import LabelsMongo
from services.analytics.adapters.reasons_memory import ReasonsMemory
from services.analytics.adapters.reasons_mongo import INDEXES, ReasonsMongo
from services.analytics.adapters.shipments_memory import ShipmentsMemory
from services.analytics.adapters.shipments_mongo import ShipmentsMongo


@dataclass
class Home:
    """A set of adapters and the ledger that carries out their changes."""

    reasons: Any
    labels: Any
    shipments: Any
    ledger: Any
    db: Any = None

    async def keeps(self, *changes):
        """These changes stand, all of them together."""
        await self.ledger.keep((), changes, ())

    async def forgets_everything(self):
        """Nothing stands."""
        if self.db is None:
            self.reasons.records.clear()
            self.reasons.cancellations.clear()
        else:
            await self.db.reasons.delete_many({})
            await self.db.cancellations.delete_many({})


@pytest.fixture
def memory_home():
    """Analytics' records in memory."""
    return Home(ReasonsMemory(), LabelsMemory(), ShipmentsMemory(), LedgerMemory(IntentsMemory()))


@pytest.fixture
async def mongo_home(mongo_uri):
    """Analytics' records in a database of the test's own, gone afterwards."""
    db = mongo.database(mongo_uri, f"analytics_{uuid4().hex}")
    await mongo.ensure(db, INDEXES)
    yield Home(ReasonsMongo(db), LabelsMongo(), ShipmentsMongo(), LedgerMongo(db), db)
    await db.client.drop_database(db.name)
    db.client.close()


@pytest.fixture(params=["memory", pytest.param("mongo", marks=pytest.mark.real)])
def home(request):
    """Each of the two homes in turn: the tests that use it say what both must do."""
    return request.getfixturevalue(f"{request.param}_home")
