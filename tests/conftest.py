"""Fixtures only; nobody imports this."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from hypothesis import settings

from tests.support.ground import Ground, ground

# The same examples every time: a build that fails must fail again. RETOUR_EXPLORE=1 goes looking.
settings.register_profile("steady", derandomize=True)
if "RETOUR_EXPLORE" not in os.environ:
    settings.load_profile("steady")


@pytest.fixture(scope="session")
def real_ground() -> Iterator[Ground]:
    """Real Kafka and real MongoDB for the whole session."""
    with ground() as found:
        yield found


@pytest.fixture(scope="session")
def mongo_uri(real_ground: Ground) -> str:
    """A real MongoDB replica set."""
    return real_ground.mongo


@pytest.fixture(scope="session")
def bootstrap(real_ground: Ground) -> str:
    """A real Kafka with every topic of the contracts."""
    return real_ground.kafka
