"""What thirty real returns may leave behind: as it must be, and with one thing changed."""

from __future__ import annotations

from dataclasses import replace

from deploy.demo.expected import ALERTED
from deploy.demo.sample import AskedReturn, read, returns
from deploy.local.mailbox import Submission
from tests.support.oracle import (
    Issued,
    Posted,
    Sale,
    Seen,
    is_carried,
    reasons_of,
    sender_of,
    verdicts,
)

ASKED = returns(read())[:30]
MUST = verdicts(ASKED)
CARRIED = next(one for one in MUST.approved.values() if is_carried(one))
OWN = next(one for one in MUST.approved.values() if not is_carried(one))
REFUSED = next(iter(MUST.refused.values()))
MERCHANT = "desk@example.net"


def a_number(one: AskedReturn) -> str:
    """The tracking number of its label."""
    return f"SIM{one.return_id[:8].upper()}"


def a_letter(one: AskedReturn, **changes: str) -> Posted:
    """What its customer must get."""
    number = a_number(one) if one.return_id in MUST.approved else one.order.order_no
    usual = {
        "message_id": f"<letter-{one.return_id}>",
        "about": one.return_id,
        "to": one.order.recipient.email,
        "text": f"Number: {number}.",
        "sender": sender_of(one),
    }
    return Posted(**usual | changes)


def an_alert(one: AskedReturn, **changes: str) -> Posted:
    """What its merchant must get."""
    return a_letter(one, **{"message_id": f"<alert-{one.return_id}>", "to": MERCHANT} | changes)


def as_it_must_be() -> Seen:
    """A world in which nothing went wrong."""
    approved = MUST.approved.values()
    letters = [a_letter(one) for one in ASKED]
    letters += [an_alert(one) for one in approved if one.order.portal_id in ALERTED]
    return Seen(
        sales=[
            Sale("sold", f"{one.return_id}:1", a_number(one)) for one in approved if is_carried(one)
        ],
        issued=[
            Issued(f"ce-{one.return_id}", one.return_id, "simulated", a_number(one))
            for one in approved
        ],
        letters=letters,
        submissions=[Submission(letter.message_id, 1, 100, repeated=False) for letter in letters],
        reasons=reasons_of(ASKED),
    )


def posted_again(seen: Seen, letter: Posted) -> Seen:
    """The mailbox took in one letter more."""
    fresh = Submission(letter.message_id, 1, 100, repeated=False)
    return replace(seen, letters=[*seen.letters, letter], submissions=[*seen.submissions, fresh])


def without_letter(seen: Seen, letter: Posted) -> Seen:
    """The mailbox never got this letter."""
    return replace(
        seen,
        letters=[one for one in seen.letters if one != letter],
        submissions=[one for one in seen.submissions if one.message_id != letter.message_id],
    )


def with_letter(seen: Seen, before: Posted, after: Posted) -> Seen:
    """Another letter lies where one lay."""
    return replace(seen, letters=[after if one == before else one for one in seen.letters])


def with_label(seen: Seen, one: AskedReturn, **changes: str) -> Seen:
    """A label-issued record more."""
    usual = {
        "ce_id": f"ce-{one.return_id}",
        "return_id": one.return_id,
        "carrier": "simulated",
        "tracking_number": a_number(one),
    }
    return replace(seen, issued=[*seen.issued, Issued(**usual | changes)])
