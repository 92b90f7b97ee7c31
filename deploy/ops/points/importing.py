"""An import: rows become points or places, and with `full`, what is missing is closed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from statistics import fmean
from typing import Final, Literal, TypeVar

from deploy.ops.points import reading
from deploy.ops.points.reading import Fault
from deploy.ops.points.rows import Row
from services.labels.app import Atlas, Place, Point, Spot

T = TypeVar("T")

Kind = Literal["points", "places"]
AT_ONCE: Final = 1_000
MOST_SHOWN: Final = 1_000
"""So many faults are remembered; a file with more of them is the wrong file."""


@dataclass
class Imported:
    """What became of a file: `kept` and `faulty` count its rows.

    `closed` is by carrier, and so is why nothing was.
    """

    kind: Kind
    rows: int = 0
    kept: int = 0
    faulty: int = 0
    faults: list[Fault] = field(default_factory=list)
    closed: dict[str, int] = field(default_factory=dict)
    not_closed: dict[str, str] = field(default_factory=dict)

    def blame(self, faults: Iterable[Fault]) -> None:
        """One more row that was left out."""
        self.faulty += 1
        self.faults += [*faults][: MOST_SHOWN - len(self.faults)]


@dataclass
class _Seen:
    """Which points a file names, those included that cannot be read."""

    first: dict[tuple[str, str], int] = field(default_factory=dict)
    """Line of each point that was kept."""
    unread: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    nameless: bool = False
    """There was a row of which nobody knows what it is about."""


async def places(atlas: Atlas, rows: Iterable[Row]) -> Imported:
    """Every place that can be read stands as the file says.

    Codes that are one to us, such as all of a British district, lie in the middle of their rows.
    """
    done, spots = Imported("places"), defaultdict[tuple[str, str], list[Spot]](list)
    for line, cells in rows:
        done.rows += 1
        found, faults = reading.place(line, cells)
        if faults:
            done.blame(faults)
        else:
            spots[found.country, found.postal_code].append(found.spot)
            done.kept += 1
    for batch in _batches(Place(*key, _mean(found)) for key, found in spots.items()):
        await atlas.keep_places(batch)
    return done


async def points(
    atlas: Atlas,
    rows: Iterable[Row],
    now: datetime,
    *,
    carrier: str | None = None,
    full: bool = False,
    force: bool = False,
) -> Imported:
    """Every point that can be read stands as the file says.

    With `full` the file is all there is of its carriers: what it does not name is closed, unless a
    row names nothing, or that would close more than half (`force` does it all the same).
    """
    done, seen, run = Imported("points"), _Seen(), now.isoformat()
    for batch in _batches(_points(rows, carrier, done, seen)):
        await atlas.keep_points(batch, run)
        done.kept += len(batch)
    for theirs, point_ids in seen.unread.items():
        await atlas.saw(theirs, point_ids, run)
    if full:
        yesterday = now.date() - timedelta(days=1)
        for theirs in sorted({theirs for theirs, _ in seen.first}):
            missing, there = await atlas.unseen(theirs, run, yesterday)
            if seen.nameless:
                done.not_closed[theirs] = "rows_without_id"
            elif 2 * missing > there and not force:
                done.not_closed[theirs] = "too_many_would_close"
            else:
                await atlas.close_unseen(theirs, run, yesterday)
                done.closed[theirs] = missing
    return done


def _points(
    rows: Iterable[Row], carrier: str | None, done: Imported, seen: _Seen
) -> Iterator[Point]:
    for line, cells in rows:
        done.rows += 1
        found, faults = reading.point(line, cells, carrier)
        key = (found.carrier, found.point_id)
        if not faults and key in seen.first:
            said = f"the same as in line {seen.first[key]}, which counts"
            faults = (Fault(line, "id_twice", "point_id", said),)
        if not faults:
            seen.first[key] = line
            yield found
            continue
        done.blame(faults)
        if found.point_id and found.carrier:
            seen.unread[found.carrier].add(found.point_id)
        else:
            seen.nameless = True


def _mean(spots: Sequence[Spot]) -> Spot:
    return Spot(fmean(s.latitude for s in spots), fmean(s.longitude for s in spots))


def _batches(found: Iterable[T]) -> Iterator[list[T]]:
    batch: list[T] = []
    for one in found:
        batch.append(one)
        if len(batch) == AT_ONCE:
            yield batch
            batch = []
    if batch:
        yield batch
