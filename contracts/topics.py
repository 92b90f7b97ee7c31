"""Every topic once: its name, its one model, who tells or obeys it, its key, how long it lasts."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Generic, Literal, TypeVar

from contracts.analytics import FindReasons, ReasonsFound, ReasonSpiked
from contracts.labels import (
    FindServicePoints,
    LabelCancelled,
    LabelDelayed,
    LabelIssued,
    LabelLapsed,
    LabelPrinted,
    LabelRefused,
    ParcelMoved,
    ServicePointsProposed,
)
from contracts.lookup import FindShipment, ShipmentFound, ShipmentNotFound
from contracts.notifications import CustomerEmailed, EmailBounced, MerchantAlerted
from contracts.rules import (
    ApproveReturn,
    CancelReturn,
    OptionsOffered,
    PortalOpened,
    PortalRefused,
    RefundDue,
    RefuseReturn,
    ReleaseRefund,
    RequestReturn,
    ReturnApproved,
    ReturnAwaitingApproval,
    ReturnCancelled,
    ReturnRejected,
    ReturnUnchanged,
)
from contracts.shape import Shape
from contracts.shop import PortalConfigured, ShipmentRecorded

M = TypeVar("M", bound=Shape)
Kept = int | Literal["long", "compacted"]
"""Days, or `long` (until an operator decides), or `compacted` (the last word under each key)."""

SERVICES: Final = ("lookup", "rules", "labels", "notifications", "analytics")
KIB: Final = 1024


@dataclass(frozen=True, slots=True)
class Topic(Generic[M]):
    """One topic and everything a reader or writer must know about it.

    `owner` tells an event, or obeys a command. `key` names the field whose text is the record's
    key. A null value on an `erasable` topic means *forget what stands under this key*; it asks
    nothing else of anybody.
    """

    name: str
    model: type[M]
    owner: str
    kind: Literal["event", "command"]
    key: str
    kept: Kept
    personal: bool = False
    erasable: bool = False
    max_bytes: int = 64 * KIB

    def key_of(self, message: M) -> bytes:
        """The record's key: messages about one subject share a key, and so keep their order."""
        return str(getattr(message, self.key)).encode()


def name_of(model: type[Shape], major: int = 1) -> str:
    """`ReturnApproved` is told on `returns.return-approved.v1`."""
    kebab = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", model.__name__).lower()
    return f"returns.{kebab}.v{major}"


def _event(model: type[M], owner: str, key: str, kept: Kept, *, personal: bool = False) -> Topic[M]:
    return Topic(name_of(model), model, owner, "event", key, kept, personal)


def _command(
    model: type[M], owner: str, key: str, kept: Kept, *, personal: bool = False
) -> Topic[M]:
    return Topic(name_of(model), model, owner, "command", key, kept, personal)


PORTAL_CONFIGURED = Topic(
    name_of(PortalConfigured),
    PortalConfigured,
    "back office",
    "event",
    "portal_id",
    "compacted",
    max_bytes=512 * KIB,
)
PORTAL_OPENED = _event(PortalOpened, "rules", "portal_id", "compacted")
PORTAL_REFUSED = _event(PortalRefused, "rules", "portal_id", "compacted")
SHIPMENT_RECORDED = Topic(
    name_of(ShipmentRecorded),
    ShipmentRecorded,
    "shop",
    "event",
    "shipment_id",
    "compacted",
    personal=True,
    erasable=True,
    max_bytes=256 * KIB,
)

FIND_SHIPMENT = _command(FindShipment, "lookup", "lookup_id", 1, personal=True)
SHIPMENT_FOUND = _event(ShipmentFound, "lookup", "lookup_id", 1)
SHIPMENT_NOT_FOUND = _event(ShipmentNotFound, "lookup", "lookup_id", 1)
OPTIONS_OFFERED = Topic(
    name_of(OptionsOffered),
    OptionsOffered,
    "rules",
    "event",
    "lookup_id",
    1,
    max_bytes=256 * KIB,
)
FIND_SERVICE_POINTS = _command(FindServicePoints, "labels", "lookup_id", 1)
SERVICE_POINTS_PROPOSED = _event(ServicePointsProposed, "labels", "lookup_id", 1)

REQUEST_RETURN = Topic(
    name_of(RequestReturn),
    RequestReturn,
    "rules",
    "command",
    "return_id",
    28,
    personal=True,
    erasable=True,
)
RETURN_APPROVED = _event(ReturnApproved, "rules", "return_id", "long")
RETURN_REJECTED = _event(ReturnRejected, "rules", "return_id", "long")
RETURN_AWAITING_APPROVAL = _event(ReturnAwaitingApproval, "rules", "return_id", "long")
RETURN_CANCELLED = _event(ReturnCancelled, "rules", "return_id", "long")
CANCEL_RETURN = _command(CancelReturn, "rules", "return_id", 28)
APPROVE_RETURN = _command(ApproveReturn, "rules", "return_id", 28)
REFUSE_RETURN = _command(RefuseReturn, "rules", "return_id", 28)
RELEASE_REFUND = _command(ReleaseRefund, "rules", "return_id", 28)
RETURN_UNCHANGED = _event(ReturnUnchanged, "rules", "return_id", 28)
REFUND_DUE = _event(RefundDue, "rules", "return_id", "long")

LABEL_ISSUED = _event(LabelIssued, "labels", "return_id", "long")
LABEL_DELAYED = _event(LabelDelayed, "labels", "return_id", "long")
LABEL_REFUSED = _event(LabelRefused, "labels", "return_id", "long")
LABEL_CANCELLED = _event(LabelCancelled, "labels", "return_id", "long")
LABEL_PRINTED = Topic(
    name_of(LabelPrinted),
    LabelPrinted,
    "labels",
    "event",
    "return_id",
    7,
    personal=True,
    erasable=True,
    max_bytes=900 * KIB,
)
LABEL_LAPSED = _event(LabelLapsed, "labels", "return_id", "long")
PARCEL_MOVED = _event(ParcelMoved, "labels", "return_id", "long")

CUSTOMER_EMAILED = _event(CustomerEmailed, "notifications", "return_id", "long")
EMAIL_BOUNCED = _event(EmailBounced, "notifications", "return_id", "long")
MERCHANT_ALERTED = _event(MerchantAlerted, "notifications", "return_id", "long")

FIND_REASONS = _command(FindReasons, "analytics", "query_id", 1)
REASONS_FOUND = _event(ReasonsFound, "analytics", "query_id", 1)
REASON_SPIKED = _event(ReasonSpiked, "analytics", "portal_id", "long")

ALL: Final[tuple[Topic[Shape], ...]] = tuple(
    topic for topic in list(globals().values()) if isinstance(topic, Topic)
)
"""Every topic, in the order of the story."""

BY_NAME: Final = {topic.name: topic for topic in ALL}
BY_MODEL: Final = {topic.model: topic for topic in ALL}


def dead_letters_of(service: str) -> str:
    """The topic where `service` parks what it can never handle, bytes and headers unchanged."""
    return f"returns.dead-letters.{service}"


def redriven_to(service: str) -> str:
    """The topic where an operator puts back what `service` parked: nobody else listens there."""
    return f"returns.redriven.{service}"


DEAD_LETTERS_HANDLED: Final = "returns.dead-letters-handled"
"""Who redrove or discarded which letter, when and why; compacted, the key is the letter's place."""
CUSTOMERS_FORGOTTEN: Final = "returns.customers-forgotten"
"""That a customer was forgotten, when and by whom; kept long, the key is the shipment's."""
DEAD_LETTERS_KEPT_DAYS: Final = 30
"""How long a letter may wait for an operator, and how long what was put back stays."""
