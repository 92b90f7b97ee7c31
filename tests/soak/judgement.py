"""What is left of a soak, and everything that is wrong with it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from contracts.analytics import ReasonsFound
from contracts.labels import LabelIssued
from deploy.demo.sample import AskedReturn
from deploy.local.carrier.sales import entries
from deploy.local.mailbox import Mailbox
from deploy.local.stack import Stack
from tests.soak.mishaps import Mishaps, listeners
from tests.support import accounts, oracle
from tests.support.agreement import disagreements
from tests.support.kept import kept
from tests.support.log import Log, read_log
from tests.support.oracle import Issued, Sale, Seen
from tests.support.witness import letters_in, reasons_in


@dataclass(frozen=True)
class Judgement:
    """The numbers of the report, and every sentence that should not be there."""

    sold: int
    bought_twice: int
    posted: int
    posted_twice: int
    records: int
    repeated: int
    parked: int
    totals_exact: bool
    violations: tuple[str, ...]


async def judged(
    stack: Stack,
    asked: Sequence[AskedReturn],
    top: Mapping[str, ReasonsFound],
    mishaps: Mishaps,
) -> Judgement:
    """Everything there is to see is seen once, and compared with what must be there."""
    log = read_log(stack.kafka, mishaps.poisoned)
    ledger = entries(stack.carrier_ledger)
    seen = Seen(
        sales=[Sale(e.event, e.reference, e.tracking_number) for e in ledger],
        issued=[
            Issued(ce_id, one.return_id, one.carrier, one.tracking_number)
            for ce_id, one in log.of(LabelIssued).items()
        ],
        letters=letters_in(stack.mail_folder),
        submissions=Mailbox(stack.mail_folder).submissions(),
        reasons=reasons_in(top),
    )
    books = await kept(stack.mongo)
    violations = (
        *oracle.violations(asked, seen),
        *disagreements(asked, log, books, ledger),
        *accounts.violations(accounts.accounts(stack.mongo, stack.carrier_ledger, seen.letters)),
        *wrongly_parked(log, mishaps),
        *log.faults,
    )
    sales = Counter(sale.return_id for sale in seen.sales if sale.event == "sold")
    letters = Counter((letter.about, letter.to) for letter in seen.letters)
    return Judgement(
        sold=sales.total(),
        bought_twice=sum(times - 1 for times in sales.values()),
        posted=letters.total(),
        posted_twice=sum(times - 1 for times in letters.values()),
        records=log.read,
        repeated=log.repeated,
        parked=len(log.letters),
        totals_exact=not any(said.startswith(("reason", "cost")) for said in violations),
        violations=violations,
    )


def wrongly_parked(log: Log, mishaps: Mishaps) -> Iterator[str]:
    """I11. The dead letters are exactly the poison that lies on the wire, code and bytes."""
    due = {
        (service, place): (mishaps.poisoned[key].code, digest)
        for place, (key, digest) in log.strange.items()
        for service in listeners(place[0])
    }
    parked = {where: (one.code, one.value) for where, one in log.letters.items()}
    for service, place in sorted(due.keys() | parked.keys()):
        wanted, got = due.get((service, place)), parked.get((service, place))
        if wanted != got:
            codes = [None if each is None else each[0] for each in (got, wanted)]
            yield f"dead letter of {service} from {place}: {codes[0]} instead of {codes[1]}"
    missing = mishaps.sure - {key for key, _ in log.strange.values()}
    for key in sorted(missing):
        yield f"poison {key.decode()}: Kafka took it, and it is gone"
