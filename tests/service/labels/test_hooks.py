"""What a carrier posts: believed if it is signed, kept before it is answered, told once."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from datetime import timedelta

import httpx
import pytest

from deploy.local.carrier.desks.simulated import tracking_number
from deploy.local.carrier.hooks import a_scan, hook, signed
from services._runtime.doors import Planned
from services._runtime.intents import State
from services.labels.adapters import carriers
from services.labels.adapters.connections import Known
from services.labels.adapters.hooks_http import AT_ONCE, LARGEST_HOOK_BYTES, HookDoor
from services.labels.domain.errands import Posted
from tests.service.labels.watched import KEY, WHERE, number_of, phases, posted
from tests.support.builders import a_shipment, an_approval, an_id


async def test_a_post_is_told_at_once_and_only_once_however_often_it_comes(followed, door):
    """A carrier that gets no answer posts again."""
    scans = [a_scan(number_of(followed), "DROPPED", followed.clock())]

    answers = [await posted(door, scans) for _ in range(100)]
    await followed.works()
    answers.append(await posted(door, scans))
    await followed.works()

    assert set(answers) == {202}
    assert phases(followed) == ["announced", "handed_over"]
    assert Counter(key.split(":")[0] for key in followed.states())["take_hook"] == 1


async def test_posts_that_overtake_each_other_never_move_a_parcel_back(followed, door):
    """The last word a reader hears must be where the parcel is."""
    start, number = followed.clock(), number_of(followed)
    words = ["DELIVERED", "DROPPED", "VAN", "SORTED", "DELIVERED"]
    for minute, code in enumerate(words):
        await posted(door, [a_scan(number, code, start + timedelta(minutes=minute))])
        await followed.works()

    assert phases(followed) == ["announced", "delivered"]
    assert len(followed.parcels.all[f"{an_id()}:1"].scans) == 5


@pytest.mark.parametrize(
    ("where", "key", "answer"),
    [
        (WHERE, "another key", 401),
        (WHERE, "", 401),
        ("/hooks/simulated/teapots", KEY, 401),
        ("/hooks/in_store/*", KEY, 404),
        ("/hooks/nobody/*", KEY, 404),
        ("/hooks/simulated", KEY, 404),
        ("/hooks/../live", KEY, 404),
    ],
)
async def test_what_nobody_signed_is_not_kept(followed, door, where, key, answer):
    """Whoever finds the address must not be able to have a refund paid."""
    before = followed.states()

    status = await posted(
        door, [a_scan(number_of(followed), "DELIVERED", followed.clock())], key, where
    )

    assert status == answer
    assert followed.states() == before


async def test_without_a_secret_nothing_posted_is_believed(labels, connection):
    """An empty key is one that everybody knows."""
    bare = replace(connection, secrets={})
    app = HookDoor(
        carriers.every(), Known([bare]), Planned(labels.ledger, labels.clock, lambda: None)
    )
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url="http://labels.example"
    ) as client:
        scans = [a_scan("SIM12345678901234567", "DELIVERED", labels.clock())]
        assert await posted(client, scans, key="") == 401


async def test_a_signature_of_another_body_is_forged(followed, door):
    """Words put behind a signature that was overheard."""
    headers, _ = hook([], KEY)
    _, body = hook([a_scan(number_of(followed), "DELIVERED", followed.clock())], KEY)

    answer = await door.post(WHERE, headers=headers, content=body)

    assert answer.status_code == 401


@pytest.mark.parametrize(
    ("body", "bones"),
    [
        (b'{"event": "parcel", "to": {"name": "Zoe Quince", "phone": 555}}', "event"),
        (b"<html>Zoe Quince</html>", "no JSON"),
        (b'{"scans": [{"tracking_number": "Zoe Quince"}]}', "scans"),
        (b"[" * 50_000, "no JSON"),
    ],
)
async def test_what_is_signed_and_not_understood_waits_for_an_operator(labels, door, body, bones):
    """A carrier that changed its format must be noticed, without keeping whom it wrote about."""
    headers, body = signed(body, KEY)
    answers = [(await door.post(WHERE, headers=headers, content=body)).status_code for _ in "ab"]
    await labels.works()

    ((_, intent),) = labels.intents.all.items()
    assert answers == [202, 202]
    assert (intent.state, intent.code) == (State.UNKNOWN, "hook_unreadable")
    assert bones.encode() in intent.order
    assert b"Quince" not in intent.order
    assert b"555" not in intent.order


async def test_what_says_nothing_new_is_answered_and_forgotten(labels, door):
    """Carriers post about much that is no scan."""
    assert await posted(door, []) == 200
    assert labels.states() == {}


async def test_an_endless_post_is_cut_off(labels, door):
    """Nobody may fill our memory."""
    headers, body = signed(b"x" * (LARGEST_HOOK_BYTES + 1), KEY)

    async def drip():
        for _ in range(9):
            yield body[: LARGEST_HOOK_BYTES // 8]

    assert (await door.post(WHERE, headers=headers, content=body)).status_code == 413
    assert (await door.post(WHERE, headers=headers, content=drip())).status_code == 413
    assert (await door.get(WHERE)).status_code == 405
    assert labels.states() == {}


async def test_a_crowd_is_asked_to_come_again(labels, connection):
    """Whoever holds many posts open must not stop the others for good."""
    door = HookDoor(
        carriers.every(), Known([connection]), Planned(labels.ledger, labels.clock, int)
    )
    door._reading = AT_ONCE
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(door), base_url="http://labels.example"
    ) as client:
        assert await posted(client, []) == 503
        door._reading = 0
        assert await posted(client, []) == 200


async def test_while_the_store_is_down_the_carrier_is_asked_to_come_again(labels, connection):
    """Nothing is answered with yes before it is kept."""

    class Down:
        async def take(self, plan, cause):
            raise ConnectionError

    app = HookDoor(carriers.every(), Known([connection]), Down())
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url="http://labels.example"
    ) as client:
        status = await posted(client, [a_scan("SIM12345678901234567", "LOST", labels.clock())])

    assert status == 503


async def test_scans_of_a_label_that_is_not_kept_yet_are_looked_at_again(labels, door):
    """A purchase in doubt is told late, and its parcel may be on its way before."""
    number = tracking_number(f"{an_id()}:1")
    assert await posted(door, [a_scan(number, "DROPPED", labels.clock())]) == 202
    await labels.works()
    await labels.hears(a_shipment())
    await labels.hears(an_approval(carrier="simulated"))
    await labels.works_later(seconds=2)
    assert phases(labels) == ["announced"]

    await labels.works_later(minutes=2)

    assert phases(labels) == ["announced", "handed_over"]


async def test_scans_of_a_stranger_end_quietly(labels, door):
    """The carrier posts about every parcel of the merchant's, and most are no returns."""
    await posted(door, [a_scan("SIM00000000000000000", "DROPPED", labels.clock())])
    for _ in range(4):
        await labels.works_later(hours=1)

    assert set(labels.states().values()) == {State.SUCCEEDED}
    assert labels.told_kinds() == []


def test_the_door_keeps_nothing_that_was_posted_but_scans():
    """A carrier posts names, streets and telephone numbers with every scan."""
    assert set(Posted.model_fields) == {"carrier", "connection", "scans", "unreadable", "tries"}
    assert json.loads(Posted(carrier="gls", connection="*").body()) == {
        "carrier": "gls",
        "connection": "*",
        "scans": [],
        "tries": 0,
    }
