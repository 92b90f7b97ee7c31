"""The table of causes is honest: each no has its cause, or comparing them proves nothing."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from contracts.lookup import FindShipment, ShipmentFound, ShipmentNotFound
from contracts.rules import PortalOpened, PortalRefused
from contracts.shop import ShipmentRecorded
from services._runtime.intents_memory import apply
from services.lookup.adapters.budgets_memory import BudgetsMemory
from services.lookup.adapters.facts_memory import FactsMemory
from services.lookup.domain.parcel import parcel_of
from services.lookup.domain.portal import Portal
from services.lookup.handlers import Handlers
from tests.support.causes import CAUSES, FOUND, Scene
from tests.support.records import heard

KEY = bytes(range(32))
SCENE = Scene("scene", samples=3)


class Asked:
    """The handlers on a scene, and what each guess before it led to."""

    def __init__(self):
        self._facts = FactsMemory()
        now = lambda: datetime.now(UTC)  # noqa: E731
        self._handlers = Handlers(self._facts, BudgetsMemory(), KEY, now, 10**9, 15, SCENE.limits)
        for message in SCENE.told_before():
            apply([self._learn(message)])

    def _learn(self, message):
        if isinstance(message, ShipmentRecorded):
            return self._facts.recorded(parcel_of(message, KEY))
        assert isinstance(message, PortalOpened | PortalRefused)
        return self._facts.judged(Portal(message.portal_id, 1, isinstance(message, PortalOpened)))

    async def answers(self, question: FindShipment):
        """What is told, and which budgets that spent."""
        (outcome,) = await self._handlers.on_find_shipment([heard(question)])
        apply(outcome.keep)
        return type(outcome.tell[0]), [plan.order.scope for plan in outcome.plan]


@pytest.mark.parametrize("cause", CAUSES)
async def test_every_question_has_the_answer_of_its_cause_and_what_is_spent_was_spent(cause):
    """A row that is refused for another reason than its name would hide the one it is named for."""
    desk = Asked()

    before = [await desk.answers(g) for g in SCENE.guessed_before() if _of(cause, g)]
    told = [await desk.answers(SCENE.question(cause, n)) for n in range(SCENE.samples)]

    spent = [scope for _, scopes in before for scope in scopes]
    assert spent == ([cause.removesuffix(" spent")] if cause.endswith("spent") else [])
    right = ShipmentFound if cause == FOUND else ShipmentNotFound
    assert told == [(right, [])] * SCENE.samples


@pytest.mark.parametrize("cause", [cause for cause in CAUSES if cause.endswith("spent")])
async def test_what_is_refused_would_have_been_found(cause):
    """The strictest case: the question is right, and only the budget says no."""
    desk = Asked()

    assert await desk.answers(SCENE.question(cause, 0)) == (ShipmentFound, [])


def _of(cause, guess):
    return guess.portal_id == SCENE.portal(cause)
