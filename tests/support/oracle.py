"""Knows from what was asked alone what must be left of it, and says where the world differs.

Pure: it is shown a carrier's ledger, a mailbox, the label-issued records, the dead letters and
analytics' answers, and trusts none of them. Which returns must be approved is counted by
`deploy.demo.expected`, which asks no service either.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from deploy.demo.expected import ALERTED, refusals
from deploy.demo.sample import AskedReturn
from deploy.local.mailbox import Submission

CARRIED_FOR = frozenset({"brocante-eu", "brocante-uk"})
"""The portals whose parcels a carrier moves, unless they are handed in over the shop's counter."""


@dataclass(frozen=True)
class Sale:
    """A line of the carrier's ledger: a label was `sold`, or asked for again (`repeated`)."""

    event: str
    reference: str
    tracking_number: str

    @property
    def return_id(self) -> str:
        """References begin with the return they are for."""
        return self.reference.partition(":")[0]


@dataclass(frozen=True)
class Issued:
    """A label-issued record, under the id of its envelope."""

    ce_id: str
    return_id: str
    carrier: str
    tracking_number: str


@dataclass(frozen=True)
class Posted:
    """A letter in the mailbox."""

    message_id: str
    about: str
    """The return its header names."""
    to: str
    text: str = field(repr=False)
    sender: str = ""
    """Who writes, where that was looked at."""

    @property
    def words(self) -> frozenset[str]:
        """What stands in it, without what stands between."""
        return frozenset(re.findall(r"[0-9A-Za-z-]+", self.text))


@dataclass
class Seen:
    """What is left of a story once nothing moves any more."""

    sales: Sequence[Sale]
    issued: Sequence[Issued]
    letters: Sequence[Posted]
    submissions: Sequence[Submission]
    reasons: Mapping[tuple[str, str], tuple[int, int]]
    """Lines and units by portal and reason."""
    parked: Sequence[str] = ()
    """Service and code of everything in the dead letters."""


@dataclass(frozen=True)
class Verdicts:
    """What must have become of each return."""

    approved: Mapping[str, AskedReturn]
    refused: Mapping[str, AskedReturn]
    codes: Mapping[str, frozenset[str]]
    """Why each of the refused is."""


def verdicts(asked: Iterable[AskedReturn]) -> Verdicts:
    """Which returns must be approved when they are asked for in this order."""
    gone: Counter[tuple[str, int]] = Counter()
    approved, refused, codes = {}, {}, {}
    for one in asked:
        if why := refusals(one, gone):
            refused[one.return_id], codes[one.return_id] = one, frozenset(why)
            continue
        approved[one.return_id] = one
        gone.update({(one.order.order_no, item.line_no): item.quantity for item in one.items})
    return Verdicts(approved, refused, codes)


def is_carried(one: AskedReturn) -> bool:
    """Whether a carrier sells the label of this return."""
    return one.order.portal_id in CARRIED_FOR and one.return_method != "in_store"


def sender_of(one: AskedReturn) -> str:
    """Who writes to the customer of this return: the portal of the demo's shop it was asked of."""
    return f"hello@{one.order.portal_id}.example"


def reasons_of(asked: Iterable[AskedReturn]) -> dict[tuple[str, str], tuple[int, int]]:
    """Lines and units by portal and reason, approved or not: every reason counts."""
    lines: Counter[tuple[str, str]] = Counter()
    units: Counter[tuple[str, str]] = Counter()
    for one in asked:
        for item in one.items:
            lines[one.order.portal_id, str(item.reason)] += 1
            units[one.order.portal_id, str(item.reason)] += item.quantity
    return {key: (lines[key], units[key]) for key in lines}


def violations(asked: Sequence[AskedReturn], seen: Seen) -> list[str]:
    """Every way in which what was seen is not what must be: a sentence each, naming no person."""
    must = verdicts(asked)
    return [
        *_of_sales(must, seen),
        *_of_labels(must, seen),
        *_of_letters(must, seen),
        *_of_alerts(must, seen),
        *_of_submissions(seen),
        *_of_reasons(asked, seen),
        *(f"dead letter: {parked}" for parked in seen.parked),
    ]


def _of_sales(must: Verdicts, seen: Seen) -> Iterator[str]:
    """One sale for each approved return that a carrier moves, and none for anybody else."""
    sold = Counter(sale.return_id for sale in seen.sales if sale.event == "sold")
    due = {return_id for return_id, one in must.approved.items() if is_carried(one)}
    yield from _not_once(sold, due, "sale")


def _of_labels(must: Verdicts, seen: Seen) -> Iterator[str]:
    """One label for each approved return, told under one id, with the number that was sold."""
    told: dict[str, set[Issued]] = defaultdict(set)
    for issued in seen.issued:
        told[issued.return_id].add(issued)
    ids = Counter({return_id: len({one.ce_id for one in of}) for return_id, of in told.items()})
    yield from _not_once(ids, must.approved, "label")
    sold = {sale.return_id: sale.tracking_number for sale in seen.sales}
    for return_id, labels in told.items():
        if len(labels) > ids[return_id]:
            yield f"label of {return_id}: told with other words under the same id"
        numbers = {label.tracking_number for label in labels}
        if return_id in sold and numbers != {sold[return_id]}:
            yield f"label of {return_id}: not the number that was sold"


def _of_letters(must: Verdicts, seen: Seen) -> Iterator[str]:
    """One letter to the customer of each return: with the label's number, or about the order."""
    asked = must.approved | must.refused
    numbers = {issued.return_id: issued.tracking_number for issued in seen.issued}
    customers = _customers(asked)
    letters = [letter for letter in seen.letters if letter.to in customers]
    yield from _not_once(Counter(letter.about for letter in letters), asked, "letter")
    for letter in letters:
        one = asked.get(letter.about)
        if one is None:
            continue
        if letter.to != one.order.recipient.email:
            yield f"letter of {letter.about}: went to somebody else"
        if letter.sender and letter.sender != sender_of(one):
            yield f"letter of {letter.about}: comes from another merchant"
        number = numbers.get(letter.about) if letter.about in must.approved else one.order.order_no
        if number not in letter.words:
            yield f"letter of {letter.about}: does not say what it must"


def _of_alerts(must: Verdicts, seen: Seen) -> Iterator[str]:
    """One alert for each approved return whose merchant wants one."""
    customers = _customers(must.approved | must.refused)
    got = Counter(letter.about for letter in seen.letters if letter.to not in customers)
    due = {i for i, one in must.approved.items() if one.order.portal_id in ALERTED}
    yield from _not_once(got, due, "alert")


def _of_submissions(seen: Seen) -> Iterator[str]:
    """Each letter lies there once and was new once, however often it was handed in."""
    fresh = Counter(each.message_id for each in seen.submissions if not each.repeated)
    lying = Counter(letter.message_id for letter in seen.letters)
    for message_id in sorted({each.message_id for each in seen.submissions} | lying.keys()):
        if lying[message_id] != 1:
            yield f"letter {message_id}: lies there {lying[message_id]} times"
        if fresh[message_id] != 1:
            yield f"letter {message_id}: taken in as new {fresh[message_id]} times"


def _of_reasons(asked: Sequence[AskedReturn], seen: Seen) -> Iterator[str]:
    due = reasons_of(asked)
    for key in sorted(due.keys() | seen.reasons.keys()):
        wanted, got = due.get(key, (0, 0)), seen.reasons.get(key, (0, 0))
        if wanted != got:
            yield f"reason {'/'.join(key)}: {got} lines and units instead of {wanted}"


def _customers(asked: Mapping[str, AskedReturn]) -> set[str]:
    return {one.order.recipient.email for one in asked.values()}


def _not_once(got: Counter[str], due: Iterable[str], what: str) -> Iterator[str]:
    """Each return that is due has exactly one, and no other return has any."""
    wanted = set(due)
    for return_id in sorted(wanted | got.keys()):
        if return_id not in wanted:
            yield f"{what} of {return_id}: {got[return_id]}, and none is due"
        elif got[return_id] != 1:
            yield f"{what} of {return_id}: {got[return_id]} instead of one"
