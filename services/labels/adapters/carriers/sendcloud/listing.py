"""Sendcloud's list of returns, in which an order is found again whose answer got lost. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Annotated
from urllib.parse import parse_qs, urlencode, urlsplit

from pydantic import Field, ValidationError

from services.labels.adapters.carriers.sendcloud.returns import Bought, Never, State, state_of
from services.labels.adapters.carriers.sendcloud.said import Said, Words
from services.labels.adapters.lines.http import Answer
from services.labels.adapters.lines.refusals import nothing_done
from services.labels.domain import faults

PAGE_SIZE = 40
"""Sendcloud lists at most so many returns at once."""
_AS_WRITTEN = "%Y-%m-%d %H:%M:%S"


class _Page(Said):
    next: Words | None = None
    data: Annotated[list[dict[str, object]], Field(max_length=1_000)]


@dataclass(frozen=True, slots=True)
class Page:
    """A part of the list: the returns of ours in it, and where it goes on."""

    found: tuple[State, ...]
    cursor: str | None


def query(since: datetime, now: datetime, cursor: str | None = None) -> str:
    """The list of what was made since then.

    Sendcloud does not say in which zone it reads times, so the end lies well ahead.
    """
    asked = {"from_date": since, "to_date": now + timedelta(days=1)}
    days = {name: at.astimezone(UTC).strftime(_AS_WRITTEN) for name, at in asked.items()}
    return urlencode(days | {"page_size": str(PAGE_SIZE)} | ({"cursor": cursor} if cursor else {}))


def page(answer: Answer, reference: str) -> Page:
    """Our returns in one page of the list. Those of others are not even looked at.

    Raises:
        OutcomeUnknown: what is said of ours cannot be true.
        AuthFailed, RateLimited, Unavailable: nothing was said.
    """
    if answer.status != HTTPStatus.OK:
        raise nothing_done(answer)
    try:
        listed = _Page.model_validate_json(answer.body)
    except ValidationError:
        raise faults.Unavailable("list unreadable") from None
    ours = [said for said in listed.data if said.get("order_number") == reference]
    return Page(tuple(state_of(said) for said in ours), _cursor(listed.next))


def only(found: Sequence[State], number: str | None = None) -> State | None:
    """The one return there is under a reference, what came to nothing aside; None if there is none.

    Raises:
        OutcomeUnknown: there are several that cost money, and none of them has that number.
    """
    real = [one for one in found if not isinstance(one, Never)]
    if len(real) > 1:
        real = [one for one in real if isinstance(one, Bought) and one.tracking_number == number]
    if len(real) == 1:
        return real[0]
    if any(not isinstance(one, Never) for one in found):
        raise faults.OutcomeUnknown("more than one return under this reference")
    return next(iter(found), None)


def _cursor(following: str | None) -> str | None:
    """Where the list goes on. Only this word of the address is used.

    Raises:
        Unavailable: it goes on, and nobody knows where: it must not pass for its end.
    """
    if not following:
        return None
    try:
        found = parse_qs(urlsplit(following).query).get("cursor", [""])[0]
    except ValueError:
        found = ""
    if not re.fullmatch(r"[A-Za-z0-9+/=_ -]{1,200}", found):
        raise faults.Unavailable("list goes on nowhere")
    return found.replace(" ", "+")  # base64 that was not quoted
