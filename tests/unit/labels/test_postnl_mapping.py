"""What PostNL is asked for a label, and what its answers mean."""

from __future__ import annotations

import json
from base64 import b64encode
from dataclasses import replace

import pytest

from services.labels.adapters.carriers.postnl import adapter, addresses, mapping
from services.labels.adapters.carriers.postnl.client import PostNL
from services.labels.adapters.carriers.postnl.products import product_of
from services.labels.adapters.lines.http import Answer
from services.labels.domain import faults
from services.labels.domain.connection import Connection
from services.labels.domain.order import order_for
from services.labels.domain.sender import Goods, sender_of
from services.labels.ports.carriers import Doubt
from tests.support.builders import TUESDAY, a_return_address, a_shipment, an_approval

NUMBER, SECOND = "3SDEVC123456789", "3SDEVC987654321"
CONNECTION = Connection(
    "moss-and-fern",
    "postnl",
    secrets={"apikey": "canary-key"},
    options={
        "customer_code": "DEVC",
        "customer_number": "11223344",
        "collection_location": "123456",
        "contact_email": "returns@moss.example",
    },
)
PDF = b64encode(b"%PDF-1.4 a label").decode()


def an_order(method="drop_off_point", **changes):
    """Zoë sends back to Moss & Fern's reply number in Utrecht."""
    to = {
        "street": "Antwoordnummer",
        "house_number": "1234",
        "postal_code": "3500 VB",
        "town": "Utrecht",
        "country": "NL",
    }
    approved = an_approval(return_method=method, return_to=a_return_address(**to))
    order = order_for(approved, sender_of(a_shipment()))
    return replace(order, **({"reserved": NUMBER} | changes))


def asked(order=None):
    """The body of an order."""
    order = order or an_order()
    return mapping.request(order, product_of(order), NUMBER, CONNECTION, TUESDAY)


def paper(name="Label", content=PDF):
    """One document of an answer."""
    return {"Labeltype": name, "OutputType": "PDF", "Content": content}


def sold(*papers, **changes):
    """PostNL's usual answer, with changes."""
    shipment = {"Barcode": NUMBER, "Errors": [], "Warnings": [], "Labels": list(papers)}
    return {"MergedLabels": [], "ResponseShipments": [shipment | changes]}


def read(said, method="drop_off_point", status=200):
    """The label in an answer: JSON, unless it is bytes."""
    body = said if isinstance(said, bytes) else json.dumps(said).encode()
    return mapping.issued(Answer(status, body), product_of(an_order(method)), NUMBER, TUESDAY)


def test_the_parcel_travels_from_the_customer_to_the_merchant():
    """The other way round it would be delivered to the customer again."""
    to, by = asked()["Shipments"][0]["Addresses"]

    assert (to["AddressType"], to["CompanyName"], to["HouseNr"]) == ("01", "Moss & Fern", "1234")
    assert by == {
        "AddressType": "02",
        "Name": "Zoë Zonder",
        "Street": "Dam",
        "HouseNr": "1",
        "Zipcode": "1012JS",
        "City": "Amsterdam",
        "Countrycode": "NL",
    }


def test_an_order_goes_out_under_its_reserved_number_in_postnls_own_time():
    """The number is what makes a second order the same one."""
    body = asked()

    assert body["Shipments"][0]["Barcode"] == NUMBER
    assert body["Message"] == {
        "MessageID": "EVC123456789",
        "MessageTimeStamp": "10-03-2026 10:00:00",
        "Printertype": "GraphicFile|PDF",
    }


@pytest.mark.parametrize(
    ("method", "sender", "recipient", "street", "code", "options"),
    [
        ("drop_off_point", "NL", "NL", "Antwoordnummer", "2285", (("152", "027"),)),
        ("drop_off_point", "NL", "NL", " antwoordnummer", "2285", (("152", "027"),)),
        ("drop_off_point", "NL", "NL", "Kanaalweg", "3285", (("152", "027"),)),
        ("drop_off_labelless", "NL", "NL", "Antwoordnummer", "2285", (("152", "025"),)),
        ("drop_off_labelless", "NL", "NL", "Kanaalweg", "3285", (("152", "025"),)),
        ("drop_off_point", "BE", "NL", "Antwoordnummer", "3250", ()),
        ("drop_off_point", "BE", "BE", "Meir", "4882", ()),
        ("drop_off_point", "NL", "BE", "Meir", "4785", ()),
    ],
)
def test_each_way_has_its_product(method, sender, recipient, street, code, options):
    """PostNL refuses every other one there."""
    order = an_order(method)
    order = replace(
        order,
        sender=replace(order.sender, country=sender),
        recipient=order.recipient.model_copy(update={"country": recipient, "street": street}),
    )

    product = product_of(order)

    assert (product.code, product.options) == (code, options)


@pytest.mark.parametrize(
    ("method", "sender", "recipient"),
    [
        ("drop_off_labelless", "BE", "NL"),
        ("drop_off_labelless", "BE", "BE"),
        ("pickup", "NL", "NL"),
        ("drop_off_point", "DE", "NL"),
    ],
)
async def test_what_postnl_does_not_do_takes_no_number(method, sender, recipient):
    """Belgian counters print nothing; and nobody is asked for what nobody can use."""
    order = an_order(method)
    order = replace(
        order,
        sender=replace(order.sender, country=sender),
        recipient=order.recipient.model_copy(update={"country": recipient}),
    )

    with pytest.raises(faults.NotCovered):
        await PostNL(line=None).reserve(order, CONNECTION)


async def test_without_a_reserved_number_nothing_is_ordered():
    """PostNL would draw one, and every repeat would be another label."""
    with pytest.raises(faults.Unavailable):
        await PostNL(line=None).issue(an_order(reserved=None), CONNECTION)


@pytest.mark.parametrize("reserved", [None, NUMBER])
async def test_an_order_in_doubt_is_ordered_again_under_its_number(reserved):
    """It asks nobody: one number is never sold twice, and PostNL's tracking is slow to know."""
    doubt = Doubt("r:1", reserved, TUESDAY)

    assert await PostNL(line=None).recover(doubt, CONNECTION) is None
    assert adapter().settles_seconds == 0


@pytest.mark.parametrize(
    ("weights", "grams"), [((180, 20), 220), ((None, 20), 1000), ((0, 0), 1000)]
)
def test_a_parcel_has_a_weight_even_if_nobody_knows_it(weights, grams):
    """PostNL insists on one, and is content with one about right."""
    order = an_order()
    line = order.lines[0]
    lines = tuple(
        replace(line, quantity=quantity, goods=Goods(weight_grams=weight))
        for quantity, weight in zip((1, 2), weights, strict=True)
    )

    assert asked(replace(order, lines=lines))["Shipments"][0]["Dimension"] == {"Weight": grams}


@pytest.mark.parametrize(
    ("number", "addition", "digits", "more"),
    [
        ("12", "", "12", None),
        ("12a", "", "12", "a"),
        ("12 - 14", "hs", "12", "14 hs"),
        ("7", "bis\x07III", "7", "bis III"),
        ("12345", "x" * 60, "12345", "x" * 35),
    ],
)
def test_house_numbers_are_digits_and_what_follows(number, addition, digits, more):
    """As the Dutch write them, and as PostNL wants them."""
    sender = replace(an_order().sender, house_number=number, addition=addition)

    told = addresses.customer(sender)

    assert (told["HouseNr"], told.get("HouseNrExt")) == (digits, more)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("house_number", ""),
        ("house_number", "bis"),
        ("house_number", "123456"),
        ("house_number", "١٢"),
        ("postal_code", "OX1 1AA"),
        ("postal_code", "0999 AA"),
        ("postal_code", ""),
    ],
)
def test_an_address_postnl_never_takes_is_refused_by_the_fields_name(field, value):
    """By its name alone: what stands in it is about a person."""
    sender = replace(an_order().sender, **{field: value})

    with pytest.raises(faults.Rejected) as refused:
        addresses.customer(sender)

    assert refused.value.fields == (f"sender.{field}",)


@pytest.mark.parametrize(
    "text", ["x" * 200, "a\x00b\r\nc", "\u202eevil", "🫖" * 40, "  spaces   inside  "]
)
def test_lines_fit_and_control_nothing(text):
    """A line break in a name must not begin a line of its own."""
    line = addresses.fitted(text, 35)

    assert len(line) <= 35
    assert line.isprintable()
    assert line == " ".join(line.split())


def test_a_label_is_what_the_customer_prints():
    """Passed on as it came, byte for byte."""
    label = read(sold(paper(), paper("PrintcodeLabel", b64encode(b"%PDF- no").decode())))

    assert (label.tracking_number, label.kind) == (NUMBER, "label")
    assert [(one.kind, one.media_type, one.content) for one in label.documents] == [
        ("label_pdf", "application/pdf", b"%PDF-1.4 a label")
    ]


@pytest.mark.parametrize("name", ["PrintcodeLabel", "Printcode Label", "printcodelabel"])
def test_without_a_printer_the_customer_gets_the_code_and_not_the_label(name):
    """The label beside it is what the counter prints."""
    code = b64encode(b"%PDF-1.4 a code").decode()

    label = read(sold(paper("Return Label"), paper(name, code)), "drop_off_labelless")

    assert (label.kind, label.documents[0].content) == ("qr_code", b"%PDF-1.4 a code")


HOSTILE = {
    "a web page": b"<!doctype html><title>Sorry</title>",
    "cut short": json.dumps(sold(paper())).encode()[:60],
    "nothing": b"",
    "another kind of JSON": b"[]",
    "deep": b"[" * 100_000,
    "no label at all": {"ResponseShipments": []},
    "two labels": {"ResponseShipments": sold(paper())["ResponseShipments"] * 2},
    "somebody else's": sold(paper(), Barcode=SECOND),
    "a second number": {
        "ResponseShipments": [
            *sold(paper())["ResponseShipments"],
            *sold(paper(), Barcode=SECOND)["ResponseShipments"],
        ]
    },
    "an overlong number": sold(paper(), Barcode=NUMBER * 1000),
    "no documents": sold(),
    "two documents": sold(paper(), paper()),
    "a code instead of a label": sold(paper("PrintcodeLabel")),
    "no base64": sold(paper(content="%PDF-")),
    "base64 with something between": sold(paper(content=f"{PDF[:8]}*{PDF[8:]}")),
    "no PDF": sold(paper(content=b64encode(b"<html>").decode())),
    "a huge PDF": sold(paper(content=b64encode(b"%PDF-" + b"x" * 500_000).decode())),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_an_answer_that_cannot_be_true_leaves_the_order_in_doubt(case):
    """Something was sold perhaps, and no customer gets to see what this is."""
    with pytest.raises(faults.OutcomeUnknown) as doubt:
        read(HOSTILE[case])

    assert len(str(doubt.value)) < 60


@pytest.mark.parametrize("status", [200, 400])
@pytest.mark.parametrize("code", ["1280202", 1280202])
def test_errors_are_read_with_and_without_quotation_marks(status, code):
    """PostNL's services disagree about what a number is."""
    said = {"Errors": [{"Code": code, "Description": "Dam 1, Zoë Zonder"}]}

    with pytest.raises(faults.Rejected) as refused:
        read(said, status=status)

    assert refused.value.fields == ("sender.address",)
    assert "Zoë" not in str(refused.value)


@pytest.mark.parametrize("code", ["x" * 10_000, "Zoë Zonder", {"a": 1}, None, 10**30])
def test_what_is_no_code_is_passed_on_to_nobody(code):
    """Fields of refusals are logged."""
    with pytest.raises(faults.Rejected) as refused:
        read({"Errors": [{"Code": code}]}, status=400)

    assert refused.value.fields == ("error unnamed",)


@pytest.mark.parametrize("body", [b"<html>bad request</html>", b"", b"{}", b'"no"'])
def test_a_page_of_somebody_elses_with_status_400_refuses_nothing(body):
    """Any proxy on the way may have said it."""
    with pytest.raises(faults.Unavailable):
        read(body, status=400)


@pytest.mark.parametrize(
    ("said", "means"),
    [
        ({"Barcode": "3SDEVC12"}, faults.Unavailable),
        ({"Barcode": "3SDEVC1234567890123"}, faults.Unavailable),
        ({"Barcode": "3sdevc123456789"}, faults.Unavailable),
        ({"Barcode": "3SDEVC123456789\n"}, faults.Unavailable),
        ({"Barcode": 3}, faults.Unavailable),
        ({}, faults.Unavailable),
    ],
)
def test_a_number_that_is_none_is_not_kept(said, means):
    """It would be printed, and looked for, for ever."""
    with pytest.raises(means):
        mapping.reserved(Answer(200, json.dumps(said).encode()))


def test_the_key_is_in_no_repr():
    """Reprs end in logs."""
    assert "canary-key" not in repr(CONNECTION)
    assert mapping.headers(CONNECTION) == {"apikey": "canary-key"}
