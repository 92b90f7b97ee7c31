"""Whether the log, the services' books and the carrier's ledger tell one and the same story.

Pure. `oracle` knows what must be left in the world; this knows what must agree with what.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from contracts import topics
from contracts.labels import LabelIssued
from contracts.notifications import CustomerEmailed, MerchantAlerted
from contracts.rules import ReturnApproved, ReturnRejected
from contracts.shape import Money, Shape
from deploy.demo.sample import AskedReturn
from deploy.local.carrier.sales import Entry
from tests.support.kept import Cost, Kept
from tests.support.log import Log
from tests.support.oracle import Verdicts, reasons_of, verdicts

REMEMBERS = {"rules": "judge_request", "lookup": "look_again"}
"""Who may also tell because of an intent, and what its kind is: its words are dropped when told."""


def disagreements(
    asked: Sequence[AskedReturn], log: Log, kept: Kept, ledger: Iterable[Entry]
) -> list[str]:
    """Every way in which they differ: a sentence each, naming no person."""
    must, sold = verdicts(asked), [entry for entry in ledger if entry.event == "sold"]
    return [
        *verdicts_differ(must, log),
        *labels_without_approval(log),
        *strangers(asked, log),
        *ghosts_and_zombies(log, kept),
        *orphans(sold, kept),
        *costs_differ(sold, log, kept),
        *reasons_differ(asked, log, kept),
        *letters_differ(must, log),
        *unfinished(kept),
    ]


def verdicts_differ(must: Verdicts, log: Log) -> Iterator[str]:
    """I1. Each return has one verdict, the one the model knows, for the reasons it knows."""
    approved = _by_return(log.of(ReturnApproved))
    rejected = _by_return(log.of(ReturnRejected))
    for return_id in must.approved.keys() | must.refused.keys() | approved.keys() | rejected.keys():
        yes, no = approved.get(return_id, []), rejected.get(return_id, [])
        wanted = (return_id in must.approved, return_id in must.refused)
        if (len(yes), len(no)) != wanted:
            yield (
                f"verdict of {return_id}: approved {len(yes)} and rejected {len(no)} times"
                f" instead of {int(wanted[0])} and {int(wanted[1])}"
            )
        for one in no:
            codes = {refusal.code for refusal in one.refusals}
            if return_id in must.refused and codes != must.codes[return_id]:
                yield f"verdict of {return_id}: refused for {sorted(codes)}"


def labels_without_approval(log: Log) -> Iterator[str]:
    """I14. Whoever has a label was approved, for that parcel, and was not rejected."""
    approved = {one.return_id: one for one in log.of(ReturnApproved).values()}
    rejected = {one.return_id for one in log.of(ReturnRejected).values()}
    for label in log.of(LabelIssued).values():
        verdict = approved.get(label.return_id)
        if verdict is None or verdict.shipment_id != label.shipment_id:
            yield f"label of {label.return_id}: nobody approved it"
        if label.return_id in rejected:
            yield f"label of {label.return_id}: it was rejected"


def strangers(asked: Iterable[AskedReturn], log: Log) -> Iterator[str]:
    """I15. Everything told about a return names the portal it was asked of."""
    portals = {one.return_id: one.order.portal_id for one in asked}
    for model in (ReturnApproved, ReturnRejected, LabelIssued, CustomerEmailed, MerchantAlerted):
        for one in log.of(model).values():
            if one.portal_id != portals.get(one.return_id):
                yield f"{model.__name__} of {one.return_id}: names portal {one.portal_id}"


def ghosts_and_zombies(log: Log, kept: Kept) -> Iterator[str]:
    """I7, I8. What was told was decided, and what was decided was told."""
    for service, told in kept.told.items():
        missing = [(t, i) for t, i in told if i not in log.ids.get(t, ())]
        for topic, ce_id in sorted(missing):
            yield f"{service} decided and never told {topic} {ce_id}"
    decided = kept.told.get("rules", set())
    for model in (ReturnApproved, ReturnRejected):
        topic = topics.BY_MODEL[model].name
        for ce_id, one in log.of(model).items():
            waited = f"{REMEMBERS['rules']}:{one.return_id}"
            if (topic, ce_id) not in decided and waited not in kept.settled.get("rules", ()):
                yield f"rules told {topic} {ce_id} and never decided it"
    for ce_id, label in log.of(LabelIssued).items():
        row = kept.labels.get(f"{label.return_id}:{label.parcel_no}")
        if row is None or row[0] != label.tracking_number:
            yield f"labels told {topics.LABEL_ISSUED.name} {ce_id} and does not know the label"


def orphans(sold: Iterable[Entry], kept: Kept) -> Iterator[str]:
    """I3. Every label the carrier sold is in our own books, or waits for a person."""
    for entry in sold:
        row = kept.labels.get(entry.reference)
        if row is None and f"issue_label:{entry.reference}" not in kept.unknown:
            yield f"sale of {entry.reference}: unknown to us"
        elif row is not None and row != (
            entry.tracking_number,
            (entry.cost_minor, entry.currency),
        ):
            yield f"sale of {entry.reference}: another number or price in our books"


def costs_differ(sold: Sequence[Entry], log: Log, kept: Kept) -> Iterator[str]:
    """I16. Carrier, log and analytics name one price for each label, and so one sum."""
    bought = {e.reference.partition(":")[0]: (e.cost_minor, e.currency) for e in sold}
    told = {one.return_id: _cost(one.cost) for one in log.of(LabelIssued).values()}
    known = {return_id: cost for return_id, cost in kept.costs.items() if cost is not None}
    announced = {return_id: cost for return_id, cost in told.items() if cost is not None}
    for return_id in sorted(bought.keys() | known.keys() | announced.keys()):
        prices = [all_.get(return_id) for all_ in (bought, announced, known)]
        if len(set(prices)) > 1:
            yield f"cost of {return_id}: carrier, log and analytics say {prices}"
    for return_id in sorted(told.keys() - kept.costs.keys()):
        yield f"cost of {return_id}: analytics does not know the label"
    sums = [_sums(costs.values()) for costs in (bought, announced, known)]
    if sums[0] != sums[2] or sums[1] != sums[2]:
        yield f"costs in all: carrier, log and analytics say {[dict(one) for one in sums]}"


def reasons_differ(asked: Iterable[AskedReturn], log: Log, kept: Kept) -> Iterator[str]:
    """I6. Counted from the requests, from the log and by analytics, the totals are the same."""
    lines: Counter[tuple[str, str]] = Counter()
    units: Counter[tuple[str, str]] = Counter()
    for model in (ReturnApproved, ReturnRejected):
        for one in log.of(model).values():
            for item in one.items:
                lines[one.portal_id, item.reason] += 1
                units[one.portal_id, item.reason] += item.quantity
    told = {key: (lines[key], units[key]) for key in lines}
    due = reasons_of(asked)
    for key in sorted(due.keys() | told.keys() | kept.reasons.keys()):
        counts = [which.get(key, (0, 0)) for which in (due, told, kept.reasons)]
        if len(set(counts)) > 1:
            yield f"reason {'/'.join(key)}: requests, log and analytics say {counts}"


def letters_differ(must: Verdicts, log: Log) -> Iterator[str]:
    """I4, I5. Of each return one letter is told as sent."""
    sent = Counter(one.return_id for one in log.of(CustomerEmailed).values())
    for return_id in sorted(must.approved.keys() | must.refused.keys() | sent.keys()):
        wanted = int(return_id in must.approved or return_id in must.refused)
        if sent[return_id] != wanted:
            yield f"letter of {return_id}: told as sent {sent[return_id]} times"
    alerts = Counter((one.return_id, one.occasion) for one in log.of(MerchantAlerted).values())
    for (return_id, occasion), times in alerts.items():
        if times > 1:
            yield f"alert of {return_id}: {occasion} told as sent {times} times"


def unfinished(kept: Kept) -> Iterator[str]:
    """I20. Nobody has anything left to do, and nothing waits for a person."""
    for service, awake in kept.awake.items():
        if awake:
            yield f"{service}: {awake} intents are awake"
    for intent in sorted(kept.unknown):
        yield f"intent {intent}: waits for a person"


def _by_return(messages: Mapping[str, Shape]) -> dict[str, list]:
    found = defaultdict(list)
    for one in messages.values():
        found[one.return_id].append(one)
    return found


def _cost(money: Money | None) -> Cost | None:
    return None if money is None else (money.minor, money.currency)


def _sums(costs: Iterable[Cost]) -> Counter[str]:
    found: Counter[str] = Counter()
    for minor, currency in costs:
        found[currency] += minor
    return found
