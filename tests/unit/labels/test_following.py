"""Whatever a carrier says of a parcel, in whatever order and however often: it never goes back."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.envelope import Envelope
from contracts.words import Phase
from services.labels.domain.following import (
    MOST_SCANS,
    ORDER,
    Parcel,
    by_number,
    fresh,
    is_seen,
    lapsed,
    moved,
)
from services.labels.domain.scan import Scan
from tests.support.builders import TUESDAY, days

NUMBER = "SIM12345678901234567"
LATER = TUESDAY + days(30)
PARCEL = Parcel(
    reference="r:1",
    return_id="4c0e9fb4-5b7e-4c39-8d2a-1f2d0c1e7a01",
    portal_id="teapots",
    shipment_id="s",
    parcel_no=1,
    carrier="simulated",
    connection="*",
    tracking_number=NUMBER,
    issued_at=TUESDAY,
    cause=Envelope("a", "/rules", "returns.return-approved.v1"),
    told_by="issue_label:r:1",
)


def a_scan(phase, minutes=0, code=None, number=NUMBER):
    """A scan so many minutes after the label."""
    return Scan(number, phase, code or str(phase).upper(), TUESDAY + timedelta(minutes=minutes))


def heard(batches, parcel=PARCEL):
    """The parcel after these batches of scans, and the phases told, in order."""
    told = []
    for scans in batches:
        step = moved(parcel, scans, LATER)
        told += [one.phase for one in step.tell]
        parcel = step.after or parcel
    return parcel, told


SCANS = st.lists(
    st.builds(
        a_scan,
        st.sampled_from([*Phase, "a_word_of_tomorrow"]),
        st.integers(0, 50),
        st.sampled_from(["A", "B", "C"]),
    ),
    max_size=12,
    unique_by=lambda scan: (scan.code, scan.happened_at),
)


@given(SCANS, st.data())
def test_any_order_and_repetition_of_scans_ends_in_the_same_phase(scans, data):
    """Webhooks overtake each other, polls repeat all of it, and the parcel is where it is."""
    mixed = data.draw(st.permutations([*scans, *scans]))
    cut = data.draw(st.lists(st.integers(0, len(mixed)), max_size=4).map(sorted))
    places = [0, *cut, len(mixed)]
    batches = [mixed[a:b] for a, b in pairwise(places)]

    parcel, _ = heard(batches)
    at_once, _ = heard([scans])

    assert parcel.phase == at_once.phase
    assert {(s.code, s.happened_at) for s in parcel.scans} == {
        (s.code, s.happened_at) for s in at_once.scans
    }


@given(SCANS, st.data())
def test_what_is_told_never_goes_back_and_nothing_is_told_twice(scans, data):
    """Whoever reads only the last word must not see a parcel that arrived be on its way again."""
    mixed = data.draw(st.permutations([*scans, *scans]))

    parcel, told = heard([[scan] for scan in mixed])

    ranks = [ORDER.index(phase) for phase in told if phase != Phase.UNKNOWN]
    assert ranks == sorted(set(ranks))
    assert Phase.ANNOUNCED not in told
    assert told.count(Phase.UNKNOWN) <= 1
    assert [phase for phase in told if phase != Phase.UNKNOWN][-1:] in ([], [parcel.phase])


@pytest.mark.parametrize(
    ("phases", "told"),
    [
        (["handed_over", "in_transit", "delivered"], ["handed_over", "in_transit", "delivered"]),
        (["delivered", "in_transit", "handed_over"], ["delivered"]),
        (["in_transit", "at_customs", "in_transit"], ["in_transit", "at_customs"]),
        (["delivery_failed", "out_for_delivery", "delivered"], ["delivery_failed", "delivered"]),
        (["lost", "in_transit", "delivered"], ["lost", "delivered"]),
        (["delivered", "lost"], ["delivered"]),
        (["delivered", "returned_to_sender"], ["delivered", "returned_to_sender"]),
        (["returned_to_sender", "delivered"], ["returned_to_sender"]),
        (["cancelled", "handed_over"], ["cancelled", "handed_over"]),
        (["in_transit", "cancelled"], ["in_transit"]),
        (["unknown", "unknown", "handed_over"], ["unknown", "handed_over"]),
        (["delivered", "unknown"], ["delivered"]),
        (["announced"], []),
    ],
)
def test_the_order_of_phases(phases, told):
    """The table of what follows what, one line for each question that it answers."""
    batches = [[a_scan(phase, minutes)] for minutes, phase in enumerate(phases)]

    assert heard(batches)[1] == told


def test_several_scans_at_once_are_told_as_they_happened():
    """One poll finds a whole day; a refund must not hang on how its list was sorted."""
    day = [a_scan("delivered", 30), a_scan("handed_over", 1), a_scan("out_for_delivery", 20)]

    step = moved(PARCEL, day, LATER)

    assert [one.phase for one in step.tell] == ["handed_over", "out_for_delivery", "delivered"]
    assert [one.happened_at for one in step.tell] == sorted(one.happened_at for one in step.tell)


def test_delivered_after_it_went_back_is_not_delivered_to_the_merchant():
    """Many carriers call it delivered when the customer has it again. Nobody is paid for that."""
    step = moved(PARCEL, [a_scan("delivered", 9), a_scan("returned_to_sender", 5)], LATER)

    assert [one.phase for one in step.tell] == ["returned_to_sender"]


def test_a_late_scan_is_kept_and_not_told():
    """An operator who looks wants to see all of it."""
    there, _ = heard([[a_scan("delivered", 30)]])

    step = moved(there, [a_scan("handed_over", 1)], LATER)

    assert step.tell == ()
    assert step.after.phase == "delivered"
    assert len(step.after.scans) == 2


def test_scans_of_another_number_are_nobodys():
    """A carrier that answers about a neighbour must not move this parcel."""
    assert moved(PARCEL, [a_scan("delivered", number="SIM00000000000000000")], LATER).after is None
    assert list(by_number([a_scan("lost"), a_scan("lost", number="X")])) == [NUMBER, "X"]


def test_nothing_happens_tomorrow():
    """A carrier whose clock is wrong must not date a refund."""
    (told,) = moved(PARCEL, [a_scan("delivered", 60)], TUESDAY).tell

    assert told.happened_at == TUESDAY


def test_a_flood_of_scans_is_bounded_and_still_moves_the_parcel():
    """A carrier that loops must not grow a document without end."""
    flood = [a_scan("in_transit", minutes) for minutes in range(2 * MOST_SCANS)]

    parcel, told = heard([flood, [a_scan("delivered", 9999)], flood])

    assert (parcel.phase, told) == ("delivered", ["in_transit", "delivered"])
    assert len(parcel.scans) == MOST_SCANS


def test_what_was_kept_is_not_fresh():
    """A poll that says nothing new must cost nothing."""
    scan = a_scan("in_transit", 3)
    parcel, _ = heard([[scan]])

    finer = replace(scan, happened_at=scan.happened_at.replace(microsecond=7))
    assert fresh(parcel, [scan, finer]) == ()
    assert moved(parcel, [scan, scan], LATER).after is None


@pytest.mark.parametrize(
    ("phases", "valid_days", "because"),
    [
        ([], None, "never_handed_over"),
        ([], 60, "never_handed_over"),
        ([], 10, "validity_ended"),
        (["handed_over"], 10, None),
        (["delivered"], None, None),
        (["cancelled"], None, None),
        (["unknown"], None, None),
        (["announced"], None, "never_handed_over"),
    ],
)
def test_a_label_lapses_only_if_nobody_can_have_seen_its_parcel(phases, valid_days, because):
    """Whoever posted in time must never read that it is too late."""
    parcel, _ = heard([[a_scan(phase)] for phase in phases])
    valid_until = None if valid_days is None else TUESDAY + days(valid_days)

    told = lapsed(parcel, valid_until, TUESDAY + days(14), "nl")

    assert (told and told.because) == because
    if told is not None:
        assert told.lapsed_at == min(TUESDAY + days(14), valid_until or TUESDAY + days(14))
        assert not is_seen(parcel)
