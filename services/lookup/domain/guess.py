"""What a question may use up: the budgets that a wrong answer to it is counted against."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from contracts.lookup import FindShipment
from services.lookup.domain.claim import claim
from services.lookup.domain.digest import digested
from services.lookup.domain.question import Question, question_of

_PURPOSE: Final = "retour lookup budget 1"


class Scope(StrEnum):
    """Whose budget it is."""

    NUMBER = "number"
    """Of one tracking number at one portal, whether there is such a parcel or not."""
    CLIENT = "client"
    """Of whoever asks, at all portals."""
    CODE = "code"
    """Of one postal code at one portal: whoever tries a popular code on many numbers spends it."""
    PORTAL = "portal"
    """Of everybody at one portal together."""


@dataclass(frozen=True, slots=True)
class Guess:
    """A question as budgets see it. Neither number nor code nor client can be read from it."""

    question: Question
    keys: tuple[tuple[Scope, str], ...]
    """The budgets it is counted against, beside the portal's. Without a client, one less."""

    @property
    def claim(self) -> str:
        """What tells this claim from another. Asking the same again is no new guess."""
        return self.question.digest[:16]


def guess_of(asked: FindShipment, key: bytes) -> Guess:
    """The guess in `asked`.

    Who asks is what the gateway says in the message, and nothing else: no header is looked at.
    """
    claimed = claim(asked.portal_id, asked.tracking_number, asked.postal_code)
    keys = [
        _key(key, Scope.NUMBER, asked.portal_id, claimed.tracking_number),
        _key(key, Scope.CODE, asked.portal_id, claimed.postal_code),
    ]
    if asked.client_ref is not None:
        keys.append(_key(key, Scope.CLIENT, asked.client_ref))
    return Guess(question_of(asked, claimed, key), tuple(keys))


def _key(key: bytes, scope: Scope, *parts: str) -> tuple[Scope, str]:
    return scope, f"{scope}:{digested(key, _PURPOSE, scope, *parts)[:32]}"
