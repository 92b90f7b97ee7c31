"""The demo's independent count: what the committed sample must lead to."""

from __future__ import annotations

from deploy.demo.expected import expected
from deploy.demo.sample import read, returns

KINDS_OF_REFUSAL = {
    *("window_closed", "country_blocked", "not_returnable", "quantity_exceeded"),
    *("refund_method_not_offered", "return_method_not_offered", "price_not_shown"),
}


def test_every_kind_of_refusal_occurs_in_the_sample():
    """A check that never says no was never tried."""
    tally = expected(returns(read()), wrong_codes=12)

    assert set(tally.refusals) == KINDS_OF_REFUSAL
    assert min(tally.refusals.values()) > 0


def test_the_sample_leads_to_labels_codes_and_alerts_of_every_portal():
    """Hundreds of real returns, and each way out of the system is taken."""
    asked = returns(read())
    tally = expected(asked, wrong_codes=12)

    assert tally.asked == len(asked) >= 300
    assert tally.approved + tally.rejected == tally.asked
    assert min(tally.labels, tally.qr_codes, tally.alerts) > 50
    assert tally.labels + tally.qr_codes == tally.approved
    assert {one.order.portal_id for one in asked} == {"brocante-eu", "brocante-fr", "brocante-uk"}
