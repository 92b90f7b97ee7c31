"""The whole system on the secured profile, seen from outside."""

from __future__ import annotations

import json
from dataclasses import dataclass
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

from contracts.topics import SERVICES
from deploy.demo.run import Shown
from deploy.local.secured import SecuredStack
from tests.support.eventually import eventually
from tests.support.secrets_found import Bystander

PATIENCE = 90


@dataclass(frozen=True)
class House:
    """The whole system behind locks, what was played in it, and what a bystander heard then."""

    stack: SecuredStack
    shown: Shown
    bystander: Bystander


def ready(stack: SecuredStack, service: str) -> bool:
    """What its health endpoint says now; nobody there is not ready either."""
    try:
        with urlopen(f"{stack.health[service]}/ready", timeout=10) as answer:  # noqa: S310
            return answer.status == 200
    except (HTTPError, URLError, OSError):
        return False


def log_of(stack: SecuredStack, service: str) -> list[dict]:
    """Every line it has written."""
    lines = (stack.logs / f"{service}.log").read_text().splitlines()
    return [json.loads(line) for line in lines if line.startswith("{")]


async def all_ready(stack: SecuredStack) -> None:
    """Everybody is back at work."""
    await eventually(
        lambda: all(ready(stack, service) for service in SERVICES), "all to be ready", PATIENCE
    )
