"""What stands in the stores and outside, compared after what must change nothing of it."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import bson
from pymongo import MongoClient

from contracts.topics import SERVICES
from deploy.local.carrier.sales import entries
from deploy.local.mailbox import Mailbox
from deploy.local.stack import Stack
from tests.support.outside_reader import Record
from tests.support.wire import everything


@dataclass(frozen=True)
class Outside:
    """What left the house: each order a carrier got, each letter a mail server got."""

    orders: Counter[tuple[str, str]]
    letters: Counter[tuple[str, bool]]

    @staticmethod
    def of(stack: Stack) -> Outside:
        """As it is now."""
        sold = Counter((one.reference, one.event) for one in entries(stack.carrier_ledger))
        posted = Mailbox(stack.mail_folder).submissions()
        return Outside(sold, Counter((one.message_id, one.repeated) for one in posted))

    def more_than(self, before: Outside) -> list[str]:
        """What went out again to those who had got something before: a sentence each."""
        references = {reference for reference, _ in before.orders}
        again = [one for one in (self.orders - before.orders) if one[0] in references]
        said = [
            f"order {reference}: {event} after everything was done" for reference, event in again
        ]
        known = {message_id for message_id, _ in before.letters}
        late = [one for one in (self.letters - before.letters) if one[0] in known]
        return said + [f"letter {message_id}: handed in again" for message_id, _ in late]


Stored = dict[str, dict[str, str]]
"""By database and collection: each document's digest under its id."""


def stored(mongo: str) -> Stored:
    """Every document of every service, as a digest."""
    found: Stored = {}
    with MongoClient(mongo) as client:
        for service in SERVICES:
            for name in client[service].list_collection_names():
                rows = client[service][name].find()
                found[f"{service}.{name}"] = {str(row["_id"]): _digest(row) for row in rows}
    return found


def changed(before: Stored, after: Stored) -> list[str]:
    """Where documents came, went or changed: a sentence for each collection, quoting nothing."""
    said = []
    for place in sorted(before.keys() | after.keys()):
        was, now = before.get(place, {}), after.get(place, {})
        came, went = len(now.keys() - was.keys()), len(was.keys() - now.keys())
        other = sum(now[one] != was[one] for one in now.keys() & was.keys())
        if came or went or other:
            said.append(f"{place}: {came} came, {went} went, {other} changed")
    return said


def told(kafka: str) -> set[tuple[str, bytes, bytes]]:
    """Topic, source and id of everything ever told."""
    return {identity for record in everything(kafka) if (identity := identity_of(record))}


def identity_of(record: Record) -> tuple[str, bytes, bytes] | None:
    """By what readers know a repeat; None if it has no such thing."""
    headers = dict(record.headers() or [])
    source, ce_id = headers.get("ce_source"), headers.get("ce_id")
    return (record.topic(), source, ce_id) if source and ce_id else None


def _digest(row: object) -> str:
    return hashlib.blake2b(bson.encode(row), digest_size=16).hexdigest()


def peak_memory_mib(pid: int) -> float:
    """The most this process ever had in memory, in MiB (`VmHWM`, see proc(5))."""
    return _status(pid, "VmHWM")


def address_space_mib(pid: int) -> float:
    """What it has mapped, used or not (`VmSize`)."""
    return _status(pid, "VmSize")


def _status(pid: int, field: str) -> float:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith(f"{field}:"))
