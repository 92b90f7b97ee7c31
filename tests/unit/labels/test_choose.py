"""Which carrier takes a parcel back."""

from __future__ import annotations

import pytest

from services.labels.domain.choose import carrier_for, is_carried
from tests.support.builders import an_approval


@pytest.mark.parametrize(
    ("method", "named", "chosen"),
    [
        ("in_store", None, "in_store"),
        ("in_store", "postnl", "in_store"),
        ("drop_off_point", None, "own_label"),
        ("drop_off_point", "own_label", "own_label"),
        ("drop_off_point", "postnl", "postnl"),
        ("drop_off_labelless", "simulated", "simulated"),
    ],
)
def test_the_method_comes_first_and_then_the_carrier_rules_named(method, named, chosen):
    """Nobody pays a carrier for a parcel that is carried into the shop by hand."""
    approved = an_approval(return_method=method, carrier=named)

    assert carrier_for(approved) == chosen


def test_only_a_real_carrier_expects_a_parcel():
    """What nobody carries cannot be on its way."""
    assert is_carried("postnl")
    assert not is_carried("in_store")
    assert not is_carried("own_label")
