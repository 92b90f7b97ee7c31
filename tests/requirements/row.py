"""What a row of the table is: a requirement, and what is seen where it allows and where it refuses.

A case plays a scene by messages and returns what it saw. It asserts nothing itself: what must be
seen stands in the row, and the table compares.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Literal

from tests.requirements.scene import Scene

Play = Callable[[Scene], Awaitable[object]]
Side = Literal["allows", "refuses"]


@dataclass(frozen=True)
class Case:
    """One scene, and what must be seen in it."""

    row: Row
    side: Side
    play: Play
    seen: object

    @property
    def name(self) -> str:
        """Which requirement, which side, which scene."""
        return f"{self.row.requirement}-{self.side}-{self.play.__name__}"


@dataclass(eq=False)
class Row:
    """A requirement, who decides about it, and its cases."""

    requirement: str
    says: str
    services: tuple[str, ...] = ("rules",)
    """Who takes part in the scenes."""
    lacks: str = ""
    """What is not there yet, in a sentence."""
    cases: list[Case] = field(default_factory=list)

    def allows(self, *seen: object) -> Callable[[Play], Play]:
        """The scene below it goes through, and this is seen."""
        return self._case("allows", seen)

    def refuses(self, *seen: object) -> Callable[[Play], Play]:
        """The scene below it is refused or kept from the customer, and this is seen."""
        return self._case("refuses", seen)

    def of(self, side: Side) -> list[Case]:
        """Its cases of one side."""
        return [case for case in self.cases if case.side == side]

    def _case(self, side: Side, seen: tuple[object, ...]) -> Callable[[Play], Play]:
        def kept(play: Play) -> Play:
            self.cases.append(Case(self, side, play, seen[0] if len(seen) == 1 else seen))
            return play

        return kept
