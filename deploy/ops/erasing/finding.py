"""Where a customer is on Kafka: which records are about them, and which will go by themselves."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Final, Literal, NamedTuple

from pydantic import ValidationError

from contracts import topics
from contracts.labels import LabelPrinted
from contracts.rules import RequestReturn
from contracts.shop import ShipmentRecorded
from contracts.topics import SERVICES, Topic, dead_letters_of, redriven_to
from deploy.ops.dead_letters.reading import read
from deploy.ops.erasing.traces import Traces, traces_of
from deploy.ops.retention import SEGMENT_MS
from services._runtime.dead_letters import original
from services._runtime.kafka_access import Kafka
from services._runtime.words import Record

Kind = Literal["shipment", "requests", "documents", "letters", "put_back"]
KINDS: Final[tuple[Kind, ...]] = ("shipment", "requests", "documents", "letters", "put_back")


class Spot(NamedTuple):
    """A key under which something about the customer lies, on one partition."""

    kind: Kind
    topic: str
    partition: int
    key: bytes


@dataclass(slots=True)
class Lookups:
    """Questions somebody asked with the customer's number. They go by themselves, and soon."""

    records: int = 0
    gone_by: datetime | None = None


@dataclass(slots=True)
class Present:
    """Everything of a customer that is on Kafka now."""

    shipment_id: str
    last: Literal["recorded", "forgotten", "unknown"] = "unknown"
    """The last word on the shipment itself."""
    spots: dict[Spot, bool] = field(default_factory=dict)
    """Where something lies, and whether a null value follows it already."""
    misfiled: set[str] = field(default_factory=set)
    """Shipments of others under whose key their shop told this one by mistake, and nothing since.
    Only the shop can put that right: a null value would forget the others."""
    others: set[str] = field(default_factory=set)
    """Shipments that seem to be of the same customer. Each is forgotten by itself."""
    lookups: Lookups = field(default_factory=Lookups)
    quiet: dict[tuple[str, int], bool] = field(default_factory=dict)
    """Partitions, and whether a null value is the last on them: nothing closes its segment, so
    Kafka does not compact what it erases, whoever it was about."""

    def count(self, kind: Kind, *, erased: bool | None = None) -> int:
        """How many spots of this kind; of those erased already, or not yet, if asked so."""
        return sum(s.kind == kind and erased in (None, done) for s, done in self.spots.items())


async def present(kafka: Kafka, shipment_id: str) -> Present:
    """What there is of the customer of this shipment.

    A record is theirs if it lies under the shipment's key, names the shipment or one of its
    returns, or holds what they are known by (`traces`), whoever wrote it, and however wrong.

    Raises:
        Refused: `topic-missing`.
        KafkaError, TimeoutError: the broker does not answer, or stopped to.
    """
    found = Present(shipment_id)
    traces = traces_of(shipment_id, await _recorded(kafka, found))
    await _look_at_others(kafka, traces, found)
    returns: set[str] = set()
    for topic in (topics.REQUEST_RETURN, topics.LABEL_PRINTED):
        returns |= await _returns_of(kafka, topic, shipment_id)
    traces = replace(traces, returns=frozenset(returns))
    for kind, name in _places():
        await _look(kafka, kind, name, traces, found)
    await _look_for_lookups(kafka, traces, found)
    return found


def _places() -> list[tuple[Kind, str]]:
    letters: list[tuple[Kind, str]] = [("letters", dead_letters_of(s)) for s in SERVICES]
    put_back: list[tuple[Kind, str]] = [("put_back", redriven_to(s)) for s in SERVICES]
    return [
        ("requests", topics.REQUEST_RETURN.name),
        ("documents", topics.LABEL_PRINTED.name),
        *letters,
        *put_back,
    ]


async def _recorded(kafka: Kafka, found: Present) -> list[ShipmentRecorded]:
    """Every version of the shipment that is still to be read, also from before it was erased."""
    versions = []
    async for record in read(kafka, topics.SHIPMENT_RECORDED.name):
        found.quiet[record.topic, record.partition] = record.value is None
        said = _shipment_in(record)
        if said is not None and said.shipment_id == found.shipment_id:
            versions.append(said)
        if record.key == found.shipment_id.encode():
            found.spots[_shipment_spot(record)] = record.value is None
            found.last = "forgotten" if record.value is None else "recorded"
    return versions


async def _look_at_others(kafka: Kafka, traces: Traces, found: Present) -> None:
    """What lies under other keys: the shipment itself, misfiled, or more of the same customer."""
    misfiled: dict[Spot, bool] = {}
    async for record in read(kafka, topics.SHIPMENT_RECORDED.name):
        spot, said = _shipment_spot(record), _shipment_in(record)
        if spot.key == found.shipment_id.encode():
            continue
        if said is not None and said.shipment_id.encode() == spot.key:
            found.others |= {said.shipment_id} if traces.are_in(record) else set()
            misfiled |= {spot: True} if spot in misfiled else {}
        elif record.value is not None and traces.are_in(record):
            misfiled[spot] = False
        elif spot in misfiled:
            misfiled[spot] = True  # something follows it, so compaction takes it
    theirs = await _proper(kafka, set(misfiled))
    for spot, followed in misfiled.items():
        if followed or spot not in theirs:
            found.spots[spot] = followed
        else:
            found.misfiled.add(spot.key.decode(errors="replace"))


async def _proper(kafka: Kafka, spots: set[Spot]) -> set[Spot]:
    """Those under whose key a shipment of that name was ever told."""
    if not spots:
        return set()
    return {
        spot
        async for record in read(kafka, topics.SHIPMENT_RECORDED.name)
        if (spot := _shipment_spot(record)) in spots
        and (said := _shipment_in(record)) is not None
        and said.shipment_id.encode() == spot.key
    }


def _shipment_spot(record: Record) -> Spot:
    return Spot("shipment", record.topic, record.partition, record.key or b"")


async def _returns_of(
    kafka: Kafka, topic: Topic[RequestReturn] | Topic[LabelPrinted], shipment_id: str
) -> set[str]:
    found = set()
    async for record in read(kafka, topic.name):
        try:
            said = topic.model.read(record.value or b"")
        except ValidationError:
            continue
        if said.shipment_id == shipment_id:
            found.add(said.return_id)
    return found


async def _look(kafka: Kafka, kind: Kind, topic: str, traces: Traces, found: Present) -> None:
    async for record in read(kafka, topic):
        found.quiet[record.topic, record.partition] = record.value is None
        if record.key is None:
            continue  # Kafka takes none there, and could not erase it
        spot = Spot(kind, topic, record.partition, record.key)
        if record.value is None and spot in found.spots:
            found.spots[spot] = True
        elif record.value is not None and traces.are_in(_itself(kind, record)):
            found.spots[spot] = False


async def _look_for_lookups(kafka: Kafka, traces: Traces, found: Present) -> None:
    kept = timedelta(days=1, milliseconds=SEGMENT_MS)
    async for record in read(kafka, topics.FIND_SHIPMENT.name):
        if record.value is None or not traces.are_in(record):
            continue
        at = datetime.fromtimestamp(max(record.timestamp, 0) / 1000, UTC) + kept
        found.lookups.records += 1
        found.lookups.gone_by = max(found.lookups.gone_by or at, at)


def _itself(kind: Kind, record: Record) -> Record:
    return original(record) if kind in ("letters", "put_back") else record


def _shipment_in(record: Record) -> ShipmentRecorded | None:
    try:
        return ShipmentRecorded.read(record.value or b"")
    except ValidationError:
        return None
