"""The story of the label, the parcel and the letters, and what analytics makes of it."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator
from typing import Any, Final

from contracts.analytics import FindReasons, RankedReason, ReasonsFound, ReasonSpiked
from contracts.labels import (
    Document,
    LabelCancelled,
    LabelDelayed,
    LabelIssued,
    LabelLapsed,
    LabelPrinted,
    LabelRefused,
    ParcelMoved,
)
from contracts.notifications import CustomerEmailed, EmailBounced, MerchantAlerted
from deploy.contracts.returning import APPROVED, KETTLE, refund
from deploy.contracts.scene import (
    PORTAL,
    QUERY_ID,
    RETURN_ID,
    SHIPMENT,
    SHOP,
    Told,
    day,
    euros,
    first,
    then,
)

TRACKING: Final = "RR618204575DE"
_LABEL: Final[dict[str, Any]] = {
    "return_id": RETURN_ID,
    "portal_id": PORTAL,
    "shipment_id": SHIPMENT,
    "kind": "label",
    "return_method": "drop_off_point",
    "carrier": "dhl_parcel_de",
    "tracking_number": TRACKING,
}


def told() -> Iterator[Told]:
    """Everything said after the verdict."""
    yield from _labels()
    yield from _parcel_and_letters()
    yield from _reasons()


def _labels() -> Iterator[Told]:
    yield then(
        APPROVED,
        LabelDelayed(
            return_id=RETURN_ID,
            portal_id=PORTAL,
            shipment_id=SHIPMENT,
            code="carrier_busy",
            retry_at=day(8, 9, 23),
        ),
        day(8, 9, 22),
    )
    yield then(
        APPROVED,
        LabelIssued(
            **_LABEL, cost=euros(349), valid_until=day(98, 23, 59), issued_at=day(8, 9, 23)
        ),
        day(8, 9, 23),
    )
    sheet = Document(
        kind="label_pdf",
        media_type="application/pdf",
        content=b64encode(_one_page_pdf(TRACKING)).decode(),
    )
    yield then(
        APPROVED,
        LabelPrinted(**_LABEL, send_back_by=day(22, 22), documents=(sheet,)),
        day(8, 9, 23),
    )
    yield then(
        APPROVED,
        LabelRefused(
            return_id=RETURN_ID, portal_id=PORTAL, shipment_id=SHIPMENT, code="address_unknown"
        ),
        day(8, 9, 23),
    )
    yield then(
        APPROVED,
        LabelCancelled(
            return_id=RETURN_ID,
            portal_id=PORTAL,
            outcome="too_late",
            carrier="dhl_parcel_de",
            tracking_number=TRACKING,
            cost=euros(349),
            told_at=day(8, 18, 1),
        ),
        day(8, 18, 1),
    )
    yield then(
        APPROVED,
        LabelLapsed(
            return_id=RETURN_ID,
            portal_id=PORTAL,
            shipment_id=SHIPMENT,
            carrier="dhl_parcel_de",
            tracking_number=TRACKING,
            because="never_handed_over",
            lapsed_at=day(22, 22),
        ),
        day(22, 22),
    )


def _parcel_and_letters() -> Iterator[Told]:
    arrived = then(
        APPROVED,
        ParcelMoved(
            return_id=RETURN_ID,
            portal_id=PORTAL,
            carrier="dhl_parcel_de",
            tracking_number=TRACKING,
            phase="delivered",
            happened_at=day(11, 10, 4),
            carrier_code="DELIVERED",
            country="DE",
        ),
        day(11, 10, 5),
    )
    yield arrived
    yield refund(arrived)
    yield then(
        arrived,
        MerchantAlerted(
            return_id=RETURN_ID, portal_id=PORTAL, occasion="delivered", sent_at=day(11, 10, 6)
        ),
        day(11, 10, 6),
    )
    yield then(
        APPROVED,
        CustomerEmailed(
            return_id=RETURN_ID,
            portal_id=PORTAL,
            letter="label_ready",
            language="de",
            sent_at=day(8, 9, 24),
        ),
        day(8, 9, 24),
    )
    yield then(
        APPROVED,
        EmailBounced(
            return_id=RETURN_ID,
            portal_id=PORTAL,
            letter="label_ready",
            code="mailbox_full",
            bounced_at=day(8, 9, 30),
        ),
        day(8, 9, 30),
    )


def _reasons() -> Iterator[Told]:
    question = first(
        FindReasons(
            query_id=QUERY_ID,
            portal_id=PORTAL,
            since=day(0, 0),
            until=day(30, 0),
            country="DE",
            limit=3,
        ),
        SHOP,
        day(30, 9),
    )
    yield question
    yield then(
        question,
        ReasonsFound(
            query_id=QUERY_ID,
            portal_id=PORTAL,
            lines=41,
            returns=29,
            reasons=(
                RankedReason(reason="damaged_on_arrival", lines=17, units=19, value=euros(104_310)),
                RankedReason(reason="looks_different", lines=14, units=14, value=euros(98_600)),
                RankedReason(reason="changed_mind", lines=10, units=12, value=euros(41_880)),
            ),
        ),
        day(30, 9),
    )
    yield then(
        APPROVED,
        ReasonSpiked(
            portal_id=PORTAL,
            reason="damaged_on_arrival",
            sku=KETTLE.sku,
            since=day(7, 0),
            until=day(14, 0),
            observed=11,
            expected=2.4,
        ),
        day(14, 0, 5),
    )


def _one_page_pdf(text: str) -> bytes:
    """A PDF of one A6 page that says `text` and nothing else (ISO 32000, 7.5)."""
    page = f"BT /F1 18 Tf 40 360 Td ({text}) Tj ET"
    fonts = "/Resources<</Font<</F1 5 0 R>>>>"
    objects = (
        "<</Type/Catalog/Pages 2 0 R>>",
        "<</Type/Pages/Kids[3 0 R]/Count 1>>",
        f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 298 420]/Contents 4 0 R{fonts}>>",
        f"<</Length {len(page)}>>stream\n{page}\nendstream",
        "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    )
    pdf, places = "%PDF-1.4\n", []
    for number, content in enumerate(objects, start=1):
        places.append(len(pdf))
        pdf += f"{number} 0 obj{content}\nendobj\n"
    rows = ["0000000000 65535 f ", *(f"{place:010} 00000 n " for place in places)]
    table = "\n".join((f"xref\n0 {len(rows)}", *rows))
    end = f"trailer<</Size {len(rows)}/Root 1 0 R>>\nstartxref\n{len(pdf)}\n%%EOF\n"
    return f"{pdf}{table}\n{end}".encode("ascii")
