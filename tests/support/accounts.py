"""What our own accounts say against what was sold and what was posted: to the last label and cent.

The oracle knows what must have become of each return. This asks whether the services know it too:
a label that a carrier sold and we have no record of is money lost, however right the letter was.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pymongo import MongoClient

from deploy.local.carrier.sales import Entry, entries
from tests.support.oracle import Posted

CUSTOMERS = "@example.com"
OVER = frozenset({"succeeded", "rejected", "unknown"})
CARRIER = "simulated"


@dataclass(frozen=True)
class Sold:
    """A label as the carrier's ledger has it, or as ours does."""

    reference: str
    tracking_number: str
    cost_minor: int


@dataclass(frozen=True)
class Accounts:
    """What carrier and mailbox hold, and what the services' databases say about it."""

    sold: Collection[Sold]
    posted: Collection[tuple[str, str]]
    """Return and address of each letter to a customer."""
    labels: Collection[Sold]
    """Of the carrier, in the database of labels."""
    orders: Mapping[str, str]
    """How far the intent to get each label is, by its reference."""
    letters: Mapping[str, str]
    """How far each letter to a customer is, by `<return>:<kind>`."""
    spent_minor: int
    """On labels of the carrier, by analytics."""


def violations(accounts: Accounts) -> list[str]:
    """Every way in which they disagree: a sentence each."""
    return [*_of_labels(accounts), *_of_money(accounts), *_of_letters(accounts)]


def _of_labels(accounts: Accounts) -> Iterator[str]:
    """Every sale is known to us, as it was, and we know of no other (I2, I3)."""
    kept = {label.reference: label for label in accounts.labels}
    for reference, times in Counter(sale.reference for sale in accounts.sold).items():
        if times > 1:
            yield f"accounts: {reference} was sold {times} times"
    for sale in accounts.sold:
        state = accounts.orders.get(sale.reference)
        if sale.reference in kept:
            if kept[sale.reference] != sale:
                yield f"accounts: {sale.reference} is kept as another label than was sold"
        elif state != "unknown":
            yield f"accounts: {sale.reference} was sold and nobody knows of it ({state})"
    for reference in sorted(kept.keys() - {sale.reference for sale in accounts.sold}):
        yield f"accounts: {reference} is kept and was never sold"
    for reference, state in accounts.orders.items():
        if state not in OVER:
            yield f"accounts: the order of {reference} is {state} for ever"


def _of_money(accounts: Accounts) -> Iterator[str]:
    """What labels cost by analytics is what the carrier asks for what we gave out (I16)."""
    given = {label.reference for label in accounts.labels}
    asked = sum(sale.cost_minor for sale in accounts.sold if sale.reference in given)
    if asked != accounts.spent_minor:
        yield f"accounts: analytics says labels cost {accounts.spent_minor}, the carrier {asked}"


def _of_letters(accounts: Accounts) -> Iterator[str]:
    """Every planned letter lies there, was refused, or waits for a person (I4, I5)."""
    lies = {return_id for return_id, _ in accounts.posted}
    planned = {key.partition(":")[0] for key in accounts.letters}
    for key, state in accounts.letters.items():
        if state not in OVER:
            yield f"accounts: the letter {key} is {state} for ever"
        elif state == "succeeded" and key.partition(":")[0] not in lies:
            yield f"accounts: the letter {key} was taken and lies nowhere"
        elif state == "rejected" and key.partition(":")[0] in lies:
            yield f"accounts: the letter {key} was refused and lies there"
    for return_id in sorted(lies - planned):
        yield f"accounts: a letter about {return_id} lies there and nobody planned it"


def accounts(mongo: str, ledger: Path, letters: Collection[Posted]) -> Accounts:
    """As they are now."""
    with MongoClient(mongo) as client:
        ours = [_sold(row) for row in client["labels"]["labels"].find({"carrier": CARRIER})]
        spent = client["analytics"]["labels"].find({"carrier": CARRIER}, {"cost": 1})
        return Accounts(
            sold=[_sale(one) for one in entries(ledger) if one.event == "sold"],
            posted=[(one.about, one.to) for one in letters if one.to.endswith(CUSTOMERS)],
            labels=ours,
            orders=_states(client, "labels", "issue_label"),
            letters=_states(client, "notifications", "email_customer"),
            spent_minor=sum(row.get("cost", {}).get("minor", 0) for row in spent),
        )


def _states(client: MongoClient[dict[str, Any]], service: str, kind: str) -> dict[str, str]:
    found = client[service]["intents"].find({"kind": kind}, {"key": 1, "state": 1})
    return {row["key"]: row["state"] for row in found}


def _sale(entry: Entry) -> Sold:
    return Sold(entry.reference, entry.tracking_number, entry.cost_minor)


def _sold(row: Mapping[str, Any]) -> Sold:
    return Sold(row["_id"], row["tracking_number"], row["cost"]["minor"])
