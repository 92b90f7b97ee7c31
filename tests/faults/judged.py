"""Everything that is wrong after a row: by the oracle, the outside reader, and word by word."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from contracts.analytics import ReasonsFound
from tests.faults.stage import Stage
from tests.support import accounts, oracle
from tests.support.outside_reader import Documents, Record
from tests.support.wire import everything
from tests.support.witness import seen


def violations(stage: Stage, top: Mapping[str, ReasonsFound]) -> list[str]:
    """Every way in which what is left differs from what must be left of all that was ever asked."""
    records = everything(stage.stack.kafka)
    left = seen(stage.stack, records, top)
    kept = accounts.accounts(stage.stack.mongo, stage.stack.carrier_ledger, left.letters)
    found = Counter([*oracle.violations(stage.asked, left), *accounts.violations(kept)])
    return [
        *(found - stage.due).elements(),
        *(f"did not happen: {sentence}" for sentence in (stage.due - found).elements()),
        *in_other_words(records),
        *_unreadable(stage, records),
    ]


def in_other_words(records: Sequence[Record]) -> Iterator[str]:
    """Readers recognise a repeat by its id, so no id may ever stand for two things."""
    told = defaultdict(set)
    for record in records:
        headers = dict(record.headers() or [])
        if {"ce_id", "ce_source"} <= headers.keys():
            place = (record.topic(), headers["ce_source"], headers["ce_id"])
            told[place].add((record.key(), record.value()))
    for (topic, source, ce_id), said in told.items():
        if len(said) > 1:
            yield f"{topic} {source!r} {ce_id!r}: told in {len(said)} ways"


def _unreadable(stage: Stage, records: Iterable[Record]) -> Iterator[str]:
    """What a reader from another company cannot read, of what came since it last looked."""
    documents = Documents()
    known = set(documents.topics)
    for record in records:
        place = (record.topic(), record.partition())
        if record.topic() not in known or record.offset() < stage.judged.get(place, 0):
            continue
        stage.judged[place] = record.offset() + 1
        for said in documents.violations(record):
            sentence = f"{record.topic()}: {said}"
            if sentence not in stage.unreadable:
                yield sentence
