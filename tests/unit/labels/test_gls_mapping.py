"""What GLS is asked, and what its answers mean."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

import pytest

from contracts.words import Cancelled
from services.labels.adapters.carriers.gls import mapping
from services.labels.adapters.lines.http import Answer
from services.labels.domain import faults
from tests.support.gls import PAPER, REFERENCE, a_connection, a_created, an_order

WEDNESDAY = date(2026, 3, 11)
ABSENT = {"error": "INVALID_SHIPMENT_ID"}


def said(answer: object, status: int = 200, **headers: str) -> Answer:
    """GLS's answer."""
    body = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
    return Answer(status, body, headers=headers)


def issued(answer: object, method: str = "drop_off_point"):
    """The label in that answer."""
    return mapping.issued(said(answer), REFERENCE, method, WEDNESDAY)


def refused(*args: str, code: str = "INVALID_FIELD_VALUE") -> Answer:
    """A no as GLS's documentation has it: in headers."""
    return said(b"", 400, error=code, args=json.dumps(args))


def test_the_order_holds_what_gls_needs_and_nothing_more():
    """GLS turns a return round by itself: its consignee is who gives the parcel back."""
    order = an_order()

    asked = mapping.shipment(order, a_connection(), WEDNESDAY)

    assert asked == {
        "Shipment": {
            "ShipmentReference": [REFERENCE],
            "Middleware": "Retour",
            "Product": "PARCEL",
            "Consignee": {
                "Address": {
                    "Name1": "Zoë Zonder",
                    "Street": "Dam",
                    "StreetNumber": "1",
                    "City": "Amsterdam",
                    "ZIPCode": "1012JS",
                    "CountryCode": "NL",
                    "ContactPerson": "Zoë Zonder",
                    "FixedLinePhonenumber": "+31201234567",
                }
            },
            "Shipper": {
                "ContactID": "2761234567",
                "AlternativeShipperAddress": {
                    "Name1": "Moss & Fern",
                    "Street": "Oudegracht",
                    "StreetNumber": "7",
                    "City": "Utrecht",
                    "ZIPCode": "3511 AA",
                    "CountryCode": "NL",
                },
            },
            "ShipmentUnit": [{"ShipmentUnitReference": [REFERENCE], "Weight": 1.0}],
            "Service": [{"ShopReturn": {"ServiceName": "service_shopreturn", "NumberOfLabels": 1}}],
        },
        "PrintingOptions": {"ReturnLabels": {"TemplateSet": "NONE", "LabelFormat": "PDF"}},
    }


def test_a_pickup_names_its_day():
    """The driver has to know when."""
    asked = mapping.shipment(an_order(method="pickup"), a_connection(), WEDNESDAY)["Shipment"]

    day = "2026-03-11T12:00:00Z"
    service = {"ServiceName": "service_pickandreturn", "PickupDate": day}
    assert asked["Service"] == [{"PickAndReturn": service}]
    assert asked["ShippingDate"] == day


@pytest.mark.parametrize(
    ("address_id", "contact"), [("Ware.House", "2760000001"), ("outlet", "2761234567")]
)
def test_a_return_address_has_its_own_contact_with_gls(address_id, contact):
    """R26: GLS brings a pickup to the address it knows behind the contact, and to no other."""
    connection = a_connection()
    options = {**connection.options, "contact_id_ware_house": "2760000001"}
    order = an_order(method="pickup")
    to = order.recipient.model_copy(update={"address_id": address_id})

    asked = mapping.shipment(
        replace(order, recipient=to), replace(connection, options=options), WEDNESDAY
    )

    assert asked["Shipment"]["Shipper"]["ContactID"] == contact


@pytest.mark.parametrize(("grams", "kilograms"), [(None, 1.0), (7, 0.11), (2345, 2.35)])
def test_the_weight_is_in_kilograms_and_never_too_little(grams, kilograms):
    """GLS takes nothing of a hundred grams or less, and nobody may have told us."""
    order = an_order()
    goods = replace(order.lines[0].goods, weight_grams=grams)
    order = replace(order, lines=(replace(order.lines[0], quantity=1, goods=goods),))

    unit = mapping.shipment(order, a_connection(), WEDNESDAY)["Shipment"]["ShipmentUnit"][0]

    assert unit["Weight"] == kilograms


@pytest.mark.parametrize(("country", "code"), [("NL", None), ("CH", "20")])
def test_the_incoterm_is_for_parcels_that_cross_a_border(country, code):
    """At home there is nobody to pay duties to."""
    connection = a_connection()
    connection = replace(connection, options={**connection.options, "incoterm": "20"})
    order = an_order()
    order = replace(order, sender=replace(order.sender, country=country))

    assert mapping.shipment(order, connection, WEDNESDAY)["Shipment"].get("IncotermCode") == code


@pytest.mark.parametrize("bare", [False, True], ids=["file", "documentation"])
def test_a_label_is_read_as_the_file_and_as_the_documentation_has_it(bare):
    """They differ in brackets."""
    routed = {"RoutingInfo": {"FinalLocationCode": "NL 777"}}
    answer = a_created(bare=bare)
    answer["CreatedShipment"]["ParcelData"][0] |= routed

    label = issued(answer)

    assert (label.tracking_number, label.carrier_id) == ("938353680251", "ZX61QJIX")
    assert (label.kind, label.product, label.routing) == ("label", "GLS ShopReturn", "NL 777")
    assert [one.content for one in label.documents] == [PAPER]
    assert (label.note, label.collected_from) == (None, None)


def test_a_pickup_has_a_day_and_no_document():
    """GLS's documentation: no label comes with it. The hours are of that day everywhere."""
    label = issued(a_created(document=None), "pickup")

    assert label.documents == ()
    assert label.note == mapping.DRIVER_BRINGS_IT
    assert label.collected_from.isoformat() == "2026-03-11T06:00:00+00:00"
    assert label.collected_until.isoformat() == "2026-03-11T18:00:00+00:00"


def one_parcel(**changes: object) -> dict[str, object]:
    """The answer with a parcel that is a little different; None leaves a field out."""
    answer = a_created()
    parcel = answer["CreatedShipment"]["ParcelData"][0] | changes
    whole = {name: value for name, value in parcel.items() if value is not None}
    answer["CreatedShipment"]["ParcelData"] = [whole]
    return answer


LIES = {
    "html": b"<!doctype html><title>Sorry",
    "nothing": b"",
    "cut": json.dumps(a_created()).encode()[:120],
    "no-utf-8": b"\xff\xfe",
    "a-list": [],
    "no-shipment": {},
    "another-reference": a_created("somebody-else:1"),
    "ours-and-another": a_created(ShipmentReference=[REFERENCE, "somebody-else:1"]),
    "no-reference": a_created(
        ShipmentReference=[], ParcelData=[{"TrackID": "ZX61QJIX", "ParcelNumber": "938353680251"}]
    ),
    "no-parcel": a_created(parcels=0),
    "second-parcel": a_created(parcels=2),
    "overlong-number": one_parcel(ParcelNumber="9" * 27),
    "markup-in-number": one_parcel(ParcelNumber="<script>"),
    "number-that-is-none": one_parcel(ParcelNumber=938353680251),
    "no-number": one_parcel(ParcelNumber=None),
    "overlong-track-id": one_parcel(TrackID="Z" * 500),
    "path-in-track-id": one_parcel(TrackID="../../rs"),
    "lines-in-routing": one_parcel(RoutingInfo={"FinalLocationCode": "NL\n777"}),
    "no-document": a_created(document=None),
    "no-pdf": a_created(document=b"\x89PNG\r\n\x1a\n"),
    "script-page": a_created(document=b"<html>%PDF-"),
    "large-pdf": a_created(document=b"%PDF-" + b"x" * 499_997),
    "no-base64": a_created(PrintData=[{"Data": ["not base64!"]}]),
    "two-documents": a_created(PrintData=[{"Data": ["JVBERi0=", "JVBERi0="]}]),
}


def test_a_document_may_be_half_a_megabyte():
    """And not a byte more, see `large-pdf` above."""
    paper = b"%PDF-" + b"x" * 499_995

    assert issued(a_created(document=paper)).documents[0].content == paper


@pytest.mark.parametrize("lie", LIES.values(), ids=LIES)
def test_an_answer_that_cannot_be_right_leaves_the_order_in_doubt(lie):
    """It may have been taken, but it never reaches a customer."""
    with pytest.raises(faults.OutcomeUnknown):
        issued(lie)
    with pytest.raises(faults.OutcomeUnknown):
        mapping.recovered(said(lie), REFERENCE)


@pytest.mark.parametrize(
    ("status", "fault"),
    [
        (204, faults.OutcomeUnknown),
        (302, faults.OutcomeUnknown),
        (400, faults.Rejected),
        (401, faults.AuthFailed),
        (403, faults.AuthFailed),
        (404, faults.Unavailable),
        (422, faults.Rejected),
        (429, faults.RateLimited),
        (490, faults.Unavailable),
        (500, faults.OutcomeUnknown),
        (504, faults.OutcomeUnknown),
    ],
)
def test_every_status_becomes_the_fault_it_means(status, fault):
    """Only what certainly was not taken may be ordered again."""
    with pytest.raises(fault) as raised:
        mapping.issued(said(b"oh no", status), REFERENCE, "drop_off_point", WEDNESDAY)

    assert type(raised.value) is fault


@pytest.mark.parametrize(
    ("answer", "fault", "field"),
    [
        (refused("consignee.zip", "1012JS"), faults.Rejected, "consignee.zip"),
        (refused("ShipmentRequestData.Shipment.Product"), faults.NotCovered, "Shipment.Product"),
        (refused("Shipment.Service.ServiceName", "x"), faults.NotCovered, "Shipment.Service"),
        (refused(code="INVALID_SERVICE_SELECTION"), faults.NotCovered, ""),
        (refused("Shipment.Shipper.ContactID", "1"), faults.AuthFailed, "ContactID"),
        (refused("276", "user", code="ACCESS_TO_SHIPPER_DENIED"), faults.AuthFailed, "access"),
        (refused("Zoë Zonder, Dam 1"), faults.Rejected, ""),
        (said(b"", 400, args="[" * 5000), faults.Rejected, ""),
        (said(b"", 400, args='{"a": 1}'), faults.Rejected, ""),
        (said(b"", 400, args="not JSON"), faults.Rejected, ""),
        (said(b"", 400, args="[1]"), faults.Rejected, ""),
    ],
)
def test_whose_fault_a_refusal_is_decides_what_happens_next(answer, fault, field):
    """Settings are mended, a contract is extended, an address is refused; no value is repeated."""
    with pytest.raises(fault) as raised:
        mapping.issued(answer, REFERENCE, "drop_off_point", WEDNESDAY)

    assert type(raised.value) is fault
    assert field in str(raised.value)
    assert "Zo" not in str(raised.value)
    assert "1012" not in str(raised.value)


def test_absent_is_only_what_gls_itself_calls_absent():
    """A 400 of anything on the way must not lead to a second purchase."""
    assert mapping.recovered(said(b"", 400, **ABSENT), REFERENCE) is None
    for status, headers in ((400, {}), (404, ABSENT), (500, ABSENT), (200, ABSENT)):
        with pytest.raises(faults.CarrierFault):
            mapping.recovered(said(b"", status, **headers), REFERENCE)


def test_two_parcels_under_one_reference_are_for_a_person():
    """Neither is picked at random, and asking again would not help."""
    with pytest.raises(faults.OutcomeUnknown):
        mapping.recovered(said(b"", 400, error="MORE_THAN_ONE_RESULT"), REFERENCE)


@pytest.mark.parametrize(
    ("word", "outcome"),
    [
        ("CANCELLED", Cancelled.REQUESTED),
        ("CANCELLATION_PENDING", Cancelled.REQUESTED),
        ("SCANNED", Cancelled.TOO_LATE),
    ],
)
@pytest.mark.parametrize("name", ["Result", "result"], ids=["file", "documentation"])
def test_of_a_return_gls_promises_nothing(word, outcome, name):
    """Its documentation: only the depot cancels a return. A yes here must free no money."""
    answer = said({"TrackID": "ZX61QJIX", name: word})

    assert mapping.cancelled(answer, "ZX61QJIX") is outcome


@pytest.mark.parametrize(
    ("answer", "fault"),
    [
        (said({"TrackID": "SOMEELSE", "Result": "CANCELLED"}), faults.Unavailable),
        (said({"TrackID": "ZX61QJIX", "Result": "PERHAPS"}), faults.Unavailable),
        (said({"TrackID": "ZX61QJIX", "Result": ["CANCELLED"]}), faults.Unavailable),
        (said(b"<html>"), faults.Unavailable),
        (refused("TrackID", "ZX61QJIX"), faults.Unavailable),
        (said(b"", 401), faults.AuthFailed),
        (said(b"", 429), faults.RateLimited),
        (said(b"", 500), faults.Unavailable),
    ],
)
def test_a_wish_that_was_not_taken_is_made_again(answer, fault):
    """Nothing is told of it until GLS has said a word we know."""
    with pytest.raises(fault) as raised:
        mapping.cancelled(answer, "ZX61QJIX")

    assert type(raised.value) is fault
