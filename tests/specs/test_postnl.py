"""PostNL: the adapter and its simulator speak as PostNL's own files do.

No file names another status than these: 200, 400, 401, 405, 429, 500.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import httpx
import pytest

from contracts.words import PointAbility
from deploy.local.carrier.sales import entries
from services.labels.adapters.carriers.postnl.client import PostNL
from services.labels.adapters.lines.http import HttpLine
from services.labels.domain import faults
from services.labels.domain.connection import Connection
from services.labels.domain.issued import LabelRow
from services.labels.domain.order import order_for
from services.labels.domain.point import Near, Spot
from services.labels.domain.sender import sender_of
from tests.specs.checked import Checked, canned, desk
from tests.specs.spec import Spec
from tests.support.builders import TUESDAY, a_return_address, a_shipment, an_approval

URL = "http://carrier/postnl"
FILES = {
    URL: [
        Spec("postnl-Barcode"),
        Spec("postnl-Labelling"),
        Spec("postnl-ShippingStatus"),
        Spec("postnl-Locations"),
    ]
}
CONNECTION = Connection(
    "*",
    "postnl",
    url=URL,
    secrets={"apikey": "a key"},
    options={
        "customer_code": "DEVC",
        "customer_number": "11223344",
        "collection_location": "123456",
        "contact_email": "returns@moss.example",
    },
)
NUMBER = "3SDEVC123456789"
REPLY_NUMBER = {
    "street": "Antwoordnummer",
    "house_number": "1234",
    "postal_code": "3500 VB",
    "town": "Utrecht",
    "country": "NL",
}
BELGIAN = {"street": "Meir", "house_number": "30", "postal_code": "2000", "town": "Antwerpen"}
WAYS = {
    "label to a reply number": ("drop_off_point", "NL", REPLY_NUMBER, "2285"),
    "label to a street": ("drop_off_point", "NL", REPLY_NUMBER | {"street": "Kanaalweg"}, "3285"),
    "labelless": ("drop_off_labelless", "NL", REPLY_NUMBER, "2285"),
    "labelless to a street": (
        "drop_off_labelless",
        "NL",
        REPLY_NUMBER | {"street": "Kanaalweg"},
        "3285",
    ),
    "from Belgium": ("drop_off_point", "BE", REPLY_NUMBER, "3250"),
    "within Belgium": ("drop_off_point", "BE", BELGIAN | {"country": "BE"}, "4882"),
    "to Belgium": ("drop_off_point", "NL", BELGIAN | {"country": "BE"}, "4785"),
}


def postnl(inner):
    """The adapter as it is in production, its words and its carrier's checked."""
    return PostNL(HttpLine(Checked("postnl", inner, FILES)), now=lambda: TUESDAY)


def an_order(way="label to a reply number", reserved=NUMBER, **changes):
    """Zoë's parcel on one of PostNL's ways."""
    method, country, to, _ = WAYS[way]
    home = a_shipment().deliver_to
    if country == "BE":
        home = home.model_copy(update={"country": "BE", **BELGIAN})
    home = home.model_copy(update=changes)
    approved = an_approval(return_method=method, return_to=a_return_address(**to))
    return replace(order_for(approved, sender_of(a_shipment(deliver_to=home))), reserved=reserved)


def a_row(number=NUMBER):
    """A label that was issued."""
    return LabelRow(
        reference="r:1",
        return_id="r",
        portal_id="p",
        shipment_id="s",
        parcel_no=1,
        return_method="drop_off_point",
        kind="label",
        carrier="postnl",
        evidence="spec",
        tracking_number=number,
        cost=None,
        valid_until=None,
        issued_at=TUESDAY,
    )


AMSTERDAM = Near("NL", "1012 JS", "Amsterdam", Spot(52.373, 4.893))
ASKED = {
    "barcode": lambda carrier: carrier.reserve(an_order(), CONNECTION),
    "label": lambda carrier: carrier.issue(an_order(), CONNECTION),
    "status": lambda carrier: carrier.track([a_row()], CONNECTION),
    "nearest": lambda carrier: carrier.near(replace(AMSTERDAM, spot=None), CONNECTION),
    "geocode": lambda carrier: carrier.near(AMSTERDAM, CONNECTION),
}
"""Every operation that we use."""

GATE = {"message": "Failed to resolve API Key", "http_status_code": 401}
FAULT = {"fault": {"faultstring": "no barcode", "detail": {"errorcode": "Validation Fault"}}}
LOOK_AGAIN = faults.Unavailable


@pytest.mark.parametrize("way", WAYS)
async def test_a_label_is_reserved_ordered_and_given_on_every_way(way, tmp_path):
    """Each is another product, and PostNL takes no other there."""
    carrier = postnl(desk(tmp_path))
    reserved = await carrier.reserve(an_order(way), CONNECTION)

    label = await carrier.issue(an_order(way, reserved), CONNECTION)

    kind = "qr_code" if way.startswith("labelless") else "label"
    assert (label.tracking_number, label.kind) == (reserved, kind)
    assert label.documents[0].content.startswith(b"%PDF-")
    assert [(sold.event, sold.method) for sold in entries(tmp_path / "sales.jsonl")] == [
        ("sold", WAYS[way][3])
    ]


async def test_the_same_number_again_is_the_same_label(tmp_path):
    """That is why nothing is lost when an answer is."""
    carrier = postnl(desk(tmp_path))

    labels = [await carrier.issue(an_order(), CONNECTION) for _ in range(3)]

    assert labels[0] == labels[1] == labels[2]
    sales = entries(tmp_path / "sales.jsonl")
    assert [one.event for one in sales] == ["sold", "repeated", "repeated"]


async def test_a_parcel_is_followed_from_scan_to_scan(tmp_path):
    """In PostNL's own times, which name no zone, and its own codes."""
    simulator = desk(tmp_path)
    carrier = postnl(simulator)
    await carrier.issue(an_order(), CONNECTION)
    async with httpx.AsyncClient(transport=simulator) as counter:
        for code, at in [("2", "2026-03-11T09:30:00+00:00"), ("H20", "2026-07-01T10:00:00+02:00")]:
            moved = {"tracking_number": NUMBER, "code": code, "at": at}
            told = await counter.post(f"{URL}/_scan", json=moved)
            assert told.status_code == 200

    scans = await carrier.track([a_row()], CONNECTION)

    assert [(scan.phase, scan.code, scan.happened_at.astimezone(UTC)) for scan in scans] == [
        ("handed_over", "2", datetime(2026, 3, 11, 9, 30, tzinfo=UTC)),
        ("returned_to_sender", "H20", datetime(2026, 7, 1, 8, 0, tzinfo=UTC)),
    ]


async def test_a_parcel_postnl_does_not_know_has_no_scans(tmp_path):
    """It says so with status 200."""
    assert await postnl(desk(tmp_path)).track([a_row()], CONNECTION) == []


@pytest.mark.parametrize("spot", [AMSTERDAM.spot, None], ids=["by place", "by postal code"])
async def test_counters_that_print_are_found_nearest_first(spot, tmp_path):
    """A locker prints nothing."""
    wanted = frozenset({PointAbility.ACCEPTS_RETURNS, PointAbility.PRINTS_LABELS})

    found = await postnl(desk(tmp_path)).near(
        replace(AMSTERDAM, spot=spot, abilities=wanted), CONNECTION
    )

    assert [point.point_id for point in found[:2]] in (["900101", "900102"], ["900102", "900101"])
    assert all(wanted <= point.abilities for point in found)
    assert (found[0].hours["mon"], found[0].hours["sat"]) == ("08:00-18:00", "10:00-16:00")


async def test_no_points_are_no_mistake():
    """PostNL answers 400 where it finds nothing."""
    nothing = canned(400, {"Error": {"ErrorCode": "10", "ErrorDescription": "No results found"}})

    assert await postnl(nothing).near(AMSTERDAM, CONNECTION) == []


@pytest.mark.parametrize("operation", ASKED)
@pytest.mark.parametrize(
    ("status", "said", "order", "question"),
    [
        (401, GATE, faults.AuthFailed, faults.AuthFailed),
        (405, GATE | {"http_status_code": 405}, LOOK_AGAIN, LOOK_AGAIN),
        (429, GATE | {"http_status_code": 429}, faults.RateLimited, faults.RateLimited),
        (500, FAULT, faults.OutcomeUnknown, LOOK_AGAIN),
    ],
    ids=["401", "405", "429", "500"],
)
async def test_every_documented_no_has_its_meaning(operation, status, said, order, question):
    """Only an order can be in doubt, and only where the carrier may have taken it."""
    carrier = postnl(canned(status, said, {"retry-after": "30"}))

    with pytest.raises(faults.CarrierFault) as refused:
        await ASKED[operation](carrier)

    assert type(refused.value) is (order if operation == "label" else question)
    if status == 429:
        assert refused.value.after_seconds == 30


def errors(*codes):
    """As the label service complains."""
    return {"Errors": [{"Error": "no", "Code": code, "Description": "no"} for code in codes]}


NOTHING_SOLD = {"MergedLabels": [], "ResponseShipments": []}


@pytest.mark.parametrize(
    ("operation", "said", "means", "fields"),
    [
        ("barcode", {"errors": [{"ErrorNumber": "8", "ErrorMsg": "no"}]}, faults.AuthFailed, None),
        ("barcode", {"errors": [{"ErrorNumber": "11", "ErrorMsg": "no"}]}, LOOK_AGAIN, None),
        ("label", errors("1280202"), faults.Rejected, ("sender.address",)),
        (
            "label",
            errors("1280102", "12213"),
            faults.Rejected,
            ("recipient.address", "error 12213"),
        ),
        ("label", errors("1270106"), faults.NotCovered, None),
        ("label", errors("2"), faults.AuthFailed, None),
        ("label", errors("110202"), faults.AuthFailed, None),
        ("label", errors("9"), faults.RateLimited, None),
        ("label", errors("11"), faults.OutcomeUnknown, None),
        ("label", errors("10"), faults.Unavailable, None),
        ("status", FAULT, faults.Rejected, ()),
        ("nearest", {"Error": {"ErrorCode": "3002"}}, faults.Rejected, ("error 3002",)),
        ("geocode", {"Error": {"ErrorCode": "3001"}}, faults.Rejected, ("error 3001",)),
    ],
)
async def test_every_kind_of_400_has_its_meaning(operation, said, means, fields):
    """PostNL has a way of complaining for each of its services."""
    with pytest.raises(means) as refused:
        await ASKED[operation](postnl(canned(400, said)))

    if fields is not None:
        assert refused.value.fields == fields


@pytest.mark.parametrize("where", ["on top", "in the shipment"])
async def test_a_refusal_with_status_200_is_a_refusal(where):
    """PostNL's 200 says that it has answered, not that it has sold."""
    said = NOTHING_SOLD | errors("1280202")
    if where == "in the shipment":
        said = NOTHING_SOLD | {"ResponseShipments": [{"Barcode": NUMBER, **errors("1280202")}]}

    with pytest.raises(faults.Rejected) as refused:
        await postnl(canned(200, said)).issue(an_order(), CONNECTION)

    assert refused.value.fields == ("sender.address",)


@pytest.mark.parametrize(
    ("changes", "way", "means"),
    [
        ({"town": "Nergens"}, "label to a reply number", faults.Rejected),
        ({"house_number": "", "addition": ""}, "label to a reply number", faults.Rejected),
        ({"postal_code": "OX1 1AA"}, "label to a reply number", faults.Rejected),
    ],
    ids=["no such address", "no house number", "a foreign postal code"],
)
async def test_what_postnl_never_takes_is_sold_to_nobody(changes, way, means, tmp_path):
    """Whether it says so or its specification does."""
    with pytest.raises(means):
        await postnl(desk(tmp_path)).issue(an_order(way, **changes), CONNECTION)

    assert entries(tmp_path / "sales.jsonl") == []


async def test_a_wrong_key_opens_nothing(tmp_path):
    """The simulator is as strict as the gate before PostNL."""
    wrong = replace(CONNECTION, secrets={"apikey": "wrong"})

    with pytest.raises(faults.AuthFailed):
        await postnl(desk(tmp_path)).issue(an_order(), wrong)


@pytest.mark.parametrize(
    "name",
    ["x" * 200, "مريم العبد", "Zoë 🫖 Zonder", "^XA~DG\x07", "Łukasz Żółć"],
    ids=["long", "right to left", "emoji", "controls", "polish"],
)
async def test_hostile_names_keep_to_the_file(name, tmp_path):
    """Lines have an end, and nobody's name is a reason to be refused."""
    order = an_order()
    order = replace(
        order, sender=replace(order.sender, name=name, street=name, town=name, addition=name)
    )

    label = await postnl(desk(tmp_path)).issue(order, CONNECTION)

    assert label.tracking_number == NUMBER


@pytest.mark.parametrize("option", ["20", "35"])
async def test_a_label_holds_as_long_as_was_ordered(option, tmp_path):
    """PostNL's usual twenty days, or the thirty-five of an option."""
    connection = replace(CONNECTION, options={**CONNECTION.options, "return_days": option})

    label = await postnl(desk(tmp_path)).issue(an_order(), connection)

    assert (label.valid_until - TUESDAY).days == int(option)
