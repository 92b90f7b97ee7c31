"""The harness itself: it finds what it is there to find."""

from __future__ import annotations

from functools import partial

import httpx
import pytest

from tests.specs.checked import NOTED, Against, Checked, canned
from tests.specs.spec import Spec

BASE = "http://carrier/returns"
AUTH = {"dhl-api-key": "key", "authorization": "Basic dXM6cHc="}
SHIPPER = {
    "name1": "Zoë Zonder",
    "addressStreet": "Dam",
    "addressHouse": "1",
    "postalCode": "1012JS",
    "city": "Amsterdam",
}
ORDER = {"receiverId": "nld", "shipper": SHIPPER}
SOLD = {
    "sstatus": {"title": "Created", "status": 201},
    "shipmentNo": "999991587211",
    "label": {"b64": "JVBERi0="},
    "routingCode": "40327653113+99000933090010",
}


@pytest.fixture(autouse=True)
def _forgiven():
    """What went wrong here on purpose is not held against anybody, and proves no adapter."""
    before = len(NOTED)
    yield
    del NOTED[before:]


async def sent(answer, order=ORDER, path="/orders", **changes):
    """One order sent through the transport."""
    asked = {"headers": AUTH, "params": {"labelType": "BOTH"}} | changes
    checked = Checked("dhl_parcel_de", answer, {BASE: Spec("dhl-de-returns")})
    async with httpx.AsyncClient(transport=checked) as http:
        return await http.post(f"{BASE}{path}", json=order, **asked)


async def test_what_keeps_to_the_file_passes_and_is_noted():
    """The table shows what was seen, under the name of the test that saw it."""
    answer = await sent(canned(201, SOLD))

    assert answer.json() == SOLD
    seen = NOTED[-1]
    assert (seen.carrier, seen.operation, seen.status) == (
        "dhl_parcel_de",
        "createReturnOrder",
        201,
    )
    assert (seen.request, seen.answer) == ("ok", "ok")
    assert seen.case == "test_what_keeps_to_the_file_passes_and_is_noted"


def without(name):
    """The order, but for one field of its shipper."""
    return ORDER | {"shipper": {key: value for key, value in SHIPPER.items() if key != name}}


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"order": without("addressHouse")}, "'addressHouse' is a required property"),
        ({"order": ORDER | {"shipper": SHIPPER | {"zipcode": "1"}}}, "zipcode"),
        ({"order": ORDER | {"shipper": SHIPPER | {"city": "x" * 41}}}, "too long"),
        ({"order": ORDER | {"receiverId": 7}}, "7 is not of type 'string'"),
        ({"params": {"labelType": "HOLOGRAM"}}, "HOLOGRAM"),
        ({"params": {"labeltype": "BOTH"}}, "labeltype is not known"),
        ({"headers": {}}, "Security"),
        ({"path": "/ordres"}, "no file describes this request"),
    ],
)
async def test_a_mistake_in_what_we_send_fails_the_test(wrong, says):
    """The carrier would find it, on the day we go live."""
    with pytest.raises(Against, match=says):
        await sent(canned(201, SOLD), **wrong)
    assert NOTED[-1].request == "WRONG"


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (partial(canned, 201, SOLD | {"shipmentNo": 999991587211}), "not of type 'string'"),
        (partial(canned, 201, {}), "'shipmentNo' is a required property"),
        (partial(canned, 201, b"<html>", {"content-type": "text/html"}), "text/html"),
        (partial(canned, 201, b'{"shipmentNo": '), "Deserialize"),
        (partial(canned, 418, {}), "418"),
    ],
)
async def test_a_simulator_that_speaks_otherwise_than_the_carrier_fails_the_test(answer, says):
    """Or an adapter would learn a language that nobody speaks."""
    with pytest.raises(Against, match=says):
        await sent(answer())
    assert NOTED[-1].answer == "WRONG"


async def test_what_is_wrong_on_purpose_passes_and_is_noted_as_such():
    """Hostile answers are what half of the tests are about."""
    answer = await sent(canned(201, b"<html>", {"content-type": "text/html"}, spoilt=True))

    assert answer.content == b"<html>"
    assert (NOTED[-1].answer, "x-spoilt-on-purpose" in answer.headers) == ("spoilt", False)
