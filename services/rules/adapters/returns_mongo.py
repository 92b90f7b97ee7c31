"""Returns in MongoDB: one document each, for good."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from pymongo import InsertOne, UpdateOne

from contracts import topics
from contracts.rules import (
    RequestReturn,
    ReturnApproved,
    ReturnAwaitingApproval,
    ReturnRejected,
)
from contracts.shape import Money
from services._runtime.mongo import Database, Index
from services._runtime.words import Change
from services.rules.adapters.facts_stored import parcel_document, parcel_from
from services.rules.domain.parcel import Parcel
from services.rules.domain.returned import Due, Passage, Returned, State, Told, granted_of
from services.rules.ports import Record

RETURNS = "returns"

_WAITING: Mapping[str, Any] = {"state": State.WAITING.value}

INDEXES: Sequence[Index] = (
    (RETURNS, [("portal_id", 1), ("decided_at", 1)], {}),
    (RETURNS, [("decided_at", 1)], {"partialFilterExpression": _WAITING}),
)

_VERDICTS: Mapping[str, type[Told]] = {
    topics.BY_MODEL[model].name: model
    for model in (ReturnApproved, ReturnRejected, ReturnAwaitingApproval)
}
_AS_JUDGED: Mapping[str, Any] = {"verdict": 0, "parcel": 0}
"""What is only looked at by people who ask why."""


class ReturnsMongo:
    """See `ports.Returns`."""

    def __init__(self, db: Database) -> None:
        self._all = db[RETURNS]

    async def of(self, return_ids: Collection[str]) -> dict[str, Returned]:
        """See `ports.Returns`."""
        found = self._all.find({"_id": {"$in": list(return_ids)}}, _AS_JUDGED)
        return {document["_id"]: _returned(document) async for document in found}

    async def record(self, return_id: str) -> Record | None:
        """Everything that is known of this return."""
        document = await self._all.find_one({"_id": return_id})
        return None if document is None else _record(document)

    async def records(
        self, portal_id: str, since: datetime, until: datetime
    ) -> AsyncIterator[Record]:
        """The returns of a portal first decided from `since` to before `until`, oldest first."""
        wanted = {"portal_id": portal_id, "decided_at": {"$gte": since, "$lt": until}}
        async for document in self._all.find(wanted).sort("decided_at", 1):
            yield _record(document)

    async def waiting(self, portal_id: str | None = None) -> AsyncIterator[Returned]:
        """The returns that wait for a person, of one portal or of all, the oldest first."""
        wanted = dict(_WAITING) if portal_id is None else {**_WAITING, "portal_id": portal_id}
        async for document in self._all.find(wanted, _AS_JUDGED).sort("decided_at", 1):
            yield _returned(document)

    def opened(self, fresh: Returned, told: Told, parcel: Parcel | None) -> Change:
        """See `ports.Returns`."""
        request = fresh.request
        document = {
            "_id": fresh.return_id,
            "portal_id": request.portal_id,
            "shipment_id": request.shipment_id,
            "settings_version": fresh.settings_version,
            "decided_at": fresh.decided_at,
            "request": request.body(),
            "refund_when": fresh.refund_when,
            "expires_at": fresh.expires_at,
            "verdict": None if isinstance(told, ReturnApproved) else _verdict(told),
            "parcel": None if parcel is None else _snapshot(parcel),
            **_standing(fresh),
        }
        return Change(RETURNS, InsertOne(document), guarded=True)

    def changed(self, before: Returned, after: Returned) -> Change:
        """See `ports.Returns`."""
        as_it_was = {"_id": before.return_id, "revision": before.revision}
        return Change(RETURNS, UpdateOne(as_it_was, {"$set": _standing(after)}), guarded=True)


def _verdict(told: Told) -> dict[str, Any]:
    return {"topic": topics.BY_MODEL[type(told)].name, "body": told.body()}


def _snapshot(parcel: Parcel) -> dict[str, Any]:
    taken = {"taken": dict(parcel.taken), "revision": parcel.revision, "returns": parcel.returns}
    return {**parcel_document(parcel), **taken, "order_no": ""}


def _standing(held: Returned) -> dict[str, Any]:
    """What changes in the life of a return."""
    refund = held.refund
    return {
        "state": held.state.value,
        "revision": held.revision,
        "granted": None if held.granted is None else held.granted.body(),
        "handed_over_at": held.handed_over_at,
        "refund": None
        if refund is None
        else {
            "minor": refund.amount.minor,
            "currency": refund.amount.currency,
            "because": refund.because,
            "at": refund.at,
        },
        "passages": [{"what": p.what, "at": p.at, "by": p.by} for p in held.passages],
    }


def _returned(document: Mapping[str, Any]) -> Returned:
    granted, refund = document["granted"], document["refund"]
    return Returned(
        state=State(document["state"]),
        request=RequestReturn.read(document["request"]),
        settings_version=document["settings_version"],
        refund_when=document["refund_when"],
        decided_at=document["decided_at"],
        granted=None if granted is None else ReturnApproved.read(granted),
        expires_at=document["expires_at"],
        handed_over_at=document["handed_over_at"],
        refund=None if refund is None else _due(refund),
        passages=tuple([Passage(p["what"], p["at"], p["by"]) for p in document["passages"]]),
    )


def _due(refund: Mapping[str, Any]) -> Due:
    amount = Money(minor=refund["minor"], currency=refund["currency"])
    return Due(amount, refund["because"], refund["at"])


def _record(document: Mapping[str, Any]) -> Record:
    held, said, parcel = _returned(document), document["verdict"], document["parcel"]
    return Record(
        held,
        granted_of(held) if said is None else _VERDICTS[said["topic"]].read(said["body"]),
        None if parcel is None else parcel_from(parcel, document["shipment_id"]),
    )
