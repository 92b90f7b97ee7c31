"""What DHL Parcel DE is asked, and what its answers mean."""

from __future__ import annotations

import json
from base64 import b64encode
from dataclasses import replace

import pytest

from contracts.shape import Money
from services.labels.adapters.carriers.dhl_parcel_de import (
    complaints,
    mapping,
    parties,
)
from services.labels.adapters.lines.http import Answer
from services.labels.domain import faults
from services.labels.domain.connection import Connection
from services.labels.domain.order import Line, order_for
from services.labels.domain.sender import NOTHING_KNOWN, Goods, sender_of
from tests.support.builders import a_return_address, a_shipment, an_approval

CONNECTION = Connection(
    "*",
    "dhl_parcel_de",
    options={
        "receiver_id_de": "deu",
        "receiver_id_nl": "nld",
        "receiver_id_ch": "che",
        "billing_number": "22222222220801",
    },
)
TEAPOT = Line(2, "Grumpy teapot", Money(minor=1295, currency="EUR"), Goods(350, "6912 00 21", "CN"))


def an_order(method="drop_off_point", **home):
    """Zoë sends two teapots from the Dam to a warehouse in Bonn; `home` moves her."""
    sender = replace(sender_of(a_shipment()), **home)
    to = a_return_address(postal_code="53113", town="Bonn", country="DE")
    order = order_for(an_approval(return_method=method, return_to=to), sender)
    return replace(order, lines=(TEAPOT,), value=Money(minor=2590, currency="EUR"))


def test_an_order_holds_what_dhl_needs_and_nothing_more():
    """Where it goes is behind the receiver's id; no e-mail and no telephone goes out."""
    order = an_order()

    assert mapping.request(order, CONNECTION) == {
        "receiverId": "nld",
        "customerReference": "536365",
        "shipmentReference": order.reference,
        "shipper": {
            "name1": "Zoë Zonder",
            "addressStreet": "Dam",
            "addressHouse": "1",
            "postalCode": "1012JS",
            "city": "Amsterdam",
        },
        "itemWeight": {"uom": "g", "value": 700},
        "itemValue": {"currency": "EUR", "value": 25.9},
    }


def test_what_crosses_a_border_of_customs_is_declared():
    """Of each unit, with its origin in three letters and a tariff number of digits."""
    asked = mapping.request(an_order(country="CH", postal_code="3344"), CONNECTION)

    assert asked["customsDetails"]["items"] == [
        {
            "itemDescription": "Grumpy teapot",
            "packagedQuantity": 2,
            "itemWeight": {"uom": "g", "value": 350},
            "itemValue": {"currency": "EUR", "value": 12.95},
            "countryOfOrigin": "CHN",
            "hsCode": "69120021",
        }
    ]


def test_what_nobody_knows_of_an_item_is_left_out_where_it_may_be():
    """A shop writes what it likes: a wrong tariff number is worse than none."""
    vague = replace(TEAPOT, goods=Goods(350, "pottery", "China"))
    order = replace(an_order(country="CH", postal_code="3344"), lines=(vague,))

    [item] = mapping.request(order, CONNECTION)["customsDetails"]["items"]

    assert {"hsCode", "countryOfOrigin"}.isdisjoint(item)


@pytest.mark.parametrize(
    ("line", "field"),
    [
        (replace(TEAPOT, goods=NOTHING_KNOWN), "itemWeight"),
        (replace(TEAPOT, unit_price=None), "itemValue"),
        (replace(TEAPOT, unit_price=Money(minor=14900, currency="NOK")), "itemValue"),
        (replace(TEAPOT, description="\u200b\x07"), "itemDescription"),
    ],
)
def test_customs_do_not_guess(line, field):
    """The parcel would stay at the border: better no label, and why."""
    order = replace(an_order(country="CH", postal_code="3344"), lines=(line,))

    with pytest.raises(faults.Rejected) as refused:
        mapping.request(order, CONNECTION)

    assert refused.value.fields == (f"customsDetails.items.{field}",)


def test_a_value_in_another_currency_is_not_told():
    """DHL knows three. Inside the Union nobody needs it."""
    order = replace(an_order(), value=Money(minor=11000, currency="PLN"))

    assert "itemValue" not in mapping.request(order, CONNECTION)


@pytest.mark.parametrize(
    ("method", "country", "paper"),
    [
        ("drop_off_point", "NL", "SHIPMENT_LABEL"),
        ("drop_off_labelless", "DE", "QR_LABEL"),
        ("pickup", "DE", "SHIPMENT_LABEL"),
        ("drop_off_labelless", "NL", None),
        ("pickup", "NL", None),
        ("drop_off_point", "US", None),
        ("by_balloon", "DE", None),
    ],
)
def test_what_is_asked_for_follows_from_method_and_country(method, country, paper):
    """Only in Germany does anybody print a label for a code."""
    order = an_order(method, country=country)

    if paper is None:
        with pytest.raises(faults.NotCovered):
            mapping.paper_for(order)
    else:
        assert mapping.paper_for(order) == paper


def test_a_parcel_for_another_country_is_not_covered():
    """Every receiver lives in Germany: it would go to the wrong warehouse."""
    order = replace(an_order(), recipient=a_return_address(country="GB"))

    with pytest.raises(faults.NotCovered):
        mapping.paper_for(order)


def test_a_country_without_a_receiver_is_not_covered():
    """The contract says from where returns may come."""
    with pytest.raises(faults.NotCovered):
        mapping.request(an_order(country="PL", postal_code="00-950"), CONNECTION)


def test_more_than_a_parcel_weighs_is_refused_before_it_is_ordered():
    """31.5 kg."""
    heavy = replace(TEAPOT, goods=Goods(16_000))

    with pytest.raises(faults.Rejected) as refused:
        mapping.request(replace(an_order(), lines=(heavy,)), CONNECTION)

    assert refused.value.fields == ("itemWeight",)


@pytest.mark.parametrize(
    ("home", "party"),
    [
        ({"street": "Hauptstraße 12a", "house_number": ""}, ("Hauptstraße", "12a")),
        ({"street": "Straße des 17. Juni 135", "house_number": ""}, ("Straße des 17. Juni", "135")),
        ({"street": "Dam\x00^XA~", "house_number": "1 "}, ("Dam ^XA~", "1")),
        ({"street": "Dam " * 50, "house_number": "1"}, (("Dam " * 12 + "Da"), "1")),
    ],
)
def test_street_and_number_stand_apart(home, party):
    """Shops do not always keep them apart, and DHL wants a number."""
    said = parties.shipper(replace(an_order().sender, **home))

    assert (said["addressStreet"], said["addressHouse"]) == party


def test_a_long_name_takes_two_lines_and_the_door_the_third():
    """Broken between words where that can be; fifty characters fit."""
    name = "Wilhelmina Margaretha van den Boogaard-Zonder " * 4
    said = parties.shipper(
        replace(an_order().sender, name=name, house_number="12 Hinterhaus", addition="3. OG")
    )

    assert said["name1"] == "Wilhelmina Margaretha van den Boogaard-Zonder"
    assert said["name2"] == "Wilhelmina Margaretha van den Boogaard-Zonder"
    assert (said["addressHouse"], said["name3"]) == ("12", "Hinterhaus 3. OG")


@pytest.mark.parametrize(
    ("home", "fields"),
    [
        ({"house_number": ""}, ("shipper.addressHouse",)),
        ({"house_number": "twelve-and-a-half"}, ("shipper.addressHouse",)),
        ({"postal_code": "no code"}, ()),
        ({"postal_code": "1012 JS!"}, ("shipper.postalCode",)),
        ({"postal_code": "١٠١٢"}, ("shipper.postalCode",)),
        ({"name": "\u202e\u0007", "town": "  "}, ("shipper.name1", "shipper.city")),
    ],
)
def test_an_address_that_dhl_does_not_take_is_refused_before_it_is_ordered(home, fields):
    """By its fields, and without its values."""
    sender = replace(an_order().sender, **home)
    if not fields:
        assert parties.shipper(sender)["postalCode"] == home["postal_code"]
        return

    with pytest.raises(faults.Rejected) as refused:
        parties.shipper(sender)

    assert refused.value.fields == fields


def sold(**changes):
    """DHL's answer to an order; None leaves a field out."""
    usual = {
        "shipmentNo": "999991587211",
        "label": {"b64": b64encode(b"%PDF-1.7").decode()},
        "qrLabel": {"b64": b64encode(b"\x89PNG\r\n\x1a\n").decode()},
        "qrLink": "https://dhl.example.com/qr",
        "routingCode": "40327653113+99000933090010",
    }
    said = {name: value for name, value in (usual | changes).items() if value is not None}
    return Answer(201, json.dumps(said).encode())


@pytest.mark.parametrize(
    ("content", "kind"), [(b"%PDF-1.7", "label_pdf"), (b"\x89PNG\r\n\x1a\n", "label_png")]
)
def test_a_document_is_what_its_first_bytes_say(content, kind):
    """DHL's own example of a label is a picture."""
    encoded = b64encode(content).decode()
    folded = f"{encoded[:4]}\n{encoded[4:]}"

    label = mapping.issued(sold(label={"b64": folded}), an_order())

    assert [(own.kind, own.content) for own in label.documents] == [(kind, content)]


def test_a_number_without_quotation_marks_is_a_number():
    """As in DHL's own example."""
    assert mapping.issued(sold(shipmentNo=999991587211), an_order()).tracking_number == (
        "999991587211"
    )


def test_from_abroad_dhl_has_a_word_of_its_own():
    """The number by which the other country's post knows the parcel is kept."""
    label = mapping.issued(sold(internationalShipmentNo="CX123456785DE"), an_order())

    assert (label.carrier_id, label.product) == ("CX123456785DE", "DHL Retoure International")


@pytest.mark.parametrize("link", ["http://dhl.example.com", "javascript:alert(1)", "https://a b"])
def test_a_link_that_is_none_is_left_out(link):
    """The code is there all the same."""
    label = mapping.issued(sold(qrLink=link), an_order("drop_off_labelless", country="DE"))

    assert (label.kind, label.link) == ("qr_code", None)


def test_a_code_that_is_no_picture_leaves_the_order_in_doubt():
    """There is nothing to show at the counter."""
    code = {"b64": b64encode(b"%PDF-1.7").decode()}

    with pytest.raises(faults.OutcomeUnknown):
        mapping.issued(sold(qrLabel=code), an_order("drop_off_labelless", country="DE"))


@pytest.mark.parametrize(
    ("said", "fields"),
    [
        ({"detail": "shipper.addressHouse '1' of Zoë Zonder is wrong"}, ("shipper.addressHouse",)),
        ({"detail": "Amsterdam, Dam 1, receiverId"}, ("receiverId",)),
        ([{"instance": "customerDetails.billingNumber", "detail": "2222"}], None),
        ({"instance": "https://api.dhl.com/Zonder"}, ()),
        ({"detail": 7}, ()),
        ("oh no", ()),
    ],
)
def test_a_complaint_names_fields_and_repeats_no_values(said, fields):
    """What a carrier quotes back may be somebody's address."""
    wanted = ("customerDetails.billingNumber",) if fields is None else fields

    assert complaints.fields_in(json.dumps(said).encode()) == wanted
