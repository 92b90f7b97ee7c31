"""One consumer wrapper: only `_runtime/intake.py` subscribes, only the speaker speaks."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
EAR, MOUTH = "services/_runtime/intake.py", "services/_runtime/speaker.py"
FORBIDDEN = {
    "subscriber": EAR,
    "AIOKafkaConsumer": EAR,
    "get_one": EAR,
    "KafkaRouter": EAR,
    "publisher": MOUTH,
    "publish": MOUTH,
    "publish_batch": MOUTH,
    "AIOKafkaProducer": MOUTH,
    "KafkaBroker": "services/_runtime/service.py",
}
"""Names, and the one file of `services/` that may call them."""


def calls(source: str) -> Iterator[str]:
    """The name of everything that is called, as a function, a method or a decorator."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            if isinstance(node.func, ast.Attribute):
                yield node.func.attr
            elif isinstance(node.func, ast.Name):
                yield node.func.id


def trespasses(file: str, source: str) -> list[str]:
    """Which forbidden calls this file of `services/` makes."""
    return [name for name in calls(source) if FORBIDDEN.get(name, file) != file]


@pytest.mark.parametrize(
    "file", sorted(str(p.relative_to(ROOT)) for p in (ROOT / "services").rglob("*.py"))
)
def test_nobody_else_subscribes_or_publishes(file: str):
    """FastStream's own ways all lose messages or spin; ours is the only one that does neither."""
    assert trespasses(file, (ROOT / file).read_text()) == []


@pytest.mark.parametrize(
    "line",
    [
        "@router.subscriber('t')\nasync def on(m): ...",
        "@broker.publisher('t')\nasync def on(m): ...",
        "broker.publish_batch(a, b, topic='t')",
        "await_me = broker.publish(a)",
        "c = AIOKafkaConsumer('t')",
        "p = aiokafka.AIOKafkaProducer()",
    ],
)
def test_the_rule_notices_a_trespass(line: str):
    """A rule that never fires is no rule."""
    assert trespasses("services/rules/handlers.py", line)


def test_the_wrapper_itself_is_seen_to_subscribe():
    """If it were rewritten so that the rule no longer sees it, the rule would guard nothing."""
    assert "subscriber" in set(calls((ROOT / EAR).read_text()))
    assert "AIOKafkaProducer" in set(calls((ROOT / MOUTH).read_text()))


def test_the_subscription_says_what_it_must():
    """Manual acknowledgement, our group, from the beginning, no answer where the sender says."""
    (call,) = [
        node
        for node in ast.walk(ast.parse((ROOT / EAR).read_text()))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "subscriber"
    ]
    said = {keyword.arg: ast.unparse(keyword.value) for keyword in call.keywords}

    assert said["ack_policy"] == "AckPolicy.MANUAL"
    assert said["no_reply"] == "True"
    assert said["auto_offset_reset"] == "'earliest'"
    assert said["group_id"] == "service"
    assert said["batch"] == "True"
