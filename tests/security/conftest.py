"""Fixtures only; nobody imports this."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from deploy.demo import run
from deploy.local import ending
from deploy.local.secured import SecuredStack
from tests.support.house import House
from tests.support.secrets_found import Bystander

RETURNS = 15


@pytest.fixture(scope="package")
def empty_house() -> Iterator[SecuredStack]:
    """Broker and database with every door, lock and topic, and nobody who works there."""
    with SecuredStack(services=()) as stack:
        yield stack


@pytest.fixture(scope="package")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Started, and played through, while somebody lists processes all the time."""
    with Bystander() as bystander, SecuredStack() as stack:
        folder = tmp_path_factory.mktemp("demo") / "kept"
        shown = ending.run(run.demo(stack, folder, most=RETURNS))
        yield House(stack, shown, bystander)
