"""What Sendcloud is asked, and what its answers to orders mean."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from services.labels.adapters.carriers.sendcloud import mapping, refusals
from services.labels.adapters.lines.http import Answer
from services.labels.domain import faults
from services.labels.domain.connection import Connection
from services.labels.domain.order import Line, order_for
from services.labels.domain.sender import Goods, sender_of
from tests.support.builders import a_shipment, an_approval, an_id

REFERENCE = f"{an_id()}:1"
OPTIONS = {"carrier": "postnl", "ship_with_drop_off_point": "postnl:return"}
CONNECTION = Connection("*", "sendcloud", options=OPTIONS)


def an_order(**changes):
    """Zoë's order, as it comes to an adapter; `who` changes her address."""
    order = order_for(an_approval(), sender_of(a_shipment()))
    return replace(order, sender=replace(order.sender, **changes.pop("who", {})), **changes)


def told(said, status=200):
    """Sendcloud answers this."""
    return Answer(status, json.dumps(said).encode())


# Asking


def test_an_order_says_what_moves_a_parcel_and_nothing_more():
    """Every field more is personal data given away: no e-mail, no telephone."""
    assert mapping.request(an_order(), CONNECTION) == {
        "from_address": {
            "name": "Zoë Zonder",
            "address_line_1": "Dam",
            "house_number": "1",
            "postal_code": "1012JS",
            "city": "Amsterdam",
            "country_code": "NL",
        },
        "to_address": {
            "name": "Moss & Fern",
            "company_name": "Moss & Fern",
            "address_line_1": "Fern Lane",
            "house_number": "1",
            "postal_code": "OX1 1AA",
            "city": "Oxford",
            "country_code": "GB",
        },
        "ship_with": {
            "type": "shipping_option_code",
            "shipping_option_code": "postnl:return",
        },
        "weight": {"value": 1000, "unit": "g"},
        "parcel_items": [
            {
                "description": "Grumpy teapot",
                "quantity": 1,
                "price": {"value": 12.95, "currency": "GBP"},
            }
        ],
        "order_number": REFERENCE,
        "external_reference": REFERENCE,
        "delivery_option": "drop_off_point",
        "send_tracking_emails": False,
        "total_order_value": {"value": 12.95, "currency": "GBP"},
        "customs_invoice_nr": an_order().order_no,
        "customs_information": {
            "invoice_number": an_order().order_no,
            "export_reason": "returned_goods",
        },
    }


def test_an_order_says_what_the_connection_says():
    """Ids of contract and brand, and the weight of what nobody weighed."""
    more = OPTIONS | {"contract": "17", "brand_id": "4", "weight_grams": "2500"}

    asked = mapping.request(an_order(), replace(CONNECTION, options=more))

    assert asked["ship_with"]["contract"] == 17
    assert (asked["brand_id"], asked["weight"]) == (4, {"value": 2500, "unit": "g"})


def test_goods_are_weighed_and_declared_as_far_as_is_known():
    """Customs want a code, and a code that is too long for Sendcloud is left out."""
    pots = Line(2, "Teapot", None, Goods(350, "6912.00.21", "CN"))
    spoon = Line(1, "Spoon", None, Goods(20, "8215.99.10.00.1", None))

    asked = mapping.request(an_order(lines=(pots, spoon)), CONNECTION)

    assert asked["weight"] == {"value": 720, "unit": "g"}
    assert [item.get("hs_code") for item in asked["parcel_items"]] == ["6912.00.21", None]
    assert [item.get("origin_country") for item in asked["parcel_items"]] == ["CN", None]


def test_a_way_of_shipping_may_differ_by_country():
    """An aggregator: another carrier behind for customers elsewhere."""
    options = OPTIONS | {"ship_with_drop_off_point_de": "dhl_de:return"}

    codes = [
        mapping.ship_with("drop_off_point", country, options)["shipping_option_code"]
        for country in ("NL", "DE")
    ]

    assert codes == ["postnl:return", "dhl_de:return"]


@pytest.mark.parametrize("method", ["pickup", "drop_off_labelless", "in_store", "by_pigeon"])
def test_a_method_without_a_way_of_shipping_is_not_covered(method):
    """Nothing goes out: with another method's product the customer would get the wrong thing."""
    with pytest.raises(faults.NotCovered):
        mapping.request(an_order(method=method), CONNECTION)


@pytest.mark.parametrize(
    ("typed", "sent"),
    [
        ("  Zoë \t Zonder\n", "Zoë Zonder"),
        ("Zo\x00ë\x1b[31m", "Zoë[31m"),
        ("\u202eredneZ", "redneZ"),
        ("^XZ~JA", "^XZ~JA"),
        ("زوي", "زوي"),
        ("Zoë 🫖", "Zoë 🫖"),
        ("x" * 200, "x" * 200),
    ],
    ids=["blanks", "controls", "turned", "zpl", "arabic", "emoji", "long"],
)
def test_an_address_goes_out_as_one_readable_line(typed, sent):
    """What cannot be seen is left out; everything else is the carrier's to judge."""
    asked = mapping.request(an_order(who={"name": typed}), CONNECTION)

    assert asked["from_address"]["name"] == sent


def test_a_house_without_a_number_has_none():
    """An empty one is more than none."""
    asked = mapping.request(an_order(who={"house_number": " "}), CONNECTION)

    assert "house_number" not in asked["from_address"]


def test_an_address_without_what_every_parcel_needs_is_refused_before_anybody_is_asked():
    """By the names of fields, which are not personal."""
    with pytest.raises(faults.Rejected) as refused:
        mapping.request(an_order(who={"name": "\u200b", "town": ""}), CONNECTION)

    assert refused.value.fields == ("from_address.name", "from_address.city")


# Answers to an order


def test_a_return_is_announced():
    """One parcel under two ids."""
    said = {"return_id": 42, "parcel_id": 43, "multi_collo_ids": [43], "more": "words"}

    assert mapping.announced(told(said, 201)) == mapping.Announced(42, 43)


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"return_id": 42},
        {"return_id": "42", "parcel_id": 43},
        {"return_id": 0, "parcel_id": 43},
        {"return_id": 42, "parcel_id": 43, "multi_collo_ids": [43, 44]},
        {"return_id": 42, "parcel_id": 43, "multi_collo_ids": "none"},
    ],
    ids=["empty", "half", "text", "zero", "two-parcels", "no-list"],
)
def test_an_announcement_that_cannot_be_right_leaves_the_order_in_doubt(said):
    """Something was bought, perhaps twice."""
    with pytest.raises(faults.OutcomeUnknown):
        mapping.announced(told(said, 201))


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b"\xff", b'{"return_id": 42, "parc'])
def test_an_unreadable_answer_leaves_the_order_in_doubt(body):
    """A page with 200 is what stands before a carrier that is being mended."""
    with pytest.raises(faults.OutcomeUnknown):
        mapping.announced(Answer(200, body, "text/html"))


@pytest.mark.parametrize(
    ("status", "fault"),
    [
        (301, faults.Unavailable),
        (400, faults.Unavailable),
        (401, faults.AuthFailed),
        (402, faults.Unavailable),
        (403, faults.AuthFailed),
        (404, faults.Unavailable),
        (408, faults.OutcomeUnknown),
        (409, faults.OutcomeUnknown),
        (429, faults.RateLimited),
        (500, faults.OutcomeUnknown),
        (504, faults.OutcomeUnknown),
    ],
)
def test_every_status_becomes_the_fault_it_means(status, fault):
    """Only what certainly was not taken may be ordered again."""
    with pytest.raises(fault) as raised:
        mapping.announced(Answer(status, b"<h1>Oh no</h1>"))

    assert type(raised.value) is fault


@pytest.mark.parametrize(
    ("said", "fields"),
    [
        ({"error": {"code": "invalid_postal_code", "message": "1012JS is wrong"}}, ()),
        ({"errors": [{"field": "weight", "code": "min_value"}]}, ("weight",)),
        (
            {"errors": [{"code": "required", "source": {"pointer": "/to_address/city"}}] * 2},
            ("to_address.city",),
        ),
        (
            {"errors": [{"source": {"pointer": "/data/attributes/weight"}, "status": "400"}]},
            ("weight",),
        ),
        ({"errors": [{"field": "Zoë Zonder, Dam 1"}, {"field": "a" * 5000}]}, None),
        ({"errors": [{"field": "Zoë Zonder, Dam 1", "code": "invalid"}]}, ()),
    ],
    ids=["error", "field", "pointer", "json-api", "overlong", "gossip"],
)
def test_a_refusal_names_fields_and_repeats_no_values(said, fields):
    """What is quoted back may be somebody's address. What is no refusal of theirs is none."""
    with pytest.raises(faults.Unavailable if fields is None else faults.Rejected) as refused:
        mapping.announced(told(said, 400))

    assert getattr(refused.value, "fields", None) == fields
    assert "Zo" not in str(refused.value)


@pytest.mark.parametrize("field", ["ship_with", "ship_with.shipping_option_code", "contract"])
def test_a_way_of_shipping_that_there_is_not_is_not_covered(field):
    """It is the connection that must be mended: the parcel is fine."""
    with pytest.raises(faults.NotCovered):
        mapping.announced(told({"errors": [{"field": field, "code": "invalid_choice"}]}, 400))


@pytest.mark.parametrize(
    "said",
    [
        {"error": {"message": "External reference has already been used in another return."}},
        {"errors": [{"field": "external_reference", "code": "invalid"}]},
        {"errors": [{"detail": "external_reference must be unique"}]},
    ],
    ids=["sentence", "field", "detail"],
)
def test_a_reference_used_before_is_no_refusal(said):
    """There is a return already: what came of it is looked up."""
    with pytest.raises(refusals.ReferenceTaken):
        mapping.announced(told(said, 400))
