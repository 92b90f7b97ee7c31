"""How long Kafka keeps what lies on a topic, and how soon it lets go of what was erased. Pure.

A topic's days alone promise nothing: Kafka deletes and compacts whole segments, never the one it
still writes to, and begins a new one every seven days if nobody says otherwise. So the segments of
everything that goes are short here.

What a null value erases is gone `ERASED_WITHIN_DAYS` later: its segment is closed after six hours,
by the next record that comes to its partition, may be compacted after one day and must be after
two. Where nothing comes, nothing closes; erasing once more closes it.
"""

from __future__ import annotations

from typing import Final

from contracts.channels import topic_configuration
from contracts.topics import DEAD_LETTERS_KEPT_DAYS, Kept

HOUR_MS: Final = 3600 * 1000
DAY_MS: Final = 24 * HOUR_MS
SEGMENT_MS: Final = 6 * HOUR_MS
ERASED_WITHIN_DAYS: Final = 3


def settings(kept: Kept, *, erasable: bool = False) -> dict[str, str]:
    """The settings of a topic that is kept so long, and erasable by null values or not."""
    said = topic_configuration(kept, erasable=erasable)
    found = {
        "cleanup.policy": ",".join(said["cleanup.policy"]),
        "retention.ms": str(said.get("retention.ms", -1)),
    }
    if kept == "compacted":
        found["min.cleanable.dirty.ratio"] = "0.1"
    if isinstance(kept, int) or erasable:
        found["segment.ms"] = str(SEGMENT_MS)
    if erasable:
        found["max.compaction.lag.ms"] = str(2 * DAY_MS)
    if erasable and kept == "compacted":
        # Every service must hear it, and whoever was away for longer must begin anew.
        found["delete.retention.ms"] = str(DEAD_LETTERS_KEPT_DAYS * DAY_MS)
    if erasable and kept != "compacted":
        # Two orders under one key are both heard, even by a service that was away for a day.
        found["min.compaction.lag.ms"] = str(DAY_MS)
    return found
