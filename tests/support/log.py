"""The whole log, read once from its beginning; of each record only what will be judged is kept.

Ten thousand returns leave a few hundred megabytes on the broker. What is kept of them here is some
hundred bytes a record: digests instead of bodies, and the few fields that an oracle compares.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import blake2b

from confluent_kafka.admin import AdminClient

from contracts import topics
from contracts.envelope import EnvelopeError, open_envelope
from contracts.labels import LabelIssued
from contracts.notifications import CustomerEmailed, MerchantAlerted
from contracts.rules import ReturnApproved, ReturnRejected
from contracts.shape import Shape
from services._runtime.dead_letters import marks, number
from tests.support import outside_reader
from tests.support.outside_reader import Documents, Record
from tests.support.wire import DEAD_LETTERS

Place = tuple[str, int, int]
"""Topic, partition, offset."""
_JUDGED = {
    topics.BY_MODEL[model].name: model
    for model in (ReturnApproved, ReturnRejected, LabelIssued, CustomerEmailed, MerchantAlerted)
}


@dataclass(frozen=True)
class Letter:
    """A record in the dead letters of a service."""

    service: str
    code: str
    origin: Place
    value: bytes
    """A digest."""


@dataclass
class Log:
    """What lay on the broker, each message once, however often it was told."""

    read: int = 0
    """Records."""
    told: dict[tuple[str, str], dict[str, Shape]] = field(default_factory=dict)
    """By topic and source: the messages by their id. Of those topics an oracle looks into."""
    ids: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    """By topic: every id that was told there."""
    repeated: int = 0
    """Records under an id that was told before."""
    letters: dict[tuple[str, Place], Letter] = field(default_factory=dict)
    """By service and place of origin: parked twice is parked once."""
    strange: dict[Place, tuple[bytes, bytes]] = field(default_factory=dict)
    """Where records under foreign keys lie: the key, and a digest of the value."""
    faults: list[str] = field(default_factory=list)
    """What no reader should ever see."""

    def of(self, model: type[Shape]) -> dict[str, Shape]:
        """Every message of this kind by its id, told by whom it belongs to."""
        topic = topics.BY_MODEL[model]
        return self.told.get((topic.name, f"/retour/{topic.owner}"), {})


def digest_of(value: bytes | None) -> bytes:
    """Enough of a value to know it again."""
    return blake2b(value or b"", digest_size=12).digest()


def read_log(bootstrap: str, foreign: Collection[bytes] = (), within_seconds: float = 900.0) -> Log:
    """Everything from the beginning to now.

    Args:
        bootstrap: where Kafka answers.
        foreign: keys of records that were put there on purpose, for nobody to be able to read.
        within_seconds: how long that may take.

    Raises:
        TimeoutError, LookupError, confluent_kafka.KafkaException: see `outside_reader.read`.
    """
    found = AdminClient({"bootstrap.servers": bootstrap}).list_topics(timeout=10.0)
    reader = _Reader([name for name in found.topics if not name.startswith("__")], foreign)
    outside_reader.read(bootstrap, reader, within_seconds)
    return reader.log


class _Reader:
    """Stands where the documents stand: has each record judged by them, and keeps what counts."""

    def __init__(self, names: Collection[str], foreign: Collection[bytes]) -> None:
        self.topics, self.log = list(names), Log()
        self._foreign = frozenset(foreign)
        self._documents = Documents()
        self._known = set(self._documents.topics)
        self._digests: dict[tuple[str, str, str], bytes] = {}

    def violations(self, record: Record) -> Iterator[str]:
        """What is wrong is in the log's faults, with its place; the reader's report stays empty."""
        self.log.read += 1
        place = (record.topic(), record.partition(), record.offset())
        if record.topic() in DEAD_LETTERS:
            self._park(record)
        elif record.key() in self._foreign:
            self.log.strange[place] = (record.key(), digest_of(record.value()))
        else:
            if record.topic() in self._known:
                self.log.faults += [
                    f"{':'.join(map(str, place))}: {said}"
                    for said in self._documents.violations(record)
                ]
            self._note(record)
        return iter(())

    def _park(self, record: Record) -> None:
        if record.value() is None and not record.headers():
            return  # a letter that was erased
        said = marks(record.headers() or [])
        origin = (
            said.get("original_topic", "?"),
            number(said.get("original_partition"), -1),
            number(said.get("original_offset"), -1),
        )
        service = said.get("consumer_group", "?")
        letter = Letter(service, said.get("error_code", "?"), origin, digest_of(record.value()))
        self.log.letters[service, origin] = letter

    def _note(self, record: Record) -> None:
        if record.value() is None:
            return
        try:
            envelope, body = open_envelope(record.headers() or [], record.value())
        except EnvelopeError:
            return  # the documents have said so
        named = (record.topic(), envelope.source, envelope.id)
        digest = digest_of((record.key() or b"") + b"\0" + record.value())
        before = self._digests.setdefault(named, digest)
        self.log.repeated += envelope.id in self.log.ids[record.topic()]
        self.log.ids[record.topic()].add(envelope.id)
        if before != digest:
            self.log.faults.append(f"{' '.join(named)}: told in other words under the same id")
        model = _JUDGED.get(record.topic())
        if model is not None:
            told = self.log.told.setdefault((record.topic(), envelope.source), {})
            if envelope.id not in told:
                with suppress(ValueError):  # the documents have said so
                    told[envelope.id] = model.read(body)
