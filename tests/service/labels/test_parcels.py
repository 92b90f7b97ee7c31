"""A parcel's whole way: asked for, told once, never backwards, and its label's end."""

from __future__ import annotations

from dataclasses import replace

import httpx
import pytest

from contracts.labels import LabelIssued, LabelLapsed, ParcelMoved
from contracts.topics import LABEL_ISSUED, PARCEL_MOVED
from deploy.local.carrier.hooks import a_scan
from services.labels.domain.connection import PLATFORM
from services.labels.workers.follow import MOST_PARCELS
from tests.service.labels.watched import number_of, phases, posted, seen, several
from tests.support.builders import a_cancellation, a_shipment, an_approval, an_id


async def test_a_parcel_is_followed_to_its_end_by_asking(followed):
    """Carriers without hooks say nothing by themselves."""
    await seen(followed, "DROPPED", "SORTED")
    await followed.works_later(hours=3)
    await seen(followed, "VAN")
    await followed.works_later(hours=4)
    await seen(followed, "DELIVERED")
    await followed.works_later(hours=2)

    assert phases(followed) == [
        "announced",
        "handed_over",
        "in_transit",
        "out_for_delivery",
        "delivered",
    ]
    (_, handed_over, *_) = followed.told(ParcelMoved)
    assert (handed_over.carrier_code, handed_over.country) == ("DROPPED", "NL")
    calls = followed.calls.made.total()
    await followed.works_later(days=30)
    assert followed.calls.made.total() == calls


async def test_every_word_about_a_parcel_has_its_own_id_and_the_story_of_its_return(followed):
    """Readers drop a repeated id, and an operator follows one return through all of it."""
    await seen(followed, "DROPPED", "SORTED", "VAN")
    await followed.works_later(hours=3)

    told = [dict(t.headers) for t in followed.speaker.said if t.topic.endswith("parcel-moved.v1")]
    (issued,) = [dict(t.headers) for t in followed.speaker.said if "label-issued" in t.topic]
    assert len({headers["ce_id"] for headers in told}) == len(told) == 4
    assert {headers["ce_correlationid"] for headers in told} == {issued["ce_correlationid"]}


async def test_a_parcel_nobody_sees_is_asked_for_ever_more_seldom_and_then_no_more(followed):
    """Sixty days of silence must not cost a carrier sixty days of calls."""
    asked = []
    for _ in range(70):
        before = followed.calls.made.total()
        for _ in range(24):
            await followed.works_later(hours=1)
        asked.append(followed.calls.made.total() - before)

    assert asked[0] == 3
    assert all(0 < calls <= 2 for calls in asked[10:58])
    assert set(asked[61:]) == {0}


async def test_a_carrier_that_does_not_answer_is_left_alone_ever_longer(followed):
    """Tracking is never worth making an outage worse."""
    page = b"<html>We are mending things"
    followed.line.instead = [an_answer(500), an_answer(429, b"", {"retry-after": "600"})]
    followed.line.instead += [an_answer(200, page), an_answer(401)]
    await seen_later(followed, "DROPPED")

    await followed.works_later(hours=2, minutes=5)
    waits = []
    while followed.line.instead:
        waits.append(next_call(followed) - followed.clock())
        followed.clock.at = next_call(followed)
        await followed.works()
    assert [round(wait.total_seconds() / 60) for wait in waits] == [2, 10, 4]

    await followed.works_later(hours=5)
    assert phases(followed) == ["announced", "handed_over"]


async def test_nobody_is_asked_more_often_than_the_carrier_allows(labels, monkeypatch):
    """A contract that is used up says nothing about anybody; and yet everybody has their turn."""
    client = "services.labels.adapters.carriers.simulated.client.Watched"
    monkeypatch.setattr(f"{client}.calls_a_day", 4)
    monkeypatch.setattr(f"{client}.numbers_at_once", 1)
    await several(labels, 6)
    for which in range(6):
        await seen(labels, "DROPPED", number=number_of(labels, which))

    for _ in range(3 * 24):
        await labels.works_later(hours=1)

    assert sorted(labels.calls.made.values())[-3:] == [4, 4, 4]
    assert phases(labels).count("handed_over") == 6


async def test_one_look_at_many_parcels_tells_each_in_the_story_of_its_own_return(labels):
    """They share a call. An operator who follows one return must not find another's."""
    await several(labels, 2)
    for which in range(2):
        await seen(labels, "DROPPED", number=number_of(labels, which))

    await labels.works_later(hours=3)

    stories = {one.topic: {} for one in labels.speaker.said}
    for tell in labels.speaker.said:
        stories[tell.topic][tell.key] = dict(tell.headers)["ce_correlationid"]
    assert labels.calls.made.total() == 1
    assert phases(labels).count("handed_over") == 2
    assert stories[PARCEL_MOVED.name] == stories[LABEL_ISSUED.name]
    assert len(set(stories[PARCEL_MOVED.name].values())) == 2


async def test_many_parcels_of_one_merchant_do_not_stand_before_another_s_few(followed):
    """A hundred thousand labels of one big shop must not make a small one wait for days."""
    small = followed.parcels.all[f"{an_id()}:1"]
    crowd = due_of("big", small, 3 * MOST_PARCELS)
    followed.parcels.all |= crowd

    chosen = await followed.parcels.due("simulated", PLATFORM, followed.clock(), MOST_PARCELS)
    assert small.reference not in {one.reference for one in chosen}  # it is not due yet

    followed.clock.pass_(hours=3)
    chosen = await followed.parcels.due("simulated", PLATFORM, followed.clock(), MOST_PARCELS)
    assert [one.portal_id for one in chosen[:3]].count(small.portal_id) == 1


async def test_a_label_that_nobody_used_lapses_once(followed):
    """A merchant waits for what never comes, and a customer thinks there is still time."""
    await followed.works_later(days=40)
    await followed.works_later(days=40)

    (lapsed,) = followed.told(LabelLapsed)
    (issued,) = followed.told(LabelIssued)
    assert lapsed.tracking_number == issued.tracking_number
    assert lapsed.because == "never_handed_over"
    assert lapsed.lapsed_at < followed.clock()


@pytest.mark.parametrize("code", ["DROPPED", "DELIVERED", "SOMETHING_NEW"])
async def test_a_label_whose_parcel_was_seen_does_not_lapse(followed, door, code):
    """Whoever posted in time must never read that it is too late."""
    await posted(door, [a_scan(number_of(followed), code, followed.clock())])
    await followed.works()

    await followed.works_later(days=90)

    assert followed.told(LabelLapsed) == []


async def test_a_label_that_was_cancelled_does_not_lapse(followed):
    """Its return does not take place: there is nothing to wait for."""
    await followed.hears(a_cancellation())
    await followed.works()

    await followed.works_later(days=90)

    assert followed.told(LabelLapsed) == []


async def test_a_cancelled_label_that_is_posted_all_the_same_is_told(followed, door):
    """The parcel comes, whatever was agreed: the merchant must know."""
    await followed.hears(a_cancellation())
    await followed.works()

    await posted(door, [a_scan(number_of(followed), "DROPPED", followed.clock())])
    await followed.works()

    assert phases(followed) == ["announced", "handed_over"]


async def test_our_own_ways_back_are_not_followed(labels):
    """Nobody scans what the customer posts by themselves: nothing could be said truthfully."""
    await labels.hears(a_shipment())
    await labels.hears(an_approval(carrier="own_label"))
    await labels.works()

    await labels.works_later(days=90)

    assert labels.parcels.all == {}
    assert labels.told(LabelLapsed) == []


async def test_a_crash_between_deciding_and_telling_repeats_the_words_and_nothing_else(
    followed, door
):
    """What was decided is told again with the same ids."""
    await posted(door, [a_scan(number_of(followed), "DROPPED", followed.clock())])
    tell, followed.speaker.tell = followed.speaker.tell, broken
    await followed.works()
    assert phases(followed) == ["announced"]

    followed.speaker.tell = tell
    await followed.works_later(seconds=30)

    assert phases(followed) == ["announced", "handed_over"]


def an_answer(status, content=b"", headers=None):
    """What comes back over the wire, not read yet."""
    return httpx.Response(status, stream=httpx.ByteStream(content), headers=headers)


async def broken(_):
    """Kafka is away."""
    raise ConnectionError


async def seen_later(labels, *codes):
    """The depots see it while the line to the carrier is bad."""
    instead, labels.line.instead = labels.line.instead, []
    await seen(labels, *codes)
    labels.line.instead = instead


def next_call(labels):
    """When the carrier is asked next."""
    waiting = [
        one.wake_at
        for one in labels.intents.all.values()
        if one.kind == "follow_parcels" and one.wake_at
    ]
    return min(waiting)


def due_of(portal, like, count):
    """So many parcels of another merchant, due before this one."""
    return {
        f"{portal}-{n}": replace(
            like,
            reference=f"{portal}-{n}",
            portal_id=portal,
            tracking_number=f"BIG{n:08}",
            look_at=like.issued_at,
        )
        for n in range(count)
    }
