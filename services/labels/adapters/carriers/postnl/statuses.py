"""Where PostNL says that a parcel is, in our words. Pure.

PostNL has some thirty statuses, and some three hundred events that lead to them. A status says
where the parcel is; an event is looked at where it says more than its status: that the parcel is on
its way back to its sender, lost, or called off.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Final

from pydantic import BeforeValidator, StringConstraints, ValidationError

from contracts.words import Phase
from services.labels.adapters.carriers.postnl.complaints import Said, turned_away
from services.labels.adapters.carriers.postnl.mapping import HERE, STAMP
from services.labels.adapters.lines.http import Answer
from services.labels.domain import faults
from services.labels.domain.scan import Scan

SAYS_NOTHING: Final = "99"
"""Not applicable: notes of PostNL's own between two statuses."""

STATUSES: Final[Mapping[str, Phase]] = {
    "1": Phase.ANNOUNCED,
    "13": Phase.ANNOUNCED,  # announced, not seen yet
    "14": Phase.ANNOUNCED,  # announced, and never seen
    "4": Phase.ANNOUNCED,  # nobody could collect it, or the counter refused it
    "2": Phase.HANDED_OVER,
    "3": Phase.HANDED_OVER,
    "23": Phase.HANDED_OVER,  # collected where it was to be collected
    "5": Phase.IN_TRANSIT,
    "6": Phase.IN_TRANSIT,  # not sorted
    "21": Phase.IN_TRANSIT,  # kept for a while
    "31": Phase.IN_TRANSIT,  # ready to leave for another country
    "9": Phase.AT_CUSTOMS,
    "20": Phase.AT_CUSTOMS,  # being cleared
    "7": Phase.OUT_FOR_DELIVERY,
    "12": Phase.OUT_FOR_DELIVERY,  # waits where the merchant can fetch it
    "8": Phase.DELIVERY_FAILED,
    "19": Phase.DELIVERY_FAILED,  # PostNL will not process it
    "11": Phase.DELIVERED,
    "22": Phase.DELIVERED,  # fetched from a post office
    "27": Phase.RETURNED_TO_SENDER,  # undeliverable
    "28": Phase.RETURNED_TO_SENDER,  # wrong code at the door
    "15": Phase.UNKNOWN,  # missing where it was to be collected,
    "16": Phase.UNKNOWN,  # in sorting,
    "17": Phase.UNKNOWN,  # or in distribution: it may turn up
    "18": Phase.LOST,  # and will not any more
}

_BACK = (
    "H01 H02 H03 H04 H05 H07 H08 H09 H10 H12 H15 H16 H17 H18 H20 H22 H24 H35 H38 H51 H52 "
    "K43 X22 Y16 Y18 Y19 Y20 Y21 Y40 Y47"
)
_GONE = "K92 Y29 Y45 Y71"  # destroyed, taken away, missing
_CALLED_OFF = "D41 H23 H30 H31 M03 R06"

EVENTS: Final[Mapping[str, Phase]] = {
    **dict.fromkeys(_BACK.split(), Phase.RETURNED_TO_SENDER),
    **dict.fromkeys(_GONE.split(), Phase.LOST),
    **dict.fromkeys(_CALLED_OFF.split(), Phase.CANCELLED),
}
"""Events that say more than the status they lead to."""

MOST_SCANS = 500
"""The youngest: they say where it is."""
_CODE = re.compile(r"[A-Z0-9]{1,8}")


def _listed(said: object) -> object:
    """One is written without its list, and none as an object without names."""
    if said in ({}, None):
        return []
    return said if isinstance(said, list) else [said]


def _worded(said: object) -> object:
    """What is empty is written as an object without names."""
    return "" if said in ({}, None) else said


def _coded(said: object) -> object:
    """What is no code is none: codes are told to others, and logged."""
    text = str(said) if isinstance(said, int) else said
    return text if isinstance(text, str) and _CODE.fullmatch(text) else ""


_Word = Annotated[str, BeforeValidator(_worded), StringConstraints(max_length=40)]
_Code = Annotated[str, BeforeValidator(_coded)]


class _Status(Said):
    StatusCode: _Code = ""
    TimeStamp: _Word = ""


class _Event(Said):
    Code: _Code = ""
    TimeStamp: _Word = ""


class _Parcel(Said):
    """Names and addresses stand beside these, and are not read."""

    Barcode: _Word = ""
    Status: _Status = _Status()
    OldStatus: Annotated[list[_Status], BeforeValidator(_listed)] = []
    Event: Annotated[list[_Event], BeforeValidator(_listed)] = []


class _Known(Said):
    Shipment: Annotated[list[_Parcel], BeforeValidator(_listed)] = []


class _Whole(Said):
    CompleteStatus: _Known | None = None
    CurrentStatus: _Known | None = None


def scans(answer: Answer, number: str) -> list[Scan]:
    """Every scan of the parcel with this number; none if PostNL does not know it.

    Raises:
        CarrierFault: the question was not answered.
    """
    if answer.status != HTTPStatus.OK:
        raise turned_away(answer)
    try:
        said = _Whole.model_validate_json(answer.body)
    except ValidationError:
        raise faults.Unavailable("answer unreadable") from None
    known = said.CompleteStatus or said.CurrentStatus
    if known is None:
        raise faults.Unavailable("answer says nothing")
    parcel = next((one for one in known.Shipment if one.Barcode == number), None)
    if parcel is None:
        if known.Shipment:
            raise faults.Unavailable("answer about another parcel")
        return []
    return list(_scans(parcel, number))[-MOST_SCANS:]


def _scans(parcel: _Parcel, number: str) -> Iterator[Scan]:
    """One for each moment at which PostNL says something. Its events say it better."""
    said: dict[datetime, tuple[str, Phase]] = {}
    for status in (*parcel.OldStatus, parcel.Status):
        at = _moment(status.TimeStamp)
        if at is not None and status.StatusCode not in ("", SAYS_NOTHING):
            said[at] = (status.StatusCode, STATUSES.get(status.StatusCode, Phase.UNKNOWN))
    for event in parcel.Event:
        at = _moment(event.TimeStamp)
        if at is not None and event.Code in EVENTS:
            said[at] = (event.Code, EVENTS[event.Code])
    for at, (code, phase) in sorted(said.items()):
        yield Scan(number, phase, code, at)


def _moment(stamp: str) -> datetime | None:
    """When that was, to the second. The hour that autumn has twice is taken for the first."""
    try:
        return datetime.strptime(stamp.partition(".")[0], STAMP).replace(tzinfo=HERE)
    except ValueError:
        return None
