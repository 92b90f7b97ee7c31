"""Track & Trace of the GLS desk: what it knows of parcels, and how it says so."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from http import HTTPStatus
from typing import Annotated, Any

from pydantic import AwareDatetime, StringConstraints

from deploy.local.carrier.desk import Reply
from deploy.local.carrier.desks.gls.orders import Strict
from deploy.local.carrier.sales import Label, Ledger

NUMBERS_AT_ONCE, CALLS_A_DAY = 10, 500

STATUSES = {
    "INTIAL.PREADVICE": "PREADVICE",
    "INTIAL.NORMAL": "INTRANSIT",
    "INBOUD.NORMAL": "INTRANSIT",
    "OUTBOD.NORMAL": "INTRANSIT",
    "OUTDEL.NORMAL": "INDELIVERY",
    "DELIVD.PARCELSHOP": "DELIVEREDPS",
    "DELIVD.NORMAL": "DELIVERED",
    "CANCEL.NORMAL": "CANCELED",
}
"""What a parcel's status is after an event. After any other it is as before."""


class Moved(Strict):
    """Somebody scanned a parcel: not GLS's, but ours."""

    tracking_number: str
    code: Annotated[str, StringConstraints(pattern=r"^[A-Z0-9_]{2,12}\.[A-Z0-9_]{2,24}$")]
    at: AwareDatetime


@dataclass
class History:
    """Where parcels were scanned. It is forgotten when the simulator stops."""

    ledger: Ledger
    carrier: str
    seen: defaultdict[str, list[tuple[datetime, str]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    calls: Counter[date] = field(default_factory=Counter)

    def note(self, number: str, code: str, at: datetime) -> None:
        """This happened then."""
        self.seen[number].append((at, code))

    def has_moved(self, label: Label) -> bool:
        """Whether somebody has handed it over."""
        codes = {code for _, code in self.seen[label.tracking_number]}
        return bool(codes - {"INTIAL.PREADVICE", "INTIAL.E48_DATA"})

    def scanned(self, moved: Moved) -> Reply:
        """A parcel moves."""
        label = self.ledger.by_number(moved.tracking_number, self.carrier)
        if label is None:
            return Reply(HTTPStatus.NOT_FOUND, {"code": "number_unknown"})
        self.note(label.tracking_number, moved.code, moved.at)
        return Reply(HTTPStatus.OK, {"code": "noted"})

    def told(self, numbers: list[str], path: str, *, forgetful: bool = False) -> Reply:  # noqa: ARG002
        """What Track & Trace says of these parcels."""
        today = datetime.now(UTC).date()
        self.calls[today] += 1
        if self.calls[today] > CALLS_A_DAY:
            return Reply(HTTPStatus.TOO_MANY_REQUESTS, _fault("policies.ratelimit.QuotaViolation"))
        if len(numbers) > NUMBERS_AT_ONCE:
            return Reply(HTTPStatus.BAD_REQUEST, _problem("too many parcels", path))
        return Reply(HTTPStatus.OK, {"parcels": [self._parcel(number) for number in numbers]})

    def _parcel(self, number: str) -> dict[str, Any]:
        label = self.ledger.by_number(number, self.carrier)
        if label is None:
            missing = {"errorCode": "E_404_01", "errorMessage": "Resource Not Found"}
            return {"requested": number, **missing}
        events = sorted(self.seen[label.tracking_number], reverse=True)
        known = [(at, STATUSES[code]) for at, code in events if code in STATUSES]
        at, status = known[0] if known else (None, "PREADVICE")
        return {
            "requested": number,
            "unitno": label.tracking_number[:-1],  # its check digit is no part of it
            "status": status,
            **({} if at is None else {"statusDateTime": _stamp(at)}),
            "events": [_event(at, code) for at, code in events],
        }


def locked_out() -> Reply:
    """Nobody comes in without a token."""
    return Reply(HTTPStatus.UNAUTHORIZED, _fault("steps.jwt.TokenExpired"))


def _event(at: datetime, code: str) -> dict[str, Any]:
    place = {"city": "", "postalCode": "", "country": "NL"}
    return {"code": code, **place, "description": code, "eventDateTime": _stamp(at)}


def _stamp(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%S%z")


def _fault(code: str) -> dict[str, Any]:
    return {"fault": {"faultstring": code, "detail": {"errorcode": code}}}


def _problem(detail: str, path: str) -> dict[str, Any]:
    title = HTTPStatus.BAD_REQUEST.phrase
    return {
        "type": "about:blank",
        "title": title,
        "status": 400,
        "detail": detail,
        "instance": path,
    }
