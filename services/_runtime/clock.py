"""What time it is: the database says, because all instances of a service share it.

A lease is a promise among instances, and so are a deadline and the day on which MongoDB drops what
is old. With clocks of their own they would break it: one whose clock is an hour ahead finds every
lease of the others over, and one that is behind finds nothing due. Between two looks the time goes
on by this machine's steady clock, which nobody can set.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import structlog
from pymongo.errors import PyMongoError

from services._runtime.mongo import Database
from services._runtime.words import Clock

log = structlog.get_logger()

LOOK_AGAIN_SECONDS = 10.0
LONGEST_LOOK_SECONDS = 1.0
"""An answer that took longer says too little about when it was given."""
WORTH_SAYING_SECONDS = 1.0


def utc_now() -> datetime:
    """What this machine believes."""
    return datetime.now(UTC)


class DatabaseClock:
    """Now, by the clock of the database; by this machine's own until it has been asked."""

    def __init__(
        self, db: Database, own: Clock = utc_now, steady: Callable[[], float] = time.monotonic
    ) -> None:
        self._db, self._own, self._steady = db, own, steady
        self._seen: tuple[datetime, float] | None = None
        """What it showed, and when that was by the steady clock."""

    def __call__(self) -> datetime:
        """See `words.Clock`."""
        if self._seen is None:
            return self._own()
        shown, at = self._seen
        return shown + timedelta(seconds=self._steady() - at)

    async def look(self) -> None:
        """From here on it shows what the database's clock shows, within half a round trip.

        Raises:
            PyMongoError: the database does not answer.
        """
        asked = self._steady()
        answer = await self._db.command("hello")
        answered = self._steady()
        if self._seen is not None and answered - asked > LONGEST_LOOK_SECONDS:
            return
        shown: datetime = answer["localTime"].replace(tzinfo=UTC)  # commands answer without zones
        before = self()
        self._seen = shown, (asked + answered) / 2
        off = (self() - before).total_seconds()
        if abs(off) > WORTH_SAYING_SECONDS:
            log.warning("clock_put_right", by_seconds=round(off, 3))

    async def keep_right(self) -> None:
        """Looks again every now and then, until cancelled. While nobody answers it runs on."""
        while True:
            await asyncio.sleep(LOOK_AGAIN_SECONDS)
            try:
                await self.look()
            except PyMongoError as error:
                log.warning("clock_not_looked_at", error=type(error).__name__)
