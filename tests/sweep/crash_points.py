"""Where each service is made to die, by what it gets there, and where it never comes.

A new durable step is a new row of `Step`; a test then asks for it here, in one table or the other.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Final

from services._runtime.failpoints import SIDES, Step

POISON = (Step.SPEAKER_SEND, Step.SPEAKER_ACKNOWLEDGE)
"""Steps at which every service is killed once more while it parks what cannot be read."""


@dataclass(frozen=True)
class CrashPoint:
    """A service dies right before or right after one of its durable steps."""

    service: str
    step: Step
    side: str
    by: str = "returns"
    """What is sent so that it gets there: a row of `traffic.TRAFFIC`."""
    doubt: str = ""
    """The failpoint it died at just before, which left something in doubt."""

    @property
    def name(self) -> str:
        """As the setting says it."""
        return f"{self.step}.{self.side}"

    @property
    def armed(self) -> tuple[str, ...]:
        """What it is armed with, one life after the other."""
        return (self.doubt, self.name) if self.doubt else (self.name,)


def _rows(service: str, by: str, *steps: Step, doubt: str = "") -> Iterator[CrashPoint]:
    for step in steps:
        for side in SIDES:
            yield CrashPoint(service, step, side, by, doubt)


CRASH_POINTS: Final = (
    *(
        row
        for service in ("lookup", "rules", "labels", "notifications", "analytics")
        for row in _rows(service, "poison", *POISON)
    ),
    *_rows("lookup", "parcel", Step.LEDGER_WRITE),
    *_rows("lookup", "returns", *POISON, Step.OFFSETS_COMMIT),
    *_rows("lookup", "late", Step.LEDGER_PART, Step.LEDGER_COMMIT),
    *_rows("lookup", "late", Step.INTENTS_CLAIM, Step.INTENTS_SETTLE, Step.INTENTS_TOLD),
    *_rows("rules", "returns", *POISON, Step.OFFSETS_COMMIT),
    *_rows("rules", "parcel", Step.LEDGER_WRITE),
    *_rows("rules", "requests", Step.LEDGER_PART, Step.LEDGER_COMMIT),
    *_rows("rules", "overtaking", Step.INTENTS_CLAIM, Step.INTENTS_CHANGE, Step.INTENTS_SETTLE),
    *_rows("rules", "overtaking", Step.INTENTS_COMMIT, Step.INTENTS_TOLD),
    *_rows("rules", "approvals", Step.LEDGER_PART, Step.LEDGER_COMMIT),
    *_rows("rules", "cancels", Step.LEDGER_PART, Step.LEDGER_COMMIT),
    *_rows("rules", "refunds", Step.LEDGER_COMMIT, Step.SPEAKER_SEND),
    *_rows("labels", "parcel", Step.LEDGER_WRITE),
    *_rows("labels", "returns", *POISON, Step.OFFSETS_COMMIT),
    *_rows("labels", "parcels", Step.LEDGER_PART, Step.LEDGER_COMMIT),
    *_rows("labels", "returns", Step.INTENTS_CLAIM, Step.INTENTS_CHANGE, Step.INTENTS_SETTLE),
    *_rows("labels", "returns", Step.PURCHASE_NOTE, Step.SPENDING_RESERVE),
    *_rows("labels", "returns", Step.INTENTS_TOLD, Step.CARRIER_ORDER),
    *_rows("labels", "returns", Step.CARRIER_ASK, doubt="carrier.order.after"),
    *_rows("notifications", "parcel", Step.LEDGER_WRITE),
    *_rows("notifications", "returns", *POISON, Step.OFFSETS_COMMIT),
    *_rows("notifications", "parcels", Step.LEDGER_PART, Step.LEDGER_COMMIT),
    *_rows("notifications", "returns", Step.INTENTS_CLAIM, Step.INTENTS_SETTLE, Step.INTENTS_TOLD),
    *_rows("notifications", "returns", Step.MAIL_HAND_OVER),
    *_rows("notifications", "returns", Step.MAIL_HAND_OVER, doubt="mail.hand_over.after"),
    *_rows("analytics", "parcel", Step.LEDGER_WRITE),
    *_rows("analytics", "returns", Step.OFFSETS_COMMIT),
    *_rows("analytics", "parcels", Step.LEDGER_PART, Step.LEDGER_COMMIT),
    *_rows("analytics", "questions", *POISON),
)
"""Every failpoint of every service that it can reach. Some are reached in two ways."""

_NO_CARRIER = {
    Step.CARRIER_ORDER: "buys no labels",
    Step.CARRIER_ASK: "buys no labels",
    Step.PURCHASE_NOTE: "buys no labels",
    Step.SPENDING_RESERVE: "buys no labels",
}
_NO_MAIL = {Step.MAIL_HAND_OVER: "writes no letters"}

NEVER_THERE: Final[Mapping[str, Mapping[Step, str]]] = {
    "lookup": {
        Step.INTENTS_CHANGE: "looking again keeps nothing",
        Step.INTENTS_COMMIT: "looking again keeps nothing",
        **_NO_CARRIER,
        **_NO_MAIL,
    },
    "rules": {**_NO_CARRIER, **_NO_MAIL},
    "labels": {
        Step.INTENTS_COMMIT: "only a parcel that moves is guarded, and here none does: "
        "`tests/faults/test_hooks.py` kills labels there",
        **_NO_MAIL,
    },
    "notifications": {
        Step.INTENTS_CHANGE: "a letter that was sent changes nothing",
        Step.INTENTS_COMMIT: "a letter that was sent changes nothing",
        **_NO_CARRIER,
    },
    "analytics": {
        Step.INTENTS_CLAIM: "plans nothing",
        Step.INTENTS_CHANGE: "plans nothing",
        Step.INTENTS_SETTLE: "plans nothing",
        Step.INTENTS_COMMIT: "plans nothing",
        Step.INTENTS_TOLD: "plans nothing",
        **_NO_CARRIER,
        **_NO_MAIL,
    },
}
"""Steps a service never comes to, and why."""


ALONE: Final = ("approvals", "cancels", "refunds")
"""Traffic about returns that are decided: any other return would bring rules there as well."""

Round = Sequence[CrashPoint]
"""What is struck before the invariants are checked: services side by side, each point by point."""


def exhaustive(points: Sequence[CrashPoint] = CRASH_POINTS) -> list[Round]:
    """Every point once, at most one for each service in a round.

    Those that somebody else's traffic would strike before its own does have a round of their own.
    """
    by_service: dict[str, list[CrashPoint]] = {}
    for point in points:
        if point.by not in ALONE:
            by_service.setdefault(point.service, []).append(point)
    columns = zip_longest(*by_service.values())
    together = [[point for point in row if point is not None] for row in columns]
    return [*together, *([point] for point in points if point.by in ALONE)]


def point(service: str, name: str, by: str = "returns") -> CrashPoint:
    """The point of this name that is reached this way."""
    (found,) = [
        row for row in CRASH_POINTS if (row.service, row.name, row.by) == (service, name, by)
        and not row.doubt
    ]  # fmt: skip
    return found


QUICK: Final[Round] = (
    point("lookup", "speaker.send.after"),
    point("lookup", "offsets.commit.before"),
    point("lookup", "intents.claim.after", "late"),
    point("rules", "ledger.part.after", "requests"),
    point("rules", "intents.commit.before", "overtaking"),
    point("rules", "ledger.commit.after", "refunds"),
    CrashPoint("labels", Step.CARRIER_ASK, "after", doubt="carrier.order.after"),
    point("labels", "intents.change.after"),
    point("labels", "purchase.note.after"),
    point("labels", "spending.reserve.after"),
    point("notifications", "mail.hand_over.after"),
    point("notifications", "intents.settle.after"),
    point("notifications", "intents.told.before"),
    point("analytics", "ledger.write.after", "parcel"),
    point("analytics", "ledger.commit.before", "parcels"),
    point("analytics", "speaker.acknowledge.before", "questions"),
)
"""Every kind of step once, in one round: for every run of the tests."""
