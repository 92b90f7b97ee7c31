"""Which letters an operator means, and which of them somebody has seen to already. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from contracts.dead_letters import LetterHandled
from contracts.topics import SERVICES
from deploy.ops.dead_letters.letter import Letter, Origin, Place
from deploy.ops.dead_letters.refused import Refused

_AGO: Final = re.compile(r"([0-9]{1,6})(s|m|h|d)")
_UNITS: Final = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


@dataclass(frozen=True, slots=True)
class Choice:
    """Filters. An empty one lets everything through; several must all be met."""

    services: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    """The original ones."""
    since: datetime | None = None
    until: datetime | None = None
    """Parked at or after `since`, and before `until`."""
    places: tuple[Place, ...] = ()
    handled_too: bool = False

    def __post_init__(self) -> None:
        for service in self.services:
            if service not in SERVICES:
                raise Refused("no-such-service", f"{service!r} is none of {', '.join(SERVICES)}")

    @property
    def meant(self) -> tuple[str, ...]:
        """The services whose letters have to be read."""
        named = {place.service for place in self.places} or set(self.services) or set(SERVICES)
        return tuple(service for service in SERVICES if service in named)

    @property
    def narrows(self) -> bool:
        """Whether it says anything at all."""
        given = (self.services, self.codes, self.topics, self.places, self.since, self.until)
        return any(bool(part) for part in given)

    def takes(self, letter: Letter) -> bool:
        """Whether `letter` passes."""
        return (
            (not self.services or letter.place.service in self.services)
            and (not self.codes or letter.code in self.codes)
            and (not self.topics or letter.origin.topic in self.topics)
            and (self.since is None or letter.failed_at >= self.since)
            and (self.until is None or letter.failed_at < self.until)
            and (not self.places or letter.place in self.places)
        )


class Found(NamedTuple):
    """A letter, and what was done about it if anything was."""

    letter: Letter
    handled: LetterHandled | None


def chosen(
    letters: Iterable[Letter], handled: Mapping[tuple[str, Origin], LetterHandled], choice: Choice
) -> list[Found]:
    """The letters that are meant, oldest first; of those parked twice, the first.

    `handled` is the audit, by service and record.
    """
    found: dict[tuple[str, Origin], Found] = {}
    for letter in letters:
        which = (letter.place.service, letter.origin)
        if not choice.takes(letter) or (which in handled and not choice.handled_too):
            continue
        known = found.get(which)
        if known is None or letter.place < known.letter.place:
            found[which] = Found(letter, handled.get(which))
    return sorted(found.values(), key=lambda one: (one.letter.failed_at, one.letter.place))


def moment(text: str, now: datetime) -> datetime:
    """`2026-03-10T09:00:00Z`, or `90m`, `36h`, `7d` before `now`.

    Raises:
        Refused: `not-a-time`.
    """
    if ago := _AGO.fullmatch(text):
        return now - timedelta(**{_UNITS[ago[2]]: int(ago[1])})
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise Refused(
            "not-a-time", f"{text!r}: write 2026-03-10T09:00:00Z with its zone, or 90m, 36h, 7d"
        )
    return found
