"""What a simulator does wrong on purpose: told while it runs, and written down each time it bites.

    {"round": 3, "tricks": [{"kind": "busy", "about": "^8f3", "times": 2, "seconds": 30}]}

Whoever puts the system on trial writes this file (`Mischief.play`). A simulator that was started
with `--mischief FILE` looks into it before each thing it does, and notes each bite beside it. One
that was started without, as `retour up` and the demo do, can do no mischief at all.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field


class Trick(BaseModel):
    """One thing to do wrong. What each `kind` means is said by the simulator that knows it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: str
    about: str = ""
    """Only where this pattern is found in what it is about: a reference, a letter's marks."""
    step: str = ""
    """Only at this step of the simulator's work; empty is at every step."""
    times: int | None = Field(default=None, ge=0)
    """At most so often. None is until it is taken back."""
    once_each: bool = False
    """At most once for each thing it is about."""
    seconds: float = Field(default=60.0, ge=0)
    """For kinds that take their time, or ask for it."""
    code: int = 451
    """For kinds that answer with a code."""


class Bite(BaseModel):
    """A trick was played."""

    round: int
    trick: int
    """Which of the round's, counted from zero."""
    kind: str
    step: str
    about: str


class _Round(BaseModel):
    round: int = 0
    tricks: tuple[Trick, ...] = ()


class Mischief:
    """A file of tricks, and the ledger of their bites beside it. Neither need exist."""

    def __init__(self, file: Path) -> None:
        self._file, self._ledger = file, file.with_suffix(".bites")
        self._read: object = None
        self._round = _Round()
        self._bitten: Counter[int] = Counter()
        self._seen: set[tuple[int, str, str]] = set()

    def play(self, *tricks: Trick) -> int:
        """From the next thing the simulator does on, these are its tricks and no others.

        Says which round that is.
        """
        number = self._now().round + 1
        coming = self._file.with_suffix(".coming")
        coming.write_text(_Round(round=number, tricks=tricks).model_dump_json())
        coming.rename(self._file)
        return number

    def stop(self) -> None:
        """From now on it behaves."""
        self.play()

    def bites(self, since: int = 0) -> list[Bite]:
        """Every bite of this round and those after it, in order."""
        if not self._ledger.exists():
            return []
        whole, _, _ = self._ledger.read_bytes().rpartition(b"\n")  # the last may be half written
        found = [Bite.model_validate_json(line) for line in whole.splitlines()]
        return [bite for bite in found if bite.round >= since]

    def against(self, about: str, step: str) -> Trick | None:
        """The first trick that is due here, noted as played; None if nothing is."""
        self._look()
        for number, trick in enumerate(self._round.tricks):
            if trick.step not in ("", step) or not re.search(trick.about, about):
                continue
            if trick.times is not None and self._bitten[number] >= trick.times:
                continue
            if trick.once_each and (number, step, about) in self._seen:
                continue
            self._note(number, trick, step, about)
            return trick
        return None

    def _look(self) -> None:
        """The tricks are the file's, and those played before a restart count."""
        try:
            state = self._file.stat()
        except FileNotFoundError:
            return
        if (state.st_mtime_ns, state.st_ino) == self._read:
            return
        self._read = state.st_mtime_ns, state.st_ino
        self._round = self._now()
        before = self.bites(since=self._round.round)
        self._bitten = Counter(bite.trick for bite in before)
        self._seen = {(bite.trick, bite.step, bite.about) for bite in before}

    def _note(self, number: int, trick: Trick, step: str, about: str) -> None:
        bite = Bite(round=self._round.round, trick=number, kind=trick.kind, step=step, about=about)
        with self._ledger.open("ab") as ledger:
            ledger.write(bite.model_dump_json().encode() + b"\n")
        self._bitten[number] += 1
        self._seen.add((number, step, about))

    def _now(self) -> _Round:
        return (
            _Round.model_validate(json.loads(self._file.read_text()))
            if self._file.exists()
            else _Round()
        )


def kinds_of(bites: Sequence[Bite]) -> Counter[str]:
    """How often each kind bit."""
    return Counter(bite.kind for bite in bites)
