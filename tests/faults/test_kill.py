"""`kill -9` of each service in turn, with returns on their way: nothing lost, nothing twice."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from contracts.analytics import ReasonsFound
from deploy.demo.play import WRONG_CODES, open_shop, play, top_reasons
from deploy.demo.sample import PORTALS, AskedReturn, read, returns
from deploy.local.mischief import Trick
from deploy.local.stack import SERVICES, Stack
from tests.support import outside_reader
from tests.support.eventually import eventually
from tests.support.killing import Blow, InHand, Watch, killed_in_hand
from tests.support.oracle import Seen, violations
from tests.support.outside_reader import Record
from tests.support.paced import PacedFrontend
from tests.support.wire import everything
from tests.support.witness import seen

pytestmark = [pytest.mark.real, pytest.mark.slow]

RETURNS = 200
IN_TURN = ("analytics", "lookup", "rules", "labels", "notifications")
"""Rules comes after whom its repeats would confuse: see `killing.ORDERS`."""


SLOWLY = Trick(kind="slow", seconds=0.2)
"""Sold or kept at once, answered later: the moment between a deed and its note takes no luck."""


@dataclass(frozen=True)
class Aftermath:
    """What is left when everybody runs again and nothing moves any more."""

    stack: Stack
    asked: list[AskedReturn]
    blows: list[Blow]
    late: list[str]
    records: list[Record]
    seen: Seen

    def found_with(self, service: str) -> InHand:
        """What this service had in hand when it was killed."""
        return next(blow.found for blow in self.blows if blow.service == service)


@pytest.fixture(scope="module")
def aftermath() -> Iterator[Aftermath]:
    """Two hundred real returns, and five kills among them."""
    with Stack(mischief=True) as stack:
        stack.carrier_mischief.play(SLOWLY)
        stack.mail_mischief.play(SLOWLY)
        asked = returns(read())[:RETURNS]
        blows, late, top = asyncio.run(killed_in_turn(stack, asked))
        records = everything(stack.kafka)
        yield Aftermath(stack, asked, blows, late, records, seen(stack, records, top))


async def killed_in_turn(
    stack: Stack, asked: list[AskedReturn]
) -> tuple[list[Blow], list[str], dict[str, ReasonsFound]]:
    """The blows that fell, what customers waited for in vain, and analytics' last answers."""
    blows = []
    async with PacedFrontend(stack.kafka) as frontend, Watch(stack) as watch:
        await open_shop(frontend, stack.kafka, read(), datetime.now(UTC), lambda *_: None)
        async with asyncio.TaskGroup() as group:
            playing = group.create_task(waited_in_vain(frontend, asked))
            for service in IN_TURN:
                blows.append(await killed_in_hand(stack, watch, frontend, service))
                stack.restart(service)
                await stack.ready(service)
            frontend.admit(RETURNS + WRONG_CODES)

        async def nothing_moves() -> bool:
            return not any([(await watch.in_hand(service)).busy for service in SERVICES])

        await eventually(nothing_moves, "every service to be done", deadline_seconds=60)
        top = {portal: await top_reasons(frontend, portal) for portal in PORTALS}
    return blows, playing.result(), top


async def waited_in_vain(frontend: PacedFrontend, asked: list[AskedReturn]) -> list[str]:
    """What the customers did not get, if anything."""
    late: list[str] = []
    try:
        await play(frontend, asked, lambda *_: None)
    except* TimeoutError as group:
        late += map(str, group.exceptions)
    return late


def test_every_service_was_killed_with_returns_in_flight(aftermath: Aftermath):
    """A kill that hits nothing proves nothing."""
    assert [blow.service for blow in aftermath.blows] == list(IN_TURN)
    assert set(IN_TURN) == set(SERVICES)
    for blow in aftermath.blows:
        assert blow.found.busy, blow
        assert blow.on_their_way, blow
        log = (aftermath.stack.logs / f"{blow.service}.log").read_text()
        assert log.count('"service_started"') == 2


def test_what_was_committed_was_answered_or_planned(aftermath: Aftermath):
    """Nobody hears again of an order that is committed: it must have been kept before."""
    for blow in aftermath.blows:
        assert blow.found.owed <= blow.found.intents, blow


def test_every_return_ends_with_one_label_and_one_letter(aftermath: Aftermath):
    """The oracle knows from the requests alone what must be in ledger, mailbox and analytics."""
    assert [*aftermath.late, *violations(aftermath.asked, aftermath.seen)] == []


def test_a_label_that_was_sold_before_the_kill_is_not_bought_again(aftermath: Aftermath):
    """The money was spent and nobody had written it down yet."""
    orphans = aftermath.found_with("labels").half_done

    assert orphans
    for return_id in orphans:
        sold = [
            sale.tracking_number
            for sale in aftermath.seen.sales
            if sale.event == "sold" and sale.return_id == return_id
        ]
        told = {one.tracking_number for one in aftermath.seen.issued if one.return_id == return_id}
        assert told == set(sold)
        assert len(sold) == 1


def test_a_letter_that_was_posted_before_the_kill_is_posted_as_the_same_one(aftermath: Aftermath):
    """The customer had it and nobody had written it down: it is handed in again, and dropped."""
    orphans = aftermath.found_with("notifications").half_done
    posted = {one.message_id: one for one in aftermath.seen.letters}
    again = {posted[each.message_id].about for each in aftermath.seen.submissions if each.repeated}

    assert orphans
    assert orphans <= again


def test_what_is_told_again_is_told_in_the_same_words(aftermath: Aftermath):
    """Readers recognise a repeat by its id, so no id may ever stand for two things."""
    told = defaultdict(list)
    for record in aftermath.records:
        headers = dict(record.headers())
        told[headers["ce_source"].decode(), headers["ce_id"]].append(
            (record.topic(), record.key(), record.value())
        )
    again = {source for (source, _), said in told.items() if len(said) > 1}

    for service in ("lookup", "rules"):
        found = aftermath.found_with(service)
        assert not found.half_done or f"/retour/{service}" in again, found
    assert [said for said in told.values() if len(set(said)) > 1] == []


def test_every_message_is_valid_even_so(aftermath: Aftermath):
    """A crash leaves no half message behind."""
    assert outside_reader.read(aftermath.stack.kafka).violations == []
