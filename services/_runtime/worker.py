"""The worker of a service: claims what is due, does it, keeps what became of it, tells it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from random import Random
from typing import Protocol

import structlog

from contracts.shape import Shape
from services._runtime.errors import Conflict, Fault, Permanent, is_outage, is_store_down
from services._runtime.intents import (
    SETTLED,
    Intent,
    Intents,
    State,
    caused,
    doubted,
    postponed,
    settled,
)
from services._runtime.speaker import Speaker
from services._runtime.words import Change, Clock, Plan, worded

log = structlog.get_logger()

LEASE = timedelta(seconds=20)
LONGEST_CALL_SECONDS = 15.0
OF_A_LEASE = 0.75
"""A deed must end before its lease does, or somebody else may begin it: at most so much of it."""
FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 1.0, 300.0
NEVER_FOUND_OUT = "never_found_out"
"""Code of a deed in doubt that could not be looked into until its deadline."""


@dataclass(frozen=True, slots=True)
class Done:
    """It is done. `tell` says so, `keep` remembers it, `plan` is what comes of it later."""

    tell: tuple[Shape, ...] = ()
    keep: tuple[Change, ...] = ()
    plan: tuple[Plan, ...] = ()


@dataclass(frozen=True, slots=True)
class Again:
    """It certainly was not done, and may be tried again. `keep` and `plan` are as in `Done`."""

    code: str
    after_seconds: float | None = None
    keep: tuple[Change, ...] = ()
    plan: tuple[Plan, ...] = ()


@dataclass(frozen=True, slots=True)
class Doubted:
    """It may have been done, and nobody can tell yet: `recover` looks again.

    By default when its lease would have ended. After its deadline it is as `Unknown`.
    """

    code: str
    after_seconds: float | None = None
    plan: tuple[Plan, ...] = ()


@dataclass(frozen=True, slots=True)
class Rejected:
    """It was refused for good."""

    code: str
    tell: tuple[Shape, ...] = ()
    keep: tuple[Change, ...] = ()


@dataclass(frozen=True, slots=True)
class Unknown:
    """It may have been done, and nobody can tell: a person decides."""

    code: str


Deed = Done | Again | Doubted | Rejected | Unknown


class Performer(Protocol):
    """Does one kind of thing outside."""

    async def perform(self, intent: Intent) -> Deed:
        """Do it. Called once per attempt."""
        ...

    async def recover(self, intent: Intent) -> Deed:
        """An attempt went out and its answer was lost: find out, or repeat what is safe to."""
        ...

    async def give_up(self, intent: Intent, code: str) -> Rejected:
        """Its deadline has passed: say so to whom it concerns."""
        ...


class Worker:
    """Runs beside the consumer of its service until `stop`. Effects outside happen only here."""

    def __init__(
        self,
        service: str,
        intents: Intents,
        speaker: Speaker,
        performers: Mapping[str, Performer],
        now: Clock,
        at_once: int = 16,
        idle_seconds: float = 0.5,
        lease: timedelta = LEASE,
    ) -> None:
        self._service, self._intents, self._speaker = service, intents, speaker
        self._performers, self._now = performers, now
        self._at_once, self._idle_seconds, self._lease = at_once, idle_seconds, lease
        self._woken, self._stopping = asyncio.Event(), asyncio.Event()
        self._busy: set[asyncio.Task[None]] = set()
        self._loop: asyncio.Task[None] | None = None
        self._dice = Random(service)  # noqa: S311 - spreads retries, guards nothing
        self.waiting_for_dependency = False

    def start(self) -> None:
        """The worker looks for what is due, now and whenever it is woken."""
        self._loop = asyncio.create_task(self._run(), name=f"worker-{self._service}")

    def wake(self) -> None:
        """Something was planned: look at once."""
        self._woken.set()

    async def stop(self, seconds: float = 20.0) -> None:
        """Nothing new is begun; what was begun ends, or is left to its lease after `seconds`."""
        self._stopping.set()
        self._woken.set()
        if self._loop is not None:
            await self._loop
        if self._busy:
            _, late = await asyncio.wait(self._busy, timeout=seconds)
            for task in late:
                task.cancel()

    async def _run(self) -> None:
        pause = self._idle_seconds
        while not self._stopping.is_set():
            self._woken.clear()
            try:
                found = await self.look()
            except (
                Exception
            ) as error:  # the loop must outlive whatever ails the store; it says so and waits
                if not is_outage(error):
                    log.exception("worker_stumbled")
                self.waiting_for_dependency = True
                pause = min(pause * 2, 30.0)
            else:
                self.waiting_for_dependency, pause = False, self._idle_seconds
                if found:
                    continue
            await self._rest(pause)

    async def _rest(self, seconds: float) -> None:
        """Until woken, until a hand is free, or for `seconds`."""
        woken = asyncio.ensure_future(self._woken.wait())
        try:
            await asyncio.wait(
                {woken, *self._busy}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED
            )
        finally:
            woken.cancel()

    async def look(self) -> int:
        """How many intents were claimed. Each is being done when this returns."""
        free = self._at_once - len(self._busy)
        if free <= 0:
            return 0
        claimed = await self._intents.claim(self._now(), self._lease, free)
        for intent in claimed:
            task = asyncio.create_task(self._see_to(intent), name=intent.id)
            self._busy.add(task)
            task.add_done_callback(self._busy.discard)
        return len(claimed)

    async def finish(self) -> None:
        """Everything begun so far has ended."""
        while self._busy:
            await asyncio.wait(set(self._busy))

    async def _see_to(self, intent: Intent) -> None:
        """Nothing escapes: whatever happens here, the lease brings the intent back."""
        with structlog.contextvars.bound_contextvars(
            intent=intent.id, message_id=intent.cause.id, story=intent.cause.story
        ):
            try:
                await self._carry_out(intent)
            except (
                Exception
            ) as error:  # a store or broker that is down: the lease ends, and it is told again
                log.warning(
                    "intent_left_to_its_lease",
                    error=type(error).__name__,
                    exc_info=not is_outage(error),
                )

    async def _carry_out(self, intent: Intent) -> None:
        if intent.state not in SETTLED:
            deed = await self._deed(intent)
            ended, changes = self._ended(intent, deed)
            plans = deed.plan if isinstance(deed, Done | Again | Doubted) else ()
            planned = [caused(plan, intent.cause, self._now()) for plan in plans]
            try:
                if not await self._intents.settle(ended, changes, planned):
                    log.warning("intent_lost_to_another_owner")
                    return
            except Conflict:
                # What it was decided on has changed, and nothing was kept: it is decided again, at
                # once. What went out is not repeated blindly, hence in doubt.
                await self._intents.settle(doubted(intent, "conflict", self._now()))
                self._woken.set()
                return
            log.info("attempt_ended", state=ended.state, attempts=ended.attempts, code=ended.code)
            intent = ended
        if intent.tells:
            await self._speaker.tell(intent.tells)
            await self._intents.told([intent])

    async def _deed(self, intent: Intent) -> Deed:
        performer = self._performers[intent.kind]
        overdue = self._now() > intent.deadline_at and intent.attempts > 1
        if overdue and not intent.interrupted:
            return await performer.give_up(intent, intent.code or "deadline_passed")
        try:
            async with asyncio.timeout(self._longest_call_seconds):
                return await (performer.recover if intent.interrupted else performer.perform)(
                    intent
                )
        except Exception as error:
            # A performer names every answer it knows. What it does not know leaves the call in
            # doubt, so the intent stays in flight: its lease ends, and `recover` finds out.
            log.warning(
                "attempt_in_doubt", error=type(error).__name__, exc_info=not is_outage(error)
            )
            late = self._now() > intent.deadline_at
            if late and intent.interrupted and not is_store_down(error):
                # It was looked into until its deadline and nobody found out: a person must.
                return Unknown(error.code if isinstance(error, Fault) else NEVER_FOUND_OUT)
            raise

    def _ended(self, intent: Intent, deed: Deed) -> tuple[Intent, Sequence[Change]]:
        now = self._now()
        match deed:
            case Again(code, after, keep):
                return postponed(
                    intent, code, now + timedelta(seconds=after or self._pause(intent.attempts))
                ), keep
            case Doubted(code, after) if now <= intent.deadline_at:
                soon = self._lease if after is None else timedelta(seconds=after)
                return doubted(intent, code, now + soon), ()
            case Doubted(code):
                return settled(intent, State.UNKNOWN, (), code, now + self._lease), ()
            case Unknown(code):
                return settled(intent, State.UNKNOWN, (), code, now + self._lease), ()
            case Rejected(code, tell, keep):
                return self._told(intent, State.REJECTED, code, tell), keep
            case Done(tell, keep, _):
                return self._told(intent, State.SUCCEEDED, None, tell), keep

    def _told(
        self, intent: Intent, state: State, code: str | None, tell: Sequence[Shape]
    ) -> Intent:
        """The intent with its end and its words.

        If they cannot be said (`too_large_to_tell`), it is over all the same: what was done is
        done, trying again would not shorten them, and a person finds the intent as unknown.
        """
        now = self._now()
        try:
            words = tuple(
                worded(m, intent.cause, self._service, now, _apart(intent.id, tell[:place], m))
                for place, m in enumerate(tell)
            )
        except Permanent as unspeakable:
            log.error("deed_cannot_be_told", code=unspeakable.code, would_be=state)  # noqa: TRY400  # its code says it all
            return settled(intent, State.UNKNOWN, (), unspeakable.code, now + self._lease)
        return settled(intent, state, words, code, now + self._lease)

    @property
    def _longest_call_seconds(self) -> float:
        return min(LONGEST_CALL_SECONDS, OF_A_LEASE * self._lease.total_seconds())

    def _pause(self, attempts: int) -> float:
        return longest_pause_seconds(attempts) * self._dice.uniform(0.5, 1.0)


def _apart(intent: str, before: Sequence[Shape], message: Shape) -> str:
    """What tells this message from others of its kind that the same deed leads to."""
    same = sum(type(one) is type(message) for one in before)
    return f"{intent}#{same}" if same else intent


def longest_pause_seconds(attempts: int) -> float:
    """How long it may take until what failed so often is tried again, if nobody says how long."""
    doublings = min(max(attempts - 1, 0), 30)
    return min(FIRST_PAUSE_SECONDS * 2.0**doublings, LONGEST_PAUSE_SECONDS)
