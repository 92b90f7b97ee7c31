"""Gathers for the oracle what is left of a story: ledger, mailbox, wire, analytics' answers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from email import policy
from email.message import EmailMessage
from email.parser import BytesHeaderParser, BytesParser
from pathlib import Path

from contracts import topics
from contracts.analytics import ReasonsFound
from contracts.envelope import open_envelope
from contracts.labels import LabelIssued
from deploy.local.carrier.sales import entries
from deploy.local.mailbox import Mailbox
from deploy.local.stack import Stack
from services._runtime.dead_letters import marks
from tests.support.oracle import Issued, Posted, Sale, Seen
from tests.support.outside_reader import Record
from tests.support.wire import DEAD_LETTERS


def seen(stack: Stack, records: Iterable[Record], top: Mapping[str, ReasonsFound]) -> Seen:
    """Everything there is to see now.

    Args:
        stack: whose ledger and mailbox are looked into.
        records: what lies on the wire.
        top: what analytics answered about each portal.
    """
    on_wire = list(records)
    return Seen(
        sales=[
            Sale(e.event, e.reference, e.tracking_number) for e in entries(stack.carrier_ledger)
        ],
        issued=[_issued(r) for r in on_wire if r.topic() == topics.LABEL_ISSUED.name],
        letters=letters_in(stack.mail_folder),
        submissions=Mailbox(stack.mail_folder).submissions(),
        reasons=reasons_in(top),
        parked=_parked(r for r in on_wire if r.topic() in DEAD_LETTERS),
    )


def letters_in(folder: Path) -> list[Posted]:
    """Every letter in the mailbox's folder, as far as an oracle reads it."""
    return [_posted(letter_in(path)) for path in folder.glob("*.eml")]


def letter_in(path: Path) -> EmailMessage:
    """The letter in this file."""
    return BytesParser(policy=policy.default).parsebytes(path.read_bytes())


def headers_in(path: Path) -> EmailMessage:
    """The letter in this file without what it carries."""
    with path.open("rb") as file:
        return BytesHeaderParser(policy=policy.default).parse(file)


def _posted(letter: EmailMessage) -> Posted:
    text = letter.get_body(("plain",))
    (to,), (sender,) = letter["To"].addresses, letter["From"].addresses
    return Posted(
        message_id=str(letter["Message-ID"]),
        about=str(letter["X-Retour-Return"]),
        to=to.addr_spec,
        text=text.get_content(),
        sender=sender.addr_spec,
    )


def _issued(record: Record) -> Issued:
    envelope, body = open_envelope(record.headers() or [], record.value() or b"")
    told = LabelIssued.read(body)
    return Issued(envelope.id, told.return_id, told.carrier, told.tracking_number)


def _parked(records: Iterable[Record]) -> list[str]:
    """Service and code of each. What was parked twice carries the same origin, and is one."""
    found = {}
    for record in records:
        said = marks(record.headers() or [])
        names = ("original_topic", "original_partition", "original_offset")
        # A letter without an origin is none of ours, and counts for itself.
        itself = (f"{record.partition()}/{record.offset()}",)
        origin = tuple(said.get(name, "") for name in names) if names[0] in said else itself
        found[record.topic(), origin] = f"{record.topic()} {said.get('error_code', '?')}"
    return list(found.values())


def reasons_in(top: Mapping[str, ReasonsFound]) -> dict[tuple[str, str], tuple[int, int]]:
    """Lines and units by portal and reason, as analytics answered."""
    return {
        (portal_id, ranked.reason): (ranked.lines, ranked.units)
        for portal_id, found in top.items()
        for ranked in found.reasons
    }
