"""The schema of the envelope and the code that opens envelopes agree."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

import contracts
from contracts import envelope
from contracts.envelope import Envelope, EnvelopeError, open_envelope
from tests.support.outside_reader import formats

SCHEMA = json.loads((Path(contracts.__file__).parent / "schemas" / "envelope.json").read_text())
FULL = Envelope(
    id="4711",
    source="/tilly-and-thorn/shop",
    type="returns.shipment-recorded.v1",
    time=datetime(2026, 3, 10, tzinfo=UTC),
    subject="20418",
    correlation_id="4700",
    causation_id="4710",
    traceparent="00-7d1b0cf3a6e24b5f9c0e8a4d2b6f1e35-5a3c9e7f1b2d4c68-01",
)
HEADERS = {name: value.decode() for name, value in FULL.headers()}


def schema_takes(headers: dict[str, str]) -> bool:
    """Whether the committed schema takes these headers."""
    return Draft202012Validator(SCHEMA, format_checker=formats).is_valid(headers)


def test_the_schema_names_every_header_we_know_and_requires_what_we_require():
    """A header known to one side only would be a secret."""
    assert set(SCHEMA["properties"]) == envelope._OURS
    assert set(SCHEMA["required"]) == set(envelope._REQUIRED)


def test_what_our_services_write_is_valid_whole_and_bare():
    """The schema must not forbid what stands on every record."""
    bare = Envelope(id="1", source="/x", type="y").headers()

    assert schema_takes(HEADERS)
    assert schema_takes({name: value.decode() for name, value in bare})


def test_a_foreign_header_is_nobodys_business():
    """Brokers, proxies and tracers add their own."""
    assert schema_takes(HEADERS | {"x-request-id": "7", "ce_dataschema": "urn:x"})


@pytest.mark.parametrize(
    "change",
    [
        {"ce_specversion": "0.3"},
        {"ce_id": ""},
        {"ce_id": "x" * 257},
        {"ce_source": "two\nlines"},
        {"ce_type": "bell\x07"},
        {"ce_time": "yesterday"},
        {"ce_time": "2026-03-10T00:00:00"},
        {"ce_subject": "x" * 257},
        {"content-type": "text/plain"},
        {"content-type": "application/xml"},
    ],
    ids=str,
)
def test_what_opens_no_envelope_is_invalid_by_the_schema(change):
    """A teller who validates first is never parked for the envelope."""
    headers = HEADERS | change

    with pytest.raises(EnvelopeError):
        open_envelope([(name, value.encode()) for name, value in headers.items()], b"{}")
    assert not schema_takes(headers)


@pytest.mark.parametrize("name", sorted(envelope._REQUIRED))
def test_each_required_header_is_missed_by_both(name):
    """Without it nobody can tell a repeat from news."""
    headers = {other: value for other, value in HEADERS.items() if other != name}

    with pytest.raises(EnvelopeError):
        open_envelope([(other, value.encode()) for other, value in headers.items()], b"{}")
    assert not schema_takes(headers)
