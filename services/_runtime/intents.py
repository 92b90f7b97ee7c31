"""Do once: things to be done outside, each under its business key, and what became of them.

    planned → in_flight → succeeded | rejected | unknown

An intent is claimed by a lease with a fencing number. Whoever claimed it too long ago may finish
its call, but the result is refused: the fence has moved on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol, TypeVar

from contracts import topics
from contracts.envelope import Envelope
from contracts.shape import Shape
from services._runtime.words import Change, Heard, Plan, Tell

M = TypeVar("M", bound=Shape)


class State(StrEnum):
    """How far an intent is."""

    PLANNED = "planned"
    IN_FLIGHT = "in_flight"
    SUCCEEDED = "succeeded"
    REJECTED = "rejected"
    UNKNOWN = "unknown"


SETTLED = (State.SUCCEEDED, State.REJECTED, State.UNKNOWN)
SPENT = (State.SUCCEEDED, State.REJECTED)
"""Ends after which nobody needs to know any more what was ordered."""


@dataclass(frozen=True, slots=True)
class Intent:
    """One thing to be done outside, once.

    `wake_at` is when a worker must look at it (again): when it is due, when a lease ends, or never
    (None) once everything it leads to has been told.
    """

    kind: str
    key: str
    order: bytes = field(repr=False)
    """What the performer needs to know. May be about a person, and is dropped once it is over."""
    cause: Envelope
    planned_at: datetime
    deadline_at: datetime
    wake_at: datetime | None
    state: State = State.PLANNED
    attempts: int = 0
    fence: int = 0
    interrupted: bool = False
    """The last attempt went out and no answer came: the process died, or its lease ran out."""
    code: str | None = None
    """Why the last attempt failed."""
    tells: tuple[Tell, ...] = ()
    about: str = ""
    """Whose it is, see `words.Plan`."""

    @property
    def id(self) -> str:
        """The business key with its kind: unique in the service."""
        return f"{self.kind}:{self.key}"

    def ordered(self, model: type[M]) -> M:
        """What was planned, as the message it was planned with."""
        return model.read(self.order)


def intended(plan: Plan, heard: Heard[Shape], now: datetime) -> Intent:
    """`plan` as an intent caused by `heard`."""
    return caused(plan, heard.envelope, now)


def caused(plan: Plan, cause: Envelope, now: datetime) -> Intent:
    """`plan` as an intent whose words will name `cause`, or the one it brings along."""
    return Intent(
        kind=plan.kind,
        key=plan.key,
        order=plan.order.body(),
        cause=plan.cause or cause,
        planned_at=now,
        deadline_at=now + timedelta(seconds=plan.deadline_seconds),
        wake_at=now + timedelta(seconds=plan.wait_seconds),
        about=plan.about,
    )


def settled(
    intent: Intent, state: State, tells: tuple[Tell, ...], code: str | None, wake_at: datetime
) -> Intent:
    """`intent` with its end. It stays awake until what it leads to has been told."""
    return replace(
        intent,
        state=state,
        tells=tells,
        code=code,
        interrupted=False,
        wake_at=wake_at if tells else None,
    )


def postponed(intent: Intent, code: str, until: datetime) -> Intent:
    """`intent` to be tried again at `until`."""
    return replace(intent, state=State.PLANNED, code=code, interrupted=False, wake_at=until)


def doubted(intent: Intent, code: str, now: datetime) -> Intent:
    """`intent` as if its answer had never come: whoever claims it next finds out before it acts."""
    return replace(intent, state=State.IN_FLIGHT, code=code, wake_at=now)


PERSONAL_TOPICS = tuple(topic.name for topic in topics.ALL if topic.personal)


def forgotten(intent: Intent) -> Intent:
    """`intent`, which is over, without what was ordered and without personal words left to tell."""
    kept = tuple(tell for tell in intent.tells if tell.topic not in PERSONAL_TOPICS)
    return replace(intent, order=b"", tells=kept)


class Intents(Protocol):
    """Where a service's intents are kept."""

    async def claim(self, now: datetime, lease: timedelta, most: int) -> Sequence[Intent]:
        """Up to `most` intents that are due, each ours until `now + lease`.

        Each has a new fencing number. One that was `in_flight` is handed over as interrupted.
        """
        ...

    async def settle(
        self, intent: Intent, changes: Sequence[Change] = (), planned: Sequence[Intent] = ()
    ) -> bool:
        """Whether the intent's new state, `changes` and what is `planned` next were kept.

        They were not if another owner has claimed it since. With a guarded change among them it is
        all or nothing. Without, `changes` may stand and the state may not: they come out the same
        when repeated, and whoever claims the intent next finds out.

        Raises:
            Conflict: a guarded change found nothing to change. Nothing was kept.
        """
        ...

    async def told(self, intents: Sequence[Intent]) -> None:
        """Nobody need look at these again, and the words are dropped: Kafka has them."""
        ...
