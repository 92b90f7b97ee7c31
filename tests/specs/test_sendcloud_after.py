"""Sendcloud: labels are taken back, parcels followed and points found as its files have it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from contracts.words import Cancelled, Phase
from services.labels.domain import faults
from services.labels.domain.point import Near, Spot
from tests.specs.checked import canned
from tests.specs.checked import desk as simulator
from tests.specs.sendcloud_scene import (
    LABEL,
    NOW,
    SHUT,
    a_client,
    a_connection,
    a_doubt,
    a_row,
    an_order,
    sales,
    scanned,
)

# Taking back


async def test_a_label_is_taken_back_by_request_and_twice_is_once(tmp_path):
    """The answer to the first wish may have been lost."""
    client = a_client(simulator(tmp_path))
    label = await client.issue(an_order(), a_connection())

    assert await client.cancel(a_row(label), a_connection()) == Cancelled.REQUESTED
    assert await client.cancel(a_row(label), a_connection()) == Cancelled.CANCELLED
    assert sales(tmp_path) == ["sold", "cancelled"]
    with pytest.raises(faults.OutcomeUnknown):
        await client.recover(a_doubt(), a_connection())  # nobody is given a label that is void


async def test_a_parcel_on_its_way_is_not_taken_back(tmp_path):
    """Sendcloud says 409, and its return says why."""
    inner = simulator(tmp_path)
    client = a_client(inner)
    label = await client.issue(an_order(), a_connection())
    await scanned(inner, label, "picked-up-by-driver")

    assert await client.cancel(a_row(label), a_connection()) == Cancelled.TOO_LATE


@pytest.mark.parametrize(
    ("status", "fault"),
    [
        (401, faults.AuthFailed),
        (404, faults.Unavailable),
        (429, faults.RateLimited),
        (500, faults.OutcomeUnknown),
    ],
)
async def test_a_wish_to_cancel_that_is_not_heard(status, fault):
    """It is wished again."""
    row = a_row(LABEL)
    with pytest.raises(fault):
        await a_client(canned(status), unwritten=SHUT).cancel(row, a_connection())


# Following


async def test_a_parcel_is_followed_from_hand_to_hand(tmp_path):
    """In both vocabularies that Sendcloud uses."""
    inner = simulator(tmp_path)
    client = a_client(inner)
    label = await client.issue(an_order(), a_connection())
    told = ["accepted", "in_transit", "at-customs", "driver-on-route", "delivered"]
    for hours, code in enumerate(told):
        await scanned(inner, label, code, NOW + timedelta(hours=hours))

    scans = await client.track([a_row(label)], a_connection())

    assert [scan.phase for scan in scans] == [
        Phase.ANNOUNCED,
        Phase.HANDED_OVER,
        Phase.IN_TRANSIT,
        Phase.AT_CUSTOMS,
        Phase.OUT_FOR_DELIVERY,
        Phase.DELIVERED,
    ]
    assert {scan.tracking_number for scan in scans} == {label.tracking_number}
    assert scans[-1].happened_at == NOW + timedelta(hours=4)


async def test_a_parcel_nobody_knows_has_no_scans(tmp_path):
    """404 with Sendcloud's own word for it."""
    row = a_row(LABEL, tracking_number="3SNOBODY")

    assert await a_client(simulator(tmp_path)).track([row], a_connection()) == []


async def test_a_number_that_cannot_be_one_has_no_scans():
    """422, as its file has it."""
    wrong = {"detail": [{"loc": ["path"], "msg": "no number", "type": "value_error"}]}

    assert await a_client(canned(422, wrong)).track([a_row(LABEL)], a_connection()) == []


@pytest.mark.parametrize(("status", "fault"), [(401, faults.AuthFailed), (429, faults.RateLimited)])
async def test_tracking_that_is_not_answered(status, fault):
    """It is asked again later."""
    with pytest.raises(fault):
        await a_client(canned(status), unwritten=SHUT).track([a_row(LABEL)], a_connection())


# Points


@pytest.mark.parametrize("spot", [Spot(52.37, 4.89), None], ids=["spot", "postal-code"])
async def test_points_near_a_customer(spot, tmp_path):
    """By coordinates where they are known, else by the postal code."""
    wanted = frozenset({"accepts_returns"})
    near = Near("NL", "1012JS", "Amsterdam", spot, wanted, limit=10)

    points = await a_client(simulator(tmp_path)).near(near, a_connection())

    assert len(points) == 11  # the twelfth has closed
    assert all(wanted <= point.abilities for point in points)
    assert points[0].hours["mon"] == "09:00-12:30 13:30-18:00"
    assert (points[0].hours["sat"], points[0].hours["sun"]) == ("09:00-12:30", "")
    assert {point.carrier for point in points} == {"sendcloud"}


@pytest.mark.parametrize(
    ("says", "found"), [({}, 0), ({"points_print_labels": "yes"}, 11)], ids=["no", "yes"]
)
async def test_points_that_print_labels_are_those_the_connection_vouches_for(says, found, tmp_path):
    """Sendcloud's list does not say it, and a customer with a code only would stand there."""
    near = Near("NL", "1012JS", abilities=frozenset({"accepts_returns", "prints_labels"}))

    points = await a_client(simulator(tmp_path)).near(near, a_connection(options=says))

    assert len(points) == found


async def test_every_kind_of_point_where_nothing_special_is_wanted(tmp_path):
    """A machine says that it is one."""
    points = await a_client(simulator(tmp_path)).near(Near("DE", "53113"), a_connection())

    assert {ability for point in points for ability in point.abilities} == {
        "accepts_returns",
        "locker",
    }


async def test_an_account_without_points_of_the_carrier(tmp_path):
    """400: somebody must mend the connection, and our own collection stands in."""
    connection = a_connection(options={"carrier": "unknown_post"})

    with pytest.raises(faults.NotCovered):
        await a_client(simulator(tmp_path)).near(Near("NL", "1012JS"), connection)


async def test_points_while_addresses_cannot_be_looked_up():
    """503, which its file describes."""
    said = {"errors": [{"status": "503", "code": "not_found", "detail": "Try again later."}]}

    with pytest.raises(faults.Unavailable):
        await a_client(canned(503, said)).near(Near("NL", "1012JS"), a_connection())
