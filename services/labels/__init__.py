"""labels: what the customer shows at the counter, from the carrier that takes the parcel."""

from contracts.topics import (
    LABEL_ISSUED,
    LABEL_PRINTED,
    LABEL_REFUSED,
    PARCEL_MOVED,
    RETURN_APPROVED,
    SHIPMENT_RECORDED,
)

READS = (SHIPMENT_RECORDED, RETURN_APPROVED)
TELLS = (LABEL_ISSUED, LABEL_PRINTED, LABEL_REFUSED, PARCEL_MOVED)
