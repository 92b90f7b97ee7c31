"""Facts in memory: as strict as the real ones, gone with the process."""

from __future__ import annotations

from contracts.labels import LabelIssued
from contracts.rules import ReturnApproved, ReturnAwaitingApproval
from contracts.shop import PortalConfigured, ShipmentRecorded
from services._runtime.words import Change
from services.notifications.domain.known import Customer, Erased, Portal, customer_of, portal_of


class FactsMemory:
    """See `ports.Facts`."""

    def __init__(self) -> None:
        self.customers: dict[str, Customer | Erased] = {}
        self.portals: dict[str, Portal] = {}
        self.returns: dict[str, str] = {}
        self.languages: dict[str, str] = {}

    async def customer(self, shipment_id: str) -> Customer | Erased | None:
        """See `ports.Facts`."""
        return self.customers.get(shipment_id)

    async def customer_of_return(self, return_id: str) -> Customer | Erased | None:
        """See `ports.Facts`."""
        return self.customers.get(self.returns.get(return_id, ""))

    async def language_of_return(self, return_id: str) -> str | None:
        """See `ports.Facts`."""
        return self.languages.get(return_id)

    async def portal(self, portal_id: str) -> Portal | None:
        """See `ports.Facts`."""
        return self.portals.get(portal_id)

    def recorded(self, shipment: ShipmentRecorded) -> Change:
        """See `ports.Facts`."""

        def write() -> None:
            held = self.customers.get(shipment.shipment_id)
            if held is None or held.version < shipment.version:
                self.customers[shipment.shipment_id] = customer_of(shipment)

        return Change("customers", write)

    def forgotten(self, shipment_id: str) -> Change:
        """See `ports.Facts`."""

        def write() -> None:
            held = self.customers.get(shipment_id)
            self.customers[shipment_id] = Erased(shipment_id, held.version if held else 0)

        return Change("customers", write)

    def configured(self, settings: PortalConfigured) -> Change:
        """See `ports.Facts`."""

        def write() -> None:
            held = self.portals.get(settings.portal_id)
            if held is None or held.version < settings.version:
                self.portals[settings.portal_id] = portal_of(settings)

        return Change("portals", write)

    def issued(self, label: LabelIssued) -> Change:
        """See `ports.Facts`."""

        def write() -> None:
            self.returns.setdefault(label.return_id, label.shipment_id)

        return Change("returns", write)

    def asked(self, judged: ReturnApproved | ReturnAwaitingApproval) -> Change:
        """See `ports.Facts`."""

        def write() -> None:
            self.returns[judged.return_id] = judged.shipment_id
            if judged.language is not None:
                self.languages[judged.return_id] = judged.language

        return Change("returns", write)
