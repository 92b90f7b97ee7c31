"""lookup: which parcel do this tracking number and delivery postal code name?"""

from contracts.topics import (
    FIND_SHIPMENT,
    PORTAL_OPENED,
    PORTAL_REFUSED,
    SHIPMENT_FOUND,
    SHIPMENT_NOT_FOUND,
    SHIPMENT_RECORDED,
)

READS = (SHIPMENT_RECORDED, PORTAL_OPENED, PORTAL_REFUSED, FIND_SHIPMENT)
TELLS = (SHIPMENT_FOUND, SHIPMENT_NOT_FOUND)
