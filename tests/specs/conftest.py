"""Fixtures only; nobody imports this."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.specs.checked import NOTED


@pytest.fixture(autouse=True)
def _nothing_against_the_files() -> Iterator[None]:
    """A test fails by what its adapter said, even if the adapter swallowed the objection."""
    before = len(NOTED)
    yield
    wrong = [one for one in NOTED[before:] if "WRONG" in (one.request, one.answer)]
    assert not wrong, "\n".join(f"{one.spec} {one.operation}: {one.why}" for one in wrong)
