"""What carriers post, on real Kafka and mongod: replayed, out of order, forged, and amid kills."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import httpx
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from pymongo import AsyncMongoClient

from contracts import topics
from contracts.labels import ParcelMoved
from deploy.local import ending
from deploy.local.carrier.hooks import a_scan, hook
from deploy.local.carrier.sales import entries
from deploy.local.stack import Stack, create_topics
from services.labels.domain.following import ORDER
from tests.faults.money import Shop
from tests.support.builders import PORTAL
from tests.support.eventually import eventually

pytestmark = [pytest.mark.real, pytest.mark.slow]

KEY = "a key that only two know"
TIMES = 100
DEATHS = ("ledger.write.after", "intents.commit.after", "intents.told.before")
"""Kept and not answered, decided and not told, told and not noted."""
MORE_DEATHS = (
    "intents.claim.after",
    "intents.settle.after",
    "intents.commit.before",
    "speaker.acknowledge.before",
)
"""In between: with the long tests only, `make test ARGS="-m long tests/faults/test_hooks.py"`."""


@dataclass
class Told:
    """What was posted, how it was answered, and what labels told of it."""

    answers: list[int] = field(default_factory=list)
    forged: list[int] = field(default_factory=list)
    without_store: int = 0
    phases: list[str] = field(default_factory=list)
    """Of the parcel that everything was posted about a hundred times, as on the wire."""
    died_at: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    """By failpoint: phase and id of everything told of the parcel it was played with."""
    intents: int = 0


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:
    """One service, its carrier, and everything that can happen to a post on its way."""
    with running(tmp_path_factory) as stack:
        yield ending.run(played(stack, DEATHS))


@pytest.fixture(scope="module")
def more(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:
    """The same, dying elsewhere."""
    with running(tmp_path_factory) as stack:
        yield ending.run(played(stack, MORE_DEATHS))


def running(tmp_path_factory: pytest.TempPathFactory) -> Stack:
    """Labels with one contract, not started yet."""
    contracts = tmp_path_factory.mktemp("hooks") / "connections.toml"
    environment = {
        "RETOUR_CONNECTIONS_FILE": str(contracts),
        "RETOUR_LEASE_SECONDS": "4",
    }

    async def prepare(kafka: str) -> None:
        contracts.write_text(contract(stack.carrier_url))
        await create_topics(kafka)

    stack = Stack(("labels",), prepare=prepare, environment={"labels": environment})
    return stack


def contract(url: str) -> str:
    """The merchant has a contract of its own, with a secret for what is posted."""
    where = f'portal = "{PORTAL}"\ncarrier = "simulated"\nurl = "{url}"'
    return f'[[connection]]\n{where}\n[connection.secrets]\nhook_key = "{KEY}"\n'


class Door:
    """Where the carrier posts."""

    def __init__(self, stack: Stack, http: httpx.AsyncClient) -> None:
        self._stack, self._http = stack, http

    async def posts(self, number: str, *codes: str, key: str = KEY) -> int:
        """The status of the answer, or 0: there was none."""
        start = datetime(2026, 11, 1, tzinfo=UTC)
        scans = [a_scan(number, code, start + timedelta(hours=CODES.index(code))) for code in codes]
        headers, body = hook(scans, key)
        url = f"{self._stack.health['labels']}/hooks/simulated/{PORTAL}"
        try:
            answer = await self._http.post(url, headers=headers, content=body)
        except httpx.HTTPError:
            return 0
        return answer.status_code

    async def until_taken(self, number: str, code: str) -> None:
        """As carriers do: posted again until somebody says yes."""

        async def taken() -> bool:
            return await self.posts(number, code) == 202

        await eventually(taken, f"{code} to be taken")


CODES = ("DROPPED", "SORTED", "VAN", "DELIVERED")


async def played(stack: Stack, deaths: Sequence[str]) -> Told:
    """Everything, once."""
    found = Told()
    async with (
        AIOKafkaProducer(bootstrap_servers=stack.kafka, acks="all") as producer,
        httpx.AsyncClient(timeout=20) as http,
        AsyncMongoClient[dict[str, Any]](stack.mongo) as client,
    ):
        shop, door, intents = Shop(stack, producer), Door(stack, http), client["labels"]["intents"]
        returns = [await shop.approved("simulated") for _ in range(1 + len(deaths))]
        await eventually(lambda: len(numbers(stack)) == len(returns), "every label to be sold")
        await until_told(stack, dict.fromkeys(returns, "announced"))
        first, *others = returns
        found.forged = [
            await door.posts(numbers(stack)[first], "DELIVERED", key="no") for _ in "ab"
        ]
        await replayed(door, numbers(stack)[first], found)
        await until_told(stack, {first: "delivered"})
        found.intents = await intents.count_documents({"kind": "take_hook"})
        for failpoint, return_id in zip(deaths, others, strict=True):
            await dies_at(stack, door, failpoint, numbers(stack)[return_id])
            await until_told(stack, {return_id: "handed_over"})
        found.without_store = await without_store(stack, door, numbers(stack)[first])
        moves = await everything_told(stack)
    found.phases = [move.phase for _, move in moves if move.return_id == first]
    for failpoint, return_id in zip(deaths, others, strict=True):
        mine = [(move.phase, ce_id) for ce_id, move in moves if move.return_id == return_id]
        found.died_at[failpoint] = mine
    return found


async def replayed(door: Door, number: str, found: Told) -> None:
    """Each of four posts a hundred times, all mixed up, ten at a time."""
    posts = [code for code in CODES for _ in range(TIMES)]
    Random(7).shuffle(posts)  # an order, guards nothing
    for some in range(0, len(posts), 10):
        answers = await asyncio.gather(*(door.posts(number, c) for c in posts[some : some + 10]))
        found.answers += answers


async def dies_at(stack: Stack, door: Door, failpoint: str, number: str) -> None:
    """Labels dies there over one post, comes back, and the carrier posts until it is taken."""
    labels = stack.services["labels"]
    labels.environment["RETOUR_FAILPOINT"] = failpoint
    stack.restart("labels")
    await stack.ready("labels")
    await door.posts(number, "DROPPED")
    await eventually(lambda: not labels.alive, f"labels to die at {failpoint}")
    del labels.environment["RETOUR_FAILPOINT"]
    labels.start()
    await stack.ready("labels")
    await door.until_taken(number, "DROPPED")


async def without_store(stack: Stack, door: Door, number: str) -> int:
    """What is answered while MongoDB is away; afterwards it takes posts again."""
    stack.parts["mongod"].kill()
    answer = await door.posts(number, "VAN", "DELIVERED")
    stack.parts["mongod"].start()
    await stack.ready("mongod")
    await door.until_taken(number, "SORTED")
    return answer


def numbers(stack: Stack) -> dict[str, str]:
    """The tracking number of each return's label, by the carrier's own ledger."""
    sold = [one for one in entries(stack.carrier_ledger) if one.event == "sold"]
    return {one.reference.partition(":")[0]: one.tracking_number for one in sold}


async def until_told(stack: Stack, last: dict[str, str]) -> None:
    """Each of these returns has reached its phase, on the wire."""

    async def reached() -> bool:
        told = {(move.return_id, move.phase) for _, move in await everything_told(stack)}
        return last.items() <= told

    await eventually(reached, "the last word to be told", 60)


async def everything_told(stack: Stack) -> list[tuple[str, ParcelMoved]]:
    """Id and message of every movement on the wire, in the order of each return."""
    name, moves = topics.PARCEL_MOVED.name, []
    async with AIOKafkaConsumer(
        bootstrap_servers=stack.kafka, isolation_level="read_committed"
    ) as consumer:
        partitions = consumer.partitions_for_topic(name) or await _partitions(consumer, name)
        places = [TopicPartition(name, partition) for partition in sorted(partitions)]
        consumer.assign(places)
        await consumer.seek_to_beginning(*places)
        ends = await consumer.end_offsets(places)
        for place in places:
            while await consumer.position(place) < ends[place]:
                record = await consumer.getone(place)
                ce_id = dict(record.headers)["ce_id"].decode()
                moves.append((ce_id, ParcelMoved.read(record.value)))
    return moves


async def _partitions(consumer: AIOKafkaConsumer, name: str) -> set[int]:
    consumer._client.set_topics([name])
    await consumer._client.force_metadata_update()
    return consumer.partitions_for_topic(name)


def test_a_post_that_comes_a_hundred_times_is_kept_once(told: Told):
    """Carriers post again whenever an answer is late."""
    assert len(told.answers) == TIMES * len(CODES)
    assert set(told.answers) == {202}
    assert told.intents == len(CODES)


def test_four_hundred_posts_out_of_order_never_move_the_parcel_back(told: Told):
    """What is told of it is told once, and the last word is where it is."""
    ranks = [ORDER.index(phase) for phase in told.phases]
    assert ranks == sorted(set(ranks))
    assert (told.phases[0], told.phases[-1]) == ("announced", "delivered")


def test_what_nobody_signed_moved_nothing(told: Told):
    """Posted before everything else: the parcel was not delivered by it."""
    assert told.forged == [401, 401]
    assert told.intents == len(CODES)


@pytest.mark.parametrize("failpoint", DEATHS)
def test_a_kill_between_taking_a_post_and_telling_it_neither_loses_nor_doubles_it(
    told: Told, failpoint: str
):
    """The same words may come twice, under the same id; other words never."""
    neither_lost_nor_doubled(told, failpoint)


@pytest.mark.long
@pytest.mark.parametrize("failpoint", MORE_DEATHS)
def test_a_kill_at_any_other_step_neither_loses_nor_doubles_it(more: Told, failpoint: str):
    """Wherever it dies."""
    neither_lost_nor_doubled(more, failpoint)


def neither_lost_nor_doubled(played: Told, failpoint: str) -> None:
    """The parcel that was posted about when labels died there was told of as if it had not."""
    ids = {phase: {i for p, i in played.died_at[failpoint] if p == phase} for phase in ORDER}

    assert [phase for phase, seen in ids.items() if seen] == ["announced", "handed_over"]
    assert {len(seen) for seen in ids.values()} == {0, 1}


def test_while_the_store_is_away_a_carrier_is_asked_to_come_again(told: Told):
    """Yes is said only when it is kept."""
    assert told.without_store == 503
