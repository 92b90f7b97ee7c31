"""Why a carrier gave no label.

CarrierFault
├── Rejected         it understood us and will never take this parcel
├── NotCovered       it does not do this at all: the method, the country, the contract
├── AuthFailed       it does not know us; somebody must mend the settings
├── RateLimited      it took nothing, and says when to ask again
│   └── Resting      it was not asked, because it did not answer lately
├── Unavailable      it certainly took nothing; asking again is safe
├── OutcomeUnknown   the order may have been taken: never order anew before having asked
├── Forged           a message that claims to be from it, and is not signed by it
└── Unreadable       a message from it that says nothing we understand
"""

from __future__ import annotations


class CarrierFault(Exception):
    """A carrier gave no label. `code` never changes: it is told, kept and searched by."""

    code = "carrier_fault"


class Rejected(CarrierFault):
    """The carrier will never take this parcel. `fields` names what it objects to, no values."""

    code = "carrier_rejected"

    def __init__(self, fields: tuple[str, ...] = ()) -> None:
        super().__init__(", ".join(fields))
        self.fields = fields


class NotCovered(CarrierFault):
    """The carrier does not offer this method from here to there."""

    code = "method_not_covered"


class AuthFailed(CarrierFault):
    """The carrier refuses our credentials."""

    code = "carrier_auth_failed"


class RateLimited(CarrierFault):
    """The carrier took nothing and asks for so many seconds of patience."""

    code = "carrier_rate_limited"

    def __init__(self, after_seconds: float) -> None:
        super().__init__(f"{after_seconds:g} s")
        self.after_seconds = after_seconds


class Resting(RateLimited):
    """The carrier was left alone for so many seconds more: it answered nobody lately."""

    code = "carrier_unavailable"


class Unavailable(CarrierFault):
    """The carrier was not reached, or turned the question away without looking at it."""

    code = "carrier_unavailable"


class OutcomeUnknown(CarrierFault):
    """The order went out, and whether it was taken cannot be told from what came back."""

    code = "carrier_outcome_unknown"


class Forged(CarrierFault):
    """Whoever posted this does not know the secret."""

    code = "hook_forged"


class Unreadable(CarrierFault):
    """Signed as it should be, and not understood."""

    code = "hook_unreadable"
