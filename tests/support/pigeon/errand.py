"""`python errand.py URL`, in a tree with pigeons: sends one approved return by pigeon.

Prints as JSON what labels told, and where the code came from that told it.
"""

from __future__ import annotations

import asyncio
import json
import sys

import services
from contracts.labels import LabelIssued, LabelPrinted
from services.labels.adapters import carriers
from services.labels.domain.connection import PLATFORM, Connection
from tests.support.builders import a_shipment, an_approval
from tests.support.one_carrier import labels_by


async def sent(url: str) -> dict[str, object]:
    """One label, from the approval to the document."""
    every = carriers.every()
    connection = Connection(PLATFORM, "pigeon", f"{url}/pigeon", secrets={"seed": "sunflower"})
    labels = labels_by(every["pigeon"], connection)
    await labels.hears(a_shipment())
    await labels.hears(an_approval(carrier="pigeon"))
    await labels.works()
    for each in every.values():
        await each.close()
    (issued,), (printed,) = labels.told(LabelIssued), labels.told(LabelPrinted)
    return {
        "tree": services.__path__[0],
        "carrier": issued.carrier,
        "tracking_number": issued.tracking_number,
        "media_types": [document.media_type for document in printed.documents],
    }


if __name__ == "__main__":
    print(json.dumps(asyncio.run(sent(sys.argv[1]))))  # noqa: T201  # its one word to the test
