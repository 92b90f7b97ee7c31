"""What an operator puts back is decided as if it had just come, and only once."""

from __future__ import annotations

import pytest

from contracts import topics
from contracts.rules import ReturnApproved
from services._runtime.dead_letters import marks
from tests.support.builders import PORTAL, a_portal, a_request, a_shipment, an_id
from tests.support.records import Kept
from tests.support.rules import rules_in_memory


@pytest.fixture
def rules():
    """The service in memory; it knows no portal."""
    return rules_in_memory()


@pytest.fixture
async def mended(rules):
    """A request came too early and was parked; now the portal and the parcel are known."""
    await rules.hears(a_request(), ce_id="click-7", source="/frontend")
    await rules.hears(a_portal())
    await rules.hears(a_shipment())
    return rules


async def test_a_request_parked_for_want_of_a_portal_is_approved_when_put_back(mended):
    """The whole point: nobody has to ask the customer to click again."""
    assert mended.parked() == ["unknown_portal"]

    await mended.is_put_back(mended.letters()[0])

    (approved,) = mended.told(ReturnApproved)
    (tell,) = [t for t in mended.speaker.said if t.topic == topics.RETURN_APPROVED.name]
    assert (approved.return_id, approved.portal_id) == (an_id(), PORTAL)
    assert dict(tell.headers)["ce_causationid"] == b"click-7"
    assert mended.parked() == ["unknown_portal"]


async def test_put_back_twice_it_is_told_twice_and_decided_once(mended):
    """An operator may press twice; the customer gets one return."""
    for _ in range(2):
        await mended.is_put_back(mended.letters()[0])

    told = [t for t in mended.speaker.said if t.topic == topics.RETURN_APPROVED.name]
    assert len(told) == 2
    assert told[0] == told[1]


async def test_what_still_cannot_be_read_is_parked_again_with_its_count(rules):
    """From its first place, so that both letters are seen to be one record."""
    await rules.hears_bytes(topics.REQUEST_RETURN.name, b"k", b"\xff garbage", {})

    await rules.is_put_back(rules.letters()[0])
    await rules.is_put_back(rules.letters()[1])

    said = [marks(letter.headers) for letter in rules.letters()]
    assert len(rules.parked()) == 3
    assert len(set(rules.parked())) == 1
    assert [one["redrive_count"] for one in said] == ["0", "1", "2"]
    assert {one["original_topic"] for one in said} == {topics.REQUEST_RETURN.name}
    assert {letter.body for letter in rules.letters()} == {b"\xff garbage"}


async def test_a_topic_the_service_does_not_listen_to_is_refused(rules):
    """Put back for the wrong service, or written by hand."""
    await rules.hears_bytes(
        topics.redriven_to("rules"),
        b"k",
        b"{}",
        {"dlq_original_topic": topics.LABEL_ISSUED.name.encode()},
    )
    await rules.hears_bytes(topics.redriven_to("rules"), b"k", b"{}", {})

    assert rules.parked() == ["not_listened_to", "not_listened_to"]


async def test_what_is_put_back_keeps_to_the_limits_of_its_own_topic(rules):
    """The redrive topic takes larger records: it is no way around a contract."""
    large = b" " * (topics.REQUEST_RETURN.max_bytes + 1)
    letter = Kept("returns.dead-letters.rules", b"k", large)
    headers = {"dlq_original_topic": topics.REQUEST_RETURN.name.encode()}

    await rules.hears_bytes(topics.redriven_to("rules"), letter.key, letter.value, headers)

    assert rules.parked() == ["limit"]
