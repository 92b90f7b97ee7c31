"""A person says what became of a label order that nobody could find out about."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from deploy.ops.dead_letters.refused import Refused
from deploy.ops.intents.listing import now_at, opened
from services._runtime.intents import State
from services._runtime.mongo import MongoAccess
from services.labels.app import Seen, Verdict, verdicts

_NUMBER: Final = re.compile(r"[A-Z0-9]{4,40}")


@dataclass(frozen=True)
class Resolved:
    """What was done about it."""

    intent: str
    fence: int
    state: str
    """`planned`: the service goes on. `rejected`: its customer was forgotten, and it is over."""


def checked(verdict: Verdict) -> Verdict:
    """The verdict, if it can be one.

    Raises:
        Refused: `no-reason`, `not-a-number`.
    """
    if not verdict.because.strip():
        raise Refused("no-reason", "say how you know: --because")
    if verdict.bought is not None and not _NUMBER.fullmatch(verdict.bought):
        raise Refused("not-a-number", "a tracking number is 4 to 40 capitals and digits")
    return verdict


async def resolve(
    access: MongoAccess, intent: str, fence: int | None, verdict: Verdict
) -> Resolved:
    """The verdict stands and the service goes on by it. `fence` is what the person saw, if said.

    Raises:
        Refused: `not-a-label`, `intent-unknown`, `not-unknown`, `changed-meanwhile`.
    """
    if not intent.startswith("issue_label:"):
        raise Refused("not-a-label", f"{intent} is no order of a label")
    async with verdicts(access) as desk, opened(access, ["labels"]) as client:
        seen = _still_in_doubt(intent, await desk.seen(intent), fence)
        state = await desk.decide(seen, verdict, await now_at(client))
    if state is None:
        raise Refused("changed-meanwhile", f"{intent} is not as it was: look again")
    return Resolved(intent, seen.fence, state.value)


def _still_in_doubt(intent: str, seen: Seen | None, fence: int | None) -> Seen:
    if seen is None:
        raise Refused("intent-unknown", f"{intent} is no intent of labels")
    if fence is not None and seen.fence != fence:
        raise Refused("changed-meanwhile", f"{intent} is at fence {seen.fence}: look again")
    if seen.state != State.UNKNOWN:
        raise Refused("not-unknown", f"{intent} is {seen.state}: there is nothing to decide")
    return seen
