"""Parcels that a carrier sees, and what labels hears and tells of them."""

from __future__ import annotations

from datetime import UTC, timedelta

import httpx

from contracts.labels import LabelIssued, ParcelMoved
from deploy.local.carrier.hooks import a_scan, hook
from tests.support.builders import a_shipment, an_approval, an_id

KEY = "a key of two, the merchant and its carrier"
WHERE = "/hooks/simulated/*"


async def several(labels, count):
    """So many labels were issued."""
    for number in range(count):
        shipment = f"MF-{number}"
        await labels.hears(a_shipment(shipment_id=shipment))
        approval = an_approval(return_id=an_id(number), shipment_id=shipment, carrier="simulated")
        await labels.hears(approval)
    await labels.works()


def number_of(labels, which=0):
    """The tracking number of a label that was told."""
    return labels.told(LabelIssued)[which].tracking_number


def phases(labels, return_id=None):
    """The phases told, in order, of one return or of all."""
    moves = labels.told(ParcelMoved)
    return [one.phase for one in moves if return_id in (None, one.return_id)]


async def seen(labels, *codes, number=None):
    """The carrier's depots see the parcel, one scan a minute."""
    start = labels.clock().astimezone(UTC)
    scans = [
        a_scan(number or number_of(labels), code, start + timedelta(minutes=minute), "NL")
        for minute, code in enumerate(codes)
    ]
    async with httpx.AsyncClient(transport=labels.line) as depot:
        answer = await depot.post("http://carrier.example/scans", json={"scans": scans})
    assert answer.status_code == 201
    return scans


async def posted(door, scans, key=KEY, where=WHERE):
    """What our door answers when this is posted."""
    headers, body = hook(scans, key)
    return (await door.post(where, headers=headers, content=body)).status_code
