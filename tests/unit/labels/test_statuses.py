"""Every carrier's own words for where a parcel is, in one table: none leads out of our phases."""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib import import_module
from pkgutil import iter_modules

import pytest

from contracts.words import Phase
from deploy.local.carrier.hooks import a_scan, hook
from services.labels.adapters import carriers
from services.labels.adapters.carriers.gls import statuses as gls
from services.labels.adapters.carriers.postnl import statuses as postnl
from services.labels.adapters.carriers.sendcloud import statuses as sendcloud
from services.labels.adapters.carriers.simulated import statuses as simulated
from services.labels.adapters.lines.http import Answer
from services.labels.domain.following import ORDER
from tests.support.builders import TUESDAY

NUMBER = "SIM12345678901234567"
NOW = "2026-03-10T09:00:00+01:00"
UNHEARD_OF = "WORD_OF_TOMORROW"


def tables():
    """Carrier, name, code and meaning of every word in a module `statuses`."""
    for module in iter_modules(carriers.__path__):
        if not module.ispkg:
            continue
        folder = f"{carriers.__name__}.{module.name}"
        parts = {part.name for part in iter_modules(import_module(folder).__path__)}
        if "statuses" not in parts:
            continue
        for name, table in vars(import_module(f"{folder}.statuses")).items():
            if name[0].isupper() and name.isupper() and isinstance(table, Mapping):
                for code, meaning in table.items():
                    if isinstance(meaning, Phase) or meaning not in sendcloud.PHASES:
                        yield module.name, name, code, meaning


ROWS = list(tables())


def test_every_carrier_that_tells_has_its_words_in_the_table():
    """A carrier whose words are elsewhere would be looked at by nobody."""
    telling = {name for name, one in carriers.every().items() if one.tracks or one.hooks}

    assert telling == {row[0] for row in ROWS} == {"gls", "postnl", "sendcloud", "simulated"}
    assert len(ROWS) > 100


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row[0]} {row[2]}")
def test_every_word_means_one_of_our_phases(row):
    """A phase that nobody ordered would stop a parcel for good."""
    meaning = row[3]

    assert isinstance(meaning, Phase)
    assert meaning in ORDER or meaning is Phase.UNKNOWN


@pytest.mark.parametrize("carrier", sorted({row[0] for row in ROWS}))
def test_every_carrier_can_say_that_a_parcel_came_and_that_it_arrived(carrier):
    """The two words a refund hangs on."""
    meanings = {row[3] for row in ROWS if row[0] == carrier}

    assert {Phase.ANNOUNCED, Phase.DELIVERED} <= meanings
    assert meanings & {Phase.HANDED_OVER, Phase.IN_TRANSIT}


def of_gls():
    """An event and a status that GLS invents after us."""
    event = {"code": UNHEARD_OF, "eventDateTime": NOW}
    parcel = {"requested": NUMBER, "events": [event], "status": "NEW", "statusDateTime": NOW}
    return gls.scans(Answer(200, json.dumps({"parcels": [parcel]}).encode()), [NUMBER])


def of_postnl():
    """A status that PostNL invents after us."""
    status = {"StatusCode": "4711", "TimeStamp": "10-03-2026 09:00:00"}
    said = {"CompleteStatus": {"Shipment": {"Barcode": NUMBER, "Status": status}}}
    return postnl.scans(Answer(200, json.dumps(said).encode()), NUMBER)


def of_simulated():
    """A code that the simulator invents after us."""
    headers, body = hook([a_scan(NUMBER, UNHEARD_OF, TUESDAY)], "key")
    return simulated.posted(body, headers[simulated.SIGNATURE], "key")


@pytest.mark.parametrize("scans", [of_gls, of_postnl, of_simulated])
def test_a_word_nobody_knows_is_unknown_and_kept_as_it_was_said(scans):
    """Carriers add words without asking us. Nothing may break, and an operator must see it."""
    found = scans()

    assert {one.phase for one in found} == {Phase.UNKNOWN}
    assert all(one.code in {UNHEARD_OF, "NEW", "4711"} for one in found)


def test_sendcloud_s_words_and_numbers_meet_in_the_same_meanings():
    """It says the same thing in three ways."""
    assert sendcloud.phase_of("a word of tomorrow") is Phase.UNKNOWN
    assert sendcloud.phase_of(sendcloud.word_of(4711)) is Phase.UNKNOWN
    assert set(sendcloud.SLUGS.values()) <= set(sendcloud.PHASES)
