"""How a service begins, or does not."""

from __future__ import annotations

import os
import subprocess
import sys

BEGINS = """
from services._runtime.service import Service
from services.lookup.app import main

async def went_well(service):
    "Kafka answered, and was gone a moment later."

Service.prepare = went_well
main()
"""
ENVIRONMENT = {
    "RETOUR_KAFKA": "127.0.0.1:1",  # nobody listens there
    "RETOUR_MONGO": "mongodb://127.0.0.1:1/",
    "RETOUR_HTTP_PORT": "0",
    "RETOUR_DIGEST_KEY": "0" * 64,
}


def test_a_service_that_loses_kafka_while_it_begins_ends():
    """Half begun, it would wait for ever: it hears nothing, and nobody starts it again."""
    ended = subprocess.run(
        [sys.executable, "-c", BEGINS],
        env={"PATH": os.environ["PATH"], **ENVIRONMENT},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )

    assert ended.returncode == 1
    assert "service_could_not_start" in ended.stderr
