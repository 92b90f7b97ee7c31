"""What PostNL means when it complains, in whichever of its many ways it says so. Pure.

Errors come with status 400, and inside answers with status 200 as well. Their codes are in
PostNL's own list of error codes; what it writes beside them is not passed on, for it repeats what
it was sent.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Annotated

from pydantic import AliasChoices, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from services.labels.adapters.lines.http import Answer
from services.labels.adapters.lines.patience import USUAL_SECONDS
from services.labels.adapters.lines.refusals import nothing_done
from services.labels.domain import faults

NOTHING_FOUND = "10"
"""What the locator calls it when there are no points."""

_UNKNOWN_CUSTOMER = frozenset({"1", "2", "3", "21201", "21202", "21203", "21204", "21205"})
_CONTACT = re.compile(r"110[12]0[0-9]")
"""Whom it shall write to. That, too, stands in the connection and not in the order."""
_TOO_MANY, _CLOSED = "9", "10"
_ITS_OWN_TROUBLE = frozenset({"11", "13", "1000", "1001", "1002", "12216", "1225032"})
"""Exceptions behind its counter: nobody knows how far the order had got."""
_COUNTRY = re.compile(r"127[0-9]{2}0[5-8]|19005[0-9]{0,4}")
"""Countries that a product does not serve."""
_ADDRESS = re.compile(r"12[78](0[12])0[0-9]|104[0-9]{2}(0[12])")
_WHOSE: Mapping[str, str] = {"01": "recipient", "02": "sender"}


class Said(BaseModel):
    """Base of what PostNL says. It may say more than we know."""

    model_config = ConfigDict(strict=True, extra="ignore", hide_input_in_errors=True)


def _code(said: object) -> object:
    """Numbers are written with and without quotation marks."""
    text = str(said) if isinstance(said, int) else said
    return text if isinstance(text, str) and re.fullmatch(r"[0-9]{1,10}", text) else ""


class Error(Said):
    """One complaint, under any of the names that its services give to its parts."""

    code: Annotated[str, BeforeValidator(_code)] = Field(
        "", validation_alias=AliasChoices("Code", "ErrorNumber", "ErrorCode")
    )


class _Complaint(Said):
    """A whole answer that complains. `fault` comes from the gate before the service."""

    errors: list[Error] = Field([], validation_alias=AliasChoices("Errors", "errors"))
    error: Error | None = Field(None, validation_alias="Error")
    fault: Said | None = None


def errors_in(body: bytes) -> Sequence[Error] | None:
    """The complaints in a body; none if it only says that something is wrong, None if it does not.

    A page of anything on the way is no word of PostNL's.
    """
    try:
        said = _Complaint.model_validate_json(body)
    except ValidationError:
        return None
    if said.error is not None:
        return [*said.errors, said.error]
    return said.errors if said.errors or said.fault is not None else None


def refusal(errors: Sequence[Error]) -> faults.CarrierFault:
    """What these complaints mean, all together: the one that says least about the parcel counts."""
    codes = [error.code for error in errors]
    if any(code in _UNKNOWN_CUSTOMER or _CONTACT.fullmatch(code) for code in codes):
        return faults.AuthFailed("the connection is not as PostNL wants it")
    if _TOO_MANY in codes:
        return faults.RateLimited(float(USUAL_SECONDS))
    if _CLOSED in codes:
        return faults.Unavailable("closed")
    if _ITS_OWN_TROUBLE.intersection(codes):
        return faults.OutcomeUnknown("trouble at the carrier's")
    if any(_COUNTRY.fullmatch(code) for code in codes):
        return faults.NotCovered("route")
    return faults.Rejected(tuple(dict.fromkeys(map(_field, codes))))


def not_answered(answer: Answer) -> faults.CarrierFault:
    """What a status other than 200 means. Certainly nothing was done, but for 5xx."""
    errors = errors_in(answer.body) if answer.status == HTTPStatus.BAD_REQUEST else None
    return nothing_done(answer) if errors is None else refusal(errors)


def turned_away(answer: Answer) -> faults.CarrierFault:
    """The same of a question: nothing is in doubt after one."""
    fault = not_answered(answer)
    return faults.Unavailable(str(fault)) if isinstance(fault, faults.OutcomeUnknown) else fault


def _field(code: str) -> str:
    """What it objects to, as far as the code says."""
    found = _ADDRESS.fullmatch(code)
    if found is None:
        return f"error {code or 'unnamed'}"
    return f"{_WHOSE[found[1] or found[2]]}.address"
