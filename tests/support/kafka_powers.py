"""What a principal can really do on a real broker, tried through librdkafka: not our client.

Nothing is taken from the tables of rights. Each power is tried on every topic and every group, and
what the broker let pass is returned.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future
from typing import Any

from confluent_kafka import Consumer, ConsumerGroupTopicPartitions, Producer, TopicPartition
from confluent_kafka.admin import (
    AclBinding,
    AclBindingFilter,
    AclOperation,
    AclPermissionType,
    AdminClient,
    AlterConfigOpType,
    ConfigEntry,
    ConfigResource,
    NewPartitions,
    NewTopic,
    ResourcePatternType,
    ResourceType,
    ScramCredentialInfo,
    ScramMechanism,
    UserScramCredentialUpsertion,
)
from confluent_kafka.error import KafkaError, KafkaException

from services._runtime.kafka_access import KafkaAccess

Power = tuple[str, str]
"""What is done, and to what."""

PATIENCE_SECONDS = 30.0
REFUSED = {
    KafkaError.TOPIC_AUTHORIZATION_FAILED,
    KafkaError.GROUP_AUTHORIZATION_FAILED,
    KafkaError.CLUSTER_AUTHORIZATION_FAILED,
}


def librdkafka(access: KafkaAccess) -> dict[str, Any]:
    """The same access in librdkafka's words."""
    return {
        "bootstrap.servers": access.servers,
        "security.protocol": "SASL_SSL",
        "sasl.mechanism": "SCRAM-SHA-512",
        "sasl.username": access.user,
        "sasl.password": access.password.get_secret_value(),
        "ssl.ca.location": str(access.ca_file),
        "log_level": 0,
    }


def powers(access: KafkaAccess, topics: Sequence[str], groups: Sequence[str]) -> set[Power]:
    """Everything that this principal was let do. Never raises for a refusal, only for surprises."""
    how = librdkafka(access)
    admin = AdminClient(how)
    # Of what it may not even know to exist, librdkafka would wait for a leader for ever.
    there = [name for name in topics if known(admin, name)]
    return {
        *(("read", name) for name in read(how, there)),
        *(("write", name) for name in written(how, topics)),
        *_on_topics(admin, topics, there),
        *_on_groups(admin, topics, groups),
        *_on_cluster(admin),
    }


def read(how: Mapping[str, Any], topics: Iterable[str]) -> set[str]:
    """The topics whose records were handed out: a record, or the word that there are no more."""
    settings = {"group.id": "unused", "enable.partition.eof": True, "auto.offset.reset": "earliest"}
    consumer = Consumer({**how, **settings, "enable.auto.commit": False})
    heard: set[str] = set()
    try:
        waiting = set(topics)
        consumer.assign([TopicPartition(name, 0, 0) for name in waiting])
        deadline = time.monotonic() + PATIENCE_SECONDS
        while waiting and time.monotonic() < deadline:
            said = consumer.poll(0.5)
            if said is None or said.topic() not in waiting:
                continue
            error = said.error()
            if error is None or error.code() == KafkaError._PARTITION_EOF:
                heard.add(said.topic())
            elif error.code() not in REFUSED:
                raise KafkaException(error)
            waiting.discard(said.topic())
    finally:
        consumer.close()
    if waiting:
        raise TimeoutError(f"neither handed out nor refused: {sorted(waiting)}")
    return heard


def known(admin: AdminClient, topic: str) -> bool:
    """Whether the broker says that this topic is there."""
    error = admin.list_topics(topic, timeout=PATIENCE_SECONDS).topics[topic].error
    if error is not None and error.code() not in REFUSED:
        raise KafkaException(error)
    return error is None


def written(how: Mapping[str, Any], topics: Iterable[str]) -> set[str]:
    """The topics that took a record."""
    took: set[str] = set()
    strange: list[KafkaError] = []

    def delivered(error: KafkaError | None, message: Any) -> None:
        if error is None or error.code() == KafkaError.TOPIC_EXCEPTION:  # Kafka's own: no format
            took.add(message.topic())
        elif error.code() not in REFUSED:
            strange.append(error)

    producer = Producer({**how, "acks": "all", "message.timeout.ms": PATIENCE_SECONDS * 1000})
    for name in topics:
        producer.produce(name, key=b"k", value=b"{}", partition=0, on_delivery=delivered)
    if producer.flush(PATIENCE_SECONDS) or strange:
        raise TimeoutError(f"neither taken nor refused: {strange}")
    return took


def _on_topics(admin: AdminClient, topics: Sequence[str], there: Sequence[str]) -> set[Power]:
    configs = [ConfigResource(ResourceType.TOPIC, name) for name in topics]
    days = ConfigEntry("retention.ms", "1", incremental_operation=AlterConfigOpType.SET)
    altered = [
        ConfigResource(ResourceType.TOPIC, name, incremental_configs=[days]) for name in topics
    ]
    tried = {
        "describe_configs": admin.describe_configs(configs),
        "alter_configs": admin.incremental_alter_configs(altered, validate_only=True),
        "alter": admin.create_partitions(
            [NewPartitions(name, 9) for name in topics], validate_only=True
        ),
        "delete_records": admin.delete_records([TopicPartition(name, 0, 0) for name in there]),
    }
    found = {
        (power, getattr(what, "name", None) or getattr(what, "topic", None) or what)
        for power, futures in tried.items()
        for what, future in futures.items()
        if allowed(future)
    }
    fresh = [NewTopic(name, 1, 1) for name in ("returns.fresh", "strange.fresh")]
    created = admin.create_topics(fresh, validate_only=True)
    return found | {("create", name) for name, future in created.items() if allowed(future)}


def _on_groups(admin: AdminClient, topics: Sequence[str], groups: Sequence[str]) -> set[Power]:
    found: set[Power] = set()
    for group in groups:
        looked = admin.list_consumer_group_offsets([ConsumerGroupTopicPartitions(group)])
        if allowed(looked[group]):
            found.add(("look", group))
        described = admin.describe_consumer_groups([group])
        if allowed(described[group]):
            found.add(("describe", group))
        # What topic one commits for is one's own affair, so all are tried at once.
        moved = [TopicPartition(name, 0, 0) for name in topics]
        commit = admin.alter_consumer_group_offsets([ConsumerGroupTopicPartitions(group, moved)])
        if _some(commit[group]):
            found.add(("commit", group))
        if allowed(admin.delete_consumer_groups([f"{group}"])[group]):
            found.add(("delete", group))
    return found


def _on_cluster(admin: AdminClient) -> set[Power]:
    everything = AclBindingFilter(
        ResourceType.ANY,
        None,
        ResourcePatternType.ANY,
        None,
        None,
        AclOperation.ANY,
        AclPermissionType.ANY,
    )
    mine = AclBinding(
        ResourceType.TOPIC,
        "strange",
        ResourcePatternType.LITERAL,
        "User:strange",
        "*",
        AclOperation.READ,
        AclPermissionType.ALLOW,
    )
    secret = UserScramCredentialUpsertion(
        "strange", ScramCredentialInfo(ScramMechanism.SCRAM_SHA_512, 4096), b"strange"
    )
    broker = [ConfigResource(ResourceType.BROKER, "1")]
    tried: dict[str, Callable[[], Future[Any]]] = {
        "create_acls": lambda: next(iter(admin.create_acls([mine]).values())),
        "alter_users": lambda: admin.alter_user_scram_credentials([secret])["strange"],
        "describe_broker": lambda: next(iter(admin.describe_configs(broker).values())),
    }
    found = {(power, "cluster") for power, attempt in tried.items() if allowed(attempt())}
    # Of these lists librdkafka says "empty" where the broker said "no"; there always are some.
    return found | (
        {("describe_acls", "cluster")} if admin.describe_acls(everything).result() else set()
    )


def allowed(future: Future[Any]) -> bool:
    """Whether it was let pass. What the broker then thought of it does not matter."""
    try:
        future.result(PATIENCE_SECONDS)
    except KafkaException as refused:
        return refused.args[0].code() not in REFUSED
    return True


def _some(future: Future[Any]) -> bool:
    """Whether anything of it was let pass."""
    try:
        answer = future.result(PATIENCE_SECONDS)
    except KafkaException as refused:
        return refused.args[0].code() not in REFUSED
    return any(part.error is None for part in answer.topic_partitions)
