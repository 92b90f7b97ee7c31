"""The operator's commands against a cluster that asks who is asking."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from contracts.topics import SERVICES
from deploy.local.secured import ADMIN, SecuredStack
from deploy.ops import access, acls
from deploy.ops.access import Right

pytestmark = [pytest.mark.real, pytest.mark.slow]

RETOUR = Path(sys.executable).with_name("retour")


def login(stack: SecuredStack, principal: str) -> dict[str, str]:
    """What an operator has in the environment: files, and no password."""
    stack.password("kafka", principal)
    stack.password("mongo", principal)
    return {
        "RETOUR_KAFKA": stack.kafka,
        "RETOUR_KAFKA_SECURITY": "sasl_ssl",
        "RETOUR_KAFKA_USER": principal,
        "RETOUR_KAFKA_PASSWORD_FILE": str(stack.secrets / f"kafka-{principal}"),
        "RETOUR_KAFKA_CA_FILE": str(stack.ca_file),
        "RETOUR_MONGO_USER": principal,
        "RETOUR_MONGO_PASSWORD_FILE": str(stack.secrets / f"mongo-{principal}"),
        "RETOUR_MONGO_CA_FILE": str(stack.ca_file),
    }


def retour(environ: dict[str, str], *words: str) -> subprocess.CompletedProcess[str]:
    """The command as it is typed."""
    basics = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return subprocess.run(
        [RETOUR, *words],
        env=basics | environ,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_the_operator_sees_to_topics_and_dead_letters(empty_house: SecuredStack):
    """What the locks are for must not lock out whoever looks after the house."""
    operator = login(empty_house, "operator")

    topics = retour(operator, "topics", "--kafka", empty_house.kafka)
    letters = retour(operator, "dead-letters", "stats", "--json")

    assert (topics.returncode, json.loads(topics.stdout)["created"]) == (0, [])
    assert (letters.returncode, letters.stderr) == (0, "")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"RETOUR_KAFKA_SECURITY": "plaintext"}, "kafka-failed"),
        ({"RETOUR_KAFKA_USER": "nobody"}, "kafka-failed"),
        ({"RETOUR_KAFKA_CA_FILE": None}, "kafka-failed"),
        ({"RETOUR_KAFKA_PASSWORD_FILE": "/nowhere"}, "secret_unreadable"),
        ({"RETOUR_KAFKA_USER": None}, "settings_invalid"),
    ],
)
def test_without_the_right_keys_a_command_says_so(empty_house, changes, code):
    """One line, with a code, and an exit code that a script can read."""
    told = login(empty_house, "operator") | changes
    environ = {name: value for name, value in told.items() if value is not None}

    ended = retour(environ, "dead-letters", "stats")

    assert ended.returncode != 0
    assert ended.stderr.startswith(f"{code}: ")
    assert "Traceback" not in ended.stderr


def test_a_shop_is_no_operator(empty_house: SecuredStack):
    """It may log in, and that is all it may do here."""
    ended = retour(login(empty_house, "shop"), "dead-letters", "stats")

    assert ended.returncode != 0
    assert ended.stdout == ""


def test_rights_are_put_right_by_one_command(empty_house: SecuredStack):
    """First said, then done; and then there is nothing to do. Passwords come from a folder."""
    admin, passwords = login(empty_house, ADMIN), str(empty_house.secrets)
    words = ("access", "apply", "--passwords", passwords, "--mongo", empty_house.mongo)
    stray = Right("shop", "read", "topic", "returns.label-printed.v1")
    spoil(empty_house, stray)

    looked = retour(admin, *words)
    done = retour(admin, *words, "--yes")
    again = retour(admin, *words)

    line = "shop read topic returns.label-printed.v1"
    assert f"would be taken: {line}" in looked.stdout
    assert f"taken: {line}" in done.stdout.splitlines()
    assert said(done) == {
        "done": True,
        "given": 0,
        "taken": 1,
        "passwords": len(access.PRINCIPALS) + len(SERVICES),
    }
    assert (said(again)["given"], said(again)["taken"]) == (0, 0)
    assert "nothing was done" in looked.stderr


def test_the_operator_gives_nobody_rights(empty_house: SecuredStack):
    """Not even himself."""
    ended = retour(login(empty_house, "operator"), "access", "apply", "--yes")

    assert ended.returncode == 1
    assert ended.stderr.startswith("kafka-failed: ")


def spoil(stack: SecuredStack, right: Right) -> None:
    """Somebody was given what he should not have."""
    asyncio.run(acls.grant(stack.kafka_as(ADMIN), [right]))


def said(ended: subprocess.CompletedProcess[str]) -> dict:
    """The last line, which is for programs."""
    return json.loads(ended.stdout.splitlines()[-1])
