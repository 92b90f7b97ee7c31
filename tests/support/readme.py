"""The README's table of services, as they declare it: `python -m tests.support.readme`."""

from __future__ import annotations

import importlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from contracts.topics import ALL, SERVICES, Topic

README = Path(__file__).resolve().parents[2] / "README.md"
BEGINS = "<!-- services: written by `python -m tests.support.readme` -->"
ENDS = "<!-- services end -->"


def short(topic: Topic[Any]) -> str:
    """`return-approved`, as people say it."""
    return topic.name.removeprefix("returns.").removesuffix(".v1")


def table() -> str:
    """A row of Markdown for each service, and the topics that wait for a later version."""
    rows = ["| service | is about | listens to | tells |", "|---|---|---|---|"]
    rows += [_row(service) for service in SERVICES]
    spoken = {topic for service in SERVICES for topic in (*reads(service), *tells(service))}
    silent = [topic for topic in ALL if topic not in spoken]
    return "\n".join([*rows, "", f"In the contracts, and not spoken yet: {_listed(silent)}."])


def rewritten(readme: str) -> str:
    """`readme` with the table as it should be.

    Raises:
        ValueError: the marks between which it stands are gone.
    """
    before, begins, rest = readme.partition(BEGINS)
    _, ends, after = rest.partition(ENDS)
    if not begins or not ends:
        raise ValueError("README.md has lost the marks between which the table of services stands")
    return f"{before}{BEGINS}\n\n{table()}\n\n{ENDS}{after}"


def reads(service: str) -> tuple[Topic[Any], ...]:
    """What the service listens to."""
    return tuple(importlib.import_module(f"services.{service}").READS)


def tells(service: str) -> tuple[Topic[Any], ...]:
    """What the service tells."""
    return tuple(importlib.import_module(f"services.{service}").TELLS)


def _row(service: str) -> str:
    room = f"[`{service}`](services/{service}/README.md)"
    asks = (importlib.import_module(f"services.{service}").__doc__ or "").partition(": ")[2]
    asks = asks.splitlines()[0].removesuffix(".")
    return f"| {room} | {asks} | {_listed(reads(service))} | {_listed(tells(service))} |"


def _listed(topics: Iterable[Topic[Any]]) -> str:
    return ", ".join(f"`{short(topic)}`" for topic in topics)


if __name__ == "__main__":
    README.write_text(rewritten(README.read_text(encoding="utf-8")), encoding="utf-8")
