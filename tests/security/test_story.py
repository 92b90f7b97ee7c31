"""Returns from request to letter behind locks, and no secret anywhere it does not belong (D18)."""

from __future__ import annotations

import asyncio
import subprocess
import sys

import pytest
from faststream.specification import AsyncAPI

from contracts.topics import SERVICES
from deploy.demo import report
from deploy.local.runs import ROOT
from deploy.ops import access
from services.lookup.app import build
from services.lookup.settings import Settings
from tests.support.house import House
from tests.support.secrets_found import secrets_of, seen_in, seen_in_files

pytestmark = [pytest.mark.real, pytest.mark.slow]


def test_the_story_ends_as_it_should(house: House):
    """Locks that keep everybody out would be easy."""
    assert report.differences(house.shown.expected, house.shown.played.tally) == []
    assert house.shown.played.tally.asked > 0


def test_services_run_in_production_mode(house: House):
    """So what that mode insists on can be had. Labels alone has a carrier that only pretends."""
    modes = {
        name: process.environment.get("RETOUR_MODE", "development")
        for name, process in house.stack.services.items()
    }

    assert modes == dict.fromkeys(SERVICES, "production") | {"labels": "development"}


def test_the_secrets_of_this_run_are_known(house: House):
    """Whoever looks for nothing finds nothing."""
    names = set(secrets_of(house.stack))

    wanted = {f"kafka-{name}" for name in (*access.PRINCIPALS, "admin")}
    wanted |= {f"mongo-{name}" for name in (*SERVICES, "admin")}
    assert names >= wanted | {
        "digest-lookup",
        "mongo.key",
        "ca.key",
        "kafka.pem",
        "broker.pem",
        "mongod.pem",
    }


def test_no_log_holds_a_secret(house: House):
    """Logs outlive the data, and travel."""
    logs = sorted(house.stack.logs.iterdir())

    assert {f"{name}.log" for name in (*SERVICES, "kafka", "mongod")} <= {p.name for p in logs}
    assert seen_in_files(logs, secrets_of(house.stack)) == set()


def test_no_command_line_and_no_environment_holds_a_secret(house: House):
    """Whoever lists processes sees them; what is inherited is handed on."""
    heard = b"\0".join(house.bystander.heard)

    assert house.bystander.looks > 50
    assert b"kafka.Kafka" in heard
    assert b"format.arguments" in heard  # the tool that is told passwords was seen at work
    assert b"RETOUR_KAFKA_PASSWORD_FILE" in heard
    assert seen_in(heard, secrets_of(house.stack)) == set()


def test_no_document_of_a_service_holds_a_secret(house: House):
    """FastStream describes a broker with its security; what it says is for everybody."""
    settings = Settings.load(house.stack.services["lookup"].environment)

    async def described() -> str:
        broker = build(settings).broker
        return AsyncAPI(broker, schema_version="3.0.0").to_specification().to_json()

    document = asyncio.run(described()).encode()

    assert b"scramSha512" in document
    assert seen_in(document, secrets_of(house.stack)) == set()
    assert "hunter2" not in repr(settings)
    assert seen_in(repr(settings).encode(), secrets_of(house.stack)) == set()


def test_no_crash_shows_a_secret(house: House):
    """A process that ends with an error, having read all its secrets, prints none of them."""
    crash = (
        "import sys\n"
        "from services.lookup import app\n"
        "from services.lookup.settings import Settings\n"
        "settings = Settings.load()\n"
        "service = app.build(settings)\n"
        "access = settings.kafka_access()\n"
        "raise RuntimeError(f'{settings!r} {settings.mongo_access()!r} {access!r}')\n"
    )

    ended = subprocess.run(
        [sys.executable, "-c", crash],
        env=house.stack.services["lookup"].environment,
        capture_output=True,
        cwd=ROOT,
        check=False,
        timeout=60,
    )

    assert b"RuntimeError: " in ended.stderr
    assert b"kafka_user='lookup'" in ended.stderr
    assert seen_in(ended.stdout + ended.stderr, secrets_of(house.stack)) == set()


def test_only_their_owner_reads_them(house: House):
    """Files in a folder that nobody else may even list."""
    folder = house.stack.secrets

    assert folder.stat().st_mode & 0o777 == 0o700
    assert [path for path in folder.iterdir() if path.stat().st_mode & 0o077] == []
    assert (folder.parent / "kafka/server.properties").stat().st_mode & 0o077 == 0
