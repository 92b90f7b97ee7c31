"""`retour forget` against a real broker, without services: what it finds, says and refuses."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import pytest
from aiokafka import AIOKafkaProducer

from contracts import topics
from contracts.erasure import CustomerForgotten
from contracts.shop import Customer
from deploy.local.processes import free_port
from deploy.ops.dead_letters.reading import read
from services._runtime.dead_letters import parked
from services._runtime.errors import Permanent
from tests.support.builders import TUESDAY, a_label_printed, a_request, a_shipment
from tests.support.records import Kept, a_record

pytestmark = pytest.mark.real

RETOUR = Path(sys.executable).with_name("retour")
NOW = ("--yes", "--patience", "0", "--by", "jo")
"""No service runs here, so none is waited for."""


async def forget(kafka: str, *words: str) -> tuple[int, str, str]:
    """`retour forget ...`: exit code, what it printed, what it complained of."""
    process = await asyncio.create_subprocess_exec(
        *(RETOUR, "forget", *words),
        env={**os.environ, "RETOUR_KAFKA": kafka},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate()
    return process.returncode or 0, out.decode(), err.decode()


class Scene:
    """Somebody's parcel, and whatever a test puts beside it."""

    def __init__(self, kafka: str, producer: AIOKafkaProducer) -> None:
        self.kafka, self._producer, self.mark = kafka, producer, uuid4().hex[:8]
        self.shipment = self.parcel(f"parcel-{self.mark}")

    def parcel(self, shipment_id: str):
        """A parcel of this scene's customer."""
        zoe = Customer(name=f"Zoë {self.mark}", email=f"zoe.{self.mark}@example.com")
        return a_shipment(shipment_id=shipment_id, customer=zoe, tracking_number=f"RR{self.mark}GB")

    async def put(self, record: Kept) -> None:
        """It lies on its topic."""
        await self._producer.send_and_wait(
            record.topic, record.value, key=record.key, headers=list(record.headers)
        )

    async def forgets(self, *words: str) -> dict:
        """What the command says about this scene's parcel."""
        _, out, err = await forget(self.kafka, self.shipment.shipment_id, "--json", *words)
        assert out, err
        return json.loads(out)

    async def values(self, topic: str, key: str) -> list[bytes | None]:
        """Everything under this key."""
        return [r.value async for r in read(self.kafka, topic) if r.key == key.encode()]


@pytest.fixture
async def scene(bootstrap: str) -> AsyncIterator[Scene]:
    """A parcel was recorded."""
    async with AIOKafkaProducer(bootstrap_servers=bootstrap, acks="all") as producer:
        scene = Scene(bootstrap, producer)
        await scene.put(a_record(scene.shipment))
        yield scene


async def test_everything_about_a_customer_is_found_and_followed_by_a_null_value(scene: Scene):
    """A request, a label, and a letter that is no message at all."""
    about = {"return_id": str(uuid4()), "shipment_id": scene.shipment.shipment_id}
    await scene.put(a_record(a_request(**about)))
    await scene.put(a_record(a_label_printed(**about)))
    broken = Kept("returns.request-return.v1", None, f"zoe.{scene.mark}@EXAMPLE.com".encode())
    letter = parked(broken, Permanent("not_json"), "rules", 1, TUESDAY)
    await scene.put(Kept(letter.topic, letter.key, letter.body, letter.headers))
    counts = {"requests": 1, "documents": 1, "letters": 1, "put_back": 0}

    looked = await scene.forgets()
    assert (looked["done"], looked["shipment"], looked["to_erase"]) == (False, "recorded", counts)
    assert None not in await scene.values(topics.REQUEST_RETURN.name, about["return_id"])
    done = await scene.forgets(*NOW)
    again = await scene.forgets(*NOW)

    assert (done["done"], done["erased"]) == (True, counts)
    assert set(done["services_behind"]) == set(topics.SERVICES)
    assert (again["shipment"], again["erased_before"]) == ("forgotten", counts)
    for topic in (topics.REQUEST_RETURN, topics.LABEL_PRINTED):
        assert (await scene.values(topic.name, about["return_id"]))[-1] is None
    assert (await scene.values(letter.topic, letter.key.decode()))[-1] is None
    audit = await scene.values(topics.CUSTOMERS_FORGOTTEN, scene.shipment.shipment_id)
    assert [CustomerForgotten.read(one).letters for one in audit] == [1, 0]


async def test_what_was_recorded_under_no_parcels_key_is_erased_there(scene: Scene):
    """The shop's mistake, and nobody's record is under that key."""
    await scene.put(a_record(scene.shipment, key=f"odd-{scene.mark}".encode()))

    done = await scene.forgets(*NOW)

    assert done["misfiled"] == []
    assert (await scene.values(topics.SHIPMENT_RECORDED.name, f"odd-{scene.mark}"))[-1] is None


async def test_another_customer_is_not_forgotten_with_them(scene: Scene):
    """The shop told it under another parcel's key: only the shop can put that right."""
    other = a_shipment(shipment_id=f"other-{scene.mark}")
    await scene.put(a_record(other))
    await scene.put(a_record(scene.shipment, key=other.shipment_id.encode()))

    done = await scene.forgets(*NOW)

    assert done["misfiled"] == [other.shipment_id]
    assert None not in await scene.values(topics.SHIPMENT_RECORDED.name, other.shipment_id)


async def test_other_parcels_of_the_same_customer_are_named(scene: Scene):
    """The right is a person's, and a person has more than one parcel."""
    await scene.put(a_record(scene.parcel(f"second-{scene.mark}")))

    assert (await scene.forgets())["others"] == [f"second-{scene.mark}"]


@pytest.mark.parametrize(
    ("words", "code", "exit_code"),
    [
        (["parcel nobody has"], "not-a-shipment", 2),
        (["nobodys-parcel"], "shipment-unknown", 2),
        (["nobodys-parcel", "--ticket", "Zoë Zonder"], "not-a-ticket", 2),
        (["nobodys-parcel", "--force", *NOW], "services-behind", 1),
    ],
    ids=["name", "unknown", "ticket", "nobody runs"],
)
async def test_a_wish_that_cannot_be_is_one_line_with_a_code(bootstrap, words, code, exit_code):
    """Scripts look at the code, people at the sentence."""
    found, _, err = await forget(bootstrap, *words)

    assert (found, err.partition(":")[0]) == (exit_code, code)
    assert len(err.splitlines()) == 1


async def test_a_person_reads_a_table(scene: Scene):
    """What, how much, what is left until when, and what nobody here can reach."""
    _, looked, said = await forget(scene.kafka, scene.shipment.shipment_id)
    _, done, _ = await forget(scene.kafka, scene.shipment.shipment_id, *NOW)

    assert said == "nothing was done: --yes does it\n"
    for word in ("to erase", "the shipment", "requests for returns", "Out of reach"):
        assert word in looked
    assert "the bytes are gone by" in done
    assert "zoe" not in (looked + done).lower()


async def test_a_kafka_that_does_not_answer_is_one_line_with_a_code():
    """No traceback at three in the morning."""
    code, out, err = await forget(f"127.0.0.1:{free_port()}", "parcel-1")

    assert (code, out) == (1, "")
    assert err.startswith("kafka-failed: ")
