"""Sendcloud: labels are bought as its own files have it, and bought once."""

from __future__ import annotations

from dataclasses import replace

import httpx
import pytest

from deploy.local.carrier.sales import entries
from services.labels.domain import faults
from tests.specs.checked import canned, in_turn
from tests.specs.checked import desk as simulator
from tests.specs.sendcloud_scene import (
    HOST,
    METHODS,
    SHUT,
    a_client,
    a_connection,
    a_doubt,
    an_order,
    listed,
    sales,
)


@pytest.mark.parametrize("method", METHODS)
async def test_a_label_by_every_method(method, tmp_path):
    """All four are Sendcloud's own words. A code is a picture, everything else is paper."""
    label = await a_client(simulator(tmp_path)).issue(an_order(method), a_connection())

    [sold] = entries(tmp_path / "sales.jsonl")
    [paper] = label.documents
    assert (label.tracking_number, label.carrier_id) == (sold.tracking_number, sold.carrier_id)
    assert (label.cost.minor, label.cost.currency) == (sold.cost_minor, "EUR")
    is_code = method == "drop_off_labelless"
    assert label.kind == ("qr_code" if is_code else "label")
    assert (paper.kind, paper.media_type) == (
        ("qr_png", "image/png") if is_code else ("label_pdf", "application/pdf")
    )


@pytest.mark.parametrize("country", ["NL", "DE", "CH", "GB", "NO"])
async def test_a_label_from_every_kind_of_country(country, tmp_path):
    """What crosses a border of customs says what is in it, and brings its declaration."""
    label = await a_client(simulator(tmp_path)).issue(an_order(country=country), a_connection())

    kinds = [paper.kind for paper in label.documents]
    assert kinds == ["label_pdf"] + (["customs_pdf"] if country in ("CH", "GB", "NO") else [])
    assert label.product == ("dhl_de:return" if country == "DE" else "postnl:return")


@pytest.mark.parametrize(
    ("change", "fault", "fields"),
    [
        ({"postal_code": "0000"}, faults.Rejected, ("from_address.postal_code",)),
        ({"options": {"ship_with_drop_off_point": "unknown:x"}}, faults.NotCovered, None),
    ],
    ids=["postal-code", "shipping-option"],
)
async def test_a_refusal_is_explained_by_a_dry_run(change, fault, fields, tmp_path):
    """The answer to an order says no fields; that to `validate` does."""
    connection = a_connection(options=change.pop("options", {}))
    order = an_order()
    order = replace(order, sender=replace(order.sender, **change))

    with pytest.raises(fault) as refused:
        await a_client(simulator(tmp_path)).issue(order, connection)

    assert getattr(refused.value, "fields", None) == fields
    assert sales(tmp_path) == []


async def test_a_refusal_that_a_dry_run_cannot_explain_stays_one():
    """The carrier behind refused it, not Sendcloud: nobody knows the field."""
    said = {"error": {"code": "parcel_announcement_error", "message": "The carrier says no."}}
    address = {"name": "Z", "address_line_1": "D", "postal_code": "1", "city": "A"}
    fine = {"from_address": address | {"country_code": "NL"}, "weight": 1.0}
    fine |= {"to_address": fine["from_address"], "ship_with": {}}

    with pytest.raises(faults.Rejected) as refused:
        await a_client(in_turn(canned(400, said), canned(200, fine))).issue(
            an_order(), a_connection()
        )

    assert refused.value.fields == ()


MADE = {"return_id": 42, "parcel_id": 43, "multi_collo_ids": []}
NO_DOCUMENT = {
    404: {"errors": [{"code": "not_found", "status": "404", "detail": "No Parcel matches."}]},
    400: {"errors": [{"code": "invalid", "status": "400", "detail": "Invalid document type."}]},
}


async def test_a_return_that_is_not_there_right_after_it_was_made_is_left_in_doubt():
    """404, as its file has it: it was bought a moment ago."""
    with pytest.raises(faults.OutcomeUnknown):
        await a_client(in_turn(canned(201, MADE), canned(404))).issue(an_order(), a_connection())


@pytest.mark.parametrize("status", [404, 400])
async def test_a_document_that_is_not_drawn_yet_is_fetched_later(status, tmp_path):
    """The label is bought all the same, and once."""
    inner = simulator(tmp_path)
    client = a_client(in_turn(inner, inner, canned(status, NO_DOCUMENT[status]), inner))

    with pytest.raises(faults.OutcomeUnknown):
        await client.issue(an_order(), a_connection())

    assert (await client.recover(a_doubt(), a_connection())).documents
    assert sales(tmp_path) == ["sold"]


@pytest.mark.parametrize("key", ["secret_key", "public_key"])
async def test_credentials_that_are_wrong_or_missing(key, tmp_path):
    """Somebody must mend the connection; nothing was bought."""
    secret = "wrong" if key == "secret_key" else ""
    with pytest.raises(faults.AuthFailed):
        await a_client(simulator(tmp_path), unwritten=SHUT).issue(
            an_order(), a_connection(secrets={key: secret})
        )

    assert sales(tmp_path) == []


@pytest.mark.parametrize(
    ("status", "fault"),
    [
        (401, faults.AuthFailed),
        (403, faults.AuthFailed),
        (429, faults.RateLimited),
        (500, faults.OutcomeUnknown),
        (503, faults.OutcomeUnknown),
    ],
)
async def test_an_order_that_is_not_looked_at(status, fault):
    """Only a server's error leaves a doubt."""
    with pytest.raises(fault) as raised:
        await a_client(canned(status), unwritten=SHUT).issue(an_order(), a_connection())

    assert type(raised.value) is fault


# Orders in doubt


async def test_what_was_bought_is_found_by_its_reference(tmp_path):
    """Somebody else's return is in the list, too."""
    client = a_client(simulator(tmp_path))
    await client.issue(replace(an_order(), reference="another:1"), a_connection())
    sold = await client.issue(an_order(), a_connection())

    assert await client.recover(a_doubt(), a_connection()) == sold


async def test_what_was_never_bought_is_not_found(tmp_path):
    """None, from Sendcloud itself: now it may be ordered."""
    assert await a_client(simulator(tmp_path)).recover(a_doubt(), a_connection()) is None


async def test_a_long_list_is_looked_through_to_its_end(tmp_path):
    """The one we look for is the oldest of ninety."""
    client = a_client(simulator(tmp_path))
    sold = await client.issue(an_order(), a_connection())
    for number in range(90):
        await client.issue(replace(an_order(), reference=f"another:{number}"), a_connection())

    assert (await client.recover(a_doubt(), a_connection())).tracking_number == sold.tracking_number


async def test_a_second_order_under_the_same_reference_buys_nothing(tmp_path):
    """Sendcloud refuses it, and the first label is what there is."""
    client = a_client(simulator(tmp_path))
    first = await client.issue(an_order(), a_connection())

    assert await client.issue(an_order(), a_connection()) == first
    assert sales(tmp_path) == ["sold"]


async def test_two_returns_under_one_reference_are_for_a_person(tmp_path):
    """However that came about: both cost money, and nobody guesses which is meant."""
    inner = simulator(tmp_path)
    client = a_client(inner)
    first = await client.issue(an_order(), a_connection())
    held = await listed(inner)
    twin = held["data"][0] | {"tracking_number": "3STWIN12345678"}
    both = canned(200, {"data": [*held["data"], twin]})

    with pytest.raises(faults.OutcomeUnknown):
        await a_client(both).recover(a_doubt(), a_connection())
    doubt = a_doubt(number=first.tracking_number)
    found = await a_client(in_turn(both, inner)).recover(doubt, a_connection())
    assert found.tracking_number == first.tracking_number


@pytest.mark.parametrize(("status", "fault"), [(401, faults.AuthFailed), (429, faults.RateLimited)])
async def test_a_question_that_is_not_answered(status, fault):
    """It is asked again later; nothing is known yet."""
    with pytest.raises(fault):
        await a_client(canned(status), unwritten=SHUT).recover(a_doubt(), a_connection())


# Labels that come later


async def test_a_label_that_comes_later_is_fetched_later_and_bought_once(tmp_path):
    """The carrier behind takes its time: the order stands all the while."""
    inner = simulator(tmp_path)
    client, connection = a_client(inner), a_connection(options={"ship_with_pickup": "gls:later"})
    order = an_order("pickup")

    with pytest.raises(faults.OutcomeUnknown):
        await client.issue(order, connection)
    with pytest.raises(faults.Unavailable):
        await client.recover(a_doubt(), connection)
    with pytest.raises(faults.OutcomeUnknown):
        await client.issue(order, connection)
    assert sales(tmp_path) == []

    async with httpx.AsyncClient(transport=inner, base_url=HOST) as http:
        (await http.post("/_announce", json={"reference": order.reference})).raise_for_status()
    label = await client.recover(a_doubt(), connection)

    assert label.documents
    assert await client.issue(order, connection) == label
    assert sales(tmp_path) == ["sold"]


async def test_a_label_that_the_carrier_behind_refuses_is_refused_and_buys_nothing(tmp_path):
    """Whether we hear of it at once, or find it when the answer got lost."""
    client = a_client(simulator(tmp_path))
    connection = a_connection(options={"ship_with_drop_off_point": "gls:fails"})

    with pytest.raises(faults.Rejected) as refused:
        await client.issue(an_order(), connection)

    assert refused.value.fields == ("from_address",)
    assert await client.recover(a_doubt(), connection) is None
    with pytest.raises(faults.Rejected):
        await client.issue(an_order(), connection)
    assert sales(tmp_path) == []
