"""Over the wire: every operation against Prism, which serves the carriers' own files.

Prism keeps no state, and its labels are no PDF. What it shows is that somebody else's reading of
the same file takes what we send, wants to know who we are, and that every error it may answer with
leads to the fault that it should.
"""

from __future__ import annotations

import pytest

from services.labels.adapters.lines.http import HttpLine
from services.labels.domain import faults
from tests.specs.houses import HOUSES
from tests.specs.over_the_wire import CROSSED, Crossing, ToPrism, installed, served
from tests.specs.spec import loaded
from tests.specs.wire_rows import ROWS

EVERY = pytest.mark.parametrize("row", ROWS, ids=lambda row: row.operation)
ERRORS = [(row, code) for row in ROWS for code in sorted(row.faults)]


@pytest.fixture(scope="session")
def prism(tmp_path_factory):
    """Every file that an adapter keeps to, served by one process."""
    installed()
    specs = [spec for house in HOUSES.values() for spec in house.specs]
    with served(specs, tmp_path_factory.mktemp("prism")) as addresses:
        yield addresses


async def crossed(row, prism, case, **how):
    """What came of one call: None or a fault, and what Prism answered at the operation tried."""
    house = HOUSES[row.carrier]
    method, path = row.method_and_path
    own_first = sorted(house.specs, key=lambda spec: spec.name != row.spec)
    wire = ToPrism(own_first, prism, (method, path), canned=house.canned, **how)
    adapter = house.adapter(HttpLine(wire))
    try:
        found = await row.call(adapter, house.connection)
        came_out, fault = type(found).__name__, None
    except faults.CarrierFault as raised:
        came_out, fault = type(raised).__name__, type(raised)
    finally:
        await adapter.close()
    assert wire.answers, f"never asked; came out as {came_out}, after {wire.seen}"
    last = wire.answers[-1]
    CROSSED.append(Crossing(row.carrier, row.operation, case, last.status, came_out))
    return fault, last


@EVERY
async def test_prism_takes_what_we_send(row, prism):
    """Somebody else reads the carrier's file as we do."""
    fault, answer = await crossed(row, prism, "happy path")

    assert (answer.status // 100, answer.objections) == (2, ())
    assert fault is row.happy


@EVERY
async def test_nobody_is_served_who_does_not_say_who_they_are(row, prism):
    """The file locks its doors, and an adapter that finds one locked says so."""
    fault, answer = await crossed(row, prism, "no credentials", unknown=True)

    assert (answer.status, fault) == (401, row.unknown)


@pytest.mark.parametrize(
    ("row", "code"), ERRORS, ids=[f"{row.operation} {code}" for row, code in ERRORS]
)
async def test_every_error_the_file_describes_becomes_the_fault_it_means(row, code, prism):
    """Only what certainly was not taken may be ordered again."""
    fault, answer = await crossed(row, prism, str(code), prefer=code)

    assert (answer.status, fault) == (code, row.faults[code])


@EVERY
def test_no_error_of_the_file_is_left_out(row):
    """The carrier adds one, we take the new file, and this says what to think about."""
    method, path = row.method_and_path
    responses = loaded(row.spec)["paths"][path][method.lower()]["responses"]
    described = {int(code) for code in responses if code.isdecimal() and int(code) >= 400}

    assert described == set(row.faults) or list(responses) == ["default"]
