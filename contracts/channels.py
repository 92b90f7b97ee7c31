"""Topics as AsyncAPI channels: their names there, and Kafka's own settings of them.

Source: AsyncAPI specification 3.0.0; Kafka bindings 0.5.0.
"""

from __future__ import annotations

from typing import Any, Final

from contracts.topics import Kept

BINDING: Final = "0.5.0"
"""Of AsyncAPI's Kafka bindings."""
_DAY: Final = 24 * 60 * 60 * 1000


def channel_name(topic: str) -> str:
    """`returns.refund-due.v1` is the channel `refund-due-v1`."""
    return topic.removeprefix("returns.").replace(".", "-")


def topic_configuration(kept: Kept, *, erasable: bool = False) -> dict[str, Any]:
    """Kafka's own settings of a topic kept that long. `long` is until an operator decides.

    An erasable one is compacted too, so that a null value takes away what stands under its key
    before its days are over.
    """
    if kept == "compacted":
        return {"cleanup.policy": ["compact"]}
    policy = ["compact", "delete"] if erasable else ["delete"]
    return {"cleanup.policy": policy, "retention.ms": -1 if kept == "long" else kept * _DAY}


def bindings(kept: Kept, *, erasable: bool = False) -> dict[str, Any]:
    """The same, as a channel says it."""
    configuration = topic_configuration(kept, erasable=erasable)
    return {"kafka": {"topicConfiguration": configuration, "bindingVersion": BINDING}}
