"""What labels asks of carriers. An adapter has the parts that its carrier has, and no others.

No part reads a database or decides anything about returns. All raise nothing but
`domain.faults.CarrierFault`, and what a carrier says is checked before it is passed on.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal, Protocol

from contracts.words import Cancelled
from services.labels.domain.connection import Connection
from services.labels.domain.issued import IssuedLabel, LabelRow
from services.labels.domain.order import LabelOrder
from services.labels.domain.point import Near, Point
from services.labels.domain.scan import Scan


@dataclass(frozen=True, slots=True)
class Evidence:
    """What shows that an adapter does what it says.

    `own` needs nobody else; `simulator` was tried with one we wrote; `spec` keeps to the carrier's
    published specification of the day `on`; `sandbox` and `live` were tried with the carrier then.
    """

    kind: Literal["own", "simulator", "spec", "sandbox", "live"]
    on: date | None = None


@dataclass(frozen=True, slots=True)
class Doubt:
    """An order whose outcome nobody knows."""

    reference: str
    reserved: str | None
    ordered_at: datetime
    method: str = ""
    """How the parcel was to go back, where whoever asks knows."""


@dataclass(frozen=True, slots=True)
class Hook:
    """What a carrier posted to us. Names of headers are in lower case."""

    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)


class Carrier(Protocol):
    """Sells labels. Both methods answer within `worker.LONGEST_CALL_SECONDS` together."""

    async def issue(self, order: LabelOrder, connection: Connection) -> IssuedLabel:
        """The label. Called again only after `recover` has said that there is none.

        Raises:
            Rejected, NotCovered: never for this parcel.
            AuthFailed, RateLimited, Unavailable: certainly not taken; ask again later.
            OutcomeUnknown: perhaps taken.
        """
        ...

    async def recover(self, doubt: Doubt, connection: Connection) -> IssuedLabel | None:
        """The label that was issued, or None if ordering again buys nothing twice.

        Because there certainly is none, or because the number it was ordered under is sold once.

        Raises:
            AuthFailed, RateLimited, Unavailable: the question was not answered; ask again later.
            OutcomeUnknown: the carrier cannot tell, and never will.
        """
        ...


class Reserves(Protocol):
    """Gives a number out before anything is ordered, so that an order can be made only once."""

    async def reserve(self, order: LabelOrder, connection: Connection) -> str:
        """A number for this order. It costs nothing, and is kept before the order goes out."""
        ...


class Cancels(Protocol):
    """Takes labels back."""

    async def cancel(self, label: LabelRow, connection: Connection) -> Cancelled:
        """What became of it: `cancelled`, `requested` or `too_late`. Asking twice does no harm."""
        ...


class Tracks(Protocol):
    """Says where parcels are, when asked."""

    numbers_at_once: int
    """How many parcels one call may ask about."""
    calls_a_day: int
    """How many calls one connection may make in a day (UTC)."""

    async def track(self, labels: Sequence[LabelRow], connection: Connection) -> Sequence[Scan]:
        """Every scan of these parcels, in any order; none of a parcel nobody has seen."""
        ...


class Hooks(Protocol):
    """Says where parcels are, by itself."""

    def scans(self, hook: Hook, connection: Connection) -> Sequence[Scan]:
        """The scans in what was posted.

        Raises:
            Forged: it was not signed with the connection's secret.
            Unreadable: it was, and says nothing that we understand.
        """
        ...


class Locates(Protocol):
    """Knows its own service points."""

    async def near(self, near: Near, connection: Connection) -> Sequence[Point]:
        """Points near there, in any order, those that cannot do what is wanted left out."""
        ...


class Collects(Protocol):
    """Comes for parcels."""

    async def days(self, near: Near, today: date, connection: Connection) -> Sequence[date]:
        """Days on which it would come there, the next one first; none if it does not."""
        ...


async def _nothing() -> None:
    """There is no line to close."""


@dataclass(frozen=True)
class Adapter:
    """One carrier, as labels knows it."""

    name: str
    """The code under which merchants and rules know it."""
    title: str
    """What stands at the head of its label."""
    evidence: Evidence
    carrier: Carrier
    connected: bool = True
    """Whether there must be a connection. Ways back that need no carrier need none."""
    settles_seconds: float = 120.0
    """For so long after an order went out, `recover` may say that there is none and be wrong: the
    carrier works it off later. None where one reference or number is sold once, however often it
    is ordered."""
    secrets: frozenset[str] = frozenset()
    """What a connection must hold among its secrets,"""
    options: frozenset[str] = frozenset()
    """and among its options."""
    reserves: Reserves | None = None
    cancels: Cancels | None = None
    tracks: Tracks | None = None
    hooks: Hooks | None = None
    locates: Locates | None = None
    collects: Collects | None = None
    close: Callable[[], Awaitable[None]] = _nothing
