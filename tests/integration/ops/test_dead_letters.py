"""`retour dead-letters` on real Kafka and MongoDB: parked, looked at, put back, decided once."""

from __future__ import annotations

import asyncio
import json
import os
import stat
import sys
from base64 import b64decode
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest
from aiokafka import AIOKafkaProducer

from contracts import topics
from contracts.rules import ReturnApproved
from contracts.shape import Shape
from deploy.local.processes import free_port
from deploy.ops.dead_letters.reading import ends_of, read
from deploy.ops.lag import until_caught_up
from services._runtime import mongo
from services._runtime.clock import DatabaseClock, utc_now
from services._runtime.dead_letters import marks, original
from services._runtime.service import Parts, Service
from services._runtime.settings import Settings
from services.rules.adapters.facts_mongo import FactsMongo
from services.rules.adapters.returns_mongo import ReturnsMongo
from services.rules.handlers import Handlers
from services.rules.ports import Books
from tests.support.builders import a_portal, a_request, a_requested_item, a_shipment, days
from tests.support.carriers import REGISTRY
from tests.support.records import an_envelope

pytestmark = pytest.mark.real

RETOUR = Path(sys.executable).with_name("retour")
LETTERS, REDRIVEN = topics.dead_letters_of("rules"), topics.redriven_to("rules")
CANARY = "Canary Zonder"
HEARD = [topics.PORTAL_CONFIGURED, topics.SHIPMENT_RECORDED, topics.REQUEST_RETURN]
GARBAGE = b"\xff\x00 " + CANARY.encode()
OVERSIZE = CANARY.encode() * 70_000
"""Near what the broker takes of anybody: with what is written beside it, more."""


async def retour(kafka: str, *words: str) -> tuple[int, str, str]:
    """`retour dead-letters ...`: exit code, what it printed, what it complained of."""
    process = await asyncio.create_subprocess_exec(
        *(RETOUR, "dead-letters", *words),
        env={**os.environ, "RETOUR_KAFKA": kafka},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate()
    return process.returncode or 0, out.decode(), err.decode()


class Scene:
    """Rules on a database of its own, a portal nobody configured yet, and an operator."""

    def __init__(self, kafka: str, mongo_uri: str) -> None:
        self.kafka, self.mark = kafka, uuid4().hex[:8]
        self.begun = datetime.now(UTC).isoformat()
        self.db = mongo.database(mongo_uri, f"rules-{self.mark}")
        self._mongo = mongo_uri
        self.producer = AIOKafkaProducer(bootstrap_servers=kafka, acks="all")
        self.request = a_request(
            return_id=str(uuid4()),
            portal_id=f"portal-{self.mark}",
            shipment_id=f"parcel-{self.mark}",
            items=(a_requested_item(comment=CANARY),),
        )

    def rules(self) -> Service:
        """The service."""
        db = mongo.database(self._mongo, self.db.name)
        books = Books(FactsMongo(db, REGISTRY), ReturnsMongo(db))
        routes = Handlers(books, REGISTRY, utc_now, 60.0).routes()
        return Service(
            Settings(kafka=self.kafka, mongo=self._mongo),
            Parts("rules", routes),
            db,
            DatabaseClock(db),
        )

    async def say(self, message: Shape, **envelope: str) -> None:
        """Somebody tells it on its topic."""
        topic = topics.BY_MODEL[type(message)]
        headers = an_envelope(message, **{"id": str(uuid4())} | envelope).headers()
        await self.producer.send_and_wait(
            topic.name, message.body(), key=topic.key_of(message), headers=headers
        )

    async def settled(self) -> None:
        """Rules has heard everything, put back or not."""
        await until_caught_up(self.kafka, ["rules"], [*(t.name for t in HEARD), REDRIVEN])

    async def parks(self) -> None:
        """A request before its portal, garbage, and far too much: all three are parked."""
        await self.settled()  # what others left behind is none of ours
        self.begun = datetime.now(UTC).isoformat()
        await self.say(self.request, id=f"click-{self.mark}")
        await self.settled()  # one after the other, so that their age is their order
        odd = [("x-customer", CANARY.encode()), ("null", None), ("bytes", b"\xff")]
        requests = topics.REQUEST_RETURN.name
        await self.producer.send_and_wait(requests, GARBAGE, key=CANARY.encode(), headers=odd)
        await self.settled()
        await self.producer.send_and_wait(requests, OVERSIZE, key=b"big", headers=[])
        await self.settled()

    async def mends(self) -> None:
        """The portal is configured and the parcel is recorded."""
        now = utc_now()
        await self.say(a_portal(portal_id=self.request.portal_id))
        await self.say(
            a_shipment(
                shipment_id=self.request.shipment_id,
                portal_id=self.request.portal_id,
                ordered_at=now - days(3),
                delivered_at=now - days(1),
            )
        )
        await self.settled()

    async def retour(self, *words: str) -> tuple[int, str, str]:
        """The command, on this scene's Kafka."""
        return await retour(self.kafka, *words)

    async def listed(self, *words: str) -> dict[str, dict]:
        """This scene's letters by code, as `list --json` says."""
        code, out, err = await self.retour("list", *self.ours, "--json", *words)
        assert code == 0, err
        return {one["code"]: one for one in json.loads(out)}

    @property
    def ours(self) -> list[str]:
        """The filter that leaves this scene's letters."""
        return ["--service", "rules", "--since", self.begun]

    async def approvals(self) -> list:
        """Every record that approves our return."""
        found = [r async for r in read(self.kafka, topics.RETURN_APPROVED.name)]
        return [r for r in found if r.key == self.request.return_id.encode()]


@pytest.fixture
async def scene(bootstrap: str, mongo_uri: str) -> AsyncIterator[Scene]:
    """Three letters lie there, and rules goes on listening."""
    scene = Scene(bootstrap, mongo_uri)
    await scene.producer.start()
    service = scene.rules()
    await service.broker.start()
    await scene.parks()
    yield scene
    await service.broker.stop()
    await scene.producer.stop()
    await scene.db.client.drop_database(scene.db.name)
    scene.db.client.close()


async def test_letters_are_counted_listed_and_shown_without_a_word_about_anybody(scene: Scene):
    """An operator at a desk others can see; a log of the terminal."""
    letters = await scene.listed()
    assert set(letters) == {"unknown_portal", "header", "limit"}

    said = ""
    ids = [one["id"] for one in letters.values()]
    for words in (["stats", *scene.ours], ["list", *scene.ours], *(["show", i] for i in ids)):
        for form in ([], ["--json"]):
            code, out, err = await scene.retour(*words, *form)
            assert (code, err) == (0, "")
            said += out

    early = letters["unknown_portal"]
    assert early["ce_id"] == f"click-{scene.mark}"
    assert early["key"] == scene.request.return_id
    assert (early["topic"], early["redrives"]) == (topics.REQUEST_RETURN.name, 0)
    for word in (*ids, *letters, "•••", scene.request.return_id, scene.request.shipment_id):
        assert word in said
    assert "Canary" not in said
    _, raw, _ = await scene.retour("show", early["id"], "--raw")
    assert CANARY in raw


async def test_filters_leave_what_is_meant(scene: Scene):
    """By code, by topic, by time."""
    assert set(await scene.listed("--code", "header", "--code", "limit")) == {"header", "limit"}
    assert await scene.listed("--topic", topics.LABEL_ISSUED.name) == {}
    assert await scene.listed("--until", scene.begun) == {}
    assert len(await scene.listed("--limit", "1")) == 1
    _, out, _ = await scene.retour("stats", *scene.ours, "--code", "limit", "--json")
    assert [one["count"] for one in json.loads(out)] == [1]


async def test_what_is_put_back_is_decided_and_nobody_else_hears_it(scene: Scene):
    """The customer's click, from before the portal was there, is answered at last."""
    early = (await scene.listed())["unknown_portal"]["id"]
    await scene.mends()
    shared = await ends_of(scene.kafka, [topics.REQUEST_RETURN.name])
    before = await ends_of(scene.kafka, [REDRIVEN])

    code, _, err = await scene.retour("redrive", early)
    assert (code, "--yes" in err) == (0, True)
    assert await ends_of(scene.kafka, [REDRIVEN]) == before

    why = ("--by", "jo", "--why", "portal configured")
    code, out, err = await scene.retour("redrive", early, "--yes", "--canary", "1", *why)
    assert (code, out, err) == (0, "redriven: 1\n", "")

    (approval,) = await scene.approvals()
    assert ReturnApproved.read(approval.value).return_id == scene.request.return_id
    assert dict(approval.headers)["ce_causationid"] == f"click-{scene.mark}".encode()
    assert await ends_of(scene.kafka, [topics.REQUEST_RETURN.name]) == shared
    assert set(await scene.listed()) == {"header", "limit"}
    handled = (await scene.listed("--all"))["unknown_portal"]["handled"]
    assert (handled["action"], handled["by"], handled["why"]) == (
        "redriven",
        "jo",
        "portal configured",
    )


async def test_put_back_twice_the_same_words_are_told_and_nothing_is_decided(scene: Scene):
    """An operator who is not sure presses again."""
    early = (await scene.listed())["unknown_portal"]["id"]
    await scene.mends()
    await scene.retour("redrive", early, "--yes")
    await scene.settled()
    decided = await scene.db["decisions"].count_documents({})

    code, _, err = await scene.retour("redrive", early, "--yes")
    assert (code, err.partition(":")[0]) == (2, "no-such-letter")
    await scene.retour("redrive", early, "--all", "--yes")
    await scene.settled()

    first, again = await scene.approvals()
    assert (first.value, dict(first.headers)) == (again.value, dict(again.headers))
    assert await scene.db["decisions"].count_documents({}) == decided


async def test_garbage_is_parked_again_and_the_canary_saves_the_rest(scene: Scene):
    """Ten thousand letters of the same fault need not all come back."""
    code, _, err = await scene.retour(
        *("redrive", *scene.ours, "--code", "header", "--code", "limit"),
        *("--yes", "--canary", "1", "--rate", "5"),
    )

    assert code == 1
    assert err.startswith("canary-parked-again: 1 of 1 were parked again (header 1); 1 were left")
    again = await scene.listed()
    assert set(again) == {"unknown_portal", "header", "limit"}
    assert (again["header"]["redrives"], again["limit"]["redrives"]) == (1, 0)
    lying = [r async for r in read(scene.kafka, LETTERS) if r.value == GARBAGE]
    first, second = sorted(lying, key=lambda record: record.timestamp)[-2:]
    assert [h for h in second.headers if not h[0].startswith("dlq_")] == [
        h for h in first.headers if not h[0].startswith("dlq_")
    ]
    assert marks(first.headers)["original_offset"] == marks(second.headers)["original_offset"]
    assert marks(first.headers)["failed_at"] == marks(second.headers)["first_failed_at"]


async def test_what_is_far_too_large_can_be_put_back_and_parked_again(scene: Scene):
    """It fits whatever is written beside it; else it would stop the service for good."""
    code, _, err = await scene.retour(
        "redrive", *scene.ours, "--code", "limit", "--yes", "--canary", "1"
    )

    assert (code, err.partition(":")[0]) == (1, "canary-parked-again")
    again = (await scene.listed())["limit"]
    assert again["redrives"] == 1
    _, out, _ = await scene.retour("show", again["id"], "--raw", "--json")
    assert b64decode(json.loads(out)["value"]) == OVERSIZE


async def test_what_is_discarded_is_hidden_and_the_reason_kept(scene: Scene):
    """A desk that is never cleared is not looked at."""
    code, _, err = await scene.retour("discard", *scene.ours, "--code", "header")
    assert (code, "--why" in err) == (2, True)
    code, _, err = await scene.retour("discard", *scene.ours, "--code", "header", "--why", "a test")
    assert (code, len(await scene.listed())) == (0, 3)

    code, out, err = await scene.retour(
        "discard", *scene.ours, "--code", "header", "--why", "a test", "--yes"
    )

    assert (code, out, err) == (0, "discarded: 1\n", "")
    assert set(await scene.listed()) == {"unknown_portal", "limit"}
    everything = await scene.listed("--all")
    assert everything["header"]["handled"]["why"] == "a test"


async def test_an_export_is_the_records_byte_for_byte(scene: Scene, tmp_path):
    """To look at them elsewhere, or to write them again."""
    file = tmp_path / "letters.jsonl"

    code, out, err = await scene.retour("export", str(file), *scene.ours)

    assert (code, out, err) == (0, "exported: 3\n", "")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    found = {(r.partition, r.offset): r async for r in read(scene.kafka, LETTERS)}
    for line in map(json.loads, file.read_text().splitlines()):
        record = original(found[line["partition"], line["offset"]])
        assert as_bytes(line["key"]) == record.key
        assert as_bytes(line["value"]) == record.value
        assert [(n, as_bytes(v)) for n, v in line["headers"]] == list(record.headers)
    code, _, err = await scene.retour("export", str(file), *scene.ours)
    assert (code, err.partition(":")[0]) == (2, "file-exists")


async def test_a_canary_nobody_takes_stops_the_rest(bootstrap: str, mongo_uri: str):
    """The service is down: what was put back waits for it, the rest need not be touched."""
    scene = Scene(bootstrap, mongo_uri)
    await scene.producer.start()
    service = scene.rules()
    await service.broker.start()
    await scene.parks()
    await service.broker.stop()

    code, _, err = await scene.retour(
        "redrive", *scene.ours, "--yes", "--canary", "1", "--patience", "1"
    )

    assert (code, err.partition(":")[0]) == (1, "canary-not-taken")
    assert len(await scene.listed()) == 2
    async with asyncio.timeout(60):
        await (again := scene.rules()).broker.start()
        await scene.settled()
        await again.broker.stop()
    await scene.producer.stop()
    await scene.db.client.drop_database(scene.db.name)
    scene.db.client.close()


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["redrive", "--yes"], "nothing-chosen"),
        (["discard", "--why", "x"], "nothing-chosen"),
        (["discard", "rules/0:0", "--why", " "], "no-reason"),
        (["show", "0:3"], "not-an-id"),
        (["show", "rules/0:999999999"], "no-such-letter"),
        (["list", "--service", "nobody"], "no-such-service"),
        (["list", "--since", "yesterday"], "not-a-time"),
    ],
    ids=lambda value: value if isinstance(value, str) else " ".join(value),
)
async def test_a_wish_that_cannot_be_is_one_line_with_a_code(bootstrap: str, words, code):
    """Scripts look at the code, people at the sentence."""
    exit_code, out, err = await retour(bootstrap, *words)

    assert (exit_code, out, err.partition(":")[0]) == (2, "", code)
    assert len(err.splitlines()) == 1


async def test_a_kafka_that_does_not_answer_is_one_line_with_a_code():
    """No traceback at three in the morning."""
    code, out, err = await retour(f"127.0.0.1:{free_port()}", "stats")

    assert (code, out) == (1, "")
    assert err.startswith("kafka-failed: ")
    assert len(err.splitlines()) == 1


def as_bytes(text: str | None) -> bytes | None:
    """What stands in the file."""
    return None if text is None else b64decode(text)
