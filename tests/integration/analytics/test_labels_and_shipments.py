"""One suite for every home of labels and shipments."""

from __future__ import annotations

import pytest

from services.analytics.domain.label import bought
from services.analytics.domain.shipped import shipped
from tests.support.builders import (
    SHIPMENT,
    TUESDAY,
    a_label_issued,
    a_shipment,
    a_shipped_item,
    an_id,
    days,
)


async def labels_of(home):
    """What stands of every label: id and cost in minor units."""
    if home.db is None:
        return {one.id: one.cost and one.cost.minor for one in home.labels.labels.values()}
    stored = await home.db.labels.find().to_list(None)
    return {one["_id"]: one.get("cost", {}).get("minor") for one in stored}


async def shipments_of(home):
    """What stands of every shipment: version, and the units of each line."""
    if home.db is None:
        return {
            one.shipment_id: (one.version, [(line.line_id, line.units) for line in one.lines])
            for one in home.shipments.shipments.values()
        }
    stored = await home.db.shipments.find().to_list(None)
    return {
        one["_id"]: (one["version"], [(line["line_id"], line["units"]) for line in one["lines"]])
        for one in stored
    }


async def test_a_label_stands_once(home):
    """The sum of labels must equal the carrier's invoice."""
    label, unpriced = bought(a_label_issued()), bought(a_label_issued(parcel_no=2, cost=None))

    for _ in range(2):
        await home.keeps(*(home.labels.keep(one) for one in (label, label, unpriced)))

    assert await labels_of(home) == {f"{an_id()}:1": 420, f"{an_id()}:2": None}


async def test_the_youngest_version_of_a_shipment_stands(home):
    """Whatever order versions arrive in, and even within one batch."""
    first, second = a_shipment(), a_shipment(version=2, items=(a_shipped_item(quantity=1),))

    await home.keeps(home.shipments.keep(shipped(first)))
    await home.keeps(*(home.shipments.keep(shipped(one)) for one in (second, first)))

    assert await shipments_of(home) == {SHIPMENT: (2, [("1", 1)])}


async def test_a_forgotten_shipment_is_gone_and_its_neighbour_stays(home):
    """Erasure takes what it names and nothing else, and may be repeated."""
    told = (a_shipment(), a_shipment(shipment_id="MF-1002"))
    await home.keeps(*(home.shipments.keep(shipped(one)) for one in told))

    await home.keeps(home.shipments.forget(SHIPMENT), home.shipments.forget("never-heard-of"))
    await home.keeps(home.shipments.forget(SHIPMENT))

    assert list(await shipments_of(home)) == ["MF-1002"]


@pytest.mark.real
async def test_shipments_and_labels_are_stored_with_the_columns_that_are_documented(mongo_home):
    """Other tools read these collections, and none of them may find a person there."""
    await mongo_home.keeps(
        mongo_home.shipments.keep(shipped(a_shipment(items=(a_shipped_item(sku="$price"),)))),
        mongo_home.labels.keep(bought(a_label_issued())),
    )

    assert await mongo_home.db.shipments.find_one() == {
        "_id": SHIPMENT,
        "version": 1,
        "portal_id": "moss-and-fern",
        "country": "NL",
        "ordered_at": TUESDAY - days(9),
        "lines": [{"line_id": "1", "sku": "$price", "category": "kitchen", "units": 2}],
    }
    label = await mongo_home.db.labels.find_one()
    assert set(label) == {
        "_id",
        "return_id",
        "parcel_no",
        "portal_id",
        "kind",
        "return_method",
        "carrier",
        "issued_at",
        "cost",
    }
