"""The stores of the floor as tests see them: ledger, intents, one collection, either technology."""

from __future__ import annotations

from datetime import timedelta

from pymongo import UpdateOne

from services._runtime import intents_mongo
from services._runtime.intents import Intent, intended
from services._runtime.intents_memory import IntentsMemory
from services._runtime.intents_mongo import INTENTS, IntentsMongo
from services._runtime.ledger_memory import LedgerMemory
from services._runtime.ledger_mongo import LedgerMongo
from services._runtime.words import Change, Decision, Plan, Tell, worded
from tests.support.builders import TUESDAY, an_approval, an_id
from tests.support.records import an_envelope, heard

KIND = "ring_bell"
LEASE = timedelta(seconds=20)
PLACE = "bells"


class House:
    """A ledger, intents and one collection of the same technology."""

    def __init__(self, ledger, intents):
        self.ledger, self.intents = ledger, intents

    async def plans(self, *intents: Intent) -> None:
        """They are planned, unless they were."""
        await self.ledger.keep((), (), intents)

    async def claims(self, at=TUESDAY, most=100) -> list[Intent]:
        """What is due then is ours for a while."""
        return list(await self.intents.claim(at, LEASE, most))


class InMemory(House):
    """Gone with the process."""

    def __init__(self):
        self.rung: dict[str, int] = {}
        intents = IntentsMemory()
        super().__init__(LedgerMemory(intents), intents)

    def rings(self, bell: str) -> Change:
        """The bell has been rung, however often this is repeated."""
        return Change(PLACE, lambda: self.rung.__setitem__(bell, 1))

    def rings_if(self, bell: str, times: int) -> Change:
        """It is rung once more, if it was rung so many times."""

        def write() -> bool:
            if self.rung.get(bell, 0) != times:
                return False
            self.rung[bell] = times + 1
            return True

        return Change(PLACE, write, guarded=True)

    async def heard(self, bell: str) -> int:
        """How often it was rung."""
        return self.rung.get(bell, 0)

    async def stored(self, intent_id: str) -> Intent:
        """The intent as it is now, claimed or not."""
        return self.intents.all[intent_id]


class InMongo(House):
    """As it is in production."""

    def __init__(self, db):
        self.db = db
        super().__init__(LedgerMongo(db), IntentsMongo(db))

    def rings(self, bell: str) -> Change:
        return Change(PLACE, UpdateOne({"_id": bell}, {"$set": {"times": 1}}, upsert=True))

    def rings_if(self, bell: str, times: int) -> Change:
        write = UpdateOne({"_id": bell, "times": times}, {"$inc": {"times": 1}})
        return Change(PLACE, write, guarded=True)

    async def heard(self, bell: str) -> int:
        return ((await self.db[PLACE].find_one({"_id": bell})) or {}).get("times", 0)

    async def stored(self, intent_id: str) -> Intent:
        return intents_mongo._intent(await self.db[INTENTS].find_one({"_id": intent_id}))


def a_decision(identity: str = "click-1", *tells: Tell) -> Decision:
    """The return was approved."""
    return Decision(identity, b"0123456789abcdef", tells or (a_tell(),), TUESDAY)


def a_tell(number: int = 1) -> Tell:
    """How it is told."""
    approval = an_approval(return_id=an_id(number))
    return worded(approval, an_envelope(approval), "rules", TUESDAY)


def an_intent(key: str = "r1", wait_seconds: float = 0.0) -> Intent:
    """A bell is to be rung."""
    plan = Plan(KIND, key, an_approval(), wait_seconds=wait_seconds)
    return intended(plan, heard(an_approval(), traceparent=f"00-{'1' * 32}-{'2' * 16}-01"), TUESDAY)
