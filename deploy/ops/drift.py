"""Topics that stand otherwise than the contracts want: named, and put right when asked.

`create` leaves a topic that exists as it is, so an upgrade that wants another setting needs this.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import UnknownTopicOrPartitionError, for_code

from deploy.ops.topics import wanted
from services._runtime.kafka_access import Kafka, clients

_SET_ON_THE_TOPIC: Final = 1
"""Kafka's `ConfigSource.DYNAMIC_TOPIC_CONFIG`: somebody set it, on this topic."""

Settings = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Drift:
    """One setting of one topic that is not as wanted."""

    topic: str
    setting: str
    is_: str
    wanted: str

    def __str__(self) -> str:
        return f"{self.topic}: {self.setting} is {self.is_}, wanted {self.wanted}"


async def drifts(kafka: Kafka) -> list[Drift]:
    """Every setting we want and do not have. Topics that are missing have none.

    What the contracts say nothing about, and how many partitions there are, is the operator's.

    Raises:
        KafkaError: the broker refused, or does not answer.
    """
    admin = AIOKafkaAdminClient(**clients(kafka))
    await admin.start()
    try:
        return _compared({name: stands for name, (stands, _) in (await _settings(admin)).items()})
    finally:
        await admin.close()


async def mend(kafka: Kafka) -> list[Drift]:
    """What was put right. Whatever else somebody set on a topic stays as it is.

    Raises:
        KafkaError: the broker refused, or does not answer. Some topics may be mended.
    """
    admin = AIOKafkaAdminClient(**clients(kafka))
    await admin.start()
    try:
        found = await _settings(admin)
        wrong = _compared({name: stands for name, (stands, _) in found.items()})
        resources = [
            ConfigResource(
                ConfigResourceType.TOPIC,
                name,
                # Kafka forgets what is not named here.
                {**found[name][1], **{d.setting: d.wanted for d in wrong if d.topic == name}},
            )
            for name in dict.fromkeys(drift.topic for drift in wrong)
        ]
        if resources:
            _succeeded(await admin.alter_configs(resources))
        return wrong
    finally:
        await admin.close()


def _compared(stands: Mapping[str, Settings]) -> list[Drift]:
    return [
        Drift(topic.name, setting, stands[topic.name].get(setting, "unset"), value)
        for topic in wanted()
        if topic.name in stands
        for setting, value in topic.topic_configs.items()
        if stands[topic.name].get(setting) != value
    ]


async def _settings(admin: AIOKafkaAdminClient) -> dict[str, tuple[Settings, Settings]]:
    """By topic: every setting, and those among them that somebody set on it."""
    names = [ConfigResource(ConfigResourceType.TOPIC, topic.name) for topic in wanted()]
    answers: Sequence[Any] = await admin.describe_configs(names)
    found: dict[str, tuple[Settings, Settings]] = {}
    for answer in answers:
        for code, says, _, name, entries in answer.resources:
            if code and for_code(code) is UnknownTopicOrPartitionError:
                continue
            if code:
                raise for_code(code)(f"{name}: {says}")
            stands = {entry[0]: entry[1] for entry in entries}
            ours = {e[0]: e[1] for e in entries if e[3] == _SET_ON_THE_TOPIC}
            found[name] = stands, ours
    return found


def _succeeded(answers: Sequence[Any]) -> None:
    for answer in answers:
        for code, says, _, name in answer.resources:
            if code:
                raise for_code(code)(f"{name}: {says}")
