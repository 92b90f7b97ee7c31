"""The samples: one message of every topic, all from one story."""

from __future__ import annotations

from typing import Any

from contracts.topics import ALL
from deploy.contracts import asking, otherwise, returning, sending


def samples() -> dict[str, dict[str, Any]]:
    """One record per topic name, in the order of the story. The same every time.

    Raises:
        ValueError: a topic has no sample, or two.
    """
    found: dict[str, dict[str, Any]] = {}
    for told in (*asking.told(), *returning.told(), *otherwise.told(), *sending.told()):
        if told.topic.name in found:
            raise ValueError(f"two samples of {told.topic.name}")
        found[told.topic.name] = told.sample()
    if missing := [topic.name for topic in ALL if topic.name not in found]:
        raise ValueError(f"no sample of {', '.join(missing)}")
    return {topic.name: found[topic.name] for topic in ALL}
