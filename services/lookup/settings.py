"""What lookup may be told from outside."""

from __future__ import annotations

from datetime import timedelta

from pydantic import Field

from services._runtime import keyed
from services._runtime.words import Floor
from services.lookup.domain.budget import Limits


class Settings(keyed.Settings):
    """`RETOUR_*` in the environment of lookup. Parcels digested with another key are not found."""

    late_seconds: float = Field(default=2.0, ge=0)
    """A question older than this when it is heard is late: what was told before may come after."""
    patience_seconds: float = Field(default=15.0, ge=0)
    """How long a late question may wait for its parcel before it is answered with no."""
    number_wrong: int = Field(default=5, ge=1, le=100)
    """So many different wrong claims about one number within `wrong_hours`; then it is closed."""
    client_wrong: int = Field(default=8, ge=1, le=1000)
    """So many by one client."""
    code_wrong: int = Field(default=10, ge=1, le=1000)
    """So many with one postal code at one portal."""
    wrong_hours: float = Field(default=24.0, gt=0)
    portal_wrong: int = Field(default=100, ge=1)
    """So many at one portal within `portal_hours`, if they are more than `portal_wrong_share` of
    all questions; then number and code find nothing there."""
    portal_wrong_share: float = Field(default=0.5, ge=0, lt=1)
    portal_hours: float = Field(default=1.0, gt=0)
    floor_ms: int = Field(default=100, ge=0, le=2000)
    """No answer is told sooner than this after its question came."""
    jitter_ms: int = Field(default=20, ge=0, le=1000)
    """At most so much longer, at random."""

    def limits(self) -> Limits:
        """How many wrong answers are too many."""
        return Limits(
            number=self.number_wrong,
            client=self.client_wrong,
            code=self.code_wrong,
            window=timedelta(hours=self.wrong_hours),
            portal=self.portal_wrong,
            portal_share=self.portal_wrong_share,
            portal_window=timedelta(hours=self.portal_hours),
        )

    def floor(self) -> Floor:
        """How long an answer takes at least."""
        return Floor(self.floor_ms / 1000, self.jitter_ms / 1000)
