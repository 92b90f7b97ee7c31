"""What Sendcloud posts, and who may have posted it."""

from __future__ import annotations

import csv
import hmac
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from contracts.words import Phase
from deploy.local.carrier.desks.sendcloud.hook import hook as posted
from deploy.local.carrier.sales import Label
from services.labels.adapters.carriers.sendcloud import statuses
from services.labels.adapters.carriers.sendcloud.hooks import SendcloudHooks
from services.labels.domain import faults
from services.labels.domain.connection import Connection
from services.labels.domain.scan import Scan
from services.labels.ports.carriers import Hook

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)
SECRETS = {"public_key": "moss", "secret_key": "fern"}
CONNECTION = Connection("*", "sendcloud", secrets=SECRETS)
LABEL = Label(reference="r:1", tracking_number="3SSEND0042", kind="label", carrier_id="42")
WORDS = Path(__file__).parents[4] / "shared/data/carrier-status-codes/sendcloud-parcel-statuses.csv"


def scans(hook, connection=CONNECTION):
    """What is in it."""
    return list(SendcloudHooks().scans(hook, connection))


def a_hook(body, key="fern", **headers):
    """These bytes, signed with that key."""
    signature = hmac.new(key.encode(), body, "sha256").hexdigest()
    return Hook({"sendcloud-signature": signature} | headers, body)


def moved(**changes):
    """A parcel was delivered, with changes to what is said of it."""
    usual = {
        "action": "parcel_status_changed",
        "timestamp": 1773144000000,
        "carrier_status_change_timestamp": 1773140400000,
        "parcel": {"id": 43, "tracking_number": "3SSEND0042", "status": {"id": 11}},
    }
    return json.dumps(usual | changes).encode()


def parcel(number="3SSEND0042", status=11):
    """What is said of a parcel."""
    return {"id": 43, "tracking_number": number, "status": {"id": status, "message": "?"}}


def test_the_signature_is_the_one_that_sendcloud_documents():
    """The example of its documentation, with its key and its result."""
    signature = "1eed4b3d41f4653ac64fd56f1bf1cbfd349e4482cbc11dff7134bd93e5da4b0a"
    hook = Hook({"sendcloud-signature": signature}, b'{"key": "value"}')
    connection = Connection("*", "sendcloud", secrets={"secret_key": "secretkey"})

    with pytest.raises(faults.Unreadable):  # signed as it must be, and says nothing
        scans(hook, connection)
    with pytest.raises(faults.Forged):
        scans(hook)


def test_what_the_simulator_posts_is_understood():
    """Both were written from the same documentation."""
    headers, body = posted(LABEL, "delivered", NOON, "fern")

    assert scans(Hook(headers, body)) == [Scan("3SSEND0042", Phase.DELIVERED, "delivered", NOON)]


def test_it_may_be_signed_with_a_key_of_its_own():
    """Which key it is depends on the kind of integration; only one of them counts."""
    connection = Connection(
        "*", "sendcloud", secrets=SECRETS | {"webhook_signature_key": "a key for hooks"}
    )

    assert scans(a_hook(moved(), "a key for hooks"), connection)
    with pytest.raises(faults.Forged):
        scans(a_hook(moved(), "fern"), connection)


@pytest.mark.parametrize(
    "hook",
    [
        a_hook(moved(), "somebody else's"),
        Hook({}, moved()),
        Hook({"sendcloud-signature": ""}, moved()),
        Hook({"sendcloud-signature": "fern"}, moved()),
        Hook({"sendcloud-signature": "\udcff\u00e9"}, moved()),
        Hook({"x-sendcloud-signature": a_hook(moved()).headers["sendcloud-signature"]}, moved()),
        Hook(a_hook(moved()).headers, moved(timestamp=1773144000001)),
        Hook(a_hook(moved()).headers, moved() + b" "),
        Hook({"sendcloud-signature": a_hook(moved()).headers["sendcloud-signature"][:-1]}, moved()),
    ],
    ids="another none empty plain strange elsewhere changed longer shorter".split(),  # noqa: SIM905
)
def test_what_is_not_signed_with_the_secret_is_forged(hook):
    """Anybody may post to an address; only Sendcloud and the merchant know the secret."""
    with pytest.raises(faults.Forged):
        scans(hook)


@pytest.mark.parametrize("secrets", [{}, {"secret_key": ""}, {"public_key": "moss"}])
def test_without_a_secret_everything_is_forged(secrets):
    """An empty key signs, too."""
    with pytest.raises(faults.Forged):
        scans(a_hook(moved(), ""), Connection("*", "sendcloud", secrets=secrets))


def test_what_is_posted_again_is_the_same_scan():
    """Sendcloud repeats what was not answered, and so may whoever listened: it changes nothing."""
    assert scans(a_hook(moved())) == scans(a_hook(moved()))
    assert scans(a_hook(moved()))[0].happened_at == datetime.fromtimestamp(1773140400, UTC)


@pytest.mark.parametrize(
    ("clocks", "at"),
    [
        ((1773144000000, None), 1773144000),
        ((1773144000, None), 1773144000),
        ((1773144000.5, 1773140400), 1773140400),
        ((1773144000, 1773140400123), 1773140400.123),
    ],
)
def test_time_is_told_in_seconds_or_in_milliseconds(clocks, at):
    """By the carrier's clock, if it is known."""
    ours, carriers = clocks
    [scan] = scans(a_hook(moved(timestamp=ours, carrier_status_change_timestamp=carriers)))

    assert scan.happened_at == datetime.fromtimestamp(at, UTC)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b"[]",
        b'{"action": "parcel_status_changed"',
        b"\xff\xfe",
        b'{"action": null}',
        json.dumps({"action": "parcel_teleported"}).encode(),
        json.dumps({"action": "x" * 101}).encode(),
        moved(parcel=None),
        moved(parcel={"tracking_number": "3SSEND0042"}),
        moved(parcel=parcel(status="11")),
        moved(parcel=parcel(status=-1)),
        moved(parcel=parcel(number=7)),
        moved(parcel=parcel(number="3" * 5_000)),
        moved(timestamp="now"),
        moved(timestamp=123),
        moved(timestamp=1e300),
    ],
    ids=lambda body: repr(body[:24]),
)
def test_what_is_signed_and_makes_no_sense_is_unreadable(body):
    """An operator sees it; the parcel stays where it is."""
    with pytest.raises(faults.Unreadable):
        scans(a_hook(body))


@pytest.mark.parametrize(
    "body",
    [
        json.dumps({"action": "integration_connected", "timestamp": 1}).encode(),
        json.dumps({"action": "return_created", "data": {"id": 42}}).encode(),
        moved(parcel=parcel(number=None)),
        moved(parcel=parcel(number="")),
        moved(parcel=parcel(number="not/ours")),
    ],
    ids=["integration", "return", "no-number", "empty-number", "other-number"],
)
def test_what_is_about_no_parcel_of_ours_has_no_scans(body):
    """And is answered with yes, so that it is not repeated."""
    assert scans(a_hook(body)) == []


def test_a_number_nobody_knows_is_unknown_and_keeps_its_number():
    """Sendcloud may invent states after us."""
    [scan] = scans(a_hook(moved(parcel=parcel(status=4711))))

    assert (scan.phase, scan.code) == (Phase.UNKNOWN, "4711")


@pytest.mark.parametrize(
    ("word", "phase"),
    [
        ("announced", Phase.ANNOUNCED),
        ("Picked up by driver", Phase.HANDED_OVER),
        ("in_transit", Phase.IN_TRANSIT),
        ("at-customs", Phase.AT_CUSTOMS),
        ("driver-on-route", Phase.OUT_FOR_DELIVERY),
        ("delivered", Phase.DELIVERED),
        ("refused-by-recipient", Phase.DELIVERY_FAILED),
        ("returned-to-sender", Phase.RETURNED_TO_SENDER),
        ("cancelled-upstream", Phase.CANCELLED),
        ("cancelling", Phase.UNKNOWN),
        ("exception", Phase.UNKNOWN),
        ("teleported", Phase.UNKNOWN),
    ],
)
def test_a_word_means_a_phase(word, phase):
    """Nothing is cancelled because somebody wished it, nor lost because something happened."""
    assert statuses.phase_of(word) == phase


def test_every_number_has_a_word_that_we_know():
    """One that had none would be unknown for ever, and nobody would notice."""
    assert set(statuses.SLUGS.values()) <= set(statuses.PHASES)


@pytest.mark.skipif(not WORDS.exists(), reason="the list of Sendcloud's statuses is not ours")
def test_every_word_of_sendclouds_list_is_known():
    """The list is that of its returns file."""
    listed = {row["status"] for row in csv.DictReader(WORDS.open())}

    assert listed - set(statuses.PHASES) == set()
