"""Where pigeons take off: `POST /flights {"ring", "to"}`, for whoever brings seed."""

from __future__ import annotations

from http import HTTPStatus

from deploy.local.carrier.desk import Asked, Desk, Reply, Task
from deploy.local.carrier.paper import base64, label_pdf
from deploy.local.carrier.sales import Label, Ledger, drawn_digits


def desk(ledger: Ledger) -> Desk:
    """Under one ring one pigeon flies."""

    def served(asked: Asked) -> Task | Reply:
        if (asked.method, asked.path) != ("POST", "/flights") or not asked.headers.get("x-seed"):
            return Reply(HTTPStatus.NOT_FOUND, {"coo": "no"})
        ring = asked.json()["ring"]

        def fly(*, forgetful: bool = False) -> Reply:
            held = ledger.find(ring, "pigeon")
            number = f"PIGEON{drawn_digits(ring, 10)}"
            label = Label(carrier="pigeon", reference=ring, tracking_number=number, kind="label")
            flown = ledger.repeat(held) if held and not forgetful else ledger.sell(label)
            scroll = base64(label_pdf("Pigeon", flown.tracking_number))
            return Reply(HTTPStatus.OK, {"coo": flown.tracking_number, "scroll": scroll})

        return Task(ring, "order", fly)

    return served
