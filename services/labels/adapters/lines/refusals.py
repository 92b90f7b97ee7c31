"""What an answer means that gives nothing, whichever carrier gave it. Pure."""

from __future__ import annotations

from http import HTTPStatus

from services.labels.adapters.lines.http import Answer
from services.labels.adapters.lines.patience import seconds_of
from services.labels.domain import faults


def nothing_done(answer: Answer) -> faults.CarrierFault:
    """What an answer means that says in whatever way: I did nothing for you.

    Whether it does say so, or leaves an order in doubt, each carrier's own module knows.
    """
    match answer.status:
        case HTTPStatus.UNAUTHORIZED | HTTPStatus.FORBIDDEN:
            return faults.AuthFailed(f"status {answer.status}")
        case HTTPStatus.TOO_MANY_REQUESTS:
            return faults.RateLimited(seconds_of(answer.retry_after))
        case status:
            return faults.Unavailable(f"status {status}")
