"""Fixtures only; nobody imports this."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from deploy.local.secured import SecuredStack


@pytest.fixture(scope="package")
def empty_house() -> Iterator[SecuredStack]:
    """Broker and database with every door, lock and topic, and nobody who works there."""
    with SecuredStack(services=()) as stack:
        yield stack
