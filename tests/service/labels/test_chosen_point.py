"""The point a customer chose: what their label says of it, and when it says nothing."""

from __future__ import annotations

from datetime import timedelta

import pytest

from contracts.labels import Document, LabelIssued, LabelPrinted
from services.labels.domain.issued import IssuedLabel
from services.labels.domain.tell import row_of, told
from tests.support.builders import INBOUND, TUESDAY, a_shipment, an_approval
from tests.support.pointing import a_point
from tests.support.town import Town

PAPER = (Document(kind="label_pdf", media_type="application/pdf", content="JVBERg=="),)
YESTERDAY = TUESDAY.date() - timedelta(days=1)


@pytest.fixture
def town():
    """Labels alone, with a carrier that sells."""
    town = Town("labels")
    yield town
    town.close()


async def label(town, point_id="central", home=None, **approved):
    """The label of a return whose customer chose that point: issued, and its documents."""
    shipment = a_shipment() if home is None else a_shipment(deliver_to=home)
    chosen = {"carrier": "simulated", "service_point_id": point_id}
    await town.hears(shipment, an_approval(**chosen | approved))
    (issued,), (printed,) = town.told(LabelIssued), town.told(LabelPrinted)
    return issued, printed


async def test_a_label_says_where_the_customer_goes(town):
    """R19, and the letter of R23: name, street and opening hours stand beside the label."""
    town.imports(a_point(carrier="simulated"))

    issued, printed = await label(town)

    assert issued.service_point_id == "central"
    point = printed.service_point
    assert (point.name, point.street, point.distance_metres) == (
        *("Kiosk central", "Stationsplein 1"),
        900,
    )
    assert point.opening_hours == {"mon": "07:00-20:00", "sun": ""}


@pytest.mark.parametrize(
    "point",
    [
        a_point(carrier="simulated", closes=YESTERDAY),
        a_point(carrier="gls"),
        a_point("other", carrier="simulated"),
    ],
    ids=["closed since", "another carrier's", "unknown"],
)
async def test_a_point_that_is_not_there_any_more_is_not_shown(town, point):
    """The label holds at every other counter; only nobody is sent to a locked door."""
    town.imports(point)

    issued, printed = await label(town)

    assert (issued.service_point_id, printed.service_point) == ("central", None)


async def test_a_label_without_a_choice_names_no_point(town):
    """Whoever did not choose is not told a place."""
    town.imports(a_point(carrier="simulated"))

    issued, printed = await label(town, point_id=None)

    assert (issued.service_point_id, printed.service_point) == (None, None)


async def test_where_nobody_knows_how_far_it_is_no_point_is_shown(town):
    """A distance is part of a point, and is not made up."""
    town.imports(a_point(carrier="simulated"))
    far = a_shipment().deliver_to.model_copy(update={"postal_code": "unknown"})

    _, printed = await label(town, home=far)

    assert printed.service_point is None


def test_a_label_says_when_somebody_comes_and_where_its_code_is_shown():
    """What its carrier answered reaches the customer."""
    until, approved = TUESDAY + timedelta(hours=4), an_approval()
    bought = IssuedLabel(
        *(INBOUND, "label", "Pickup"),
        link="https://carrier.example/code",
        collected_from=TUESDAY,
        collected_until=until,
    )

    issued, printed, _ = told(
        approved, row_of(approved, bought, "gls", "spec", TUESDAY), PAPER, bought
    )

    for said in (issued, printed):
        assert (said.collected_from, said.collected_until) == (TUESDAY, until)
    assert printed.link == "https://carrier.example/code"
