"""What a customer asked, without what they typed: the form in which a question may be kept."""

from __future__ import annotations

from typing import Annotated

from pydantic import StringConstraints

from contracts.lookup import FindShipment
from contracts.shape import Language, Name, RandomId, Shape
from services.lookup.domain.claim import Claim


class Question(Shape):
    """Which parcel of this portal does the claim with this digest name?"""

    lookup_id: RandomId
    portal_id: Name
    digest: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
    language: Language | None = None
    refused: bool = False
    """It came when a budget was spent: whatever it names, the answer is no."""


def question_of(asked: FindShipment, claimed: Claim, key: bytes) -> Question:
    """The question in `asked`. A claim of one thing only gets a digest too, which no parcel has."""
    return Question(
        lookup_id=asked.lookup_id,
        portal_id=asked.portal_id,
        digest=claimed.digest(key),
        language=asked.language,
    )
