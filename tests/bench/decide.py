"""Section *decide*: `request-return` in, verdict out, one process, one core, alternating rounds."""

from __future__ import annotations

import asyncio
import json
import os
import statistics
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from hashlib import blake2b
from pathlib import Path
from typing import Any
from uuid import uuid4

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from contracts import topics
from deploy.local.stack import Stack
from deploy.ops.topics import create
from tests.bench import work

ROUND = ("librdkafka", "ours", "ours_durable", "tutorial")
SHARE = {"tutorial": 0.2}
"""The tutorial is so slow that it gets a fifth of the messages; a rate is a rate."""
LIMIT_SECONDS = 300
GOALS = (
    ("ours", "librdkafka", 0.4),
    ("ours", "tutorial", 15.0),
    ("ours_durable", "tutorial", 3.0),
)
VERDICTS = (topics.RETURN_APPROVED.name, topics.RETURN_REJECTED.name)


def measure(rounds: int, count: int) -> dict[str, Any]:
    """The readings of every round, ratios taken inside a round, and whether outputs were equal."""
    with Stack(services=(), tell=lambda line: print(line, file=sys.stderr)) as stack:
        _pin((process.pid for process in stack.parts.values()), core=1)
        asyncio.run(_prepare(stack.kafka, count))
        readings: list[dict[str, dict[str, float]]] = []
        digests: Counter[str] = Counter()
        for number in range(rounds):
            order = ROUND if number % 2 == 0 else tuple(reversed(ROUND))
            found: dict[str, dict[str, float]] = {}
            for name in order:
                before = asyncio.run(_ends(stack.kafka, _outputs(name)))
                share = int(count * SHARE.get(name, 1.0))
                found[name] = _run(stack, name, share)
                digest = asyncio.run(_digest(stack.kafka, before, name))
                if share == count:
                    digests[digest] += 1
                print(f"round {number + 1} {name}: {_rate(found[name]):,.0f}/s", file=sys.stderr)
            readings.append(found)
    if len(digests) != 1:
        raise SystemExit(f"outputs differ between contenders: {digests}")
    return _summary(readings, count)


def _run(stack: Stack, name: str, count: int) -> dict[str, float]:
    group = f"bench-{name}-{uuid4().hex[:8]}"
    command = [sys.executable, "-m", "tests.bench.contenders", name, "--kafka", stack.kafka]
    command += ["--mongo", stack.mongo, "--group", group, "--count", str(count)]
    ended = subprocess.run(
        command,
        stdout=subprocess.PIPE,
        timeout=LIMIT_SECONDS,
        check=True,
        preexec_fn=lambda: os.sched_setaffinity(0, {0}),
    )
    reading: dict[str, float] = json.loads(ended.stdout.splitlines()[-1])
    return reading


def _pin(pids: Iterator[int], core: int) -> None:
    """Every thread of these processes runs on this core: the contenders have the other alone."""
    if (os.cpu_count() or 1) < 2:
        return
    for pid in pids:
        for thread in Path(f"/proc/{pid}/task").iterdir():
            os.sched_setaffinity(int(thread.name), {core})


async def _prepare(kafka: str, count: int) -> None:
    """The requests lie on Kafka before any clock runs."""
    await create(kafka, partitions=4)
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka)
    await admin.start()
    await admin.create_topics([NewTopic("bench-tutorial", 4, 1)])
    await admin.close()
    producer = AIOKafkaProducer(
        bootstrap_servers=kafka, acks="all", linger_ms=20, max_batch_size=262144
    )
    await producer.start()
    sent = []
    for number in range(count):
        message = work.request(number)
        headers = work.envelope(message).headers()
        key = work.INPUT.key_of(message)
        sent.append(await producer.send(work.INPUT.name, message.body(), key=key, headers=headers))
    await asyncio.gather(*sent)
    await producer.stop()


def _outputs(name: str) -> Sequence[str]:
    return ("bench-tutorial",) if name == "tutorial" else VERDICTS


async def _ends(kafka: str, names: Sequence[str]) -> dict[TopicPartition, int]:
    async with AIOKafkaConsumer(bootstrap_servers=kafka) as consumer:
        return dict(
            await consumer.end_offsets([TopicPartition(n, p) for n in names for p in range(4)])
        )


async def _digest(kafka: str, before: Mapping[TopicPartition, int], name: str) -> str:
    """What this round told, in whatever order. Void if a message came twice or not at all."""
    after = await _ends(kafka, _outputs(name))
    told: list[bytes] = []
    async with AIOKafkaConsumer(bootstrap_servers=kafka, max_poll_records=5000) as consumer:
        consumer.assign(list(after))
        for place, start in before.items():
            consumer.seek(place, start)
        for place, end in after.items():
            while await consumer.position(place) < end:
                for record in (await consumer.getmany(place, timeout_ms=1000)).get(place, []):
                    identity = dict(record.headers).get("ce_id", b"")
                    told.append(
                        b"|".join(
                            (record.topic.encode(), record.key or b"", identity, record.value)
                        )
                    )
    return blake2b(b"\n".join(sorted(told)), digest_size=8).hexdigest() + f" ({len(told)})"


def _rate(reading: Mapping[str, float]) -> float:
    return reading["count"] / reading["seconds"]


def _summary(readings: Sequence[Mapping[str, Mapping[str, float]]], count: int) -> dict[str, Any]:
    rows = {}
    for name in ROUND:
        rates = [_rate(found[name]) for found in readings]
        cpu = [found[name]["cpu_seconds"] / found[name]["count"] * 1e6 for found in readings]
        rows[name] = {
            "messages_per_second": _spread(rates),
            "cpu_microseconds_per_message": _spread(cpu),
            "against_librdkafka": _spread(
                [_rate(f[name]) / _rate(f["librdkafka"]) for f in readings]
            ),
            "against_tutorial": _spread([_rate(f[name]) / _rate(f["tutorial"]) for f in readings]),
        }
    goals = []
    for name, base, wanted in GOALS:
        ratio = rows[name][f"against_{base}"]["median"]
        goals.append(
            {"goal": f"{name} >= {wanted} x {base}", "measured": ratio, "met": ratio >= wanted}
        )
    return {
        "section": "decide",
        "count": count,
        "rounds": len(readings),
        "rows": rows,
        "goals": goals,
    }


def _spread(values: Sequence[float]) -> dict[str, float]:
    return {"median": statistics.median(values), "low": min(values), "high": max(values)}
