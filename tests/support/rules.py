"""Rules in memory, with the carriers of the stories."""

from __future__ import annotations

from services.rules.adapters.facts_memory import FactsMemory
from services.rules.adapters.returns_memory import ReturnsMemory
from services.rules.domain.capability import Registry
from services.rules.handlers import Handlers
from services.rules.ports import Books
from services.rules.workers import performers
from tests.support.carriers import REGISTRY
from tests.support.one_service import Clock, OneService

PATIENCE_SECONDS = 60.0


def rules_in_memory(registry: Registry = REGISTRY, clock: Clock | None = None) -> OneService:
    """The service, that knows no portal yet."""
    clock, books = clock or Clock(), Books(FactsMemory(registry), ReturnsMemory())
    routes = Handlers(books, registry, clock, PATIENCE_SECONDS).routes()
    return OneService("rules", routes, performers(books, clock), clock)
