"""`retour intents` against a real mongod: what waits for a person is found, and decided once."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import httpx
import pytest

from contracts import topics
from contracts.labels import LabelIssued, LabelRefused
from deploy.local.carrier.counter import door
from deploy.local.carrier.sales import Ledger, entries
from deploy.local.processes import free_port
from services._runtime import mongo
from services._runtime.intents import State, intended
from services._runtime.intents_mongo import INTENTS, IntentsMongo
from services._runtime.ledger_mongo import LedgerMongo
from services._runtime.speaker import SpeakerMemory
from services._runtime.words import Plan
from services._runtime.worker import Worker
from services.labels.adapters.answers_mongo import AnswersMongo
from services.labels.adapters.carriers import simulated
from services.labels.adapters.connections import Known
from services.labels.adapters.labels_mongo import LabelsMongo
from services.labels.adapters.lines.http import HttpLine
from services.labels.adapters.parcels_mongo import ParcelsMongo
from services.labels.adapters.places_mongo import PlacesMongo
from services.labels.adapters.points_mongo import PointsMongo
from services.labels.adapters.press import Press
from services.labels.adapters.purchases_mongo import PurchasesMongo
from services.labels.adapters.senders_mongo import SendersMongo
from services.labels.adapters.spending_mongo import SPENDING, SpendingMongo
from services.labels.adapters.verdicts import Verdict, Verdicts
from services.labels.domain import faults
from services.labels.domain.connection import Connection
from services.labels.domain.sender import sender_of
from services.labels.ports import ISSUE_LABEL
from services.labels.workers.chosen import Chosen
from services.labels.workers.ending import Ending
from services.labels.workers.finding import Finder
from services.labels.workers.issue import IssueLabel
from services.labels.workers.purse import Purse
from tests.service.labels.test_purse import euros
from tests.support.builders import a_shipment, an_approval
from tests.support.records import heard

pytestmark = pytest.mark.real

RETOUR = Path(sys.executable).with_name("retour")
REASON = ("--because", "the carrier's website", "--by", "jo")


async def intents(uri: str, *words: str) -> tuple[int, str, str]:
    """`retour intents ...`: exit code, what it printed, what it complained of."""
    process = await asyncio.create_subprocess_exec(
        *(RETOUR, "intents", *words),
        env={**os.environ, "RETOUR_MONGO": uri},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate()
    return process.returncode or 0, out.decode(), err.decode()


class CannotTell:
    """A carrier that sells whenever it is asked, and never says what it sold, until it may."""

    def __init__(self, carrier):
        self._carrier, self.loses, self.tells = carrier, 1, False

    async def issue(self, order, connection):
        label = await self._carrier.issue(order, connection)
        if self.loses:
            self.loses -= 1
            raise faults.OutcomeUnknown
        return label

    async def recover(self, doubt, connection):
        if self.tells:
            return await self._carrier.recover(doubt, connection)
        raise faults.OutcomeUnknown


class Scene:
    """Labels with real stores, at a carrier that took an order and cannot say so."""

    def __init__(self, uri: str, folder: Path) -> None:
        self.uri, self.db = uri, mongo.database(uri, "labels")
        self.return_id = str(uuid4())
        self.id, self.reference = f"issue_label:{self.return_id}:1", f"{self.return_id}:1"
        self.sales_file, self.speaker = folder / "sales.jsonl", SpeakerMemory()
        line = HttpLine(httpx.ASGITransport(door(Ledger(self.sales_file))))
        adapter = simulated.adapter(line)
        self.carrier = CannotTell(adapter.carrier)
        self.close = line.close
        self.whose = f"shop-{uuid4().hex[:8]}"
        price, cap = {"drop_off_point": euros(9)}, euros(100)
        contract = Connection(self.whose, "simulated", "http://x.example", {}, {}, price, cap)
        self.shipment = a_shipment(portal_id=self.whose, shipment_id=f"p-{self.return_id}"[:60])
        purse = Purse(PurchasesMongo(self.db, self.now), SpendingMongo(self.db, self.now), self.now)
        senders, labels = SendersMongo(self.db), LabelsMongo(self.db)
        parcels, known = ParcelsMongo(self.db), Known([contract])
        found = {"simulated": replace(adapter, carrier=self.carrier)}
        finder = Finder(PointsMongo(self.db), AnswersMongo(self.db), found, known, self.now)
        chosen = Chosen(finder, PlacesMongo(self.db))
        ending = Ending(senders, labels, Press(), purse, parcels, chosen, self.now)
        performer = IssueLabel(senders, labels, found, known, purse, ending, self.now)
        self.store = IntentsMongo(self.db)
        self.worker = Worker("labels", self.store, self.speaker, {ISSUE_LABEL: performer}, self.now)

    @staticmethod
    def now() -> datetime:
        """To the millisecond, as MongoDB keeps it."""
        found = datetime.now(UTC)
        return found.replace(microsecond=found.microsecond // 1000 * 1000)

    async def approved(self) -> None:
        """The return is approved, its label ordered, and the answer lost."""
        approval = an_approval(
            return_id=self.return_id,
            portal_id=self.whose,
            shipment_id=self.shipment.shipment_id,
            carrier="simulated",
        )
        plan = Plan(ISSUE_LABEL, self.reference, approval, about=self.shipment.shipment_id)
        keep = SendersMongo(self.db).keep(self.shipment.shipment_id, sender_of(self.shipment))
        await LedgerMongo(self.db).keep((), (keep,), (intended(plan, heard(approval), self.now()),))
        await self.works()

    async def works(self) -> None:
        """The worker does everything that is due."""
        while await self.worker.look():
            await self.worker.finish()

    async def held(self) -> dict:
        """The intent as it is."""
        return await self.db[INTENTS].find_one({"_id": self.id})

    async def spent(self) -> int:
        """What counts in the purse of today."""
        (purse,) = await self.db[SPENDING].find({"_id": {"$regex": f"^{self.whose}/"}}).to_list(2)
        return purse["minor"]

    def sold(self) -> list[str]:
        """The numbers that were sold."""
        return [one.tracking_number for one in entries(self.sales_file) if one.event == "sold"]

    def told(self, model) -> list:
        """What was told of this kind."""
        name = topics.BY_MODEL[model].name
        return [model.read(tell.body) for tell in self.speaker.said if tell.topic == name]

    async def says(self, *words: str) -> tuple[int, str, str]:
        """What `retour intents` says to these words."""
        return await intents(self.uri, *words)


@pytest.fixture
async def scene(mongo_uri, tmp_path):
    """An order is in doubt, and a person must decide."""
    scene = Scene(mongo_uri, tmp_path)
    await scene.approved()
    assert (await scene.held())["state"] == State.UNKNOWN
    yield scene
    await scene.db[INTENTS].delete_one({"_id": scene.id})
    await scene.close()
    scene.db.client.close()


async def test_what_waits_for_a_person_is_listed_with_its_reason(scene):
    """Default is what somebody should look at."""
    words = ("--service", "labels", "--key", f"{scene.return_id}")
    _, out, err = await scene.says("list", *words, "--json")
    assert err == ""

    (one,) = json.loads(out)
    assert (one["id"], one["why"], one["code"]) == (scene.id, "unknown", "carrier_outcome_unknown")
    assert one["attempts"] == 1
    assert one["age_seconds"] >= 0


async def test_neither_list_nor_show_says_anything_about_a_person(scene):
    """What was ordered names nobody, and is not shown all the same."""
    _, listed, _ = await scene.says("list", "--json")
    _, shown, _ = await scene.says("show", scene.id, "--json")

    assert scene.id in listed
    assert scene.id in shown
    assert {"order", "tells", "cause"}.isdisjoint(json.loads(shown))
    assert "warehouse" not in listed + shown


async def test_overdue_and_stuck_ones_are_listed_and_others_are_not(scene):
    """A worker that is gone must be seen, too."""
    base, now = await scene.held(), scene.now()
    ago = now - timedelta(hours=1)
    rows = {
        "overdue": {"state": "planned", "deadline_at": ago, "wake_at": now + timedelta(hours=1)},
        "stuck": {"state": "in_flight", "deadline_at": now + timedelta(days=1), "wake_at": ago},
        "well": {"state": "planned", "deadline_at": now + timedelta(days=1), "wake_at": now},
    }
    ids = {name: f"test_kind:{scene.return_id}:{name}" for name in rows}
    await scene.db[INTENTS].insert_many(
        [{**base, **said, "_id": ids[name], "kind": "test_kind"} for name, said in rows.items()]
    )
    try:
        _, out, _ = await scene.says("list", "--kind", "test_kind", "--json")
    finally:
        await scene.db[INTENTS].delete_many({"_id": {"$in": list(ids.values())}})

    found = {one["id"]: one["why"] for one in json.loads(out)}
    assert found == {ids["overdue"]: "overdue", ids["stuck"]: "stuck"}


async def test_not_bought_allows_one_new_purchase(scene):
    """The customer gets a label after all, and the purse counts one."""
    code, _, err = await scene.says("resolve", scene.id, "--not-bought", *REASON)
    assert (code, err) == (0, "")
    assert await scene.spent() == 0

    await scene.works()

    (issued,) = scene.told(LabelIssued)
    assert issued.tracking_number in scene.sold()
    assert (await scene.held())["state"] == State.SUCCEEDED
    assert await scene.spent() == 1049


async def test_bought_tells_the_label_with_this_number_if_its_documents_can_be_had(scene):
    """The carrier finds it now that somebody has called: nothing is bought again."""
    scene.carrier.tells = True
    (number,) = scene.sold()
    await scene.says("resolve", scene.id, "--bought", number, *REASON)

    await scene.works()

    assert [one.tracking_number for one in scene.told(LabelIssued)] == [number]
    assert scene.sold() == [number]
    assert await scene.spent() == 1049


async def test_bought_without_documents_is_kept_and_told_as_lost(scene):
    """Our books have the label; the customer hears that there is none to print."""
    (number,) = scene.sold()
    await scene.says("resolve", scene.id, "--bought", number, *REASON)

    await scene.works()

    assert [one.code for one in scene.told(LabelRefused)] == ["documents_lost"]
    assert (await LabelsMongo(scene.db).of(scene.reference)).tracking_number == number
    assert scene.sold() == [number]
    assert await scene.spent() == 900


async def test_another_number_than_the_carriers_is_looked_at_again(scene):
    """One of the two is wrong, and nobody gets somebody else's label."""
    scene.carrier.tells = True
    await scene.says("resolve", scene.id, "--bought", "SIM99999", *REASON)

    await scene.works()

    held = await scene.held()
    assert (held["state"], held["code"]) == (State.UNKNOWN, "number_differs")
    assert scene.told(LabelIssued) == []


async def test_it_is_written_down_who_decided_what_and_why(scene):
    """It is about money, and somebody will ask."""
    await scene.says("resolve", scene.id, "--not-bought", *REASON)

    (kept,) = await scene.db["resolutions"].find({"intent": scene.id}).to_list(9)
    assert (kept["by"], kept["because"], kept["bought"]) == ("jo", "the carrier's website", None)
    assert kept["was"] == "carrier_outcome_unknown"


async def test_what_changed_meanwhile_is_not_resolved(scene):
    """Two people, or a person and the service: the second must look again."""
    fence = str((await scene.held())["fence"])
    first, _, _ = await scene.says("resolve", scene.id, "--not-bought", *REASON, "--fence", fence)
    second, _, said = await scene.says(
        "resolve", scene.id, "--bought", "SIM1234", *REASON, "--fence", fence
    )

    assert (first, second) == (0, 2)
    assert said.startswith("changed-meanwhile: ")
    assert await scene.db["resolutions"].count_documents({"intent": scene.id}) == 1


async def test_two_who_saw_the_same_decide_once(scene):
    """The write itself asks whether it is still so, not a look before it."""
    desk, now = Verdicts(scene.db), scene.now()
    seen = await desk.seen(scene.id)
    said = [Verdict(None, "jo", "its desk"), Verdict("SIM99999", "flo", "its website")]

    done = await asyncio.gather(
        *(desk.decide(seen, one, now) for one in said), return_exceptions=True
    )
    await scene.works()

    assert sorted(map(str, done)) == ["None", "planned"]
    assert await scene.db["resolutions"].count_documents({"intent": scene.id}) == 1


async def test_a_forgotten_customers_order_ends_when_it_is_resolved(scene):
    """Nobody is left to send a label to; the money is put right."""
    await LedgerMongo(scene.db).keep((), (), (), [scene.shipment.shipment_id])

    await scene.says("resolve", scene.id, "--not-bought", *REASON)
    await scene.works()

    held = await scene.held()
    assert (held["state"], held["code"]) == (State.REJECTED, "sender_erased")
    assert len(scene.sold()) == 1
    assert await scene.spent() == 0


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["--not-bought", "--bought", "SIM1234", *REASON], "say-which"),
        (REASON, "say-which"),
        (["--not-bought", "--because", " "], "no-reason"),
        (["--bought", "zoe@example.com", *REASON], "not-a-number"),
    ],
)
async def test_a_wish_that_cannot_be_is_one_line_with_a_code(scene, words, code):
    """Scripts look at the code, people at the sentence; and nothing has changed."""
    before = await scene.held()

    found, _, said = await scene.says("resolve", scene.id, *words)

    assert (found, said.partition(":")[0]) == (2, code)
    assert len(said.splitlines()) == 1
    assert await scene.held() == before


@pytest.mark.parametrize(
    ("intent", "code"),
    [("issue_label:nobody:1", "intent-unknown"), ("email_customer:x:y", "not-a-label")],
)
async def test_what_is_no_order_of_a_label_cannot_be_resolved(mongo_uri, intent, code):
    """A letter in doubt is another matter."""
    found, _, said = await intents(mongo_uri, "resolve", intent, "--not-bought", *REASON)

    assert (found, said.partition(":")[0]) == (2, code)


async def test_a_database_that_does_not_answer_is_one_line_with_a_code():
    """No traceback at three in the morning."""
    uri = f"mongodb://127.0.0.1:{free_port()}/?directConnection=true&serverSelectionTimeoutMS=500"

    found, out, said = await intents(uri, "list")

    assert (found, out) == (1, "")
    assert said.startswith("mongo-failed: ")
