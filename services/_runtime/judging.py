"""From messages of one topic to what is told: decided once, kept, then told, a batch at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any

import structlog

from services._runtime.dead_letters import parked
from services._runtime.errors import Conflict, Permanent, Unavailable, is_ours_to_bear
from services._runtime.intents import Intent, intended
from services._runtime.ledger import Ledger
from services._runtime.words import Change, Clock, Decision, Heard, Outcome, Route, Tell, worded

log = structlog.get_logger()

TRIES = 3
"""How often a message that fails for no known reason is tried before it is parked."""
RACES = 20
"""How often a decision may be overtaken before that counts as a failure."""
_KEY_MARK = 4


@dataclass(slots=True)
class Batch:
    """What one batch comes to: what to tell, parked letters among it, and what was planned."""

    tells: list[Tell] = field(default_factory=list)
    parked: int = 0
    decided: int = 0
    repeated: int = 0
    planned: int = 0


class Judge:
    """Takes the decisions of one service through its ledger."""

    def __init__(self, service: str, ledger: Ledger, now: Clock, key: bytes = b"") -> None:
        self._service, self._ledger, self._now, self._key = service, ledger, now, key

    async def judge(self, route: Route[Any], heard: Sequence[Heard[Any]], batch: Batch) -> None:
        """Every message is decided and kept, or parked; `batch` holds what to tell.

        A message on which the handler stumbles is cut out: it is tried alone, then parked, and its
        neighbours go on.

        Raises:
            PyMongoError and its like: the store is down. Nothing of this route was told.
        """
        if route.once is not None:
            # A null value decides nothing: it is there for compaction, to erase what it follows.
            heard = [one for one in heard if one.message is not None]
        try:
            await self._settle(route, heard, batch)
        except Exception as error:
            # Whatever the handler raised. An outage is the partition's business, and memory this
            # process's; anything else is some message's, and is found by asking one at a time.
            if is_ours_to_bear(error):
                raise
            if len(heard) == 1:
                await self._alone(route, heard[0], error, batch)
                return
            log.warning(
                "batch_split", topic=route.topic.name, size=len(heard), error=type(error).__name__
            )
            for one in heard:
                await self.judge(route, [one], batch)

    def park(self, record: Any, refused: Permanent, batch: Batch, attempts: int = 1) -> None:
        """The record will be told to the dead letters with the rest of its batch."""
        batch.tells.append(parked(record, refused, self._service, attempts, self._now()))
        batch.parked += 1
        log.warning(
            "message_parked",
            topic=record.topic,
            partition=record.partition,
            offset=record.offset,
            code=refused.code,
        )

    async def _alone(
        self, route: Route[Any], one: Heard[Any], error: Exception, batch: Batch
    ) -> None:
        for attempt in range(1, TRIES + 1):
            if isinstance(error, Permanent):
                self.park(one.record, error, batch, attempt)
                return
            if attempt == TRIES:
                break
            await asyncio.sleep(0.1 * 2**attempt)
            try:
                await self._settle(route, [one], batch)
            except Exception as again:  # see `judge`
                if is_ours_to_bear(again):
                    raise
                error = again
            else:
                return
        log.error("message_unexpected", topic=route.topic.name, exc_info=error)
        unexpected = Permanent("unexpected", type(error).__name__)
        unexpected.__cause__ = error
        self.park(one.record, unexpected, batch, TRIES)

    async def _settle(self, route: Route[Any], heard: Sequence[Heard[Any]], batch: Batch) -> None:
        for race in range(RACES):
            attempt = Batch()
            try:
                if route.once is None:
                    await self._kept(route, heard, attempt)
                else:
                    await self._decided_once(route, route.once, heard, attempt)
            except Conflict:
                await asyncio.sleep(min(0.002 * 2**race, 0.25))  # let whoever was faster finish
                continue
            _merge(batch, attempt)
            return
        # A process that was killed inside a transaction holds its locks until the server gives up
        # on it. That is no fault of these messages: they wait.
        raise Unavailable("store_contended")

    async def _kept(self, route: Route[Any], heard: Sequence[Heard[Any]], batch: Batch) -> None:
        """Writes that come out the same when repeated: nothing to remember, nothing to tell."""
        changes: list[Change] = []
        intents: list[Intent] = []
        forget: list[str] = []
        for one, outcome in zip(heard, await route.handle(heard), strict=True):
            if isinstance(outcome, Permanent):
                self.park(one.record, outcome, batch)
                continue
            if outcome.tell:
                raise Permanent(
                    "not_once", f"{route.topic.name} is not decided once, so it may tell nothing"
                )
            changes += outcome.keep
            forget += outcome.forget
            intents += (intended(plan, one, self._now()) for plan in outcome.plan)
        await self._ledger.keep((), changes, intents, forget)
        batch.planned += len(intents)

    async def _decided_once(
        self,
        route: Route[Any],
        identity_of: Callable[[Heard[Any]], str],
        heard: Sequence[Heard[Any]],
        batch: Batch,
    ) -> None:
        identities = [f"{route.topic.name} {identity_of(one)}" for one in heard]
        known = dict(await self._ledger.decided(identities))
        digests = [digest_of(one, self._key) for one in heard]
        fresh: dict[str, tuple[Heard[Any], bytes]] = {}
        for identity, one, digest in zip(identities, heard, digests, strict=True):
            if identity not in known:
                fresh.setdefault(identity, (one, digest))
        outcomes = await route.handle([one for one, _ in fresh.values()]) if fresh else ()
        refused: dict[str, Permanent] = {}
        decisions: list[Decision] = []
        changes: list[Change] = []
        intents: list[Intent] = []
        for (identity, (one, digest)), outcome in zip(fresh.items(), outcomes, strict=True):
            if isinstance(outcome, Permanent):
                refused[identity] = outcome
                continue
            decisions.append(self._decision(identity, one, digest, outcome))
            changes += outcome.keep
            intents += (intended(plan, one, self._now()) for plan in outcome.plan)
        if decisions:
            await self._ledger.keep(decisions, changes, intents)
        batch.decided, batch.planned = len(decisions), len(intents)
        known |= {decision.identity: decision for decision in decisions}
        for identity, one, digest in zip(identities, heard, digests, strict=True):
            self._answer(one, digest, known.get(identity), refused.get(identity), batch)
        batch.repeated = len(heard) - len(fresh)

    def _decision(
        self, identity: str, one: Heard[Any], digest: bytes, outcome: Outcome
    ) -> Decision:
        at = self._now()
        tells = tuple([worded(m, one.envelope, self._service, at) for m in outcome.tell])
        return Decision(identity, digest, tells, at)

    def _answer(
        self,
        one: Heard[Any],
        digest: bytes,
        decision: Decision | None,
        refused: Permanent | None,
        batch: Batch,
    ) -> None:
        if refused is not None:
            self.park(one.record, refused, batch)
        elif decision is not None and not may_be_same(decision.digest, digest):
            self.park(
                one.record, Permanent("id_reuse", "decided before, with other content"), batch
            )
        elif decision is not None:
            batch.tells += decision.tells


def digest_of(one: Heard[Any], key: bytes = b"") -> bytes:
    """What tells a repeat from another message under the same identity: 4 bytes and 16 of BLAKE2b.

    Of the message alone: an order given twice, each time in an envelope of its own, is one order.
    Keyed, because who has a digest of few words can try them all; the first four bytes say by
    which key, and not what it is.
    """
    by = blake2b(key, digest_size=_KEY_MARK, person=b"retour key").digest()
    return by + blake2b(one.data, digest_size=16, key=key, person=b"retour decision").digest()


def may_be_same(kept: bytes, digest: bytes) -> bool:
    """Whether both may be of one message. Digests by different keys cannot be told apart.

    So a key may be replaced while messages are under way: what was decided before is told again.
    """
    return kept == digest or kept[:_KEY_MARK] != digest[:_KEY_MARK]


def _merge(batch: Batch, more: Batch) -> None:
    batch.tells += more.tells
    batch.parked += more.parked
    batch.decided += more.decided
    batch.repeated += more.repeated
    batch.planned += more.planned
