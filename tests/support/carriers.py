"""What carriers can do in the stories of tests: few facts, each of them easy to remember."""

from __future__ import annotations

from datetime import date
from typing import Any

from services.rules.domain.capability import DIRECT, Capability, Registry


def a_fact(**changes: Any) -> Capability:
    """PostNL takes parcels at a counter, from anywhere to anywhere, since ever."""
    usual: dict[str, Any] = {
        "method": "drop_off_point",
        "from_country": None,
        "to_country": None,
        "carrier": "postnl",
        "contract": None,
        "valid_from": None,
        "valid_until": None,
        "source": "a leaflet at the counter",
    }
    return Capability(**usual | changes)


FACTS = (
    a_fact(method="in_store", carrier=None, source="nobody carries anything"),
    a_fact(carrier="own_label", source="any post will do"),
    a_fact(),
    a_fact(carrier="dhl", source="an old poster"),
    a_fact(
        method="pickup",
        carrier="gls",
        contract=DIRECT,
        from_country="NL",
        to_country="NL",
        valid_from=date(2026, 1, 1),
        source="a lesson about GLS",
    ),
    a_fact(method="pickup", carrier="dhl", source="an old poster"),
    a_fact(method="drop_off_labelless", carrier="dhl", from_country="DE", source="an old poster"),
)


def a_registry(*more: Capability) -> Registry:
    """What everybody knows, and `more`."""
    return Registry((*FACTS, *more))


REGISTRY = a_registry()
