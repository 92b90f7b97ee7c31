"""Where a process can be made to die, in tests: right before and right after each durable step.

    with durable(Step.LEDGER_WRITE):
        await collection.bulk_write(writes)

makes two failpoints, `ledger.write.before` and `ledger.write.after`. A process that was started
with `RETOUR_FAILPOINT=ledger.write.after` ends itself with SIGKILL as soon as it gets there, with
`:3` behind the name when it gets there for the third time. Unarmed, a step costs one comparison.
"""

from __future__ import annotations

import os
import re
import signal
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from enum import StrEnum
from typing import Final, NamedTuple


class Step(StrEnum):
    """Everything a service does that outlives it. A new kind of effect is a new row."""

    LEDGER_WRITE = "ledger.write"
    """A decision, a change or a plan that one document holds."""
    LEDGER_PART = "ledger.part"
    """One of the writes of a transaction, where one document is not enough."""
    LEDGER_COMMIT = "ledger.commit"
    """That transaction: before it, all is written and nothing stands."""
    SPEAKER_SEND = "speaker.send"
    """Whole batches are handed to the client; whether they are on the wire, nobody knows."""
    SPEAKER_ACKNOWLEDGE = "speaker.acknowledge"
    """Kafka has all of them; before it, perhaps."""
    OFFSETS_COMMIT = "offsets.commit"
    """A batch will not be heard again."""
    INTENTS_CLAIM = "intents.claim"
    """What is due is ours for the length of a lease."""
    INTENTS_CHANGE = "intents.change"
    """One of the writes a deed led to."""
    INTENTS_SETTLE = "intents.settle"
    """How a deed ended is written; with guarded changes not before its commit."""
    INTENTS_COMMIT = "intents.commit"
    """The transaction of a deed's end and its guarded changes, begun, written and committed."""
    INTENTS_TOLD = "intents.told"
    """Nobody need look at an intent again."""
    PURCHASE_NOTE = "purchase.note"
    """What is about to be ordered, the number reserved for it, and who may still have it."""
    SPENDING_RESERVE = "spending.reserve"
    """Its price is set aside from what may be spent today."""
    CARRIER_ORDER = "carrier.order"
    """A carrier is asked for a label, which costs money."""
    CARRIER_ASK = "carrier.ask"
    """A carrier is asked what became of an order in doubt."""
    MAIL_HAND_OVER = "mail.hand_over"
    """A letter is with the mail server."""


SIDES: Final = ("before", "after")
FAILPOINTS: Final = tuple(f"{step}.{side}" for step in Step for side in SIDES)
"""Every failpoint there is."""

_SETTING: Final = re.compile(r"([a-z_.]+)(?::([1-9][0-9]{0,5}))?")
_QUIET: Final = nullcontext()


class Failpoint(NamedTuple):
    """Where to die, and at which time of passing."""

    name: str
    passing: int


class _Armed:
    """The failpoint of this process; there is at most one."""

    def __init__(self) -> None:
        self.at: Failpoint | None = None
        self.passed = 0


_armed = _Armed()


def failpoint(setting: str) -> Failpoint:
    """The failpoint a setting names.

    Raises:
        ValueError: there is none of that name.
    """
    found = _SETTING.fullmatch(setting)
    if found is None or found[1] not in FAILPOINTS:
        raise ValueError("names no failpoint")
    return Failpoint(found[1], int(found[2] or 1))


def arm(setting: str | None) -> None:
    """This process will die at the failpoint `setting` names; with None it will not."""
    _armed.at, _armed.passed = (None if setting is None else failpoint(setting)), 0


def durable(step: Step) -> AbstractContextManager[None]:
    """Around one durable step. What follows it is reached only if it succeeded."""
    return _QUIET if _armed.at is None else _watched(step)


@contextmanager
def _watched(step: Step) -> Iterator[None]:
    _reach(f"{step}.before")
    yield
    _reach(f"{step}.after")


def _reach(name: str) -> None:
    if _armed.at is None or _armed.at.name != name:
        return
    _armed.passed += 1
    if _armed.passed == _armed.at.passing:
        os.kill(os.getpid(), signal.SIGKILL)
