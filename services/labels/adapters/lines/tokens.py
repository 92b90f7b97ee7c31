"""Access tokens of carriers: asked for once, used until shortly before they end."""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from services.labels.adapters.lines.http import Answer
from services.labels.adapters.lines.patience import seconds_of
from services.labels.domain import faults
from services.labels.domain.connection import Connection

SPARE_SECONDS = 120.0
"""A token is not used when it has less to live than this, or than half its life."""


@dataclass(frozen=True, slots=True)
class Token:
    """What opens a carrier's door, and for how long."""

    word: str = field(repr=False)
    seconds: float


class Granted(BaseModel):
    """RFC 6749, section 5.1. Some carriers write the number as text."""

    model_config = ConfigDict(extra="ignore", hide_input_in_errors=True)

    access_token: Annotated[str, StringConstraints(pattern=r"^[!-~]{1,8192}$")] = Field(repr=False)
    expires_in: Annotated[float, Field(gt=0, le=366 * 86_400)] = 300.0


def token_in(answer: Answer, form: type[Granted] = Granted) -> Token:
    """The token in the answer of a token endpoint (RFC 6749, sections 5.1 and 5.2).

    `form` is how this carrier gives one, if that is known more exactly.

    Raises:
        AuthFailed: it does not know us.
        RateLimited, Unavailable: ask again.
    """
    match answer.status:
        case HTTPStatus.OK:
            pass
        case HTTPStatus.BAD_REQUEST | HTTPStatus.UNAUTHORIZED | HTTPStatus.FORBIDDEN:
            raise faults.AuthFailed(f"token: status {answer.status}")
        case HTTPStatus.TOO_MANY_REQUESTS:
            raise faults.RateLimited(seconds_of(answer.retry_after))
        case status:
            raise faults.Unavailable(f"token: status {status}")
    try:
        granted = form.model_validate_json(answer.body)
    except ValidationError:
        raise faults.Unavailable("token unreadable") from None
    return Token(granted.access_token, granted.expires_in)


class Tokens:
    """The tokens of every connection of one carrier. `ask` fetches a new one."""

    def __init__(
        self,
        ask: Callable[[Connection], Awaitable[Token]],
        steady: Callable[[], float] = time.monotonic,
    ) -> None:
        self._ask, self._steady = ask, steady
        self._held: dict[tuple[str, str | None], tuple[str, float]] = {}
        self._doors: defaultdict[tuple[str, str | None], asyncio.Lock] = defaultdict(asyncio.Lock)

    async def of(self, connection: Connection) -> str:
        """A token that is good for a while yet. Whoever asks meanwhile waits for the same one.

        Raises:
            CarrierFault: there is none; whatever needed it was not asked.
        """
        key = _key(connection)
        async with self._doors[key]:
            word, good_until = self._held.get(key, ("", 0.0))
            if word and self._steady() < good_until:
                return word
            asked_at = self._steady()  # it may have been made as early as this
            token = await self._ask(connection)
            spare = min(SPARE_SECONDS, token.seconds / 2)
            self._held[key] = token.word, asked_at + token.seconds - spare
            return token.word

    def drop(self, connection: Connection, word: str) -> None:
        """This one was refused. A younger one, fetched by somebody else meanwhile, stays."""
        held, _ = self._held.get(_key(connection), ("", 0.0))
        if held == word:
            self._held.pop(_key(connection), None)


def _key(connection: Connection) -> tuple[str, str | None]:
    """What opens one house opens no other."""
    return connection.id, connection.url
