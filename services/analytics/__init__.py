"""analytics: why do things come back, and what does it cost?"""

from contracts.topics import (
    FIND_REASONS,
    LABEL_ISSUED,
    REASONS_FOUND,
    RETURN_APPROVED,
    RETURN_REJECTED,
    SHIPMENT_RECORDED,
)

READS = (SHIPMENT_RECORDED, RETURN_APPROVED, RETURN_REJECTED, LABEL_ISSUED, FIND_REASONS)
TELLS = (REASONS_FOUND,)
