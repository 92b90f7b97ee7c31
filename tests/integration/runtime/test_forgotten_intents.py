"""Intents about somebody who is forgotten: what is over lets go of them, what is not goes on."""

from __future__ import annotations

from dataclasses import replace

import pytest

from contracts.labels import LabelPrinted
from services._runtime.intents import State, settled
from services._runtime.words import worded
from tests.support.builders import TUESDAY, a_label_issued, a_label_printed
from tests.support.records import an_envelope
from tests.support.stores import KIND, InMemory, InMongo, an_intent

ABOUT = "MF-1001"


@pytest.fixture(params=["memory", pytest.param("mongo", marks=pytest.mark.real)])
def house(request):
    """Either technology."""
    if request.param == "memory":
        return InMemory()
    return InMongo(request.getfixturevalue("database"))


def the_label():
    """What labels has to tell: a fact, and the documents with a name and an address on them."""
    return tuple(
        worded(one, an_envelope(one), "labels", TUESDAY)
        for one in (a_label_issued(), a_label_printed())
    )


async def ended(house, key: str, state: State, about: str = ABOUT):
    """An intent about somebody, at its end."""
    await house.plans(replace(an_intent(key), about=about))
    claimed = next(one for one in await house.claims() if one.key == key)
    await house.intents.settle(settled(claimed, state, the_label(), None, TUESDAY))


async def test_what_is_over_lets_go_of_whom_it_was_about(house):
    """A letter in doubt waits for a person for months, with the label in it."""
    await ended(house, "r1", State.UNKNOWN)

    await house.ledger.keep((), (), (), [ABOUT])

    found = await house.stored(f"{KIND}:r1")
    assert (found.state, found.order, found.about) == (State.UNKNOWN, b"", ABOUT)


async def test_facts_are_still_told_and_documents_no_more(house):
    """The label was bought and everybody must know; nobody is left to send it to."""
    await ended(house, "r1", State.SUCCEEDED)

    await house.ledger.keep((), (), (), [ABOUT])

    (tell,) = (await house.stored(f"{KIND}:r1")).tells
    assert tell.topic == "returns.label-issued.v1"


async def test_what_is_not_over_goes_on(house):
    """Its performer asks who it is for, hears that they are forgotten, and says so."""
    await house.plans(replace(an_intent("r1"), about=ABOUT))

    await house.ledger.keep((), (), (), [ABOUT])

    assert (await house.stored(f"{KIND}:r1")).order == an_intent("r1").order


async def test_nobody_else_is_forgotten_with_them(house):
    """Nor what is about nobody in particular."""
    await ended(house, "r1", State.UNKNOWN, about="MF-1002")
    await ended(house, "r2", State.UNKNOWN, about="")

    await house.ledger.keep((), (), (), [ABOUT])

    for key in ("r1", "r2"):
        found = await house.stored(f"{KIND}:{key}")
        assert found.order == an_intent(key).order
        assert any(LabelPrinted.read(t.body) for t in found.tells if "printed" in t.topic)
